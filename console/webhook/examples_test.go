package webhook

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/drift"
	"github.com/parley-voice/parley/customer/label"
)

var update = flag.Bool("update", false, "write docs/webhooks.md anew")

var noon = time.Date(2026, 5, 4, 4, 0, 0, 0, time.UTC)

// told is one event of each type.
func told() []Event {
	r := call.Record{ID: "0196a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b", Direction: "inbound", Trunk: "carrier", Caller: "13812345678", Called: "4001234567",
		Script: "hotline.zh", Language: "zh-CN", Began: noon, Answered: noon.Add(2 * time.Second), Ended: noon.Add(3 * time.Minute), State: call.Finished,
		Outcome: "transferred", EndedBy: "them", Why: "the caller hung up", Entries: []call.Entry{
			{At: noon.Add(2 * time.Second), Kind: call.EntrySaid, Text: "您好，请问有什么可以帮您？"},
			{At: noon.Add(6 * time.Second), Kind: call.EntryRecording, Text: "/var/lib/parley/recordings/a.wav"},
			{At: noon.Add(9 * time.Second), Kind: call.EntryHeard, Text: "我的手表坏了，打我 13987654321"},
			{At: noon.Add(9 * time.Second), Kind: call.EntryNote, Text: "tag=after_sales"},
			{At: noon.Add(170 * time.Second), Kind: call.EntryServed, Text: "1001", From: "aftersales", Timing: &call.Timing{Waited: 8000, Talked: 150000}},
		}}
	f := customer.Facts{Known: true, Profile: customer.Profile{ID: "c-1001", Name: "Wang Wei", Tags: []string{"vip"}, Products: []string{"watch-3"},
		Value: customer.Money{Cents: 520000, Currency: "CNY"}, Region: "Beijing", Language: "zh-CN", Fields: map[string]customer.Field{
			"last_order": {Value: "2026-03-01 watch-3"}, "predicted_need": {Value: "repair"}, "coupon": {Value: "A7", Until: noon.Add(-time.Hour)}}},
		History: customer.History{Complaints: []customer.Complaint{{ID: "k", Opened: noon}}}}
	ringing := r
	ringing.Entries = r.Entries[:4]
	return []Event{
		{CallOffered, r.ID + "/1/7", noon.Add(12 * time.Second), Data{Call: OfRecord(ringing), Customer: OfFacts(f, noon), Transcript: Transcript(ringing.Entries),
			Offer: &Offer{Agent: "1001", Queue: "aftersales", Brief: "Wang Wei, vip, about the watch, 13812345678", Need: "repair"}}},
		Ended(r),
		{CallbackDue, "b", noon, Data{Call: &Call{ID: r.ID}, Callback: &Callback{ID: r.ID, Number: "+8613812345678", Queue: "aftersales", Since: noon, Reason: "asked for"}}},
		{VoicemailIn, "v", noon, Data{Call: &Call{ID: r.ID}, Voicemail: &Voicemail{ID: r.ID, Number: "13812345678", Queue: "aftersales", Seconds: 12}}},
		{ComplaintIn, "k", noon, Data{Remark: &Remark{Number: "+8613812345678", Kind: "complaint", Text: "the watch is late, call 13987654321", Who: "shop"}}},
		{DoNotCall, "d", noon, Data{Call: OfRecord(r), Remark: &Remark{Number: "13812345678", Kind: "do_not_call", Scope: "phone"}}},
		{ConsentGone, "c", noon, Data{Consent: &Consent{Customer: "c-1001", Number: "+8613812345678", Purpose: "marketing", State: "withdrawn", At: noon, Source: "preference centre"}}},
		{CustomerNote, "n", noon, Data{Remark: &Remark{Number: "+8613812345678", Kind: "note", Text: "likes tea", Who: "Li Na"}}},
		{FollowUpLate, "f", noon, Data{FollowUp: owed()}},
		{FollowUpDone, "f", noon, Data{FollowUp: settled()}},
		{FollowUpOpen, "f", noon, Data{FollowUp: unsent()}},
		{MessageSend, "m", noon, Data{Message: &Outgoing{ID: "msg-5d1c", Channel: "sms", To: "+8613812345678", Template: "spring-offer", Campaign: "spring", Purpose: "marketing",
			Customer: "c-1001", Language: "zh-CN", Reason: "considering", Unsubscribe: "https://parley.example/u/AkQ1dXp2c3R1dnd4eXp7fH1-f4CBgoOEhYaHiImKi4w"}}},
		{LabelsSet, "l", noon, Data{Labels: []Labels{{Customer: "c-1001", Since: noon, Before: noon.Add(-9 * time.Hour), Changes: []LabelChange{
			{label.Change{Label: "value", Old: "potential", New: "high"}, "average order 5200 CNY of 3; bought again within 3 months: true"},
			{label.Change{Label: "churn_warning", Old: "true", New: "false"}, "last order 2026-05-04, 0 days ago"}}}}}},
		{DriftMade, "2026-04", noon, Data{Drift: &drift.Report{Month: "2026-04", From: noon.AddDate(0, -1, 0), Until: noon, Then: 4, Now: 5,
			Labels: []drift.Label{{Label: "churn_warning", PSI: 0.3612, Verdict: drift.IsDrifted, Values: []drift.Value{{Value: "false", Then: 3, Now: 2, ThenShare: 0.75, NowShare: 0.4}, {Value: "true", Then: 1, Now: 3, ThenShare: 0.25, NowShare: 0.6}}},
				{Label: "value", Verdict: drift.IsStable}},
			Groups: []drift.Group{{Name: "potential_loss", Then: 1, Now: 2, Came: 2, Went: 1}}}}},
		{Decided, "d", noon, Data{Decision: &Decision{Campaign: "spring", Version: 2, Act: "adopt", Variant: "warm", Who: "parley",
			Why: "better: warm converted 78 of 1000, plain 42 of 1000 (always-valid p 0.0031)"}}},
		{RolledBack, "r", noon, Data{Decision: &Decision{Campaign: "spring", Version: 2, Act: "rollback", Who: "parley (deviation alarm)",
			Why:      "campaign spring, version 2: conversion rate fell to 2.0 % (4 of 200), below 6.1 %: it was 10.0 % (p 0.00012)",
			Rollback: &Rollback{Script: "offer", Variants: []string{"plain"}, Before: "9d0c6e51b7aa", After: "4f1b22d08c3e"}}}},
	}
}

// owed is a complaint that nobody answered within 24 hours.
func owed() *FollowUp {
	return &FollowUp{ID: "remark/k.complaint", Number: "+8613812345678", Kind: "complaint", Opened: noon.Add(-24 * time.Hour), Due: noon}
}

// unsent is a promotion whose message did not arrive.
func unsent() *FollowUp {
	return &FollowUp{ID: "c-1001/promotion", Number: "+8613812345678", Customer: "c-1001", Kind: "promotion", Why: "campaign spring: considering",
		Opened: noon.Add(-72 * time.Hour), Due: noon.Add(24 * time.Hour), Sending: &Sending{Message: "msg-5d1c", Reopened: noon,
			Receipt: &customer.Receipt{State: customer.ReceiptFailed, Code: "001", At: noon.Add(-time.Minute)}}}
}

func settled() *FollowUp {
	f := owed()
	f.Settled = &Settled{At: noon.Add(time.Hour), Who: "Li Na", Outcome: "done", Note: "called 13987654321, likes tea",
		Compensation: &customer.Compensation{Kind: customer.GivenCoupon, Value: "20.00", Currency: "CNY", Code: "SORRY20"}}
	return f
}

// docs/webhooks.md shows what the code sends.
func TestExamples(t *testing.T) {
	var b strings.Builder
	var types []Type
	for _, e := range told() {
		body, err := e.Fit(Hook{Fields: Fields()}, "CN")
		if err != nil {
			t.Fatal(err)
		}
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, body, "", "  "); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "\n`%s`\n\n```json\n%s\n```\n", e.Type, &pretty)
		types = append(types, e.Type)
	}
	if !slices.Equal(types, Types()) {
		t.Errorf("examples of %v, want one of each of %v", types, Types())
	}
	const path = "../../docs/webhooks.md"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok1 := strings.Cut(string(page), "<!-- examples: ")
	mark, rest, ok2 := strings.Cut(rest, "-->\n")
	_, tail, ok3 := strings.Cut(rest, "<!-- end -->")
	if !ok1 || !ok2 || !ok3 {
		t.Fatal("docs/webhooks.md has no place for examples")
	}
	want := head + "<!-- examples: " + mark + "-->\n" + b.String() + "<!-- end -->" + tail
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	} else if want != string(page) {
		t.Error("docs/webhooks.md is not what the code sends: go test ./console/webhook -run TestExamples -update, and read the difference")
	}
	for _, e := range Types() {
		if !strings.Contains(head, "| `"+string(e)+"` |") {
			t.Errorf("docs/webhooks.md does not say when %s is sent", e)
		}
	}
}

// Nothing personal goes to a hook that is not to have it, and each field lets its own
// through.
func TestFields(t *testing.T) {
	secrets := map[Field][]string{
		Numbers: {"13812345678", "13987654321"}, Names: {`"name":"Wang Wei"`}, Words: {"手表坏了", "您好"},
		Money: {"520000"}, Notes: {"last_order", "likes tea", "the watch is late", "SORRY20"},
	}
	sent := func(fields ...Field) (all string) {
		for _, e := range told() {
			body, err := e.Fit(Hook{Fields: fields}, "CN")
			if err != nil {
				t.Fatal(err)
			}
			all += string(body)
		}
		return all
	}
	for _, allowed := range append(Fields(), "") {
		text := sent(allowed)
		for field, list := range secrets {
			for _, s := range list {
				alone := field != Numbers || s != "13987654321" // that one is in words and notes only
				if field != allowed && strings.Contains(text, s) || field == allowed && alone && !strings.Contains(text, s) {
					t.Errorf("with %q: %q of %s is sent: %v", allowed, s, field, strings.Contains(text, s))
				}
			}
		}
		if strings.Contains(text, "about the watch") {
			t.Errorf("with %q alone the brief is sent", allowed)
		}
		if strings.Contains(text, "A7") || strings.Contains(text, "recordings/") {
			t.Errorf("with %q: what has expired, or a path, is sent", allowed)
		}
	}
	if all := sent(Fields()...); !strings.Contains(all, "about the watch") || !strings.Contains(all, "13987654321") {
		t.Error("with all fields something is missing")
	}
	if text := sent(Names, Words); !strings.Contains(text, "about the watch, +86138****5678") && !strings.Contains(text, "about the watch, 138****5678") {
		t.Error("the brief is not there, masked")
	}
}

func TestPayloadIsBounded(t *testing.T) {
	var lines []Line
	for i := range 5000 {
		lines = append(lines, Line{noon, "caller", strings.Repeat("很", 5000) + fmt.Sprint(i)})
	}
	body, err := Event{Type: CallEnded, Data: Data{Transcript: lines}}.Fit(Hook{Fields: Fields()}, "CN")
	if err != nil || len(body) > maxLines*(maxText+100) {
		t.Errorf("%d bytes, %v", len(body), err)
	}
}
