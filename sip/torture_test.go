package sip

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/sip/screen"
)

// torture is what RFC 4475 wants of a user agent that takes calls and no
// registrations, message by message: a final status, or 0 for silence.
var torture = map[string]struct {
	status int
	why    string
}{
	// 3.1.1 valid messages
	"wsinv":      {481, "well-formed, but it has a To tag that we never gave: no such leg"},
	"intmeth":    {501, "unknown method"},
	"esc01":      {200, "an escaped user part is no sips URI"},
	"escnull":    {405, "REGISTER is known, but not served"},
	"esc02":      {501, "RE%47IST%45R is not REGISTER"},
	"lwsdisp":    {200, "no white space before <"},
	"longreq":    {200, "long values, 34 Vias"},
	"dblreq":     {405, "REGISTER; the INVITE behind it in the datagram is ignored"},
	"semiuri":    {200, "user part with a semicolon"},
	"transports": {200, "unknown transports in lower Vias"},
	"mpart01":    {405, "MESSAGE with a binary body"},
	"unreason":   {0, "a response to nothing of ours"},
	"noreason":   {0, "a response to nothing of ours"},
	// 3.1.2 invalid messages
	"badinv01":   {400, "extra separators"},
	"clerr":      {400, "Content-Length beyond the datagram"},
	"ncl":        {400, "negative Content-Length"},
	"scalar02":   {400, "CSeq over 2^31"},
	"scalarlg":   {0, "response with overlarge scalars"},
	"quotbal":    {400, "unbalanced quote"},
	"ltgtruri":   {400, "<> around the Request-URI"},
	"lwsruri":    {400, "white space in the Request-URI"},
	"lwsstart":   {400, "two SP in the Request-Line"},
	"trws":       {400, "SP at the end of the Request-Line"},
	"escruri":    {400, "headers in the Request-URI"},
	"baddate":    {200, "EST in Date, which we do not use: be liberal"},
	"regbadct":   {400, "Contact with ? and no <>"},
	"badaspec":   {400, "spaces within <>"},
	"baddn":      {400, "comma in a display name without quotes"},
	"badvers":    {505, "SIP/7.0"},
	"mismatch01": {400, "CSeq method does not match"},
	"mismatch02": {400, "CSeq method does not match, unknown method"},
	"bigcode":    {0, "response code over 699"},
	// 3.2 transaction layer
	"badbranch": {200, "z9hG4bK and no more: handled as of RFC 2543"},
	// 3.3 application layer
	"insuf":    {400, "no From, To, Call-ID"},
	"unkscm":   {416, "unknown URI scheme"},
	"novelsc":  {416, "registered scheme, not SIP"},
	"unksm2":   {405, "unknown schemes in To and From of a REGISTER"},
	"bext01":   {420, "unknown Require"},
	"invut":    {415, "unknown body"},
	"regaut01": {405, "unknown authorization scheme, on a REGISTER"},
	"multi01":  {400, "single header fields twice"},
	"mcl01":    {400, "Content-Length twice"},
	"bcast":    {0, "response with a second Via"},
	"zeromf":   {200, "Max-Forwards 0 reaches an endpoint"},
	"cparam01": {405, "REGISTER"},
	"cparam02": {405, "REGISTER"},
	"regescrt": {405, "REGISTER"},
	"sdp01":    {406, "Accept without application/sdp"},
	// 3.4 backward compatibility
	"inv2543": {200, "an INVITE of RFC 2543: no tag, branch, Contact, Max-Forwards"},
}

func TestRFC4475(t *testing.T) {
	if len(torture) != 49 {
		t.Fatalf("%d messages, RFC 4475 has 49", len(torture))
	}
	e := start(t, Config{}, nil)
	before := runtime.NumGoroutine()
	names := make([]string, 0, len(torture))
	for name := range torture {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		t.Run(name, func(t *testing.T) { tortureOne(t, e, name) })
	}
	w := newCaller(t, "udp", e)
	w.request1("OPTIONS", "", "")
	if res := w.status("OPTIONS"); res.Status != 200 {
		t.Errorf("OPTIONS after the torture: %d", res.Status)
	}
	settled(t, before)
	if n := e.legs.count(); n != 0 {
		t.Errorf("%d legs left", n)
	}
}

func tortureOne(t *testing.T, e *Endpoint, name string) {
	want := torture[name]
	data, err := os.ReadFile(filepath.Join("testdata", "rfc4475", name+".dat"))
	if err != nil {
		t.Fatal(err)
	}
	w := newWire(t, "udp", e)
	w.send(string(data))
	if want.status == 0 {
		w.silent(60 * time.Millisecond)
		return
	}
	var res *screen.Message
	for {
		if res = w.read(2 * time.Second); res == nil {
			t.Fatalf("silence, want %d (%s)", want.status, want.why)
		}
		if res.Status >= 200 {
			break
		}
	}
	if res.Status != want.status {
		t.Errorf("%d %s, want %d (%s)", res.Status, res.Reason, want.status, want.why)
	}
	sent, _ := screen.Read(data)
	if res.Get("Call-ID") != sent.Get("Call-ID") || !strings.EqualFold(res.Get("CSeq"), sent.Get("CSeq")) && name != "wsinv" {
		t.Errorf("answer does not carry the request's Call-ID and CSeq: %q %q", res.Get("Call-ID"), res.Get("CSeq"))
	}
	switch name {
	case "bext01":
		if u := res.Get("Unsupported"); u != "nothingSupportsThis, nothingSupportsThisEither" {
			t.Errorf("Unsupported: %q", u)
		}
	case "invut":
		if res.Get("Accept") == "" {
			t.Error("415 without Accept")
		}
	case "escnull", "intmeth":
		if !strings.Contains(res.Get("Allow"), "INVITE") {
			t.Error("no Allow")
		}
	}
	if bytes.HasPrefix(data, []byte("INVITE")) && res.Status == 200 {
		hangUp(t, w, sent, res)
	}
}

// hangUp acknowledges a 200 and ends the leg, as the far end of a message that
// was sent from a file.
func hangUp(t *testing.T, w *wire, req, res *screen.Message) {
	t.Helper()
	seq, _, _ := strings.Cut(res.Get("CSeq"), " ")
	target, _ := screen.ParseAddress(res.Get("Contact"))
	for i, method := range []string{"ACK", "BYE"} {
		w.send(crlf(fmt.Sprintf("%s %s SIP/2.0\nVia: SIP/2.0/UDP %s;branch=z9hG4bKhang%d%s;rport\nFrom: %s\nTo: %s\nCall-ID: %s\nCSeq: %d %s\nMax-Forwards: 70\nContent-Length: 0\n\n",
			method, target.URI, w.conn.LocalAddr(), i, seq, res.Get("From"), res.Get("To"), req.Get("Call-ID"), number(seq)+i, method)))
	}
	if bye := w.status("BYE"); bye.Status != 200 {
		t.Errorf("BYE: %d %s", bye.Status, bye.Reason)
	}
}

// settled waits until the number of goroutines is back to what it was.
func settled(t *testing.T, before int) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for runtime.NumGoroutine() > before {
		if time.Now().After(deadline) {
			buf := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, %d before\n%s", runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
		}
		time.Sleep(10 * time.Millisecond)
	}
}
