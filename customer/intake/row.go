package intake

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"

	"github.com/parley-voice/parley/customer"
)

// shortened is what Excel makes of a long number.
var shortened = regexp.MustCompile(`^\d(\.\d+)?[eE]\+?\d+$`)

// maxCell bounds a cell; longer ones are no facts about a person.
const maxCell = 1000

// profile reads one row; what is "" when it is good.
func (in *intake) profile(cells []string) (p customer.Profile, what, do string) {
	p.Source, p.Updated = in.o.Source, in.o.AsOf
	if len(cells) > len(in.columns) {
		return p, fmt.Sprintf("the row has %d cells, the header %d", len(cells), len(in.columns)), "put cells with commas into quotes"
	}
	currency, province := in.o.Currency, ""
	for i, text := range cells { // what other cells depend on
		switch in.columns[i].field {
		case "currency":
			if text = strings.TrimSpace(text); text != "" {
				currency = strings.ToUpper(text)
			}
		case "province":
			province = text
		case "updated":
			if what, do = in.date(&p, strings.TrimSpace(text)); what != "" {
				return p, what, do
			}
		}
	}
	p.Region = customer.Region(province)
	for i, text := range cells {
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		if len(text) > maxCell || strings.ContainsRune(text, utf8.RuneError) {
			return p, fmt.Sprintf("cell %d is too long, or its characters cannot be read", i+1), "shorten it, or save the file as CSV UTF-8"
		}
		if what, do = in.cell(&p, in.columns[i], text, currency, province); what != "" {
			return p, what, do
		}
	}
	if p.ID == "" && len(p.Numbers) == 0 {
		return p, "the row has neither id nor number", "give it one of them"
	}
	return p, "", ""
}

func (in *intake) cell(p *customer.Profile, c column, text, currency, province string) (what, do string) {
	switch c.field {
	case "id":
		p.ID = text
	case "name":
		p.Name = text
	case "number":
		return in.numbers(p, text)
	case "tags":
		for _, tag := range list(text) {
			if word := customer.Sensitive(tag); word != "" {
				return fmt.Sprintf("the tag %q is about %q, which may not be kept of a person", tag, word), "take the tag out"
			}
			p.Tags = append(p.Tags, tag)
		}
	case "products":
		p.Products = append(p.Products, list(text)...)
	case "value":
		m, err := customer.ParseMoney(text, currency)
		if err != nil {
			return err.Error(), "correct the amount, or leave the cell empty"
		}
		p.Value = m
	case "region":
		if p.Region = customer.Region(text); province != "" && !strings.HasPrefix(p.Region, customer.Region(province)) {
			p.Region = customer.Region(province + text)
		}
	case "language":
		tag, err := language.Parse(text)
		if err != nil {
			return fmt.Sprintf("%q is no language", text), "write a tag like zh-CN or en"
		}
		p.Language = tag.String()
	case "risk":
		risk, ok := map[string]customer.Risk{"low": "low", "medium": "medium", "high": "high", "低": "low", "中": "medium", "高": "high"}[strings.ToLower(text)]
		if !ok {
			return fmt.Sprintf("%q is no degree of risk", text), "write low, medium or high (低, 中, 高)"
		}
		p.Risk = risk
	case "prefer":
		put(&p.Preferences, c.name, text)
	case "field":
		put(&p.Fields, c.name, customer.Field{Value: text, Source: in.o.Source})
	case "consent":
		return in.consent(p, c.name, text)
	}
	return "", ""
}

func put[V any](m *map[string]V, key string, v V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[key] = v
}

// list divides a cell of several words.
func list(text string) (words []string) {
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(";；,，、|", r) }) {
		if w = strings.TrimSpace(w); w != "" {
			words = append(words, w)
		}
	}
	return words
}

func (in *intake) numbers(p *customer.Profile, text string) (what, do string) {
	if Shortened(text) {
		return fmt.Sprintf("Excel has shortened a number to %s", text), "make the column text in Excel, and fill it again from its source"
	}
	for _, one := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(";；,，、/|", r) }) {
		n := customer.Parse(one, in.o.Country)
		if !n.Personal() {
			return fmt.Sprintf("%q is no number that one person has (%s)", n.Masked(), n.Kind), "correct it, or leave the cell empty"
		}
		p.Numbers = append(p.Numbers, n.Text)
	}
	return "", ""
}

func (in *intake) consent(p *customer.Profile, purpose, text string) (what, do string) {
	c := customer.Consent{Purpose: purpose, Basis: "consent", Source: in.o.Source, At: p.Updated}
	switch strings.ToLower(text) {
	case "yes", "y", "true", "1", "是", "同意", "granted":
		c.State = customer.Granted
	case "no", "n", "false", "0", "否", "拒绝", "不同意", "refused":
		c.State = customer.Refused
	case "withdrawn", "撤回", "退订":
		c.State = customer.Withdrawn
	default:
		return fmt.Sprintf("%q is no answer to a request for consent", text), "write yes, no or withdrawn (是, 否, 撤回)"
	}
	p.Consent = append(p.Consent, c)
	return "", ""
}

// layouts of dates, as systems and Excel write them.
var layouts = []string{
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02",
	"2006/1/2 15:04:05", "2006/1/2 15:04", "2006/1/2", "2006年1月2日", "20060102",
}

func (in *intake) date(p *customer.Profile, text string) (what, do string) {
	if text == "" {
		return "", ""
	}
	t, ok := Date(text, in.o.Zone)
	switch {
	case !ok:
		return fmt.Sprintf("%q is no date", text), "write it like 2026-03-04 15:30:00"
	case t.After(in.o.AsOf.Add(24 * time.Hour)):
		return fmt.Sprintf("%s is in the future", text), "correct the date: nothing could change the row until then"
	}
	p.Updated = t
	return "", ""
}

// Date reads a date as systems and Excel write it; zone is that of one which names
// none.
func Date(text string, zone *time.Location) (time.Time, bool) {
	for _, l := range layouts {
		if t, err := time.ParseInLocation(l, text, zone); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// Shortened tells whether Excel has made 1.38E+10 of a number.
func Shortened(text string) bool { return shortened.MatchString(text) }
