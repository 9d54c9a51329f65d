package dialog

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

// TestListen holds what the recogniser is told: the shape and the patience follow
// from what is asked, the words nearest to the question come first.
func TestListen(t *testing.T) {
	s, err := Load(strings.NewReader(`script: x
hotwords: [Parley]
intents: {price: {keywords: [price, discount]}}
always: {human: {keywords: [agent, price], go: bye}}
slots:
  card: {type: choice, options: {gold: [gold card], basic: [basic]}}
  visit: {type: datetime}
  phone: {type: phone}
  code: {type: digits, length: 4-6}
nodes:
  open: {stage: need, hotwords: [Friday], endpoint: 900ms, go: {price: bye}}
  card: {stage: need, ask: card, go: bye}
  visit: {stage: need, ask: visit, go: bye}
  phone: {stage: need, ask: phone, endpoint: 2s, go: bye}
  code: {stage: need, ask: code, go: bye}
  agree: {stage: need, go: {affirm: bye, deny: bye}}
  bye: {stage: close, end: true}
`), "x")
	if err != nil {
		t.Fatal(err)
	}
	for node, want := range map[string]Listen{
		"open":  {Shape: "open", Endpoint: 900 * time.Millisecond, Hotwords: []string{"Friday", "price", "discount", "Parley", "agent"}},
		"card":  {Shape: "choice", Words: []string{"gold card", "gold", "basic", "basic"}, Hotwords: []string{"gold", "gold card", "basic", "Parley", "agent", "price"}},
		"visit": {Shape: "open", Endpoint: 700 * time.Millisecond, Hotwords: []string{"Parley", "agent", "price"}},
		"phone": {Shape: "digits", Endpoint: 2 * time.Second, Hotwords: []string{"Parley", "agent", "price"}},
		"code":  {Shape: "digits", Min: 4, Max: 6, Hotwords: []string{"Parley", "agent", "price"}},
		"agree": {Shape: "yes_no", Hotwords: []string{"Parley", "agent", "price"}},
		"bye":   {Shape: "open"},
	} {
		n, _ := s.Node(node)
		want.Language = "en"
		if got := s.listen(n, false); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", node, got, want)
		}
	}
}

// TestKeyedIn holds what keys become.
func TestKeyedIn(t *testing.T) {
	now := time.Date(2026, 3, 31, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct{ typ, when, keys, want string }{
		{"number", "", "42.5", "42.5"}, {"number", "", "007", "7"}, {"amount", "", "199", "199.00 USD"}, {"amount", "", ".", ""},
		{"date", "", "0401", "2026-04-01"}, {"date", "", "0330", "2027-03-30"}, {"date", "past", "0330", "2026-03-30"},
		{"date", "past", "0401", "2025-04-01"}, {"date", "", "0229", "2028-02-29"}, {"date", "past", "0229", "2024-02-29"},
		{"date", "", "19840229", "1984-02-29"}, {"date", "", "1301", ""}, {"date", "", "20260230", ""}, {"date", "", "12345", ""},
		{"time", "", "1530", "15:30"}, {"time", "", "930", "09:30"}, {"time", "", "2460", ""},
		{"datetime", "", "04011530", "2026-04-01T15:30"}, {"datetime", "", "202704010900", "2027-04-01T09:00"}, {"datetime", "", "0401999", ""},
		{"phone", "", "2025550123", "+12025550123"}, {"phone", "", "12345678901234", ""},
	} {
		sl := Slot{Type: c.typ, Limits: Limits{When: c.when}}
		if got := keyedIn(sl, c.keys, "en-US", now); got != c.want {
			t.Errorf("%s %s %s: got %q, want %q", c.typ, c.when, c.keys, got, c.want)
		}
	}
}
