package screen

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gosip "github.com/emiago/sipgo/sip"
)

var src = netip.MustParseAddrPort("127.0.0.1:40000")

var rules = Rules{
	Allow:     []string{"INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "INFO", "REFER", "NOTIFY", "UPDATE"},
	Supported: []string{"timer"},
}

// verdict is what the screen makes of a datagram: 0 drops it, 1 lets it pass.
func verdict(data []byte) (int, []byte) {
	m, fault := Read(data)
	if m == nil {
		return 0, nil
	}
	s, f := m.Check()
	if fault == nil {
		fault = f
	}
	if fault == nil && m.IsRequest() {
		fault = rules.Admit(m)
	}
	if fault = rules.Refine(m, fault); fault != nil {
		out, _, ok := m.Reply(s, fault, src, true, "tag")
		if !ok {
			return 0, nil
		}
		return fault.Code, out
	}
	return 1, m.Canonical(s, src, true, "tag")
}

func TestTortureVerdicts(t *testing.T) {
	want := map[string]int{
		"wsinv": 1, "intmeth": 501, "esc01": 1, "escnull": 405, "esc02": 501, "lwsdisp": 1, "longreq": 1,
		"dblreq": 405, "semiuri": 1, "transports": 1, "mpart01": 405, "unreason": 1, "noreason": 1,
		"badinv01": 400, "clerr": 400, "ncl": 400, "scalar02": 400, "scalarlg": 0, "quotbal": 400,
		"ltgtruri": 400, "lwsruri": 400, "lwsstart": 400, "trws": 400, "escruri": 400, "baddate": 1,
		"regbadct": 400, "badaspec": 400, "baddn": 400, "badvers": 505, "mismatch01": 400, "mismatch02": 501,
		"bigcode": 0, "badbranch": 1, "insuf": 400, "unkscm": 416, "novelsc": 416, "unksm2": 405,
		"bext01": 420, "invut": 415, "regaut01": 405, "multi01": 400, "mcl01": 400, "bcast": 1, "zeromf": 1,
		"cparam01": 405, "cparam02": 405, "regescrt": 405, "sdp01": 406, "inv2543": 1,
	}
	if len(want) != 49 {
		t.Fatalf("RFC 4475 has 49 messages, the table %d", len(want))
	}
	parser := gosip.NewParser()
	for name, code := range want {
		data, err := os.ReadFile(filepath.Join("..", "testdata", "rfc4475", name+".dat"))
		if err != nil {
			t.Fatal(err)
		}
		got, out := verdict(data)
		if got != code {
			t.Errorf("%s: verdict %d, want %d", name, got, code)
		}
		if got == 1 { // a reply may have to carry back what no parser takes
			if _, err := parser.ParseSIP(out); err != nil {
				t.Errorf("%s: what the screen wrote does not parse: %v\n%s", name, err, out)
			}
		}
	}
}

func FuzzScreen(f *testing.F) {
	files, _ := filepath.Glob("../testdata/rfc4475/*.dat")
	if len(files) != 49 {
		f.Fatalf("%d seeds", len(files))
	}
	for _, name := range files {
		data, _ := os.ReadFile(name)
		f.Add(data)
	}
	parser := gosip.NewParser()
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _, _ = Frame(data)
		got, out := verdict(data)
		if got == 0 {
			return
		}
		head, _, _ := strings.Cut(string(out), "\r\n\r\n")
		for line := range strings.SplitSeq(head, "\r\n") {
			if strings.ContainsAny(line, "\r\n\x00") || line == "" {
				t.Fatalf("unclean line %q in %q", line, out)
			}
		}
		if got == 1 {
			// canonical means that a second pass changes nothing
			again, twice := verdict(out)
			if again != 1 || string(twice) != string(out) {
				t.Fatalf("not a fixed point (%d):\n%q\n%q", again, out, twice)
			}
			_, _ = parser.ParseSIP(out)
		}
	})
}
