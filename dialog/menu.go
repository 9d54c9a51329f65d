package dialog

import "strings"

// choice is one line of the DTMF menu that stands in for hearing.
type choice struct {
	digit byte
	label string
	edge  Edge
	why   string
}

// maxOptions is how many of a slot's options have a key.
const maxOptions = 9

// choices are what a caller can choose in a node by key: the node's own keys,
// else its intents numbered from 1, then the keys that hold everywhere.
func (s *Script) choices(n *Node) []choice {
	var all []choice
	if sl, ok := s.Slot(n.Ask); ok && sl.Type == "choice" && sl.Keypad {
		for i, o := range sl.Options[:min(len(sl.Options), maxOptions)] {
			all = append(all, choice{digit: byte('1' + i), label: o.label(), why: o.Value})
		}
	}
	for _, k := range n.Keys {
		label := k.Label
		if label == "" {
			label = k.Edge.Go
		}
		all = append(all, choice{k.Digit, s.label(label), k.Edge, label})
	}
	if len(n.Keys) == 0 && !s.keyedNumber(n) {
		for _, b := range n.Go {
			if !s.offered(b.Intent) || len(all) == 9 {
				continue
			}
			all = append(all, choice{byte('1' + len(all)), s.label(b.Intent), b.Edge, b.Intent})
		}
	}
	for _, a := range s.Always {
		if a.Key != 0 && !taken(all, a.Key) && !s.keyedNumber(n) {
			all = append(all, choice{a.Key, s.label(a.Name), a.Edge, a.Name})
		}
	}
	return all
}

// offered tells whether the menu reads an intent. Wavering by key makes no
// sense unless its author gave it a label.
func (s *Script) offered(intent string) bool {
	if intent == IntentHesitate {
		d, ok := s.Intent(intent)
		return ok && d.Label != ""
	}
	return intent != IntentElse && intent != IntentFilled
}

func taken(all []choice, digit byte) bool {
	for _, c := range all {
		if c.digit == digit {
			return true
		}
	}
	return false
}

// keyedNumber tells whether a node asks for a number that can be keyed in.
func (s *Script) keyedNumber(n *Node) bool {
	sl, ok := s.Slot(n.Ask)
	return ok && sl.number()
}

// keypadPart tells how to key a slot's value in.
func (s *Script) keypadPart(sl Slot) Part {
	switch own := s.house().keypads[sl.Type]; {
	case !sl.Keys.Text.Empty():
		return s.fixedPart(sl.Keys.Text)
	case own != "":
		return s.fixedPart(fixed(own).Text)
	}
	return s.fixedPart(s.Fallback.Keypad.Text)
}

// optionMenu is the spoken menu of a choice that is made by keys alone.
func (s *Script) optionMenu(n *Node) []Part {
	sl, ok := s.Slot(n.Ask)
	if !ok || sl.Type != "choice" || sl.Speech {
		return nil
	}
	var parts []Part
	for _, c := range s.choices(n) {
		parts = append(parts, s.menuPart(c))
	}
	return parts
}

// label is how the menu calls an intent: the author's label, else a keyword,
// else an example, else its name.
func (s *Script) label(intent string) string {
	h := s.house()
	d, _ := s.Intent(intent)
	switch {
	case d.Label != "":
		return d.Label
	case intent == IntentAffirm:
		return h.affirm
	case intent == IntentDeny:
		return h.deny
	case intent == IntentHesitate && len(d.Keywords)+len(d.Examples) == 0:
		return h.hesitate
	case len(d.Keywords) > 0:
		return d.Keywords[0]
	case len(d.Examples) > 0:
		return d.Examples[0]
	}
	return strings.NewReplacer("_", " ", "-", " ", ".", " ").Replace(intent)
}

func (s *Script) menuPart(c choice) Part {
	text, _ := s.Fallback.Menu.Text.Fill(func(name string) (string, bool) {
		switch name {
		case "choice":
			return c.label, true
		case "digit":
			return keyName(s.Language, c.digit), true
		}
		return "", false
	})
	return Part{Text: clean(text), Language: s.Language, Fixed: true}
}

// keyName is how a key is read aloud.
func keyName(language string, digit byte) string {
	zh := strings.HasPrefix(strings.ToLower(language), "zh")
	switch {
	case digit == '*' && zh:
		return "星号键"
	case digit == '#' && zh:
		return "井号键"
	case digit == '*':
		return "star"
	case digit == '#':
		return "hash"
	}
	return string(rune(digit))
}
