package call

import (
	"slices"
	"testing"
	"time"

	"github.com/parley-voice/parley/dialog"
)

// surveying asks a caller whom the person has left.
func surveying(act dialog.Transfer) stepFunc {
	act.Back = true
	step := handing(act)
	return func(m *fakeMachine, e dialog.Event) []dialog.Action {
		switch e := e.(type) {
		case dialog.TransferEnded:
			if e.Back {
				return []dialog.Action{dialog.Outcome{Outcome: "transferred"}, dialog.Listen{Shape: "yes_no"}, say(7, "were you satisfied")}
			}
		case dialog.Heard:
			if e.Text == "very much" {
				return []dialog.Action{dialog.Note{Key: "tag", Value: "satisfied"}, dialog.End{Why: "thanks"}}
			}
		case dialog.Spoken:
			if e.Say == 7 {
				return []dialog.Action{waits()}
			}
		}
		return step(m, e)
	}
}

func TestCallerComesBack(t *testing.T) {
	withBoss(t, func(f *floor) {
		f.script.Record = true
		f.machine.step = surveying(toQueue)
		f.talk()
		f.pass(30 * time.Second)
		f.legTo("1001").bye()
		f.pass(time.Second)
		if f.over() || f.desk.Live()[0].Phase != "talking" {
			t.Fatal("the caller was not taken back")
		}
		if !f.out().Speaking() {
			t.Error("the caller hears nothing")
		}
		if !f.audio.caller().taping {
			t.Error("the recording has ended")
		}
		f.hears("alone", "")
		f.pass(5 * time.Second)
		again := f.ears[0].stream(1)
		if again == nil {
			t.Fatal("nobody hears the caller")
		}
		again.onset()
		again.final("very much", 0)
		rec := f.end()
		if rec.EndedBy != "us" || rec.Why != "thanks" || rec.Outcome != "transferred" {
			t.Errorf("record: %q by %q: %q", rec.Outcome, rec.EndedBy, rec.Why)
		}
		if got := steps(rec); got[len(got)-1] != "done" {
			t.Errorf("journal: %q", got)
		}
		if !slices.ContainsFunc(rec.Entries, func(e Entry) bool { return e.Kind == EntryHeard && e.Text == "very much" }) {
			t.Error("the answer is not in the record")
		}
		f.pass(20 * time.Second)
	})
}

// TestComesBackLate has the caller hang up first, or in the survey.
func TestComesBackLate(t *testing.T) {
	for name, first := range map[string]string{"the caller first": "caller", "in the survey": "1001"} {
		t.Run(name, func(t *testing.T) {
			withBoss(t, func(f *floor) {
				f.machine.step = surveying(toQueue)
				f.talk()
				if first == "1001" {
					f.legTo(first).bye()
					f.pass(500 * time.Millisecond)
				}
				f.leg.bye()
				if rec := f.end(); rec.EndedBy != "them" || rec.Outcome != "transferred" {
					t.Errorf("record: %q by %q: %q", rec.Outcome, rec.EndedBy, rec.Why)
				}
				if back := f.transferEnded().Back; back != (first == "1001") {
					t.Errorf("the script was told that the caller is back: %v", back)
				}
				f.pass(20 * time.Second)
			})
		})
	}
}

// TestSurveyIsSupervised keeps a supervisor in the call through all of it.
func TestSurveyIsSupervised(t *testing.T) {
	withBoss(t, func(f *floor) {
		f.machine.step = surveying(toQueue)
		f.talk()
		f.supervise(Whisper)
		f.legTo("1001").bye()
		f.pass(2 * time.Second)
		f.hears("in the survey", "0>2 ~0>2")
		f.supervise(TakeOver)
		f.hears("taken over", "0>2 2>0")
		f.legTo("9000").bye()
		f.pass(time.Second)
		if !f.over() {
			t.Error("the call outlives both")
		}
		f.end()
		f.pass(20 * time.Second)
	})
}
