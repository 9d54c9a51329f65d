package demo

import (
	"fmt"
	"os"
	"slices"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/report"
	"github.com/parley-voice/parley/cmd/parley/term"
)

// wantTurns is how many turns must be understood, wantShared what share of each
// one's words must reach the other after the transfer.
const (
	wantTurns  = 6
	wantShared = 0.6
)

// Result is all that came of a demo's call.
type Result struct {
	Record   call.Record
	customer side
	operator side
}

// side is one of the two people.
type side struct {
	said  string // to the other
	heard string // of the other's words
	err   error
}

// OK tells whether the call went as it should.
func (r Result) OK() bool {
	return !slices.ContainsFunc(r.checks(), func(c check) bool { return !c.ok })
}

// check is one thing that the demo must show.
type check struct {
	what string
	ok   bool
	seen string
}

// checks judges a call.
func (r Result) checks() []check {
	turns := report.Turns(r.Record)
	understood := report.Understood(turns)
	there, back := shared(r.customer.said, r.operator.heard), shared(r.operator.said, r.customer.heard)
	size := int64(-1)
	if info, err := os.Stat(r.Record.Recording); err == nil {
		size = info.Size()
	}
	out := []check{
		{"turns understood", understood >= wantTurns, fmt.Sprintf("%d of %d, %d wanted", understood, len(turns), wantTurns)},
		{"transfer heard", there >= wantShared && back >= wantShared,
			fmt.Sprintf("the supervisor heard %s of the customer's words, the customer %s of the supervisor's", percent(there), percent(back))},
		{"record finished", r.Record.State == call.Finished, fmt.Sprintf("state %s, outcome %s", r.Record.State, r.Record.Outcome)},
		{"recording kept", size > 44, fmt.Sprintf("%d bytes", size)},
	}
	for _, e := range []struct {
		who string
		err error
	}{{"customer's call", r.customer.err}, {"supervisor's call", r.operator.err}} {
		if e.err != nil {
			out = append(out, check{e.who, false, e.err.Error()})
		}
	}
	return out
}

// Write writes the table that a demo ends with. records is the database, again
// the command that shows the record.
func (r Result) Write(p term.Printer, records, again string) {
	turns := report.Turns(r.Record)
	rows := [][]string{{"", "p50", "p95", "turns"}}
	for _, part := range []struct {
		name string
		get  func(call.Timing) float64
	}{
		{"last sound to first packet of the reply", report.Reply},
		{"  of which waiting for the end of the turn", func(t call.Timing) float64 { return t.Endpoint }},
		{"  of which recognition (overlaps the wait)", func(t call.Timing) float64 { return t.Decode }},
	} {
		l := report.LatencyOf(turns, part.get)
		rows = append(rows, []string{part.name, fmt.Sprintf("%.0f ms", l.P50), fmt.Sprintf("%.0f ms", l.P95), fmt.Sprint(l.N)})
	}
	p.Printf("\n")
	p.Table(rows)
	p.Printf("\n")
	rows = nil
	for _, c := range r.checks() {
		mark := p.In(term.Green, "ok")
		if !c.ok {
			mark = p.In(term.Red, "no")
		}
		rows = append(rows, []string{mark, c.what, c.seen})
	}
	m := r.Record.Media
	rows = append(rows,
		[]string{"", "RTP", fmt.Sprintf("%d packets sent, %d received, %d lost, MOS %.2f", m.Sent, m.Received, m.Lost, m.MOS)},
		[]string{"", "recording", r.Record.Recording},
		[]string{"", "record", fmt.Sprintf("%s in %s", r.Record.ID, records)},
		[]string{"", "", again})
	p.Table(rows)
}
