// Package storetest holds what every store of call records must do.
package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/store"
)

// T0 is when the suite's calls begin.
var T0 = time.Date(2026, 3, 4, 5, 6, 7, 89, time.UTC)

// Suite runs every behaviour. Place gives where an empty database is to be: the
// path of a file, or a URL.
func Suite(t *testing.T, place func(t *testing.T) string) {
	for name, test := range races {
		t.Run(name, func(t *testing.T) { test(t, place(t)) })
	}
	for _, some := range []behaviours{records, customers, due, permits, portraits, campaigns, timings, signals, nodes, trials} {
		for name, test := range some {
			t.Run(name, func(t *testing.T) {
				where := place(t)
				test(t, func() *store.Store { return Open(t, where) })
			})
		}
	}
}

// Open opens the records at where, in China.
func Open(t testing.TB, where string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), where, "CN")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type behaviours map[string]func(*testing.T, func() *store.Store)

var records = behaviours{
	"a call from ring to record":                    whole,
	"an amended line replaces the first":            amended,
	"a record that was never begun is kept whole":   unbegun,
	"a late Begin or Answered changes no record":    late,
	"lists by filter, the latest first":             lists,
	"an unknown call is ErrNotFound":                unknown,
	"a call is found by its Call-ID":                byCallID,
	"recovery interrupts what never ended, once":    recovery,
	"many calls at once lose nothing":               many,
	"what was finished before Close is there again": reopened,
	"bytes that are no text lose no record":         garbled,
}

// Begun is a call that rings.
func Begun(id string, at time.Time) call.Record {
	return call.Record{
		ID: id, CallID: id + "@host", Direction: "inbound", Trunk: "carrier", Caller: "13800001111",
		Called: "4001", Script: "member", Version: 3, Language: "zh-CN", Began: at, State: call.Ringing,
	}
}

// Ended is how the call with this ID ended, after two lines of journal.
func Ended(id string, at time.Time) call.Record {
	r := Begun(id, at)
	r.Answered, r.Ended = at.Add(time.Second), at.Add(time.Minute)
	r.State, r.Outcome, r.Grade, r.EndedBy, r.Why = call.Finished, "need_clear", "A", "them", "hung up"
	r.Cause, r.Recording = 16, "/recordings/"+id+".wav"
	r.Media = call.MediaFacts{Sent: 3000, Received: 2990, Lost: 10, JitterMS: 1.5, MOS: 4.2}
	r.Entries = []call.Entry{
		{Seq: 1, At: at.Add(time.Second), Kind: call.EntrySaid, Node: "hello", Text: "您好 😀"},
		{
			Seq: 2, At: at.Add(3 * time.Second), Kind: call.EntryHeard, Turn: 1, Node: "hello", Text: "多少钱", Intent: "price", Score: 0.75,
			Why: "rule 价格", Timing: &call.Timing{Endpoint: 300, Decode: 87.5, Understand: 1, Reply: 420, SpeechMS: 900, Barged: true},
		},
	}
	return r
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, s *store.Store, id string) call.Record {
	t.Helper()
	r, err := s.Get(t.Context(), id)
	must(t, err)
	return r
}

func same(t *testing.T, got, want call.Record) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

func shut(t *testing.T, s *store.Store) {
	t.Helper()
	must(t, s.Close())
}

func whole(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	want := Begun("a", T0)
	must(t, s.Begin(t.Context(), want))
	same(t, get(t, s, "a"), want)

	want.Answered, want.State = T0.Add(time.Second), call.Talking
	must(t, s.Answered(t.Context(), "a", want.Answered))
	same(t, get(t, s, "a"), want)

	end := Ended("a", T0)
	for _, e := range end.Entries {
		s.Append("a", e)
	}
	must(t, s.Flush(t.Context(), "a"))
	want.Entries = end.Entries
	same(t, get(t, s, "a"), want)

	must(t, s.Finish(t.Context(), end))
	must(t, s.Flush(t.Context(), "a"))
	same(t, get(t, s, "a"), end)
}

func amended(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	must(t, s.Begin(t.Context(), Begun("a", T0)))
	e := call.Entry{Seq: 1, At: T0, Kind: call.EntryHeard, Text: "yes"}
	s.Append("a", e)
	e.Intent = "affirm"
	s.Append("a", e)
	must(t, s.Flush(t.Context(), "a"))
	if got := get(t, s, "a").Entries; !reflect.DeepEqual(got, []call.Entry{e}) {
		t.Errorf("got %+v, want the amended line alone", got)
	}
}

func unbegun(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	want := Ended("a", T0)
	must(t, s.Finish(t.Context(), want))
	must(t, s.Flush(t.Context(), "a"))
	same(t, get(t, s, "a"), want)
}

func late(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	want := Ended("a", T0)
	must(t, s.Finish(t.Context(), want))
	must(t, s.Begin(t.Context(), Begun("a", T0)))
	must(t, s.Answered(t.Context(), "a", T0.Add(time.Hour)))
	same(t, get(t, s, "a"), want)
}

func lists(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	for i, change := range []func(*call.Record){
		func(r *call.Record) {},
		func(r *call.Record) { r.Caller = "1002" },
		func(r *call.Record) { r.Outcome = "refused" },
		func(r *call.Record) { r.Script = "echo" },
		func(r *call.Record) { r.State = call.Failed },
	} {
		r := Ended(fmt.Sprint(i), T0.Add(time.Duration(i)*time.Hour))
		change(&r)
		must(t, s.Finish(t.Context(), r))
	}
	must(t, s.Flush(t.Context(), "4"))
	for _, c := range []struct {
		filter store.Filter
		want   string
	}{
		{store.Filter{}, "43210"},
		{store.Filter{Limit: 2}, "43"},
		{store.Filter{Since: T0.Add(3 * time.Hour)}, "43"},
		{store.Filter{Caller: "1002"}, "1"},
		{store.Filter{Outcome: "refused"}, "2"},
		{store.Filter{Script: "echo"}, "3"},
		{store.Filter{State: call.Failed}, "4"},
		{store.Filter{Caller: "'; DROP TABLE calls; --"}, ""},
	} {
		list, err := s.List(t.Context(), c.filter)
		must(t, err)
		got := ""
		for _, r := range list {
			got += r.ID
			if r.Entries != nil {
				t.Errorf("%+v: a listed record brings its journal", c.filter)
			}
		}
		if got != c.want {
			t.Errorf("%+v: got %q, want %q", c.filter, got, c.want)
		}
	}
}

func unknown(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	if _, err := s.Get(t.Context(), "nobody"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}

// byCallID finds a call by its SIP Call-ID: the latest that had it, and never
// instead of the record whose own id that is.
func byCallID(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	for i, id := range []string{"first", "second", "third"} {
		r := Begun(id, T0.Add(time.Duration(i)*time.Minute))
		if r.CallID = "shared@peer"; id == "third" {
			r.CallID = "first"
		}
		must(t, s.Begin(t.Context(), r))
	}
	for id, want := range map[string]string{"shared@peer": "second", "first": "first"} {
		r, err := s.Get(t.Context(), id)
		if err != nil || r.ID != want {
			t.Errorf("%s gives %q, %v; want %q", id, r.ID, err, want)
		}
	}
}

func recovery(t *testing.T, open func() *store.Store) {
	s := open()
	rung, talked, done := Begun("rung", T0), Begun("talked", T0.Add(time.Hour)), Ended("done", T0)
	must(t, s.Begin(t.Context(), rung))
	must(t, s.Begin(t.Context(), talked))
	must(t, s.Answered(t.Context(), "talked", T0.Add(time.Hour+time.Second)))
	last := T0.Add(time.Hour + time.Minute)
	s.Append("talked", call.Entry{Seq: 1, At: T0.Add(time.Hour + 2*time.Second), Kind: call.EntryRecording, Text: "/recordings/talked.wav"})
	s.Append("talked", call.Entry{Seq: 2, At: last, Kind: call.EntryHeard, Text: "and then"})
	must(t, s.Finish(t.Context(), done))
	shut(t, s)

	s = open()
	defer shut(t, s)
	n, err := s.Recover(t.Context(), T0.Add(24*time.Hour))
	must(t, err)
	if n != 2 {
		t.Errorf("recovered %d records, want 2", n)
	}
	for id, want := range map[string]struct {
		state     call.State
		ended     time.Time
		recording string
	}{
		"rung":   {call.Interrupted, rung.Began, ""},
		"talked": {call.Interrupted, last, "/recordings/talked.wav"},
		"done":   {call.Finished, done.Ended, done.Recording},
	} {
		r := get(t, s, id)
		if r.State != want.state || !r.Ended.Equal(want.ended) || r.Recording != want.recording {
			t.Errorf("%s: got %s ended %v recording %q, want %+v", id, r.State, r.Ended, r.Recording, want)
		}
	}
	if n, err = s.Recover(t.Context(), T0.Add(25*time.Hour)); n != 0 || err != nil {
		t.Errorf("a second recovery found %d more (%v)", n, err)
	}
	if list, err := s.List(t.Context(), store.Filter{}); len(list) != 3 || err != nil {
		t.Errorf("%d records after recovery (%v), want 3", len(list), err)
	}
}

func many(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	const calls, lines = 40, 25
	var wg sync.WaitGroup
	for i := range calls {
		wg.Go(func() {
			id := fmt.Sprintf("c%02d", i)
			if err := s.Begin(t.Context(), Begun(id, T0)); err != nil {
				t.Error(err)
			}
			for n := range lines {
				s.Append(id, call.Entry{Seq: n + 1, At: T0, Kind: call.EntrySaid, Text: fmt.Sprint(n)})
			}
			if err := s.Flush(t.Context(), id); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i := range calls {
		if got := len(get(t, s, fmt.Sprintf("c%02d", i)).Entries); got != lines {
			t.Errorf("call %d: %d lines, want %d", i, got, lines)
		}
	}
}

func reopened(t *testing.T, open func() *store.Store) {
	s := open()
	want := Ended("a", T0)
	must(t, s.Begin(t.Context(), Begun("a", T0)))
	must(t, s.Finish(t.Context(), want))
	shut(t, s)
	s = open()
	defer shut(t, s)
	same(t, get(t, s, "a"), want)
}

// garbled is a caller whose name no database takes as text.
func garbled(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	r := Ended("a", T0)
	r.Why, r.Entries[0].Text = "half a \xe6\x82 sign", "a \x00 byte"
	must(t, s.Begin(t.Context(), Begun("a\x00", T0)))
	must(t, s.Finish(t.Context(), r))
	must(t, s.Flush(t.Context(), "a"))
	r.Why, r.Entries[0].Text = "half a \uFFFD sign", "a \uFFFD byte"
	same(t, get(t, s, "a"), r)
	if n := s.Stats().Rejected; n != 0 {
		t.Errorf("%d writes were refused", n)
	}
}
