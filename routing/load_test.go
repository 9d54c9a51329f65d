package routing

import (
	"os"
	"strings"
	"testing"
)

func load(t testing.TB, file string) *Table {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	table, err := Load(f, file)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestShippedTablesLoadAndAreClean(t *testing.T) {
	for _, file := range []string{"../routes/hotline.zh.yaml", "../routes/hotline.en.yaml"} {
		for _, f := range load(t, file).Lint() {
			t.Errorf("%s", f.Error())
		}
	}
}

const head = "routes: r\nqueues: [a, b]\nskills: [senior]\nchannels: {\"400\": {name: shop}}\nwords: {complaint: [bad]}\n"

const tail = "default: {to: {queue: a}}\n"

func TestMistakesAreToldWithTheirPlace(t *testing.T) {
	rule := func(s string) string { return head + "rules:\n  - {id: x, " + s + "}\n" + tail }
	for _, c := range []struct{ name, text, at, what, hint string }{
		{"unknown fact", rule("when: calls_1hr >= 3, to: {queue: a}"), "t:7:19", `there is no fact "calls_1hr"`, `did you mean "calls_1h"?`},
		{"unknown fact within", rule("when: first_call and custmer.value > 5, to: {queue: a}"), "t:7:34", `there is no fact "custmer.value"`, `did you mean "customer.value"?`},
		{"word without quotes", rule("when: topic == aftersales, to: {queue: a}"), "t:7:28", `there is no fact "aftersales"`, "put a text in quotes"},
		{"mid-call fact", rule("when: no_matches >= 2, to: {queue: a}"), "t:7:19", `there is no fact "no_matches"`, "under during"},
		{"number with text", rule("when: customer.value >= 'x', to: {queue: a}"), "t:7:34", "does not go with", ""},
		{"no truth", rule("when: customer.value, to: {queue: a}"), "t:7:19", "not true or false", "compare it"},
		{"channel of no number", rule("when: channel == 'shopp', to: {queue: a}"), "t:7:30", `there is no value of channel "shopp"`, `did you mean "shop"?`},
		{"class", head + "rules: []\nduring:\n  - {id: x, when: \"'complain' in heard\", to: {queue: a}}\n" + tail, "t:8:20", `"complain"`, `did you mean "complaint"?`},
		{"queue", rule("to: {queue: c}"), "t:7:25", `there is no queue "c"`, `did you mean "a"?`},
		{"skill", rule("to: {queue: a}, skills: [{need: [seniors]}]"), "t:7:46", `there is no skill "seniors"`, `did you mean "senior"?`},
		{"queue's fact", rule("when: queue.c.waiting > 3, to: {queue: a}"), "t:7:19", `there is no fact "queue.c.waiting"`, `did you mean "queue.a.waiting"?`},
		{"two places", rule("to: {queue: a, script: b}"), "t:7:36", "a queue and a script", "one place"},
		{"no place", rule("priority: 5"), "t:7:5", "does not say where", "add to"},
		{"unknown key", rule("too: {queue: a}"), "t:7:13", `has no key "too"`, `did you mean "to"?`},
		{"reject", rule("to: {reject: 200}"), "t:7:26", `reject cannot be "200"`, "400 to 699"},
		{"no default", head + "rules: []\n", "t:1:1", `no "default"`, ""},
		{"same id", head + "rules:\n  - {id: x, to: {queue: a}}\n  - {id: x, to: {queue: b}}\n" + tail, "t:8:5", `two rules "x"`, "another id"},
		{"no id", head + "rules:\n  - {to: {queue: a}}\n" + tail, "t:7:5", "no id", ""},
		{"hours", "hours: {mon-fri: 18:00-09:00}\n" + rule("to: {queue: a}"), "t:1:18", "end before they begin", "past midnight"},
		{"weekday", "hours: {monday: 09:00-18:00}\n" + rule("to: {queue: a}"), "t:1:9", "no day of the week", "mon"},
		{"holiday", "holidays: [2026-02-30]\n" + rule("to: {queue: a}"), "t:1:12", "no day", "2026-10-01"},
		{"zone", "timezone: Asia/Shangai\n" + rule("to: {queue: a}"), "t:1:11", "timezone cannot be", "Asia/Shanghai"},
		{"overflow without thresholds", rule("to: {queue: a}, overflow: {queue: b}"), "t:7:39", "nothing says when", "below"},
		{"thresholds", "overflow: {below: 90, until: 85}\n" + rule("to: {queue: a}"), "t:1:11", "ends at 85", "larger"},
		{"steps", rule("to: {queue: a}, skills: [{after: 20s, need: [senior]}, {after: 20s, need: [senior]}]"), "t:7:68", "never reached", "order"},
		{"promise", rule("to: {queue: a}, promise: {within: 30s}"), "t:7:38", "needs within and else", ""},
		{"greeting", rule("to: {queue: a}, greeting: \"Hello {{chanel}}\""), "t:7:48", `there is no fact "chanel"`, `did you mean "channel"?`},
		{"greeting not closed", rule("to: {queue: a}, greeting: \"Hello {{channel\""), "t:7:46", "not closed", ""},
		{"context", rule("to: {queue: a}, context: [purchase]"), "t:7:39", `context cannot be "purchase"`, `did you mean "purchases"?`},
		{"follow up", rule("to: {queue: a}, follow_up: 5s"), "t:7:40", "follow_up", "a minute"},
		{"anchor", "routes: &a r\n" + tail, "t:1:9", "anchors", "write the value out"},
		{"twice", head + head + tail, "t:6:1", "stands twice", "keep one"},
		{"empty", "", "t", "the file is empty", "routes: name"},
		{"not YAML", head + "rules: [\n", "t:6:1", "not YAML", ""},
	} {
		_, err := Load(strings.NewReader(c.text), "t")
		if err == nil {
			t.Errorf("%s: nothing is wrong", c.name)
			continue
		}
		first, _, _ := strings.Cut(err.Error(), "\n")
		if !strings.HasPrefix(first, c.at+": ") || !strings.Contains(first, c.what) || !strings.Contains(first, c.hint) {
			t.Errorf("%s: want %s %q %q, got\n%v", c.name, c.at, c.what, c.hint, err)
		}
	}
}

func TestLint(t *testing.T) {
	const hours = "hours: {mon-fri: 09:00-18:00}\n"
	for _, c := range []struct{ name, rules, want string }{
		{"shadowed by a wider bound", "{id: x, when: calls_1h >= 2, to: {queue: a}}, {id: y, when: calls_1h >= 3, to: {queue: b}}", `shadowed 7 "x", which comes first, takes all calls of "y"`},
		{"not shadowed", "{id: x, when: calls_1h >= 3, to: {queue: a}}, {id: y, when: calls_1h >= 2, to: {queue: b}}", ""},
		{"shadowed by fewer conditions", "{id: x, when: first_call, to: {queue: a}}, {id: y, when: first_call and calls_1h >= 2, to: {queue: b}}", "shadowed 7"},
		{"shadowed with other words", "{id: x, when: topic != 'a', to: {queue: a}}, {id: y, when: topic == 'b' and first_call, to: {queue: b}}", "shadowed 7"},
		{"a member of a set", "{id: x, when: 'topic in [\"a\", \"b\"]', to: {queue: a}}, {id: y, when: topic == 'b', to: {queue: b}}", "shadowed 7"},
		{"an or is taken as it is", "{id: x, when: first_call or calls_1h > 2, to: {queue: a}}, {id: y, when: first_call or calls_1h > 2, to: {queue: b}}", "shadowed 7"},
		{"always", "{id: x, to: {queue: b}}", `shadowed 7 the rule "x" always holds: no call comes to what follows`},
		{"contradiction", "{id: x, when: calls_1h > 3 and calls_1h < 3, to: {queue: b}}", "never-holds 7"},
		{"flag and not", "{id: x, when: first_call and not first_call, to: {queue: b}}", "never-holds 7"},
		{"gap", "{id: x, when: customer.value >= 5000, to: {queue: b}}, {id: y, when: customer.value < 1000, to: {queue: a}}", "gap 7 no rule that asks for customer.value alone takes what lies between 1000 and 5000"},
		{"no gap", "{id: x, when: customer.value >= 5000, to: {queue: b}}, {id: y, when: customer.value < 5000, to: {queue: a}}", ""},
		{"three that meet", "{id: x, when: customer.value >= 5000, to: {queue: b}}, {id: y, when: customer.value < 1000, to: {queue: a}}, {id: z, when: customer.value >= 1000, to: {queue: a}}", ""},
		{"for ever", "{id: x, when: first_call, to: {queue: b}, skills: [{need: [senior]}]}", "may-wait 7"},
		{"late step", "{id: x, when: first_call, to: {queue: b}, skills: [{need: [senior]}, {after: 30s, need: []}], promise: {within: 30s, else: {queue: a}}}", "broken-vow 7"},
		{"anybody at last", "{id: x, when: first_call, to: {queue: b}, skills: [{need: [senior]}, {after: 20s, need: []}]}", ""},
		{"same", "{id: x, when: first_call, to: {queue: b}, promise: {within: 30s, else: {queue: b}}}", "same-queue 7"},
	} {
		text := "routes: r\nqueues: [a, b]\nskills: [senior]\nwords: {}\n#\nrules:\n  - " + strings.ReplaceAll(c.rules, "}, {id", "}\n  - {id") + "\n" + tail
		table, err := Load(strings.NewReader(text), "t")
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var got []string
		for _, f := range table.Lint() {
			if f.Code != Unused {
				got = append(got, string(f.Code)+" "+f.Error())
			}
		}
		code, rest, _ := strings.Cut(c.want, " ")
		_, words, _ := strings.Cut(rest, " ")
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], code+" ") || !strings.Contains(got[0], words)) {
			t.Errorf("%s: want %q, got %q", c.name, c.want, got)
		}
	}
	table, err := Load(strings.NewReader(hours+head+"rules: []\n"+tail), "t")
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]int{}
	for _, f := range table.Lint() {
		codes[string(f.Code)]++
	}
	if codes["nobody-home"] != 1 || codes["unused"] != 3 { // queue b, skill senior, class complaint
		t.Errorf("%v", codes)
	}
}
