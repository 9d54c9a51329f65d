package mask

import "strings"

// Breaths hides numbers in what one person says in several breaths, turn after
// turn: 6222, 0200, 1234, 5678 are one card. It gives the texts as they may be
// written, and which of them hold a part of a number.
func Breaths(texts []string) (hidden []string, number []bool) {
	hidden, number = make([]string, len(texts)), make([]bool, len(texts))
	for i, text := range texts {
		hidden[i], number[i] = hide(text)
	}
	for from := 0; from < len(texts); {
		to := from
		for to < len(texts) && mostlyDigits(texts[to]) {
			to++
		}
		if to-from > 1 {
			together(texts[from:to], hidden[from:to], number[from:to])
		}
		from = max(to, from+1)
	}
	return hidden, number
}

// together hides a number that goes through all of these texts.
func together(texts, hidden []string, number []bool) {
	all := make([]string, len(texts))
	for i, text := range texts { // the mark at the end of a turn is the recogniser's
		all[i] = strings.TrimRight(text, " ,.;，、。；?!？！")
	}
	masked, is := hide(strings.Join(all, " "))
	if !is {
		return
	}
	words := strings.Fields(masked) // as many as before: only letters become stars
	for i, text := range all {
		n := min(len(strings.Fields(text)), len(words)) // an address may hold a blank that is not one of ASCII
		hidden[i], number[i] = strings.Join(words[:n], " "), true
		words = words[n:]
	}
}

// mostlyDigits tells whether a text is little but digits: two at least, and at
// most two words beside them.
func mostlyDigits(text string) bool {
	s, digits, words := []rune(text), 0, 0
	for i := 0; i < len(s); {
		n := digitLength(s[i:], i == 0 || s[i-1] == ' ')
		switch {
		case n > 0:
			digits++
			i += n
			continue
		case s[i] == ' ' && i > 0 && s[i-1] != ' ':
			words++
		}
		i++
	}
	return digits >= 2 && words-digits <= 2
}
