package tts

import (
	"regexp"
	"strings"
	"unicode"
)

// ReadAloud rewrites text the way a person would say it, for engines that only
// know letters and words. It spells codes of capitals and digits (SAVE8: S, A, V, E, 8),
// reads numbers of five digits and more one digit at a time, and says currency
// and percent in the utterance's language (BCP 47; Chinese or English, any other
// as English). Control and invisible characters become spaces; markup and an
// engine's own commands become plain text.
func ReadAloud(text, language string) string {
	text = plain(text)
	zh := isChinese(language)
	text = money.ReplaceAllStringFunc(text, func(m string) string { return sayMoney(m, zh) })
	text = percent.ReplaceAllStringFunc(text, func(m string) string { return sayPercent(m, zh) })
	text = code.ReplaceAllStringFunc(text, spell)
	text = digits.ReplaceAllStringFunc(text, sayDigits)
	return strings.Join(strings.Fields(text), " ")
}

// Pieces is what an engine speaks of u, in order: its sentences, rewritten by
// ReadAloud, without those that hold nothing to say.
func Pieces(u Utterance) []string {
	var out []string
	for _, s := range Sentences(u.Text) {
		s = ReadAloud(s, u.Language)
		if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
			out = append(out, s)
		}
	}
	return out
}

func isChinese(language string) bool {
	base, _, _ := strings.Cut(tagKey(language), "-")
	return base == "zh" || base == "cmn" || base == "yue"
}

var (
	money   = regexp.MustCompile(`[$€£¥￥]\s?\d[\d,]*(\.\d+)?`)
	percent = regexp.MustCompile(`\d+(\.\d+)?\s?[%％]`)
	// A code: capitals and digits in one word, at least one of each.
	code = regexp.MustCompile(`\b[A-Z0-9]*([A-Z][0-9]|[0-9][A-Z])[A-Z0-9]*\b`)
	// A number, with the Chinese measure that would make it a quantity.
	digits = regexp.MustCompile(`(\+?\d[\d,.]*)([元块万亿个人分天年米]?)`)
)

var (
	unitsEnglish = map[string]string{"$": "dollars", "€": "euros", "£": "pounds", "¥": "yuan", "￥": "yuan"}
	unitsChinese = map[string]string{"$": "美元", "€": "欧元", "£": "英镑", "¥": "元", "￥": "元"}
	oneEnglish   = map[string]string{"dollars": "dollar", "euros": "euro", "pounds": "pound", "yuan": "yuan"}
)

func sayMoney(m string, zh bool) string {
	symbol := string([]rune(m)[0])
	amount := strings.TrimSpace(strings.TrimPrefix(m, symbol))
	after := "" // a comma that ends a clause is not part of the sum
	if trimmed := strings.TrimRight(amount, ","); trimmed != amount {
		amount, after = trimmed, ","
	}
	amount = strings.ReplaceAll(amount, ",", "")
	if zh {
		return grouped(strings.TrimSuffix(amount, ".00")) + unitsChinese[symbol] + after
	}
	unit := unitsEnglish[symbol]
	whole, cents, _ := strings.Cut(amount, ".")
	if whole == "1" && strings.Trim(cents, "0") == "" {
		unit = oneEnglish[unit]
	}
	said := grouped(whole) + " " + unit
	if len(cents) == 2 && cents != "00" {
		said += " " + strings.TrimPrefix(cents, "0")
	} else if strings.Trim(cents, "0") != "" && len(cents) != 2 {
		said = grouped(whole) + "." + cents + " " + unit
	}
	return said + after
}

// grouped puts commas into a whole number, which marks it as a quantity: only
// runs of digits without commas are read digit by digit.
func grouped(n string) string {
	whole, rest, dot := strings.Cut(n, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if dot {
		whole += "." + rest
	}
	return whole
}

func sayPercent(m string, zh bool) string {
	n := strings.TrimSpace(strings.TrimRight(m, "%％"))
	if zh {
		return "百分之" + n
	}
	return n + " percent"
}

// spell says a code character by character. The commas make the pauses that let
// a listener write it down, and keep an A from being read as the article.
func spell(word string) string { return strings.Join(strings.Split(word, ""), ", ") }

// oneByOne says a number digit by digit; a long one in groups of four from its
// end, as telephone numbers are told.
func oneByOne(n string) string {
	var b strings.Builder
	for i, d := range n {
		switch left := len(n) - i; {
		case i > 0 && len(n) > 6 && left%4 == 0:
			b.WriteString(", ")
		case i > 0:
			b.WriteByte(' ')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// sayDigits spells phone numbers and the like, and takes the commas out of sums.
func sayDigits(m string) string {
	parts := digits.FindStringSubmatch(m)
	n := strings.TrimRight(parts[1], ",.")
	tail := parts[1][len(n):] + parts[2]
	bare := strings.TrimPrefix(n, "+")
	switch {
	case thousands.MatchString(bare):
		return strings.ReplaceAll(n, ",", "") + tail
	case strings.ContainsAny(bare, ",.") || parts[2] != "":
		return m
	case len(bare) >= 5, len(bare) >= 3 && bare[0] == '0', bare != n:
		return oneByOne(bare) + tail
	}
	return m
}

var thousands = regexp.MustCompile(`^\d{1,3}(,\d{3})+(\.\d+)?$`)

// quotes gives the ASCII forms of typographic marks that engines stumble over.
var quotes = strings.NewReplacer(
	"‘", "'", "’", "'", "“", `"`, "”", `"`, "–", ", ", "—", ", ", "…", "... ", "\u00ad", "",
	// espeak reads [[...]] as phonemes, and others <...> as markup.
	"[", " ", "]", " ", "<", " ", ">", " ", "\\", " ", "`", " ", "|", " ", "^", " ", "{", " ", "}", " ",
)

// plain takes out everything that is not text to be read.
func plain(text string) string {
	text = strings.ToValidUTF8(text, " ")
	text = quotes.Replace(text)
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cf, r): // joiners and direction marks, in mid-word
			return -1
		case !unicode.IsPrint(r), r == unicode.ReplacementChar:
			return ' '
		}
		return r
	}, text)
}
