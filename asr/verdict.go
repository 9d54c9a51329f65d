package asr

import "strings"

// Verdict is what the words heard so far say about the end of a turn.
type Verdict uint8

// The verdicts.
const (
	Unsure     Verdict = iota
	Complete           // the answer awaited, or a whole sentence
	Unfinished         // a number that lacks digits
)

// Judge weighs the words decoded in a pause against what is awaited: a closed
// answer is complete when it is in the closed set, a number when it has all its
// digits, and open words when the engine ends them as a sentence.
func Judge(text string, e Expectation, language string) Verdict {
	said, ok := Snap(text, e, language)
	switch {
	case e.Shape == Open:
		if end := strings.TrimSpace(text); strings.HasSuffix(end, ".") && !strings.HasSuffix(end, "..") || strings.HasSuffix(end, "?") ||
			strings.HasSuffix(end, "!") || strings.HasSuffix(end, "。") || strings.HasSuffix(end, "？") {
			return Complete
		}
		return Unsure
	case !ok:
		return Unsure
	case e.Shape != Digits:
		return Complete
	case e.Max > 0 && len(said) == e.Max:
		return Complete
	case len(said) < e.Min:
		return Unfinished
	}
	return Unsure
}
