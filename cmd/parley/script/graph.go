package script

import (
	"io"
	"os"
	"path/filepath"

	"github.com/parley-voice/parley/dialog/graph"
)

// GraphCmd is parley script graph.
type GraphCmd struct {
	File   string `arg:"" help:"Script, or the name of one that ships."`
	Format string `enum:",mermaid,svg" default:"" help:"mermaid or svg; what the ending of --out says, else mermaid."`
	Out    string `short:"o" placeholder:"FILE" help:"File to write; standard output when not given."`
}

// Run draws.
func (c *GraphCmd) Run(w *World) error {
	s, err := need(c.File)
	if err != nil {
		return err
	}
	g := graph.Of(s)
	text := g.Mermaid()
	if c.Format == "svg" || c.Format == "" && filepath.Ext(c.Out) == ".svg" {
		text = g.SVG()
	}
	if c.Out == "" {
		_, err := io.WriteString(w.Stdout, text)
		return err
	}
	return os.WriteFile(c.Out, []byte(text), 0o644)
}
