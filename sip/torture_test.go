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
// registrations, message by message, with the section that says so: a final
// status, or 0 for silence. Where the RFC leaves a choice, why tells it.
var torture = map[string]struct {
	section string
	status  int
	why     string
}{
	// 3.1.1 valid messages
	"wsinv":      {"3.1.1.1", 481, "well-formed, but it has a To tag that we never gave: no such leg"},
	"intmeth":    {"3.1.1.2", 501, "endpoints answer 501 with the methods they know in Allow"},
	"esc01":      {"3.1.1.3", 200, "well-formed: %-escapes in the user part make no sips URI"},
	"escnull":    {"3.1.1.4", 405, "well-formed, escaped nulls shorten nothing; REGISTER is not served"},
	"esc02":      {"3.1.1.5", 501, "% in a method is no escape: RE%47IST%45R is unknown, endpoints answer 501"},
	"lwsdisp":    {"3.1.1.6", 200, "well-formed without white space before <"},
	"longreq":    {"3.1.1.7", 200, "well-formed, with long values and 34 Vias"},
	"dblreq":     {"3.1.1.8", 405, "REGISTER as always; the octets behind it, an INVITE by their looks, are noise"},
	"semiuri":    {"3.1.1.9", 200, "well-formed: the user part is user;par=u@example.net"},
	"transports": {"3.1.1.10", 200, "well-formed: unknown transports in lower Vias mean nothing to us"},
	"mpart01":    {"3.1.1.11", 405, "well-formed, with a binary body; MESSAGE is not served"},
	"unreason":   {"3.1.1.12", 0, "well-formed response with an unusual reason phrase, to nothing of ours"},
	"noreason":   {"3.1.1.13", 0, "well-formed response with an empty reason phrase, to nothing of ours"},
	// 3.1.2 invalid messages
	"badinv01":   {"3.1.2.1", 400, "should be 400: extra separators in Via and Contact"},
	"clerr":      {"3.1.2.2", 400, "should be 400 over UDP: Content-Length beyond the datagram"},
	"ncl":        {"3.1.2.3", 400, "an error: negative Content-Length"},
	"scalar02":   {"3.1.2.4", 400, "should be 400: CSeq over 2^31"},
	"scalarlg":   {"3.1.2.5", 0, "discarded: a response with overlarge scalars"},
	"quotbal":    {"3.1.2.6", 400, "should be 400: a quote that does not end"},
	"ltgtruri":   {"3.1.2.7", 400, "400, or brackets ignored: <> around the Request-URI"},
	"lwsruri":    {"3.1.2.8", 400, "should be 400: white space in the Request-URI"},
	"lwsstart":   {"3.1.2.9", 400, "malformed, or spaces ignored: two SP in the Request-Line"},
	"trws":       {"3.1.2.10", 400, "malformed, or spaces ignored: SP at the end of the Request-Line"},
	"escruri":    {"3.1.2.11", 400, "400, or headers ignored: headers in the Request-URI"},
	"baddate":    {"3.1.2.12", 200, "should not be refused by who does not use Date: EST in it"},
	"regbadct":   {"3.1.2.13", 400, "400 is reasonable: a Contact with ? and no <>"},
	"badaspec":   {"3.1.2.14", 400, "400 is reasonable: spaces within <>"},
	"baddn":      {"3.1.2.15", 400, "400 is reasonable always: a comma in a display name without quotes"},
	"badvers":    {"3.1.2.16", 505, "should be 505: SIP/7.0"},
	"mismatch01": {"3.1.2.17", 400, "will be 400: CSeq names another method"},
	"mismatch02": {"3.1.2.18", 501, "should be 501, 400 is acceptable: CSeq names another method than an unknown one"},
	"bigcode":    {"3.1.2.19", 0, "dropped: a response code over 699"},
	// 3.2 transaction layer
	"badbranch": {"3.2.1", 200, "400, or handled as of RFC 2543: z9hG4bK and no more"},
	// 3.3 application layer
	"insuf":    {"3.3.1", 400, "ideally 400: no From, To, Call-ID"},
	"unkscm":   {"3.3.2", 416, "will be 416: unknown URI scheme"},
	"novelsc":  {"3.3.3", 416, "416 from whoever never takes the scheme: soap.beep"},
	"unksm2":   {"3.3.4", 405, "registered schemes in To, From and Contact; a registrar says 400, we serve no REGISTER"},
	"bext01":   {"3.3.5", 420, "420 with Unsupported"},
	"invut":    {"3.3.6", 415, "endpoints answer 415: a body of unknown type"},
	"regaut01": {"3.3.7", 405, "405 is appropriate for who is no registrar: unknown authorization scheme"},
	"multi01":  {"3.3.8", 400, "would be 400: single header fields twice"},
	"mcl01":    {"3.3.9", 400, "an error: Content-Length twice"},
	"bcast":    {"3.3.10", 0, "discarded: a response whose lower Via is the broadcast address"},
	"zeromf":   {"3.3.11", 200, "an endpoint goes on as if Max-Forwards were positive"},
	"cparam01": {"3.3.12", 405, "should succeed at a registrar; we serve no REGISTER"},
	"cparam02": {"3.3.13", 405, "should succeed at a registrar; we serve no REGISTER"},
	"regescrt": {"3.3.14", 405, "should succeed at a registrar; we serve no REGISTER"},
	"sdp01":    {"3.3.15", 406, "could be 406 with Warning 399: Accept without application/sdp"},
	// 3.4 backward compatibility
	"inv2543": {"3.4.1", 200, "should be accepted: an INVITE of RFC 2543, no tag, branch, Contact, Max-Forwards"},
}

func TestRFC4475(t *testing.T) {
	if len(torture) != 49 {
		t.Fatalf("%d messages, RFC 4475 has 49", len(torture))
	}
	e := start(t, Config{}, nil)
	before := resting()
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
			t.Fatalf("silence, want %d (§%s: %s)", want.status, want.section, want.why)
		}
		if res.Status >= 200 {
			break
		}
	}
	if res.Status != want.status {
		t.Errorf("%d %s, want %d (§%s: %s)", res.Status, res.Reason, want.status, want.section, want.why)
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
	case "sdp01":
		if !strings.HasPrefix(res.Get("Warning"), "399 ") {
			t.Error("406 without Warning 399")
		}
	case "escnull", "intmeth", "mismatch02":
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

// resting is the number of goroutines once it has stood still for a while: what
// an endpoint starts runs when the machine has time for it.
func resting() int {
	n := runtime.NumGoroutine()
	for still := 0; still < 10; still++ {
		time.Sleep(5 * time.Millisecond)
		if now := runtime.NumGoroutine(); now != n {
			n, still = now, 0
		}
	}
	return n
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
