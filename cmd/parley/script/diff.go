package script

import (
	"fmt"

	"github.com/parley-voice/parley/cmd/parley/term"
	"github.com/parley-voice/parley/dialog/diff"
)

// DiffCmd is parley script diff.
type DiffCmd struct {
	Old  string `arg:"" help:"The script as it is."`
	New  string `arg:"" help:"The script as it shall be."`
	JSON bool   `name:"json" help:"As JSON."`
}

// Run compares. It does not fail when there are changes.
func (c *DiffCmd) Run(w *World) error {
	older, err := need(c.Old)
	if err != nil {
		return err
	}
	newer, err := need(c.New)
	if err != nil {
		return err
	}
	changes := diff.Between(older, newer)
	if c.JSON {
		return writeJSON(w, struct {
			Old     string        `json:"old"`
			New     string        `json:"new"`
			Changes []diff.Change `json:"changes"`
		}{name(older.ID, older.Version), name(newer.ID, newer.Version), append([]diff.Change{}, changes...)})
	}
	p := w.printer()
	p.Printf("%s → %s\n", name(older.ID, older.Version), name(newer.ID, newer.Version))
	heard, where := 0, ""
	for _, ch := range changes {
		if ch.Kind == diff.Heard {
			heard++
		}
		if ch.Where != where {
			where = ch.Where
			p.Printf("\n%s\n", p.In(term.Bold, where))
		}
		p.Printf("  %s\n", ch.What)
		for _, v := range ch.Removed {
			p.Printf("    %s\n", p.In(term.Red, "- "+v))
		}
		for _, v := range ch.Added {
			p.Printf("    %s\n", p.In(term.Green, "+ "+v))
		}
	}
	if len(changes) == 0 {
		p.Printf("Callers hear the same.\n")
		return nil
	}
	p.Printf("\n%s, %d of them in what callers hear\n", number(len(changes), "change"), heard)
	return nil
}

func name(id string, version int) string { return fmt.Sprintf("%s, version %d", id, version) }
