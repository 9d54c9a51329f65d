package scroll

import (
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/term"
)

var start = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func entry(seq int, kind call.EntryKind, text string) call.Entry {
	return call.Entry{Seq: seq, At: start.Add(time.Duration(seq) * time.Second), Kind: kind, Text: text}
}

func update(e call.Entry) call.Update {
	return call.Update{At: e.At, Snapshot: call.Snapshot{ID: "a", Began: start}, Entry: &e}
}

// play feeds updates at the time of their entries and gives the page.
func play(updates ...call.Update) string {
	var b strings.Builder
	pg := &Page{P: term.Printer{W: &b}, Began: start}
	for _, u := range updates {
		pg.Take(u, u.At)
	}
	return b.String()
}

func heard(seq int, text string) call.Entry { return entry(seq, call.EntryHeard, text) }

func TestATurnWaitsForItsMeaningItsMoveAndItsTime(t *testing.T) {
	said := entry(1, call.EntrySaid, "Do you care more about the price or the features of the watch that you looked at?")
	said.Node = "need"
	meant, timed := heard(2, "the price"), heard(2, "the price")
	meant.Intent, timed.Intent = "price", "price"
	meant.Timing, timed.Timing = &call.Timing{Endpoint: 300}, &call.Timing{Endpoint: 300, Reply: 481.6}
	moved := entry(3, call.EntryMoved, "")
	moved.Node, moved.From = "offer", "need"
	offer := entry(4, call.EntrySaid, "It is 20 % off.")
	offer.Node = "offer"
	got := play(update(said), update(heard(2, "the price")), update(meant), update(moved), update(offer), update(timed))
	want := `00:01.0  parley     says     Do you care more about the price or the features of the     need
                             watch that you looked at?
00:02.0  parley     heard    the price                                                   price → offer, 482 ms
00:04.0  parley     says     It is 20 % off.                                             offer
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestWhatHasNoAnswerIsShownAllTheSame(t *testing.T) {
	second := heard(2, "the price")
	second.Intent, second.Timing = "price", &call.Timing{Reply: 400}
	got := play(update(heard(1, "uh-huh")), update(second))
	if !strings.Contains(got, "uh-huh") || !strings.Contains(got, "not understood") || strings.Count(got, "\n") != 2 {
		t.Error(got)
	}
	var b strings.Builder
	pg := &Page{P: term.Printer{W: &b}, Began: start}
	pg.Take(update(heard(1, "hm")), start)
	pg.Tick(start.Add(patience - time.Millisecond))
	if b.Len() > 0 {
		t.Errorf("shown too early: %s", b.String())
	}
	pg.Tick(start.Add(patience))
	if !strings.Contains(b.String(), "hm") {
		t.Error("a turn without an answer is never shown")
	}
}

// The watcher drops the oldest when its reader is slow, and may come late.
func TestMissingEntriesDoNotStopTheScroll(t *testing.T) {
	var b strings.Builder
	pg := &Page{P: term.Printer{W: &b}, Began: start}
	pg.Take(update(entry(7, call.EntrySaid, "later")), start)
	pg.Tick(start.Add(patience))
	if !strings.Contains(b.String(), "later") {
		t.Error("stuck")
	}
	again := entry(7, call.EntrySaid, "later")
	pg.Take(update(again), start.Add(patience))
	pg.Tick(start.Add(3 * patience))
	if strings.Count(b.String(), "later") != 1 {
		t.Errorf("an amended entry is shown twice:\n%s", b.String())
	}
}

func TestTheEndShowsWhatWaitsAndWhy(t *testing.T) {
	u := update(heard(1, "a person, please"))
	done := call.Update{At: start.Add(9 * time.Second), Snapshot: call.Snapshot{ID: "a"},
		Done: &call.Record{State: call.Finished, Outcome: "agent", EndedBy: "them", Why: "BYE", Ended: start.Add(9 * time.Second)}}
	transfer := entry(2, call.EntryTransfer, "joined sip:4100@127.0.0.1")
	trouble := entry(3, call.EntryTrouble, "second recogniser")
	trouble.Why = "moonshine: not in time"
	got := play(u, update(transfer), update(trouble), done)
	want := `00:01.0  parley     heard    a person, please                                            not understood
00:02.0  call       transfer joined sip:4100@127.0.0.1
00:03.0  call       trouble  second recogniser                                           moonshine: not in time
00:09.0  call       finished agent                                                       ended by them, BYE
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
