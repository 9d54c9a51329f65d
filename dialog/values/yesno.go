package values

import "github.com/parley-voice/parley/dialog/polarity"

// readYesNo reads an answer to a closed question. Wavering is no value.
func readYesNo(text string) (string, verdict) {
	switch polarity.Read(text).Answer.Sense {
	case polarity.Yes:
		return "yes", found
	case polarity.No:
		return "no", found
	case polarity.Wavering:
		return "", unclear
	}
	return "", nothing
}
