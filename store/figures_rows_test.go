package store_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// town is the calls that the figures are checked with: three weeks around the night
// in which New York's clocks go back, with all that is hard to count.
type town struct {
	calls     []call.Record
	people    []customer.Profile
	campaigns map[string]string // of calls that have an attempt
	variants  map[string]string // of persons in the experiment "autumn"
	events    []customer.Event
}

var townProducts = []string{"kettle", "fan", "lamp"}

func build(seed uint64, calls int) town {
	dice := rand.New(rand.NewPCG(seed, 7))
	w := town{campaigns: map[string]string{}, variants: map[string]string{}}
	for i := range 80 {
		p := customer.Profile{ID: fmt.Sprintf("c%02d", i), Name: "N", Numbers: []string{fmt.Sprintf("+86138%08d", i)}, Source: "test", Updated: time.Unix(1, 0).UTC()}
		if i%3 == 0 { // the same person, from another telephone
			p.Numbers = append(p.Numbers, fmt.Sprintf("+86139%08d", i))
		}
		w.people = append(w.people, p)
		if i%4 != 0 {
			w.variants[p.ID] = []string{"warm", "brief"}[i%2]
		}
	}
	edges := []string{
		"2026-11-01T04:00:00Z", "2026-11-01T03:59:59.999999999Z", "2026-11-02T04:30:00Z", "2026-11-02T05:00:00Z", // midnights of New York
		"2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z", // half past one, twice
		"2026-10-31T16:00:00Z", "2026-10-31T15:59:59Z", // midnight and the end of a month in Shanghai
	}
	start := time.Date(2026, 10, 20, 0, 0, 0, 0, time.UTC)
	for i := range calls {
		at := start.Add(time.Duration(dice.Int64N(int64(21 * 24 * time.Hour))))
		if i < len(edges) {
			at, _ = time.Parse(time.RFC3339Nano, edges[i])
		}
		w.calls = append(w.calls, w.call(dice, fmt.Sprintf("call%05d", i), at))
	}
	for i := range 400 {
		at := start.Add(time.Duration(dice.Int64N(int64(28*24*time.Hour))) - 72*time.Hour)
		w.events = append(w.events, customer.Event{Source: "shop", ID: fmt.Sprint(i), Customer: fmt.Sprintf("c%02d", dice.IntN(60)), At: at,
			Kind:   pick(dice, customer.Order, customer.Order, customer.Order, customer.Refund, customer.Browse),
			Amount: customer.Money{Cents: int64(dice.IntN(50000)), Currency: pick(dice, "CNY", "CNY", "CNY", "EUR")}})
	}
	return w
}

func pick[T any](dice *rand.Rand, from ...T) T { return from[dice.IntN(len(from))] }

func (w *town) call(dice *rand.Rand, id string, at time.Time) call.Record {
	r := call.Record{
		ID: id, CallID: id + "@x", Direction: pick(dice, "inbound", "inbound", "outbound"), Trunk: "t", Script: pick(dice, "sale", "help"),
		Version: 1 + dice.IntN(2), Began: at, State: call.Finished, EndedBy: "them",
	}
	theirs := fmt.Sprintf("138%08d", dice.IntN(100)) // a fifth is nobody's yet
	switch dice.IntN(10) {
	case 0:
		theirs = "anonymous"
	case 1, 2:
		theirs = fmt.Sprintf("139%08d", 3*dice.IntN(27))
	}
	r.Caller, r.Called = theirs, "4001"
	if r.Direction == "outbound" {
		r.Caller, r.Called = "4001", theirs
		if dice.IntN(3) > 0 {
			w.campaigns[id] = pick(dice, "autumn", "winter")
		}
	}
	if r.Direction == "outbound" && dice.IntN(3) == 0 || dice.IntN(40) == 0 {
		return unanswered(dice, r)
	}
	r.Answered = at.Add(time.Duration(dice.IntN(20000)) * time.Millisecond)
	talk := pick(dice, 4999999999, 5*time.Second, time.Second, time.Minute, time.Minute+1, time.Duration(dice.IntN(400000))*time.Millisecond)
	r.Ended = r.Answered.Add(talk)
	r.Outcome = pick(dice, "", "booked", "need_clear", "refused", "unclear", "scored")
	r.Grade = pick(dice, "", "A", "B", "C", "D")
	if dice.IntN(30) == 0 {
		r.State, r.Outcome = call.Interrupted, ""
	}
	if r.Direction == "outbound" {
		r.Pickup = pick(dice, nil, &pickup.Finding{Status: pickup.Human}, &pickup.Finding{Status: pickup.Machine}, &pickup.Finding{Status: pickup.Screening}, &pickup.Finding{Status: pickup.Unknown})
	}
	journal(dice, &r)
	return r
}

func unanswered(dice *rand.Rand, r call.Record) call.Record {
	r.Ended, r.State, r.EndedBy = r.Began.Add(20*time.Second), call.Failed, "network"
	r.SIPCode, r.Cause = pick(dice, 404, 486, 480, 604, 487), pick(dice, 0, 1, 17, 3)
	r.Pickup = pick(dice, nil, &pickup.Finding{Status: pickup.Empty}, &pickup.Finding{Status: pickup.Busy})
	return r
}

// journal writes the lines that figures look at, among some that only look alike.
func journal(dice *rand.Rand, r *call.Record) {
	at := r.Answered
	add := func(e call.Entry) {
		at = at.Add(time.Duration(dice.IntN(30000)) * time.Millisecond)
		e.Seq, e.At = len(r.Entries)+1, at
		r.Entries = append(r.Entries, e)
	}
	note := func(text string) { add(call.Entry{Kind: call.EntryNote, Text: text}) }
	add(call.Entry{Kind: call.EntryHeard, Text: "tag=complaint score=3"})
	if dice.IntN(2) == 0 {
		note("product=" + pick(dice, townProducts...))
	}
	switch dice.IntN(6) {
	case 0:
		note(fmt.Sprintf("score=%d", dice.IntN(13)-1)) // -1, 0 and 11 are none
		note(fmt.Sprintf("score=%d", 1+dice.IntN(10)))
		note(fmt.Sprintf("recommend=%d", dice.IntN(11)))
	case 1:
		note(pick(dice, "score=7", "SCORE=9", "scores=9", "score=ten", "recommend=6"))
	case 2:
		note(pick(dice, "tag=complaint", "tag=refund", "tag=Complaint", "tag=vip", "opt_out=phone", "optXout=phone"))
	}
	for range dice.IntN(3) {
		wait(dice, add)
	}
}

func wait(dice *rand.Rand, add func(call.Entry)) {
	queue := pick(dice, "sales", "help")
	add(call.Entry{Kind: call.EntryTransfer, Text: "to queue " + queue})
	if dice.IntN(6) == 0 {
		add(call.Entry{Kind: call.EntryTransfer, Text: "to supervisor chief"})
	}
	switch dice.IntN(5) {
	case 0:
		add(call.Entry{Kind: call.EntryTransfer, Text: "abandoned"})
	case 1:
		add(call.Entry{Kind: call.EntryTransfer, Text: "failed", Why: "no_answer"})
	case 2:
		add(call.Entry{Kind: call.EntryTransfer, Text: "to be called back"})
	case 3: // somebody dialled by an address: the queue's name is the script's
		add(call.Entry{Kind: call.EntryServed, Text: "sip:x@y", Timing: &call.Timing{Talked: 1000 * dice.Float64()}})
	default:
		add(call.Entry{Kind: call.EntryServed, Text: "anna", From: pick(dice, queue, "chief"), Timing: &call.Timing{
			Waited: pick(dice, 0, 10000, 10000.5, 20000, 20001, 90000*dice.Float64()), Briefed: 9000 * dice.Float64(), Talked: 300000 * dice.Float64(),
		}})
	}
}

// move writes the town into a database, as the server would, and what other parts
// of it write by hand.
func (w town) move(t *testing.T, s *store.Store, driver, where string) {
	t.Helper()
	if _, err := s.Upsert(t.Context(), w.people...); err != nil {
		t.Fatal(err)
	}
	for _, r := range w.calls {
		if err := s.Finish(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	for end := time.Now().Add(5 * time.Minute); s.Stats().Waiting > 0; {
		if time.Now().After(end) {
			t.Fatalf("the calls are not written: %+v", s.Stats())
		}
		time.Sleep(20 * time.Millisecond)
	}
	for i, r := range w.calls {
		e := slices.IndexFunc(r.Entries, func(e call.Entry) bool { return e.Kind == call.EntryNote && e.Text == "tag=complaint" })
		if e < 0 {
			continue
		}
		if at, paid, settled := amends(i, r.Entries[e].At); settled {
			how := customer.Settlement{Who: "anna", Outcome: customer.Done, Note: "called", Compensation: paid}
			if _, err := s.SettleFollowUp(t.Context(), r.ID+".complaint", how, at, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	live := call.Record{ID: "live", CallID: "live", Direction: "inbound", Caller: "13800000001", Began: w.calls[0].Began, State: call.Ringing}
	if err := s.Begin(t.Context(), live); err != nil { // is in no figure
		t.Fatal(err)
	}
	for person, variant := range w.variants {
		if held, err := s.Assign(t.Context(), "autumn", person, variant, time.Now()); err != nil || held != variant {
			t.Fatal(held, err)
		}
		if held, err := s.Assign(t.Context(), "autumn", person, "other", time.Now()); err != nil || held != variant {
			t.Fatalf("assigned again: %s, %v; want the first, %s", held, err, variant)
		}
	}
	if kept, err := s.AddEvents(t.Context(), time.Now(), w.events...); err != nil || kept.New != len(w.events) {
		t.Fatal(kept, err)
	}
	db, err := sql.Open(driver, where)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for id, campaign := range w.campaigns {
		if _, err := tx.ExecContext(t.Context(), fmt.Sprintf(`INSERT INTO attempts (id, person, number, purpose, channel, campaign, holder, at, state, fate, allowed)
			VALUES ('%s', '', '', 'marketing', 'phone', '%s', '', 1, 'ended', '', '')`, id, campaign)); err != nil {
			t.Fatal(err)
		}
	}
	for _, lost := range w.calls[100:110] { // rows that others look for are missing
		if _, err := tx.ExecContext(t.Context(), "DELETE FROM past WHERE call = '"+lost.ID+"'"); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "ANALYZE"); err != nil { // as PostgreSQL does by itself, a minute later
		t.Fatal(err)
	}
}
