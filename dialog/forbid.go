package dialog

import (
	"fmt"
	"slices"
)

// Forbid adds the house's own words to those that must not be said: a text with
// variables that comes to hold one is not spoken, and no sentence of a language
// model with one is. It gives the prompts that hold one as they are written,
// which are spoken nevertheless: somebody has to mend them.
func (s *Script) Forbid(words []string) (written []string) {
	if len(words) == 0 {
		return nil
	}
	for _, t := range s.Tongues() {
		for _, w := range t.forbid(words) {
			if !slices.Contains(written, w) { // a plain text is said in every language
				written = append(written, w)
			}
		}
	}
	return written
}

// forbid is Forbid in one language.
func (s *Script) forbid(words []string) (written []string) {
	const why = "is on the house's list"
	s.Market = s.Market.With(why, words)
	for _, p := range s.Prompts() {
		for _, l := range p.Lines {
			for _, text := range []string{l.Text.Source, l.Fallback.Source} {
				if word, _, found := s.Market.Says(text); found {
					at := s.Pos(p.Path...)
					written = append(written, fmt.Sprintf("%s:%d:%d: %q", at.File, at.Line, at.Column, word))
				}
			}
		}
	}
	return written
}
