package routing

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/parley-voice/parley/dialog/expr"
	"github.com/parley-voice/parley/dialog/vocab"
)

// Facts is what is known when a decision is made, by name, in the canonical form
// of each fact's type: numbers 42.5, dates 2006-01-02T15:04, flags true and false,
// lists with ", " between. A fact that is missing is unknown, and no comparison
// with it holds.
type Facts map[string]string

// Fact is one thing that a condition may ask.
type Fact struct {
	Name  string
	Type  expr.Type
	Words []string // the only values, where they are few
	Mid   bool     // known in mid-call only
	Doc   string
}

// known is every fact but those of queues. docs/routing.md is made from it.
var known = []Fact{
	{"caller.number", expr.Text, nil, false, "the caller's number, +8613800138000; unknown when withheld"},
	{"caller.kind", expr.Text, kinds, false, "what sort of number: `withheld`, `mobile`, `landline`, `hotline`, `short`, `internal`, `other`, `invalid`"},
	{"caller.withheld", expr.Flag, nil, false, "the caller shows no number"},
	{"caller.region", expr.Text, nil, false, "where the number is from: 广东深圳"},
	{"caller.country", expr.Text, nil, false, "ISO 3166 code: CN"},
	{"called.number", expr.Text, nil, false, "the number that was dialled"},
	{"channel", expr.Text, nil, false, "the name under `channels` of the number that was dialled"},
	{"topic", expr.Text, nil, false, "what the caller wants: from `channels`, or told by the script"},
	{"call.day", expr.Date, nil, false, "today, in the file's time zone"},
	{"call.time", expr.Date, nil, false, "now, to the minute, in the file's time zone"},
	{"call.hour", expr.Number, nil, false, "0 to 23"},
	{"call.weekday", expr.Number, nil, false, "1 is Monday, 7 is Sunday"},
	{"hours.open", expr.Flag, nil, false, "within `hours`, and no holiday"},
	{"hours.holiday", expr.Flag, nil, false, "today is under `holidays`"},
	{"customer.known", expr.Flag, nil, false, "there is a profile for the number"},
	{"customer.name", expr.Text, nil, false, "the name in the profile"},
	{"customer.value", expr.Number, nil, false, "average order value"},
	{"customer.tags", expr.List, nil, false, "the profile's tags: `'vip' in customer.tags`"},
	{"customer.products", expr.List, nil, false, "what the customer owns"},
	{"customer.complaints", expr.Number, nil, false, "complaints ever made; 0 for callers without a profile"},
	{"customer.open_complaints", expr.Number, nil, false, "complaints not closed yet"},
	{"customer.language", expr.Text, nil, false, "language tag: zh-CN, en"},
	{"customer.risk", expr.Text, []string{"low", "medium", "high"}, false, "how carefully the person is to be treated: `low`, `medium`, `high`"},
	{"customer.predicted_need", expr.Text, nil, false, "what most who bought the same asked for next: `aftersales (kettle)`"},
	{"customer.need_why", expr.Text, nil, false, "of how many that is read off: 238 of 340 who bought kettle (70 %, at least 64 %) within 90 days"},
	{"first_call", expr.Flag, nil, false, "the person never called in before"},
	{"calls_1h", expr.Number, nil, false, "calls in the last 60 minutes, this one among them"},
	{"calls_30d", expr.Number, nil, false, "calls in the last 30 days, this one among them"},
	{"ivr_hangups_1h", expr.Number, nil, false, "of those in the last 60 minutes, how often the caller hung up among prompts and questions"},
	{"ivr_hangups_30d", expr.Number, nil, false, "the same in 30 days"},
	{"product", expr.Text, nil, false, "the product this is about: told by the script, else that of the customer's which is asked about most"},
	{"enquiries_30d", expr.Number, nil, false, "how often all callers together asked about `product` in 30 days"},
	{"region.answer_rate", expr.Number, nil, false, "percent of the region's calls that were answered"},
	{"region.calls", expr.Number, nil, false, "how many calls that is of"},
	{"overflow", expr.Flag, nil, false, "the caller's region overflows, by `overflow` of the file"},
	{"heard", expr.List, nil, true, "classes of `words` heard so far: `'complaint' in heard`"},
	{"intent", expr.Text, nil, true, "what the script understood last"},
	{"tags", expr.List, nil, true, "what the script tagged the call with"},
	{"no_matches", expr.Number, nil, true, "how often running the caller was not understood"},
	{"failed", expr.List, failures, true, "parts of Parley that failed in this call: `hearing`, `voice`, `understanding`, `model`"},
	{"enquiry.amount", expr.Number, nil, true, "the sum the caller asks about, told by the script"},
	{"enquiry.quantity", expr.Number, nil, true, "the pieces the caller asks about, told by the script"},
	{"call.seconds", expr.Number, nil, true, "how long the call has lasted"},
	{"script", expr.Text, nil, true, "the script that talks"},
}

// failures are what may be lost in mid-call.
var failures = []string{"hearing", "voice", "understanding", "model"}

// kinds of number, as customer has them.
var kinds = []string{"withheld", "mobile", "landline", "hotline", "short", "internal", "other", "invalid"}

// ofQueues is what is known of each queue under its name.
var ofQueues = []Fact{
	{"waiting", expr.Number, nil, false, "callers waiting"},
	{"longest_wait", expr.Number, nil, false, "seconds that the first of them has waited"},
	{"agents", expr.Number, nil, false, "agents logged in"},
	{"free", expr.Number, nil, false, "agents who could take a call now"},
	{"service_level", expr.Number, nil, false, "percent of calls answered in time"},
}

// Known lists the facts that every table knows.
func Known() []Fact { return slices.Clone(known) }

// OfQueues lists the facts of one queue; conditions write queue.NAME. before them.
func OfQueues() []Fact { return slices.Clone(ofQueues) }

// Facts lists what the table's conditions may ask, those of its queues too.
func (t *Table) Facts() []Fact {
	all := Known()
	for i, f := range all {
		switch f.Name {
		case "channel":
			for _, c := range t.Channels {
				all[i].Words = append(all[i].Words, c.Name)
			}
		case "heard":
			for _, w := range t.Words {
				all[i].Words = append(all[i].Words, w.Class)
			}
		}
	}
	for _, q := range t.Queues {
		for _, f := range ofQueues {
			f.Name = "queue." + q + "." + f.Name
			all = append(all, f)
		}
	}
	return all
}

// scope is what conditions may name; those of rules asked when the telephone
// rings know nothing of mid-call.
func (t *Table) scope(mid bool) expr.Scope {
	s := expr.Scope{Vars: map[string]expr.Type{}, Words: map[string][]string{}}
	for _, f := range t.Facts() {
		if f.Mid && !mid {
			continue
		}
		s.Vars[f.Name] = f.Type
		if f.Words != nil || f.Name == "heard" || f.Name == "channel" {
			s.Words[f.Name] = f.Words
		}
	}
	return s
}

// Set puts a fact, in whatever form a person writes it. The error says what would
// do.
func (t *Table) Set(f Facts, name, value string) error {
	all := t.Facts()
	i := slices.IndexFunc(all, func(k Fact) bool { return k.Name == name })
	if i < 0 {
		names := make([]string, len(all))
		for i, k := range all {
			names[i] = k.Name
		}
		return fmt.Errorf("there is no fact %q; %s", name, vocab.Suggest(name, names))
	}
	fact := all[i]
	value = strings.TrimSpace(value)
	if fact.Type == expr.List {
		list := strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == '，' || r == '、' })
		for i := range list {
			list[i] = strings.TrimSpace(list[i])
		}
		f[name] = strings.Join(list, ", ")
		return nil
	}
	canonical, ok := expr.Canonical(fact.Type, value)
	switch {
	case !ok:
		return fmt.Errorf("%s cannot be %q: it is %s", name, value, fact.Type)
	case len(fact.Words) > 0 && !slices.Contains(fact.Words, canonical):
		return fmt.Errorf("%s cannot be %q; %s", name, value, vocab.Suggest(canonical, fact.Words))
	}
	f[name] = canonical
	return nil
}

// view is the facts as conditions see them: what was given, and what follows from
// it and the time.
type view struct{ given, derived Facts }

func (v *view) Value(name string) (string, bool) {
	if s, ok := v.given[name]; ok {
		return s, true
	}
	s, ok := v.derived[name]
	return s, ok
}

// Visits and Times are of conversations; tables know none.
func (*view) Visits(string) int { return 0 }
func (*view) Times(string) int  { return 0 }

func (v *view) all() Facts {
	all := maps.Clone(v.derived)
	maps.Copy(all, v.given)
	return all
}
