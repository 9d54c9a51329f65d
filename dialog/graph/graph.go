// Package graph draws a script: as a Mermaid flowchart for pages, and as an SVG
// that shows every node with its words and its ways. It is pure and draws the
// same script the same way each time.
package graph

import (
	"strings"

	"github.com/parley-voice/parley/dialog"
)

// Graph is a script's nodes and ways, in file order.
type Graph struct {
	Title string
	Goal  string
	Boxes []Box
}

// Box is a node, or what holds in all of them.
type Box struct {
	Name  string
	Stage string // "" for what holds everywhere
	Says  string // the first words
	Facts []string
	Rows  []Row
}

// Row is a way onward.
type Row struct {
	Label string
	To    int    // index of a box, -1 for none
	End   string // why the call ends, "" when it goes on
	Kind  Kind
}

// Kind is what opens a way, as far as it is drawn differently.
type Kind string

// The kinds.
const (
	Answer Kind = "answer" // the caller meant or pressed something
	Onward Kind = "onward" // by itself
	Ladder Kind = "ladder" // silence, words not understood, too many turns
	Failed Kind = "failed" // the transfer failed
)

// Anywhere is the name of the box for what holds in every node.
const Anywhere = "anywhere"

// Of reads a script.
func Of(s *dialog.Script) Graph {
	g := Graph{Title: s.ID, Goal: s.Goal}
	index := map[string]int{}
	for _, n := range s.Nodes {
		index[n.Name] = len(g.Boxes)
		g.Boxes = append(g.Boxes, Box{Name: n.Name, Stage: n.Stage, Says: says(s, n), Facts: facts(n)})
	}
	everywhere := Box{Name: Anywhere}
	for _, w := range s.Ways() {
		row := rowOf(s, w, index)
		if w.From == nil {
			everywhere.Rows = append(everywhere.Rows, row)
			continue
		}
		if w.Edge.Go != "" || w.Edge.End != "" || w.Edge.Replay {
			b := &g.Boxes[index[w.From.Name]]
			b.Rows = append(b.Rows, row)
		}
	}
	g.Boxes = append(g.Boxes, everywhere)
	return g
}

func rowOf(s *dialog.Script, w dialog.Way, index map[string]int) Row {
	row := Row{To: -1, Label: label(w), Kind: Answer}
	if w.If != "" {
		row.Label = strings.TrimSpace(row.Label + " if " + w.If)
	}
	switch w.On {
	case dialog.OnGo, dialog.OnWait, dialog.OnWhen, dialog.OnThen:
		row.Kind = Onward
	case dialog.OnSilence, dialog.OnNoMatch, dialog.OnTurns:
		row.Kind = Ladder
	case dialog.OnFail, dialog.OnMissing:
		row.Kind = Failed
	}
	stays := w.Edge.Go == "" || w.Edge.Go == dialog.TargetStay
	if to := w.Edge.Language.Source; to != "" {
		row.Label += " in " + to
	}
	switch {
	case w.Edge.End != "":
		row.End = w.Edge.End
	case s.Ends(w):
		row.End = "last prompt"
	case w.Edge.Replay:
		row.Label += " (says it again)"
	case stays:
		row.Label += " (stays)"
	default:
		if n := s.Leads(w); n != nil {
			row.To = index[n.Name]
		}
	}
	return row
}

func label(w dialog.Way) string {
	switch w.On {
	case dialog.OnKey:
		return "key " + w.Name
	case dialog.OnMood:
		return "sounds " + w.Name
	case dialog.OnSilence:
		return "silence " + w.Wait.String()
	case dialog.OnNoMatch:
		return "not understood"
	case dialog.OnFail:
		if w.From != nil && w.From.Exit.Fetch != nil {
			return "no answer"
		}
		return "nobody came"
	case dialog.OnThen:
		return "the person hung up"
	case dialog.OnMissing:
		return "not found"
	case dialog.OnWhen:
		return ""
	case dialog.OnTurns:
		return "too many turns"
	case dialog.OnWait:
		return "after " + w.Wait.String()
	case dialog.OnGo:
		return "then"
	}
	return w.Name
}

func says(s *dialog.Script, n *dialog.Node) string {
	var parts []string
	for _, l := range n.Say {
		if l.Clip != "" {
			parts = append(parts, "♪ "+l.Clip)
			continue
		}
		parts = append(parts, s.Read(l))
	}
	return strings.Join(parts, " ")
}

// facts are what a node does apart from talking.
func facts(n *dialog.Node) []string {
	var all []string
	if n.Ask != "" {
		all = append(all, "asks "+n.Ask)
	}
	if t := n.Exit.Transfer; t != nil {
		all = append(all, "transfer to "+t.Queue+t.Agent+t.SIP)
	}
	if q := n.Exit.Fetch; q != nil {
		all = append(all, "looks up "+q.URL.Source)
	}
	if p := n.Exit.Prose; p != nil {
		all = append(all, "a model speaks: "+p.Goal.Source)
	}
	if to := n.Effects.Language.Source; to != "" {
		all = append(all, "goes on in "+to)
	}
	if n.Effects.Outcome != "" {
		all = append(all, "outcome "+n.Effects.Outcome)
	}
	if n.Exit.End != "" {
		all = append(all, "ends: "+n.Exit.End)
	}
	if n.Exit.Loop || n.Exit.Echo != (dialog.Echo{}) {
		all = append(all, "goes on for ever")
	}
	return all
}

// folded joins ways that lead to the same place into one row, as far as it has
// room for them.
func (x Box) folded(g Graph) Box {
	var rows []Row
	for _, r := range x.Rows {
		room := textWidth - wide(g.goal(r)) - 3
		joined := false
		for i, o := range rows {
			if o.To == r.To && o.End == r.End && o.Kind == r.Kind && (r.To >= 0 || r.End != "") && wide(o.Label)+2+wide(r.Label) <= room {
				rows[i].Label += ", " + r.Label
				joined = true
				break
			}
		}
		if !joined {
			rows = append(rows, r)
		}
	}
	x.Rows = rows
	return x
}

// goal is where a row leads, in words.
func (g Graph) goal(r Row) string {
	switch {
	case r.To >= 0:
		return g.Boxes[r.To].Name
	case r.End != "":
		return "ends: " + r.End
	}
	return ""
}
