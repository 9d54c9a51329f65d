package callees

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/parley-voice/parley/customer"
)

func TestPeopleAreDrawnByTheirShares(t *testing.T) {
	total := 0
	for _, k := range kinds {
		total += k.share
	}
	if total != 100 || len(roles) > 100 {
		t.Fatalf("the shares make %d, and %d roles need more than two digits", total, len(roles))
	}
	people := draw(1000, 1)
	seen, n := map[string]bool{}, map[string]int{}
	for _, p := range people {
		if role, ok := roleOf(p.number); !ok || role != p.role || seen[p.number] || !customer.Parse(p.number, "").Personal() {
			t.Fatalf("%+v: role %d, %v", p, role, ok)
		}
		seen[p.number] = true
		n[roles[p.role].name]++
	}
	for _, k := range kinds {
		if n[k.name] != 10*k.share {
			t.Errorf("%s: %d of 1000", k.name, n[k.name])
		}
	}
}

// sipp jumps to a label that is not there only when a call comes to it.
func TestEveryJumpHasItsLabel(t *testing.T) {
	text := scenario(1, nil)
	labels, jumps := map[string]int{}, map[string]bool{}
	for d := xml.NewDecoder(strings.NewReader(strings.TrimPrefix(text, `<?xml version="1.0" encoding="ISO-8859-1" ?>`))); ; {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		for _, a := range e.Attr {
			switch {
			case e.Name.Local == "label":
				labels[a.Value]++
			case a.Name.Local == "next", a.Name.Local == "ontimeout":
				jumps[a.Value] = true
			}
		}
	}
	for to := range jumps {
		if labels[to] != 1 {
			t.Errorf("label %s stands %d times", to, labels[to])
		}
	}
	if len(jumps) < len(roles) {
		t.Errorf("%d jumps for %d roles", len(jumps), len(roles))
	}
}
