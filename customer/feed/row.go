package feed

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"

	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/intake"
)

// maxText bounds a value; maxWords one of free text.
const (
	maxText  = 300
	maxWords = 4000
)

// Row takes one row, whose values go by their names, into the batch. asOf is when
// it is true, of a row that does not say.
func (m *Mapping) Row(b *Batch, ref string, row map[string]string, asOf time.Time) {
	for name, value := range row {
		if value != "" && customer.Sensitive(name) != "" { // not mapped, so not taken: told of
			b.Refused++
		}
	}
	one, refused, err := m.read(row, asOf)
	b.Refused += refused
	if err != nil {
		b.Bad = append(b.Bad, Rejected{ref, err.Error()})
		return
	}
	one.Ref = ref
	b.Told = append(b.Told, one)
}

func (m *Mapping) read(row map[string]string, asOf time.Time) (one Told, refused int, err error) {
	get := func(field string) string { return strings.TrimSpace(row[m.Fields[field]]) }
	for field, theirs := range m.Fields {
		limit := maxText
		if field == "text" {
			limit = maxWords
		}
		if text := row[theirs]; len(text) > limit || !utf8.ValidString(text) {
			return one, 0, fmt.Errorf("%s is longer than %d bytes, or no text", field, limit)
		}
	}
	one.External = get("customer")
	if one.Profile, refused, err = m.profile(get, asOf); err != nil {
		return one, refused, err
	}
	if one.External == "" && len(one.Profile.Numbers) == 0 {
		return one, refused, fmt.Errorf("there is neither an id of the customer nor a number")
	}
	if one.Event, err = m.event(get); err != nil {
		return one, refused, err
	}
	if one.Event != nil && m.Fields["updated"] == "" {
		one.Profile.Updated = one.Event.At
	}
	return one, refused, nil
}

func (m *Mapping) profile(get func(string) string, asOf time.Time) (p customer.Profile, refused int, err error) {
	p = customer.Profile{Source: m.Source, Updated: asOf, Name: get("name"), Region: customer.Region(get("region"))}
	for _, text := range split(get("number")) {
		n := customer.Parse(text, m.Country)
		switch {
		case intake.Shortened(text):
			return p, 0, fmt.Errorf("a spreadsheet has shortened the number")
		case !n.Personal():
			return p, 0, fmt.Errorf("the number is none that one person has (%s)", n.Kind)
		}
		p.Numbers = append(p.Numbers, n.Text)
	}
	for _, tag := range split(get("tags")) {
		if customer.Sensitive(tag) != "" {
			refused++
			continue
		}
		p.Tags = append(p.Tags, tag)
	}
	if text := get("language"); text != "" {
		tag, err := language.Parse(text)
		if err != nil {
			return p, refused, fmt.Errorf("the language is none: write a tag like zh-CN")
		}
		p.Language = tag.String()
	}
	if text := get("updated"); text != "" {
		if p.Updated, err = m.instant(text); err != nil {
			return p, refused, fmt.Errorf("updated: %w", err)
		}
	}
	return p, refused, nil
}

// event reads what happened, nil when the row does not tell.
func (m *Mapping) event(get func(string) string) (*customer.Event, error) {
	kind := m.Event
	if text := get("kind"); text != "" {
		if kind = m.Kinds[text]; kind == "" {
			kind = strings.ToLower(text)
		}
	}
	if kind == "" || kind == Passed {
		if m.events() && kind == "" {
			return nil, fmt.Errorf("the kind of the event is missing")
		}
		return nil, nil
	}
	if !slices.Contains(customer.EventKinds(), customer.EventKind(kind)) {
		return nil, fmt.Errorf("the kind of the event is not known: name it under kinds")
	}
	at, err := m.instant(get("at"))
	if err != nil {
		return nil, fmt.Errorf("at: %w", err)
	}
	e := &customer.Event{
		Source: m.Source, ID: get("id"), Customer: "?", Kind: customer.EventKind(kind), At: at, Category: get("category"), Product: get("product"),
		Channel: strings.ToLower(get("channel")), Discount: yes(get("discount")), Mood: get("mood"), Text: get("text"),
	}
	if text := get("amount"); text != "" {
		currency := m.Currency
		if c := get("currency"); c != "" {
			currency = strings.ToUpper(c)
		}
		if e.Amount, err = customer.ParseMoney(text, currency); err != nil {
			return nil, fmt.Errorf("the amount is none: write it like 4999.99")
		}
	}
	if text := get("score"); text != "" {
		if e.Score, err = strconv.Atoi(text); err != nil {
			return nil, fmt.Errorf("the score is no whole number")
		}
	}
	if text := get("lasted"); text != "" {
		seconds, err := strconv.ParseFloat(text, 64)
		if err != nil || seconds < 0 || seconds > 1e6 {
			return nil, fmt.Errorf("lasted is no number of seconds")
		}
		e.Lasted = time.Duration(seconds * float64(time.Second))
	}
	return e, e.Check()
}

// instant reads a time: a date, or seconds or milliseconds since 1970.
func (m *Mapping) instant(text string) (time.Time, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && len(text) >= 9 {
		if len(text) >= 12 {
			return time.UnixMilli(n).UTC(), nil
		}
		return time.Unix(n, 0).UTC(), nil
	}
	zone := m.Zone
	if zone == nil {
		zone = time.UTC
	}
	if t, ok := intake.Date(text, zone); ok {
		return t, nil
	}
	return time.Time{}, fmt.Errorf("this is no time: write it like 2026-03-04 15:30:00, or as seconds or milliseconds since 1970")
}

func yes(text string) bool {
	switch strings.ToLower(text) {
	case "", "0", "0.00", "false", "no", "n", "否", "f":
		return false
	}
	return true
}

// split divides a value of several.
func split(text string) (all []string) {
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(";；,，、|/", r) }) {
		if w = strings.TrimSpace(w); w != "" {
			all = append(all, w)
		}
	}
	return all
}
