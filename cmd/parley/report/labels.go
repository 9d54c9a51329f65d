package report

import (
	"github.com/parley-voice/parley/cmd/parley/term"
	"github.com/parley-voice/parley/store"
)

// Labels tells what people say the turns of a call meant.
func Labels(p term.Printer, all []store.Label) {
	for _, l := range all {
		p.Printf("labelled: turn %d means %s, by %s, %s\n", l.Turn, l.Intent, l.Who, l.At.Format("2006-01-02 15:04"))
	}
}
