package label

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/rfm"
)

// person is what labels are computed from.
type person struct {
	customer.Profile
	*Tally
	now     time.Time
	figures rfm.Figures
	explain bool // write the why
	numbers []customer.Number
}

// parsed are the person's numbers, read once: that takes as long as all the rest.
func (p *person) parsed() []customer.Number {
	if p.numbers == nil {
		for _, n := range p.Numbers {
			p.numbers = append(p.numbers, customer.Parse(n, ""))
		}
	}
	return p.numbers
}

func (t *Tally) person(p customer.Profile, explain bool) *person {
	return &person{Profile: p, Tally: t, now: t.o.Now, figures: t.book.Figures(), explain: explain}
}

// say writes a why, when it is asked for: a job over all customers does not.
func (p *person) say(format string, args ...any) string {
	if !p.explain {
		return ""
	}
	return fmt.Sprintf(format, args...)
}

// n counts events of a kind in one of the spans.
func (p *person) n(kind customer.EventKind, span int) int {
	for i, s := range spans {
		if s == span {
			return p.counts[i][kindIndex[kind]]
		}
	}
	panic("label: no such span") // a programming error
}

// since is how many days ago an event of a kind was, false when there was none.
func (p *person) since(kind customer.EventKind) (int, bool) {
	at := p.last[kindIndex[kind]]
	if at.IsZero() {
		return 0, false
	}
	return customer.Days(at, p.now), true
}

// Values are all labels, with their whys.
func (t *Tally) Values(p customer.Profile) []Value {
	one := t.person(p, true)
	allowed := p.Allows(ProfilingPurpose, t.o.Now)
	var all []Value
	for _, l := range registry {
		if l.Basis == Profiling && !allowed {
			continue
		}
		text, why := l.compute(one)
		if text == "" {
			continue
		}
		all = append(all, Value{Name: l.Name, Class: l.Class, Text: clean(text), Source: one.source(l), Basis: l.Basis,
			At: t.o.Now, Expires: t.o.Now.AddDate(0, 0, l.Days), Why: why})
	}
	return all
}

// AppendLines adds all labels to b, without their whys, as lines name=value. Each
// ends in a line feed; the first begins with one.
func (t *Tally) AppendLines(b []byte, p customer.Profile) []byte {
	one := t.person(p, false)
	allowed := p.Allows(ProfilingPurpose, t.o.Now)
	b = append(b, '\n')
	for _, l := range registry {
		if l.Basis == Profiling && !allowed {
			continue
		}
		if text, _ := l.compute(one); text != "" {
			b = append(append(append(append(b, l.Name...), '='), clean(text)...), '\n')
		}
	}
	return b
}

// Lookup finds a label among lines as AppendLines writes them.
func Lookup(lines, name string) (string, bool) {
	for rest := lines; ; {
		at := strings.Index(rest, name)
		if at < 0 {
			return "", false
		}
		end := at + len(name)
		if at > 0 && rest[at-1] == '\n' && end < len(rest) && rest[end] == '=' {
			value, _, _ := strings.Cut(rest[end+1:], "\n")
			return value, true
		}
		rest = rest[end:]
	}
}

// clean keeps a value on one line.
func clean(text string) string {
	if strings.ContainsAny(text, "\n\r\x00") {
		return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == 0 }), " ")
	}
	return text
}

func (p *person) source(l Label) string {
	switch {
	case l.from == fromAll:
		return "events of all customers"
	case l.from == fromEvents && len(p.sources) > 0:
		return "events of " + strings.Join(p.sources.words(), ", ")
	case l.from == fromEvents:
		return "no event"
	case p.Source == "":
		return "profile"
	}
	return "profile (" + p.Source + ")"
}

// The canonical forms.

func num(n int) string { return strconv.Itoa(n) }

func flag(b bool) string { return strconv.FormatBool(b) }

// units writes hundredths of a currency as a number of it, exactly.
func units(cents int64) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	text := sign + strconv.FormatInt(cents/100, 10)
	switch part := cents % 100; {
	case part == 0:
		return text
	case part%10 == 0:
		return text + "." + strconv.FormatInt(part/10, 10)
	case part < 10:
		return text + ".0" + strconv.FormatInt(part, 10)
	default:
		return text + "." + strconv.FormatInt(part, 10)
	}
}

// share writes part of all as a number from 0 to 1 with at most three decimals.
func share(part, all int) string {
	return strconv.FormatFloat(float64((part*1000+all/2)/all)/1000, 'f', -1, 64)
}
