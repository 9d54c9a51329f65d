package main_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/parley-voice/parley/store"
)

// What the command line is told of people goes to webhooks as everything else does:
// opt-outs and complaints, once, and how a complaint was settled.
func TestTheCommandLineTellsWebhooks(t *testing.T) {
	dir := t.TempDir()
	yaml, list := filepath.Join(dir, "parley.yaml"), filepath.Join(dir, "never.csv")
	for path, text := range map[string]string{
		yaml: `webhooks: [{name: crm, url: "https://crm.example", secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw, events: [do_not_call.set, complaint.made, follow_up.settled]}]` + "\n",
		list: "number,kind,channel\n13800138000,never,sms\n13800138001,complaint,\n13800138002,refusal,\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	parley := func(code int, want string, args ...string) string {
		t.Helper()
		got, stdout, stderr := run(t, nil, append(args, "-c", yaml)...)
		if got != code || !strings.Contains(stdout+stderr, want) {
			t.Fatalf("parley %q: exit code %d, want %d and %q:\n%s%s", args, got, code, want, stdout, stderr)
		}
		return stdout
	}
	for range 2 { // the same again is the same words
		parley(0, "3 opt-outs kept", "optout", "import", list)
	}
	parley(0, "never, all", "optout", "add", "13800138005")
	open := parley(0, "complaint", "follow-ups")
	id, _, _ := strings.Cut(open, " ")
	if strings.Count(open, "\n") != 1 || !strings.Contains(open, "+86138****8001") || strings.Contains(id, "8001") {
		t.Fatalf("what is owed: %s", open)
	}
	parley(2, "points are a whole number", "follow-ups", "settle", id, "--note", "called", "--gave", "points", "--value", "1.5")
	parley(2, "say with --gave which", "follow-ups", "settle", id, "--note", "called", "--value", "20")
	parley(2, "no such follow-up", "follow-ups", "settle", "none", "--note", "called")
	parley(0, "done, coupon 20.00 CNY SORRY20", "follow-ups", "settle", id, "--note", "called", "--gave", "coupon", "--value", "20", "--code", "SORRY20")
	parley(2, "settled already", "follow-ups", "settle", id, "--note", "called")
	parley(0, "done by command line", "follow-ups", "list", "--state", "settled")
	r, err := store.Read(t.Context(), filepath.Join(dir, "var", "records.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	all, err := r.Messages(t.Context(), store.MessageFilter{Limit: 99})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range all {
		_, data, _ := strings.Cut(string(m.Payload), `"data":`)
		got = append(got, data)
		if strings.Contains(data, "13800138") {
			t.Errorf("a whole number, which it is not to have: %s", data)
		}
	}
	for _, want := range []string{
		`{"remark":{"number":"+86138****8000","kind":"do_not_call","scope":"sms","who":"never.csv"}}`,
		`{"remark":{"number":"+86138****8001","kind":"complaint","who":"never.csv"}}`,
		`{"remark":{"number":"+86138****8005","kind":"do_not_call","scope":"all","who":"command line"}}`,
		`"in_time":true,"who":"command line","outcome":"done","compensation":{"kind":"coupon","value":"20.00","currency":"CNY"}}`,
	} {
		if !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, want) }) {
			t.Errorf("nobody is told %s in %q", want, got)
		}
	}
	if len(got) != 4 {
		t.Errorf("%d messages: %q", len(got), got)
	}
}
