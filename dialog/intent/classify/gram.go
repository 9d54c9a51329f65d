package classify

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/parley-voice/parley/dialog/pinyin"
	"github.com/parley-voice/parley/dialog/words"
)

// kind is a group of features that is weighed by itself.
type kind uint8

const (
	wordGrams   kind = iota // words or Han characters, one or two in a row
	letterGrams             // two to five letters inside a word that is not Han
	soundGrams              // syllables of Han characters, one or two in a row
	kinds
)

// The marks before the first and after the last word.
const (
	opening = "\x02"
	closing = "\x03"
)

// Lengths of the pieces taken out of a word, in runes.
const (
	minLetters = 2
	maxLetters = 5
)

// eachGram tells f every feature of a text's words, as often as it occurs. The
// strings share memory with one another.
func eachGram(all []string, f func(kind, string)) {
	if len(all) == 0 {
		return
	}
	inRow(all, func(s string) { f(wordGrams, s) })
	for _, w := range all {
		if !isHan(w) {
			inWord(w, func(s string) { f(letterGrams, s) })
		}
	}
	for _, run := range pinyin.Runs(all) {
		inRow(run, func(s string) { f(soundGrams, s) })
	}
}

// inRow tells f each of the words, and each two of them in a row with marks at
// both ends.
func inRow(all []string, f func(string)) {
	row := opening + " " + strings.Join(all, " ") + " " + closing
	start, end := 0, len(opening)
	for _, w := range all {
		next := end + 1 + len(w)
		f(row[end+1 : next])
		f(row[start:next])
		start, end = end+1, next
	}
	f(row[start:])
}

// inWord tells f the pieces of one word, its ends marked with spaces.
func inWord(w string, f func(string)) {
	w = " " + w + " "
	at := make([]int, 0, len(w)+1)
	for i := range w {
		at = append(at, i)
	}
	at = append(at, len(w))
	for n := minLetters; n <= maxLetters; n++ {
		for i := 0; i+n < len(at); i++ {
			f(w[at[i]:at[i+n]])
		}
	}
}

func isHan(w string) bool {
	r, _ := utf8.DecodeRuneInString(w)
	return unicode.Is(unicode.Han, r)
}

// dictionary numbers the features of the training examples.
type dictionary struct {
	ids   [kinds]map[string]int32
	names []string
	kinds []kind
}

func newDictionary() *dictionary {
	d := &dictionary{}
	for k := range d.ids {
		d.ids[k] = map[string]int32{}
	}
	return d
}

// doc is a text as counted features, in the order of their numbers.
type doc struct {
	ids     []int32
	counts  []int32
	unknown [kinds]int32 // occurrences of features that the dictionary lacks
}

// learn reads a text and adds its features to the dictionary.
func (d *dictionary) learn(text string) doc {
	var found []int32
	eachGram(words.Split(text), func(k kind, s string) {
		id, known := d.ids[k][s]
		if !known {
			id = int32(len(d.names))
			s = strings.Clone(s)
			d.ids[k][s] = id
			d.names, d.kinds = append(d.names, s), append(d.kinds, k)
		}
		found = append(found, id)
	})
	return counted(found)
}

// read counts the features of a text that the dictionary knows.
func (d *dictionary) read(text string) doc {
	found := make([]int32, 0, 8*len(text))
	var unknown [kinds]int32
	eachGram(words.Split(text), func(k kind, s string) {
		if id, known := d.ids[k][s]; known {
			found = append(found, id)
		} else {
			unknown[k]++
		}
	})
	out := counted(found)
	out.unknown = unknown
	return out
}

func counted(ids []int32) doc {
	slices.Sort(ids)
	out := doc{}
	for i, id := range ids {
		if i == 0 || id != ids[i-1] {
			out.ids, out.counts = append(out.ids, id), append(out.counts, 0)
		}
		out.counts[len(out.counts)-1]++
	}
	return out
}
