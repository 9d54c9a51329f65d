package call

import (
	"testing"
	"time"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/dialog"
)

// talk is a small conversation: a question, an answer that is understood, and
// the end.
func talk(m *fakeMachine, e dialog.Event) []dialog.Action {
	switch e := e.(type) {
	case dialog.Answered:
		m.node = "ask"
		return []dialog.Action{
			dialog.Moved{To: "ask", Stage: "need", Why: "answered"},
			dialog.Listen{Shape: "yes_no", Words: []string{"yes", "no"}, Min: 4, Max: 6},
			say(1, "welcome"), dialog.Note{Key: "notice", Value: "recording"}, say(2, "shall we go on"),
		}
	case dialog.Spoken:
		if e.Say == 3 {
			return []dialog.Action{dialog.Outcome{Outcome: "need_clear"}, dialog.End{Why: "done"}}
		}
		if e.Say == 2 {
			return []dialog.Action{waits()}
		}
	case dialog.Heard:
		m.turn++
		return []dialog.Action{
			dialog.StopTimer{Timer: "silence"},
			dialog.Understand{Turn: m.turn, Query: dialog.Query{Text: e.Text}},
		}
	case dialog.Meant:
		m.node = "thanks"
		return []dialog.Action{dialog.Moved{From: "ask", To: "thanks", Stage: "close", Intent: e.Intent.Name}, say(3, "thanks")}
	}
	return nil
}

func TestConversation(t *testing.T) {
	inBubble(t, talk, func(r *rig) {
		r.voice.rendered["welcome"] = true // the others are synthesised
		r.detect.means["yes"] = "affirm"
		r.call()
		r.pass(4 * time.Second)
		if rang, answers := r.leg.progress(); rang != 1 || answers != 1 {
			t.Errorf("rang %d times and answered %d times", rang, answers)
		}
		ear := r.stream(0)
		ear.onset()
		r.pass(600 * time.Millisecond)
		ear.final("yes", 300*time.Millisecond)
		rec := r.end()

		if rec.State != Finished || rec.Outcome != "need_clear" || rec.EndedBy != "us" || rec.Why != "done" {
			t.Errorf("record: %s %q by %q why %q", rec.State, rec.Outcome, rec.EndedBy, rec.Why)
		}
		if rec.CallID != "cid" || rec.Caller != "+8613800001234" || rec.Script != "member" || rec.Version != 3 || rec.Media.Sent != 1 {
			t.Errorf("facts: %+v", rec)
		}
		for _, text := range []string{"welcome", "shall we go on", "thanks"} {
			if got := r.out().heardFor(text); got != lengthOf(text) {
				t.Errorf("the caller heard %v of %q, want %v", got, text, lengthOf(text))
			}
		}
		heard := has(rec, EntryHeard)
		if len(heard) != 1 || heard[0].Text != "yes" || heard[0].Intent != "affirm" || heard[0].Node != "ask" {
			t.Fatalf("heard: %+v", heard)
		}
		tm := heard[0].Timing
		if tm == nil || tm.Endpoint < 290 || tm.Endpoint > 330 || tm.Decode != 80 || tm.Reply < 300 || tm.Reply > 400 || tm.SpeechMS != 1000 || tm.Barged {
			t.Errorf("timing: %+v", tm)
		}
		if len(r.meter.turns) != 1 || r.meter.turns[0] != *tm {
			t.Errorf("the meter was told %+v", r.meter.turns)
		}
		if len(has(rec, EntrySaid)) != 3 || len(has(rec, EntryMoved)) != 2 {
			t.Errorf("journal: %+v", rec.Entries)
		}
		if got := ear.expects[len(ear.expects)-1]; got.Shape != asr.YesNo || len(got.Words) != 2 || got.Min != 4 || got.Max != 6 {
			t.Errorf("the recogniser expects %+v", got)
		}
	})
}

func TestWriteThenAct(t *testing.T) {
	inBubble(t, talk, func(r *rig) {
		var atRing, atAnswer, atTape []string
		snap := func() []string {
			r.records.mu.Lock()
			defer r.records.mu.Unlock()
			return append([]string(nil), r.records.order...)
		}
		leg := &spyLeg{fakeLeg: r.leg, ring: func() { atRing = snap() }, answer: func() { atAnswer = snap() }}
		r.wg.Go(func() { defer close(r.done); r.desk.Inbound(r.t.Context(), leg) })
		r.pass(2 * time.Second)
		atTape = snap()
		m := r.audio.caller()
		r.leg.bye()
		rec := r.end()
		if len(atRing) != 1 || atRing[0] != "begin" {
			t.Errorf("written before 180: %v", atRing)
		}
		if len(atAnswer) != 2 || atAnswer[1] != "answered" {
			t.Errorf("written before 200: %v", atAnswer)
		}
		if len(atTape) != 3 || atTape[2] != "flush" || m.tape == "" {
			t.Errorf("written before recording: %v, tape %q", atTape, m.tape)
		}
		if rec.Recording+partSuffix != m.tape || m.taping {
			t.Errorf("record says %q, tape %q (running: %v)", rec.Recording, m.tape, m.taping)
		}
	})
}

type spyLeg struct {
	*fakeLeg
	ring, answer func()
}

func TestNoRecordingWithoutDurableConsent(t *testing.T) {
	inBubble(t, talk, func(r *rig) {
		r.records.broken = errBrokenStore
		r.call()
		r.pass(3 * time.Second)
		r.leg.bye()
		rec := r.end()
		if r.audio.caller().tape != "" || rec.Recording != "" {
			t.Error("recorded although the consent could not be written")
		}
		if len(has(rec, EntryTrouble)) == 0 {
			t.Error("the record does not say why there is no recording")
		}
	})
}

func TestBrokenStoreHoldsNoCall(t *testing.T) {
	for name, breaks := range map[string]func(*fakeRecords){
		"fails": func(f *fakeRecords) { f.broken = errBrokenStore },
		"hangs": func(f *fakeRecords) { f.slow = time.Hour },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, talk, func(r *rig) {
				breaks(r.records)
				began := time.Now()
				r.call()
				r.pass(3 * time.Second)
				if d := r.out().firstHeard(t, "welcome").Sub(began); d > 700*time.Millisecond {
					t.Errorf("a broken store held the caller up for %v", d)
				}
				r.leg.bye()
				r.end()
				if n := r.desk.Stats().Unwritten; n != 2 {
					t.Errorf("%d unwritten, want the begin and the answer counted", n)
				}
			})
		})
	}
}
