package script

import (
	"fmt"
	"strings"
	"time"

	"github.com/parley-voice/parley/cmd/parley/term"
	"github.com/parley-voice/parley/dialog"
)

// WordsCmd is parley script words.
type WordsCmd struct {
	File string `arg:"" help:"Script, or the name of one that ships."`
	JSON bool   `name:"json" help:"As JSON."`
}

// piece is one thing that a script says.
type piece struct {
	Node     string  `json:"node"` // "" when any node may say it
	Key      string  `json:"key"`
	Text     string  `json:"text,omitempty"` // as written
	Heard    string  `json:"heard,omitempty"`
	Clip     string  `json:"clip,omitempty"`
	Variant  string  `json:"variant,omitempty"`
	Language string  `json:"language"`
	Fixed    bool    `json:"fixed"` // the same in every call, so it is rendered ahead
	Seconds  float64 `json:"seconds,omitempty"`
}

// pieces lists everything that a script says, one language after the other: its
// prompts in file order, then the menus and questions back that are made of its
// intents.
func pieces(s *dialog.Script) []piece {
	var all []piece
	for _, t := range s.Tongues() {
		all = append(all, piecesIn(t)...)
	}
	return all
}

// piecesIn lists what is said in one language.
func piecesIn(s *dialog.Script) []piece {
	var all []piece
	known := map[string]bool{}
	add := func(node, key, variant, source, text string, fixed bool) {
		known[text] = true
		all = append(all, piece{Node: node, Key: key, Text: source, Heard: text, Variant: variant, Language: s.Language, Fixed: fixed,
			Seconds: round(dialog.ReadingTime(text))})
	}
	for _, p := range s.Prompts() {
		node := ""
		if p.Node != nil {
			node = p.Node.Name
		}
		for _, l := range p.Lines {
			if l.Clip != "" {
				all = append(all, piece{Node: node, Key: p.Key, Clip: l.Clip, Variant: l.Variant, Language: s.Language, Fixed: true})
				continue
			}
			add(node, p.Key, l.Variant, l.Text.Source, s.Read(l), l.Text.Fixed())
			if !l.Fallback.Empty() {
				add(node, p.Key+", fallback", l.Variant, l.Fallback.Source, l.Fallback.Source, true)
			}
		}
	}
	for _, part := range s.FixedLines() {
		if part.Text != "" && part.Language == s.Language && !known[part.Text] {
			add("", "menus and questions back", "", part.Text, part.Text, true)
		}
	}
	return all
}

func round(d time.Duration) float64 {
	return float64(d.Round(100*time.Millisecond)) / float64(time.Second)
}

// Run lists.
func (c *WordsCmd) Run(w *World) error {
	s, err := need(c.File)
	if err != nil {
		return err
	}
	all := pieces(s)
	if c.JSON {
		return writeJSON(w, all)
	}
	p := w.printer()
	node, language, fixed, total := "", "", 0, 0.0
	for _, one := range all {
		if one.Node != node || one.Language != language {
			node, language = one.Node, one.Language
			title := node
			if node == "" {
				title = "in any node"
			}
			if len(s.Languages()) > 1 {
				title += ", " + language
			}
			p.Printf("%s\n", p.In(term.Bold, title))
		}
		if one.Fixed {
			fixed++
		}
		total += one.Seconds
		p.Printf("  %s\n", one.show(p))
	}
	p.Printf("\n%s in %s, %d of them fixed; about %.0f s to read aloud\n", number(len(all), "line"), strings.Join(s.Languages(), " and "), fixed, total)
	return nil
}

func (x piece) show(p term.Printer) string {
	key := x.Key
	if x.Variant != "" {
		key += " (" + x.Variant + ")"
	}
	text, took := x.Heard, fmt.Sprintf("%5.1f s", x.Seconds)
	if x.Clip != "" {
		text, took = "♪ "+x.Clip, "       "
	}
	kind := "      "
	if !x.Fixed {
		kind = p.In(term.Yellow, "varies")
	}
	return fmt.Sprintf("%s  %s  %s  %s", took, kind, p.In(term.Dim, key), text)
}
