package asr

import "strings"

// A hum is a sound that shows that somebody listens: "uh-huh", "mm-hmm", 嗯. No
// two recognisers spell it alike, nor one twice, so it is told by what letters
// can spell it, and given out in one spelling, the first of nods.
const (
	hum   = "uh-huh"
	humZH = "嗯"
)

// humming are the letters of a hum's syllables. What they spell by chance is
// listed in notHum.
var (
	notHum = set("he hen hem ham hum hue human humane")
	humsZH = "嗯恩唔呣哼噷呃额啊哦噢喔诶欸唉"
)

// Hum tells whether text is nothing but a hum, and spells it so that an ignore
// list knows it.
func Hum(text, language string) (string, bool) {
	w := words(text)
	if len(w) == 0 || len(w) > 6 {
		return "", false
	}
	if strings.HasPrefix(strings.ToLower(language), "zh") {
		agree := true // 对 by itself, in whatever character it was written
		for _, c := range w {
			if agree = agree && syllable([]rune(c)[0]) == "dui"; !agree {
				break
			}
		}
		if agree {
			return "对", true
		}
		for _, c := range w {
			if !strings.Contains(humsZH, c) {
				return "", false
			}
		}
		return humZH, true
	}
	for _, syllables := range w {
		if notHum[syllables] || !hums(syllables) {
			return "", false
		}
	}
	return hum, true
}

// hums tells whether a word is made of nothing but the open or nasal syllables
// of a hum: a vowel u, a or e, m or n, and the breath between.
func hums(w string) bool {
	if len(w) < 2 || strings.Trim(w, "uaehmn") != "" {
		return false
	}
	return strings.Contains(w, "h") || strings.Trim(w, "m") == "" || w == "um" || w == "un"
}

// Alike tells whether two texts could be the same sound heard twice.
func Alike(a, b string) bool {
	const same = 0.5
	return distance(phones(a), phones(b)) <= same
}
