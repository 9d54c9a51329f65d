package dialog

// FixedLines is everything that can be rendered ahead of a call, in every language
// of the script: texts without variables, fallback lines, ladders, menus and clips,
// each once.
func (s *Script) FixedLines() []Part {
	c := collector{seen: map[Part]bool{}}
	for _, c.s = range s.Tongues() {
		c.collect()
	}
	return c.parts
}

// collect adds what one language has.
func (c *collector) collect() {
	s := c.s
	for _, p := range s.Prompts() {
		c.lines(p.Lines)
	}
	for _, n := range s.Nodes {
		if n.Exit.Transfer != nil {
			c.add(Part{Clip: n.Exit.Transfer.Hold})
		}
		if sl, ok := s.Slot(n.Ask); ok && sl.number() {
			c.add(s.keypadPart(sl))
		}
		for _, choice := range s.choices(n) {
			c.add(s.menuPart(choice))
		}
	}
	for _, w := range s.Ways() {
		if w.On == OnIntent || w.On == OnAlways || w.On == OnAside {
			c.confirm(w.Name)
		}
	}
	for _, sl := range s.Slots {
		if sl.Type == "yes_no" {
			c.confirm(IntentAffirm)
			c.confirm(IntentDeny)
		}
		if sl.Type == "datetime" {
			c.lines([]Line{fixed(s.house().hour), fixed(s.house().day)})
		}
	}
	if len(s.Slots) > 0 {
		for _, p := range s.yesNoMenu() {
			c.add(p)
		}
	}
	if p := s.Fallback.Person; p != nil {
		c.add(Part{Clip: p.Hold})
	}
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

func (c *collector) lines(lines []Line) {
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

// fixedPart is the part that a text without variables becomes.
func (s *Script) fixedPart(t Template) Part {
	text, _ := t.Fill(func(string) (string, bool) { return "", false })
	return Part{Text: clean(text), Language: s.Language, Fixed: true}
}
