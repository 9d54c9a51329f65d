// Package report writes records of calls for people to read.
package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/term"
	"github.com/parley-voice/parley/routing"
)

// List writes one line for each record.
func List(p term.Printer, records []call.Record) {
	if len(records) == 0 {
		p.Printf("no calls\n")
		return
	}
	rows := [][]string{{"BEGAN", "ID", "DIRECTION", "CALLER", "CALLED", "SCRIPT", "LENGTH", "STATE", "OUTCOME"}}
	for _, r := range records {
		rows = append(rows, []string{
			r.Began.Local().Format(time.DateTime), r.ID, r.Direction, r.Caller, r.Called, r.Script,
			length(r), string(r.State), r.Outcome,
		})
	}
	p.Table(rows)
}

// length is how long the talk took.
func length(r call.Record) string {
	if r.Answered.IsZero() || r.Ended.Before(r.Answered) {
		return "-"
	}
	return r.Ended.Sub(r.Answered).Round(100 * time.Millisecond).String()
}

// Show writes all of one record.
func Show(p term.Printer, r call.Record) {
	facts := [][]string{
		{"call", r.ID}, {"Call-ID", r.CallID}, {"direction", via(r)}, {"from", r.Caller}, {"to", r.Called},
		{"script", script(r)}, {"began", r.Began.Local().Format("2006-01-02 15:04:05.000")},
		{"talked", length(r)}, {"state", string(r.State)}, {"outcome", r.Outcome}, {"grade", r.Grade}, {"ended", ending(r)},
		{"recording", r.Recording},
	}
	p.Table(slices.DeleteFunc(facts, func(f []string) bool { return f[1] == "" }))
	if len(r.Entries) > 0 {
		p.Printf("\n")
		p.Table(journal(r))
	}
	if turns := Turns(r); len(turns) > 0 {
		p.Printf("\n%s\n", summary(turns))
	}
	if m := r.Media; m.Sent+m.Received > 0 {
		p.Printf("media: %d packets sent, %d received, %d lost, %d late, %d concealed; jitter %.1f ms, pacing p99 %.2f ms, MOS %.2f\n",
			m.Sent, m.Received, m.Lost, m.Late, m.Concealed, m.JitterMS, m.PacingP99, m.MOS)
	}
}

func via(r call.Record) string {
	if r.Trunk == "" {
		return r.Direction
	}
	return r.Direction + " by " + r.Trunk
}

func script(r call.Record) string {
	if r.Script == "" {
		return ""
	}
	return fmt.Sprintf("%s, version %d, %s", r.Script, r.Version, r.Language)
}

func ending(r call.Record) string {
	var parts []string
	if r.EndedBy != "" {
		parts = append(parts, "by "+r.EndedBy)
	}
	if r.Why != "" {
		parts = append(parts, r.Why)
	}
	if r.SIPCode != 0 {
		parts = append(parts, fmt.Sprintf("SIP %d", r.SIPCode))
	}
	if r.Cause != 0 {
		parts = append(parts, fmt.Sprintf("Q.850 cause %d", r.Cause))
	}
	return strings.Join(parts, ", ")
}

// journal gives a row for each entry.
func journal(r call.Record) [][]string {
	from := r.Answered
	if from.IsZero() {
		from = r.Began
	}
	rows := [][]string{{"TIME", "NODE", "WHAT", "TEXT", "MEANING", "REPLY"}}
	turn := 0
	for _, e := range r.Entries {
		what := string(e.Kind)
		if e.Kind == call.EntryHeard {
			turn++
			what = fmt.Sprintf("%s %d", what, turn)
		}
		rows = append(rows, []string{
			fmt.Sprintf("%6.1f", e.At.Sub(from).Seconds()), e.Node, what, text(e), meaning(e), reply(e),
		})
		for _, reason := range reasons(e) {
			rows = append(rows, []string{"", "", "", reason, "", ""})
		}
	}
	return rows
}

// reasons are why a call was routed so: every rule that was asked.
func reasons(e call.Entry) []string {
	if e.Kind != call.EntryRouted {
		return nil
	}
	s, err := routing.ParseSnapshot(e.Why)
	if err != nil {
		return []string{err.Error()}
	}
	return s.Reasons
}

func text(e call.Entry) string {
	if e.Kind == call.EntryServed && e.From != "" {
		return e.Text + " of " + e.From
	}
	if e.Kind == call.EntryTalk || e.Kind == call.EntryAlert {
		return e.From + ": " + e.Text
	}
	if e.Kind == call.EntryMasked && e.Timing != nil {
		return fmt.Sprintf("%s: %.1f s at %.1f s of the recording, %s", e.From, e.Timing.SpeechMS/1000, e.Timing.Start/1000, e.Text)
	}
	if e.Kind == call.EntryMoved {
		return "from " + orStart(e.From)
	}
	return e.Text
}

func orStart(node string) string {
	if node == "" {
		return "the start"
	}
	return node
}

func meaning(e call.Entry) string {
	what := e.Intent
	if e.Kind == call.EntryHeard && what == "" {
		what = "not understood"
	}
	if e.Why == "" || e.Kind == call.EntryRouted {
		return what
	}
	return strings.TrimSpace(what + " (" + e.Why + ")")
}

func reply(e call.Entry) string {
	if e.Timing == nil || e.Timing.Reply <= 0 {
		return ""
	}
	s := fmt.Sprintf("%.0f ms (endpoint %.0f, decode %.0f)", e.Timing.Reply, e.Timing.Endpoint, e.Timing.Decode)
	if e.Timing.Barged {
		s += " barged in"
	}
	return s
}
