package values

import (
	"github.com/parley-voice/parley/dialog/pinyin"
	"github.com/parley-voice/parley/dialog/words"
)

// readChoice finds the option that was named: by its words, by its place (第二个,
// the second one), and in Chinese by its sound. Two options named at once are
// unclear.
func readChoice(l line, o Options) (string, verdict) {
	if named := namedOptions(l, o.Options); len(named) > 0 {
		return pick(o.Options, named)
	}
	if at, ok := placeIn(l, len(o.Options)); ok {
		return o.Options[at].Value, found
	}
	return pick(o.Options, soundingOptions(l, o.Options))
}

func pick(all []Option, hits []int) (string, verdict) {
	at, v := only(hits)
	if v != found {
		return "", v
	}
	return all[at].Value, found
}

// mention is an option's words in the line.
type mention struct{ option, from, to int }

// namedOptions lists the options whose words stand in the line, without those
// that stand only inside a longer one's (标准版 in 高级标准版).
func namedOptions(l line, all []Option) []int {
	var hits []mention
	for o, option := range all {
		for _, said := range append([]string{option.Value}, option.Words...) {
			phrase := lineOf(said)
			for i := range l {
				if n := l.starts(i, phrase); n > 0 {
					hits = append(hits, mention{o, i, i + n})
				}
			}
		}
	}
	var out []int
	for _, h := range hits {
		inside := false
		for _, g := range hits {
			if g.option != h.option && g.from <= h.from && g.to >= h.to && g.to-g.from > h.to-h.from {
				inside = true
			}
		}
		if !inside {
			out = append(out, h.option)
		}
	}
	return out
}

var lastPlaces = phrasesOf("最后一个", "最后那个", "最后一种", "最后", "倒数第一个", "the last", "last one", "the last one", "the bottom one")

var firstPlaces = phrasesOf("前面那个", "前面的", "前者", "前一个", "头一个", "the former", "former", "the top one", "the first one you said", "the first")

var secondPlaces = phrasesOf("后面那个", "后面的", "后者", "后一个", "the latter", "latter", "the other one", "the second")

// placeIn reads 第二个, 二号, the second one, number two, two.
func placeIn(l line, count int) (int, bool) {
	if count == 0 {
		return 0, false
	}
	switch {
	case lastPlaces.in(l):
		return count - 1, true
	case firstPlaces.in(l):
		return 0, true
	case count == 2 && secondPlaces.in(l):
		return 1, true
	}
	var places []int
	for i := 0; i < len(l); i++ {
		if n, k := ordinals.at(l, i); k > 0 {
			places, i = append(places, n), i+k-1
			continue
		}
		if inIdiom(l, i) || l.is(i, "one") && (i > 0 || len(l) > 1) && !l.is(i-1, "number", "option", "choice") {
			continue
		}
		num := numeralAt(l, i, false)
		if num.n == 0 || num.vague {
			continue
		}
		j := i + num.n
		if l.is(i-1, "第", "选", "项", "number", "option", "choice") || l.is(j, "号") || len(l) <= num.n+2 && !l.is(i, "a", "an") {
			places = append(places, int(num.value))
		}
		i = j - 1
	}
	at, v := only(places)
	return at - 1, v == found && at >= 1 && at <= count
}

// soundingOptions lists the options that sound like a part of the line, from two
// syllables on.
func soundingOptions(l line, all []Option) []int {
	said := pinyin.Runs(texts(l))
	var out []int
	for o, option := range all {
		for _, name := range append([]string{option.Value}, option.Words...) {
			runs := pinyin.Runs(words.Split(name))
			if len(runs) != 1 || len(runs[0]) < 2 {
				continue
			}
			for _, run := range said {
				if words.Contains(run, runs[0]) {
					out = append(out, o)
				}
			}
		}
	}
	return out
}

func texts(l line) []string {
	out := make([]string, len(l))
	for i, t := range l {
		out[i] = t.text
	}
	return out
}
