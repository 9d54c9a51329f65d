package call

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/sip"
)

const (
	boss  = "sip:9000@192.0.2.9"
	other = "sip:9001@192.0.2.9"
)

// answersSoon is a supervisor's phone.
func answersSoon(_ *floor, leg *fakeLeg) {
	leg.send(sip.Progress{Code: 180})
	time.Sleep(time.Second)
	leg.send(sip.Answered{Params: talkParams})
}

// withBoss is a floor with one agent and two supervisors.
func withBoss(t *testing.T, test func(f *floor)) {
	t.Helper()
	onFloor(t, map[string]func(*floor, *fakeLeg){"1001": takes, "9000": answersSoon, "9001": answersSoon}, func(f *floor) {
		test(f)
		for i, m := range f.audio.opened {
			if !m.closed {
				t.Errorf("media session %d is open", i)
			}
		}
		if got := f.audio.hear(); got != "" {
			t.Errorf("still patched: %s", got)
		}
	})
}

// talk brings the caller to the agent: sessions 0 and 1.
func (f *floor) talk() {
	f.t.Helper()
	f.toTransfer()
	f.pass(10 * time.Second)
	if got := f.audio.hear(); got != "0>1 1>0" {
		f.t.Fatalf("joined: %s", got)
	}
}

func (f *floor) supervise(mode Mode) {
	f.t.Helper()
	if err := f.desk.Supervise(f.t.Context(), f.live(), Supervision{URI: boss, Mode: mode}); err != nil {
		f.t.Fatalf("%s: %v", mode, err)
	}
	f.pass(2 * time.Second)
}

func (f *floor) live() string {
	if live := f.desk.Live(); len(live) > 0 {
		return live[0].ID
	}
	return "none"
}

func (f *floor) hears(what, want string) {
	f.t.Helper()
	if got := f.audio.hear(); got != want {
		f.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// legTo is the leg to a number.
func (f *floor) legTo(number string) *fakeLeg {
	for i := 0; ; i++ {
		leg := f.phone.leg(i)
		if leg == nil {
			f.t.Fatalf("%s was never rung", number)
		}
		if strings.HasPrefix(leg.info.Called, "sip:"+number) {
			return leg
		}
	}
}

func evidence(rec Record) (list []string) {
	for _, e := range has(rec, EntrySupervised) {
		if e.Why != boss {
			list = append(list, "not by the supervisor: "+e.Why)
		}
		list = append(list, e.Text)
	}
	return list
}

func TestSupervisePerson(t *testing.T) {
	withBoss(t, func(f *floor) {
		f.talk()
		f.supervise(Listen)
		f.hears("listening", "0>1 0>2 1>0 1>2")
		f.supervise(Whisper)
		f.hears("whispering", "0>1 0>2 1>0 1>2 2>1")
		f.supervise(Barge)
		f.hears("barging in", "0>1 0>2 1>0 1>2 2>0 2>1")
		if err := f.desk.Supervise(f.t.Context(), f.live(), Supervision{Mode: Listen}); err != nil {
			t.Error(err)
		}
		f.pass(time.Second)
		f.hears("listening again", "0>1 0>2 1>0 1>2")
		if err := f.desk.Supervise(f.t.Context(), f.live(), Supervision{URI: other, Mode: Listen}); !errors.Is(err, ErrSupervised) {
			t.Errorf("a second supervisor: %v", err)
		}
		if err := f.desk.EndSupervision(f.t.Context(), f.live()); err != nil {
			t.Error(err)
		}
		f.pass(time.Second)
		f.hears("alone again", "0>1 1>0")
		if !f.legTo("9000").ended() || f.legTo("1001").ended() {
			t.Error("the wrong leg was hung up")
		}
		f.leg.bye()
		rec := f.end()
		want := []string{"ringing to listen", "listen", "whisper", "barge", "listen", "ended"}
		if got := evidence(rec); !slices.Equal(got, want) {
			t.Errorf("the record tells %q, want %q", got, want)
		}
		if rec.Outcome != "transferred" {
			t.Errorf("outcome %q", rec.Outcome)
		}
		f.pass(20 * time.Second)
	})
}

func TestTakeOverFromPerson(t *testing.T) {
	withBoss(t, func(f *floor) {
		f.talk()
		f.supervise(Listen)
		f.supervise(TakeOver)
		f.hears("taken over", "0>2 2>0")
		f.pass(20 * time.Second)
		if !f.legTo("1001").ended() || f.over() {
			t.Fatal("the person was not released, or the call ended")
		}
		if agent := f.board.Snapshot().Agents[0]; agent.Caller != "" {
			t.Errorf("the agent is kept: %+v", agent)
		}
		if err := f.desk.Supervise(f.t.Context(), f.live(), Supervision{URI: other, Mode: Listen}); err != nil {
			t.Errorf("who took over cannot be listened to: %v", err)
		}
		f.pass(2 * time.Second)
		f.hears("listened to", "0>2 0>3 2>0 2>3")
		f.legTo("9000").bye()
		rec := f.end()
		if rec.Outcome != "transferred" || rec.EndedBy != "them" {
			t.Errorf("record: %q ended by %q", rec.Outcome, rec.EndedBy)
		}
		if n := len(f.machine.events()); n == 0 || f.transferEnded().Reason != "the person left" {
			t.Errorf("the script was told %+v", f.transferEnded())
		}
	})
}

// TestSuperviseMachine listens to the machine, then takes the caller over.
func TestSuperviseMachine(t *testing.T) {
	for name, mode := range map[string]Mode{"take over": TakeOver, "barge": Barge} {
		t.Run(name, func(t *testing.T) {
			withBoss(t, func(f *floor) {
				f.call()
				f.pass(3 * time.Second)
				if err := f.desk.Supervise(f.t.Context(), f.live(), Supervision{URI: boss, Mode: Whisper}); !errors.Is(err, ErrNobody) {
					t.Errorf("whispering to the machine: %v", err)
				}
				f.supervise(Listen)
				f.hears("listening", "0>1 ~0>1")
				f.supervise(mode)
				f.hears("taken over", "0>1 1>0")
				if got := f.desk.Live()[0].Phase; got != "joined" {
					t.Errorf("phase %q", got)
				}
				f.pass(time.Minute) // longer than any silence of the script
				if f.over() {
					t.Fatal("the script ended the call")
				}
				if !slices.ContainsFunc(f.machine.events(), func(e dialog.Event) bool { return e == dialog.TakenOver{} }) {
					t.Error("the script does not know")
				}
				f.leg.bye()
				if rec := f.end(); rec.EndedBy != "them" || f.transferEnded().Reason != "the caller left" {
					t.Errorf("ended by %q, the script was told %+v", rec.EndedBy, f.transferEnded())
				}
			})
		})
	}
}

// TestListensOn goes with the caller from the machine to the person.
func TestListensOn(t *testing.T) {
	withBoss(t, func(f *floor) {
		f.detect.means["a person please"] = "human"
		f.call()
		f.pass(2 * time.Second)
		f.supervise(Listen)
		f.stream(0).onset()
		f.stream(0).final("a person please", 0)
		f.pass(3 * time.Second)
		f.hears("in line", "0>1 ~0>1")
		f.pass(15 * time.Second)
		f.hears("with the person", "0>1 0>2 2>0 2>1")
		f.leg.bye()
		f.end()
		f.pass(20 * time.Second)
	})
}

// TestSupervisorTakesFromLine takes a caller who waits.
func TestSupervisorTakesFromLine(t *testing.T) {
	onFloor(t, map[string]func(*floor, *fakeLeg){"9000": answersSoon}, func(f *floor) {
		f.toTransfer()
		f.pass(5 * time.Second)
		f.supervise(TakeOver)
		f.hears("taken over", "0>1 1>0")
		if q := f.board.Snapshot().Queues[0]; q.Waiting != 0 {
			t.Errorf("%d wait", q.Waiting)
		}
		f.legTo("9000").bye()
		if rec := f.end(); rec.EndedBy != "them" {
			t.Errorf("ended by %q", rec.EndedBy)
		}
	})
}

// TestBargeKeepsCaller has the person leave while three talk.
func TestBargeKeepsCaller(t *testing.T) {
	withBoss(t, func(f *floor) {
		f.talk()
		f.supervise(Barge)
		f.legTo("1001").bye()
		f.pass(20 * time.Second)
		f.hears("two are left", "0>2 2>0")
		f.leg.bye()
		if rec := f.end(); rec.Outcome != "transferred" {
			t.Errorf("outcome %q", rec.Outcome)
		}
	})
}

// TestSupervisedCallEnds hangs each of the three up in each mode.
func TestSupervisedCallEnds(t *testing.T) {
	for _, mode := range []Mode{Listen, Whisper, Barge} {
		for _, who := range []string{"caller", "1001", "9000"} {
			t.Run(string(mode)+" "+who, func(t *testing.T) {
				withBoss(t, func(f *floor) {
					f.talk()
					f.supervise(mode)
					ends := true
					switch who {
					case "caller":
						f.leg.bye()
					case "1001":
						f.legTo(who).bye()
						ends = mode != Barge
					case "9000":
						f.legTo(who).bye()
						ends = false
						f.pass(time.Second)
						f.hears("the two talk on", "0>1 1>0")
					}
					if f.over() != ends {
						t.Errorf("over is %v", !ends)
					}
					f.leg.bye()
					f.end()
					f.pass(20 * time.Second)
				})
			})
		}
	}
}

// TestSupervisorTroubles never lets the call suffer.
func TestSupervisorTroubles(t *testing.T) {
	for name, c := range map[string]struct {
		phone func(f *floor, l *fakeLeg)
		want  string
	}{
		"busy":        {func(_ *floor, l *fakeLeg) { l.end(sip.Ended{By: sip.Them, Code: 486}) }, "not reached"},
		"bad media":   {func(f *floor, l *fakeLeg) { f.audio.opened[2].bad = true; l.send(sip.Answered{Params: talkParams}) }, "no media"},
		"crowded":     {func(f *floor, l *fakeLeg) { f.audio.opened[2].crowded = true; l.send(sip.Answered{Params: talkParams}) }, "could not be let in"},
		"still rings": {func(_ *floor, l *fakeLeg) { l.send(sip.Progress{Code: 180}) }, "the call is over"},
	} {
		t.Run(name, func(t *testing.T) {
			onFloor(t, map[string]func(*floor, *fakeLeg){"1001": takes, "9000": c.phone}, func(f *floor) {
				f.talk()
				f.supervise(Whisper)
				f.hears("the two talk on", "0>1 1>0")
				f.leg.bye()
				if got := evidence(f.end()); len(got) != 2 || !strings.HasPrefix(got[1], c.want) {
					t.Errorf("the record tells %q", got)
				}
				f.pass(20 * time.Second)
			})
		})
	}
}

func TestSuperviseIsRefused(t *testing.T) {
	withBoss(t, func(f *floor) {
		ctx := f.t.Context()
		want := Supervision{URI: boss, Mode: Listen}
		if err := f.desk.Supervise(ctx, "nobody", want); !errors.Is(err, ErrNoCall) {
			t.Errorf("no call: %v", err)
		}
		f.call()
		f.pass(3 * time.Second)
		id := f.live()
		if err := f.desk.Supervise(ctx, id, Supervision{URI: boss, Mode: "shout"}); err == nil || !strings.Contains(err.Error(), `"shout"`) {
			t.Errorf("a mode that is none: %v", err)
		}
		if err := f.desk.EndSupervision(ctx, id); !errors.Is(err, ErrNotSupervised) {
			t.Errorf("an end without a beginning: %v", err)
		}
		if err := f.desk.Supervise(ctx, id, Supervision{Mode: Listen}); !errors.Is(err, ErrNotSupervised) {
			t.Errorf("a change without a beginning: %v", err)
		}
		f.leg.bye()
		f.end()
		short, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		if err := f.desk.Supervise(short, id, want); !errors.Is(err, ErrNoCall) {
			t.Errorf("after the end: %v", err)
		}
	})
}

// TestSupervisorAnyTime hangs up at every 300 ms of a supervised call.
func TestSupervisorAnyTime(t *testing.T) {
	for at := time.Duration(0); at < 9*time.Second; at += 300 * time.Millisecond {
		for _, who := range []string{"caller", "1001", "9000"} {
			withBoss(t, func(f *floor) {
				f.wg.Go(func() {
					time.Sleep(14*time.Second + at)
					switch leg := f.phone.leg(1); {
					case who == "caller":
						f.leg.bye()
					case who == "1001":
						f.legTo(who).bye()
					case leg != nil:
						leg.bye()
					}
				})
				f.talk()
				for _, mode := range []Mode{Listen, Whisper, Barge, TakeOver} {
					_ = f.desk.Supervise(f.t.Context(), f.live(), Supervision{URI: boss, Mode: mode}) // it may be over
					f.pass(1500 * time.Millisecond)
				}
				f.leg.bye()
				f.end()
				f.pass(20 * time.Second)
			})
		}
	}
}
