package keyness

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"
)

// runs parts tokens where script changes, at numbers, and at single letters: no
// phrase holds a digit, so none holds a number of a telephone, a card or an order.
func runs(tokens []string) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		from := 0
		for i := 0; i <= len(tokens); i++ {
			if i < len(tokens) && !numeral(tokens[i]) && (i == from || isHan(tokens[i]) == isHan(tokens[from])) {
				continue
			}
			if i > from && !yield(tokens[from:i]) {
				return
			}
			if from = i; i < len(tokens) && numeral(tokens[i]) {
				from = i + 1
			}
		}
	}
}

// grams are the phrases in a run: 2 to 6 Han characters, or 1 to 4 words, that
// neither begin nor end with a word that says little.
func grams(run []string) iter.Seq[[]string] {
	least, most := 1, longestWords
	if isHan(run[0]) {
		least, most = 2, longestHan
	}
	return func(yield func([]string) bool) {
		for i := range run {
			if little[run[i]] {
				continue
			}
			for n := least; n <= most && i+n <= len(run); n++ {
				gram := run[i : i+n]
				if little[gram[n-1]] || n == 1 && utf8.RuneCountInString(gram[0]) < 4 {
					continue
				}
				if !yield(gram) {
					return
				}
			}
		}
	}
}

func isHan(token string) bool {
	r, _ := utf8.DecodeRuneInString(token)
	return unicode.Is(unicode.Han, r)
}

// numeral tells whether a token holds a digit, in any script, or is a Chinese one.
func numeral(token string) bool {
	return strings.ContainsFunc(token, unicode.IsDigit) || strings.Contains("〇零一二三四五六七八九十百千万两幺", token) || numbers[token]
}

func set(text string) map[string]bool {
	all := map[string]bool{}
	for word := range strings.FieldsSeq(text) {
		all[word] = true
	}
	return all
}

// little are the words that carry no meaning at the edge of a phrase.
var little = set(`的 了 吗 呢 吧 啊 呀 嘛 哦 嗯 是 我 你 您 他 她 它 们 这 那 在 就 都 很 也 和 与 还 又 有 个 把 被 给 对 要 会 能 可 以 说 请 么 什 好 得 着 过 到 从 让
a an the i you he she it we they me my your our their this that these those is am are was were be been do does did have has had of to in on at for with
and or but so if as by from not no yes just very really can could will would should please well uh um oh okay ok its im ive dont there here what which who`)

// numbers are English digits as they are said.
var numbers = set("zero one two three four five six seven eight nine ten double triple")
