package dialog

import (
	"time"
	"unicode"
)

// ReadingTime is about how long a voice takes to read a text.
func ReadingTime(text string) time.Duration {
	var d time.Duration
	for _, r := range text {
		if unicode.Is(unicode.Han, r) {
			d += 220 * time.Millisecond
		} else {
			d += 65 * time.Millisecond
		}
	}
	return d
}

// Example is what a variable holds in tests and simulators: its example, else
// its default.
func (s *Script) Example(name string) (string, bool) {
	for _, n := range s.Needs {
		switch {
		case n.Name != name:
		case n.Example != "":
			return n.Example, true
		case n.HasDefault:
			return n.Default, true
		}
	}
	return "", false
}

// Read is how a line sounds in a call where every variable has its example; the
// name of one that has none stands for it.
func (s *Script) Read(l Line) string {
	text, _ := l.Text.Fill(func(name string) (string, bool) {
		if v, ok := s.Example(name); ok {
			return v, true
		}
		return name, true
	})
	return tidy(text)
}
