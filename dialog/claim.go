package dialog

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/parley-voice/parley/dialog/phrase"
	"github.com/parley-voice/parley/dialog/values"
	"github.com/parley-voice/parley/dialog/words"
)

// Forbidden is something that a model must not say.
type Forbidden struct {
	Text   string
	phrase *phrase.Phrase // one of the two
	regexp *regexp.Regexp
}

// parseForbidden reads a phrase, or an RE2 expression between slashes.
func parseForbidden(text string) (Forbidden, error) {
	f := Forbidden{Text: text}
	var err error
	if inner, ok := strings.CutPrefix(text, "/"); ok && len(inner) > 1 && strings.HasSuffix(inner, "/") {
		if len(text) > maxValue {
			return f, fmt.Errorf("is longer than %d letters", maxValue)
		}
		f.regexp, err = regexp.Compile("(?i)" + strings.TrimSuffix(inner, "/"))
		return f, err
	}
	f.phrase, err = phrase.Parse(text)
	return f, err
}

func (f Forbidden) in(sentence string, said []string) bool {
	if f.regexp != nil {
		return f.regexp.MatchString(sentence)
	}
	_, found := f.phrase.Find(said)
	return found
}

// maxSentence bounds what a model may say in one sentence, in runes.
const maxSentence = 300

// refuse tells why a model's sentence may not be spoken, "" when it may: it says
// something forbidden, a figure that is in none of the facts, or no plain speech.
func (p *Prose) refuse(sentence string, facts []string, language string) string {
	said := words.Split(sentence)
	switch {
	case len(said) == 0:
		return "wrote no words"
	case utf8.RuneCountInString(sentence) > maxSentence:
		return "wrote a sentence without end"
	case strings.ContainsAny(sentence, "<>{}[]|\\@") || strings.Contains(sentence, "://"):
		return "wrote no plain speech"
	}
	for _, f := range p.Forbid {
		if f.in(sentence, said) {
			return fmt.Sprintf("said what is forbidden (%s)", f.Text)
		}
	}
	allowed := append(figures(strings.Join(facts, "\n"), language), "1") // one is said all the time
	for _, n := range figures(sentence, language) {
		if !slices.Contains(allowed, n) {
			return fmt.Sprintf("said %s, which is in none of the facts", n)
		}
	}
	return ""
}

// speakable leaves out the marks of emphasis that models like.
func speakable(text string) string {
	return clean(strings.NewReplacer("*", "", "_", " ", "`", "", "#", "").Replace(text))
}

var writtenFigure = regexp.MustCompile(`\p{Nd}+(?:[.,]\p{Nd}+)*|\p{No}`)

// Words of which figures are made, and those that look like it.
var (
	figureWords = set(strings.Fields("zero two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen " +
		"eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion dozen half quarter twice double triple"))
	figureRunes = "〇零一二两三四五六七八九十百千万亿半"
	noFigures   = strings.NewReplacer("十分", " ", "万一", " ", "千万别", " ", "千万不", " ", "千万要", " ", "一般", " ", "一直", " ", "一定", " ",
		"一下", " ", "一样", " ", "一起", " ", "一些", " ", "一点", " ", "第一", " ", "统一", " ", "唯一", " ", "之一", " ", "一旦", " ", "一共", " ")
)

// figures are the numbers in a text, written and in words, each in one form. A
// single "one" is no figure: people say it all the time.
func figures(text, language string) []string {
	var all []string
	for _, w := range writtenFigure.FindAllString(text, -1) {
		all = append(all, figure(w, language))
	}
	text = writtenFigure.ReplaceAllString(noFigures.Replace(text), " ")
	var run []string
	flush := func() {
		joined := strings.Join(run, " ")
		if run = nil; joined != "" && joined != "一" {
			all = append(all, figure(joined, language))
		}
	}
	for _, w := range words.Split(text) {
		if figureWords[w] || strings.Contains(figureRunes, w) {
			run = append(run, w)
			continue
		}
		flush()
	}
	flush()
	return all
}

// figure is a number in its canonical form, or as it stands when it has none.
func figure(text, language string) string {
	if plain := strings.ReplaceAll(text, ",", ""); typed("number", plain) != "" {
		return typed("number", plain)
	}
	if v, ok := values.Read(values.Number, text, values.Options{Language: language}); ok {
		return v.Canonical
	}
	return strings.ReplaceAll(text, " ", "")
}

func set(list []string) map[string]bool {
	all := map[string]bool{}
	for _, w := range list {
		all[w] = true
	}
	return all
}
