package dialog

// FixedLines is everything that can be rendered ahead of a call: texts without
// variables, fallback lines, ladders, menus and clips, each once.
func (s *Script) FixedLines() []Part {
	c := collector{s: s, seen: map[Part]bool{}}
	for _, n := range s.Nodes {
		c.lines(n.Say, n.Again)
		for _, b := range n.Go {
			c.edge(b.Edge)
			c.confirm(b.Intent)
		}
		for _, k := range n.Keys {
			c.edge(k.Edge)
		}
		if n.Silence != nil {
			c.rungs(n.Silence.Rungs)
		}
		if n.NoMatch != nil {
			c.lines(n.NoMatch.Say)
		}
		if n.Exit.Transfer != nil {
			c.handoff(*n.Exit.Transfer)
		}
		for _, choice := range s.choices(n) {
			c.add(s.menuPart(choice))
		}
	}
	for _, a := range s.Always {
		c.edge(a.Edge)
		c.confirm(a.Name)
	}
	for _, sl := range s.Slots {
		c.lines(sl.Retry)
	}
	c.rungs(s.Defaults.Silence.Rungs)
	c.lines(s.Defaults.NoMatch.Say, s.Defaults.Slow.Say)
	f := s.Fallback
	c.lines([]Line{f.Deaf, f.Operator, f.Keypad, f.Sorry, f.Handover, f.Last})
	if f.Person != nil {
		c.handoff(*f.Person)
	}
	return c.parts
}

type collector struct {
	s     *Script
	seen  map[Part]bool
	parts []Part
}

func (c *collector) add(p Part) {
	if (p.Text != "" || p.Clip != "") && !c.seen[p] {
		c.seen[p] = true
		c.parts = append(c.parts, p)
	}
}

// confirm is the question whether an intent was meant.
func (c *collector) confirm(intent string) {
	if intent != IntentElse && intent != IntentFilled {
		c.add(c.s.confirmPart(intent))
	}
}

func (c *collector) edge(e Edge) { c.lines(e.Say) }

func (c *collector) handoff(h Handoff) {
	c.add(Part{Clip: h.Hold})
	c.edge(h.OnFail)
}

func (c *collector) rungs(rungs []Rung) {
	for _, r := range rungs {
		c.edge(r.Edge)
	}
}

func (c *collector) lines(lists ...[]Line) {
	for _, lines := range lists {
		for _, l := range lines {
			switch {
			case l.Clip != "":
				c.add(Part{Clip: l.Clip})
			case l.Text.Fixed():
				c.add(c.s.fixedPart(l.Text))
			default:
				c.add(c.s.fixedPart(l.Fallback))
			}
		}
	}
}

// fixedPart is the part that a text without variables becomes.
func (s *Script) fixedPart(t Template) Part {
	text, _ := t.Fill(func(string) (string, bool) { return "", false })
	return Part{Text: clean(text), Language: s.Language, Fixed: true}
}
