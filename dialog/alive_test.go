package dialog

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestAlwaysAlive holds 10,000 conversations, of the scripts that ship and of
// ones that nobody would write, with random events, and after each event the
// invariant of dead air: the machine is speaking, or listening with a timer
// running, or understanding with one, or waiting, transferring or over. No event
// sets off an endless row of actions. Told the same events again, the machine
// takes the same actions.
func TestAlwaysAlive(t *testing.T) {
	part := 1
	if testing.Short() {
		part = 10
	}
	shipped, err := filepath.Glob("../scripts/*.yaml")
	lines, more := filepath.Glob("../scripts/line-test/*.yaml")
	if err != nil || more != nil || len(shipped) < 2 {
		t.Fatal(err, more, shipped)
	}
	all, ended := 0, 0
	for _, name := range append(slices.Concat(shipped, lines), "testdata/nasty.yaml") {
		if strings.HasSuffix(name, ".test.yaml") || strings.HasSuffix(name, PartSuffix) {
			continue
		}
		n := 500 / part
		over := converse(t, mustLoadFile(t, name), name, n)
		if over == 0 {
			t.Errorf("%s: none of %d conversations ended: the events reach nothing", name, n)
		}
		all, ended = all+n, ended+over
	}
	for seed := uint64(0); all < 10_000/part; seed++ {
		n := 40
		ended += converse(t, generated(t, seed), fmt.Sprintf("generated %d", seed), n)
		all += n
	}
	t.Logf("%d of %d conversations ended, the others wait", ended, all)
}

// converse holds n conversations and tells how many ended.
func converse(t *testing.T, s *Script, name string, n int) (ended int) {
	t.Helper()
	fixed := map[Part]bool{}
	for _, p := range s.FixedLines() {
		fixed[p] = true
	}
	for seed := range uint64(n) {
		log := wander(t, s, name, fixed, seed)
		if again := replayed(s, seed, log); !reflect.DeepEqual(again, log.actions) {
			t.Fatalf("%s, seed %d: the same events gave other actions", name, seed)
		}
		if log.over {
			ended++
		}
	}
	return ended
}

type told struct {
	events  []Event
	times   []time.Time
	actions [][]Action
	over    bool
}

// wander tells a machine random events, sensible and senseless, in virtual time.
func wander(t *testing.T, s *Script, name string, fixed map[Part]bool, seed uint64) told {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 7))
	m := NewMachine(s, map[string]string{"customer.name": "{{tags}}"}, seed)
	w := world{timers: map[Timer]time.Time{}, now: time.Unix(0, 0).UTC(), fixed: fixed}
	var log told
	tell := func(e Event) {
		log.events, log.times = append(log.events, e), append(log.times, w.now)
		actions := m.Step(w.now, e)
		log.actions = append(log.actions, actions)
		w.see(t, actions)
		if why := w.dead(m); why != "" {
			t.Fatalf("%s, seed %d, after %d events, last %#v at node %s: %s\n%s", name, seed, len(log.events), e, m.Node(), why, tail(log))
		}
	}
	tell(Answered{Placed: rnd.IntN(2) == 0})
	for range 60 {
		if m.Ended() {
			log.over = true
			break
		}
		w.now = w.now.Add(time.Duration(rnd.IntN(3000)) * time.Millisecond)
		tell(w.pick(rnd, s))
	}
	return log
}

func replayed(s *Script, seed uint64, log told) [][]Action {
	m := NewMachine(s, map[string]string{"customer.name": "{{tags}}"}, seed)
	var all [][]Action
	for i, e := range log.events {
		all = append(all, m.Step(log.times[i], e))
	}
	return all
}

// world is what a driver knows: what it says and which timers run.
type world struct {
	now    time.Time
	saying []int
	paused bool
	loops  bool
	away   bool
	over   bool
	turn   int
	errand int
	query  Query
	timers map[Timer]time.Time
	fixed  map[Part]bool
}

func (w *world) see(t *testing.T, actions []Action) {
	t.Helper()
	if len(actions) > 60 {
		t.Fatalf("%d actions at once", len(actions))
	}
	for _, a := range actions {
		if w.over {
			t.Fatalf("%#v after the end", a)
		}
		switch a := a.(type) {
		case Say:
			w.saying = append(w.saying, a.ID)
			w.loops = a.Loop
			w.checkParts(t, a.Parts)
		case Hush:
			w.saying, w.paused = nil, false
		case Pause:
			w.paused = true
		case Resume:
			w.paused = false
		case SetTimer:
			if a.After <= 0 {
				t.Fatalf("timer %s of %s", a.Timer, a.After)
			}
			w.timers[a.Timer] = w.now.Add(a.After)
		case StopTimer:
			delete(w.timers, a.Timer)
		case Understand:
			w.turn, w.query = a.Turn, a.Query
		case Fetch:
			w.errand = a.ID
		case Compose:
			w.errand = a.ID
		case Transfer:
			w.away = true
		case End:
			w.over = true
			if len(w.saying) > 0 {
				t.Fatal("the call ends before everything said was heard")
			}
		}
	}
}

func (w *world) checkParts(t *testing.T, parts []Part) {
	t.Helper()
	if len(parts) == 0 {
		t.Fatal("a Say says nothing")
	}
	for _, p := range parts {
		if (p.Text == "") == (p.Clip == "") {
			t.Fatalf("part %#v is not one of text and clip", p)
		}
		if (p.Fixed || p.Clip != "") && !w.fixed[p] {
			t.Fatalf("%#v could have been rendered ahead, but FixedLines does not know it", p)
		}
		if strings.Contains(p.Text, "{{") && !strings.Contains(p.Text, "{{tags}}") {
			t.Fatalf("an unfilled template is spoken: %q", p.Text)
		}
	}
}

// dead tells why the machine is dead, "" if it is not.
func (w *world) dead(m *Machine) string {
	runs := func(t Timer) bool { _, ok := w.timers[t]; return ok }
	switch {
	case m.Ended(), w.away:
		return ""
	case w.paused && len(w.saying) > 0 && !runs(TimerBarge):
		return "paused for ever"
	case len(w.saying) > 0:
		return ""
	case m.thinking() && runs(TimerUnderstand):
		return ""
	case (m.fetching() || m.composing()) && runs(TimerErrand):
		return ""
	case m.listening() && (runs(TimerSilence) || runs(TimerDigits)):
		return ""
	case m.at.then.kind == thenWait && runs(TimerWait):
		return ""
	case m.listening() && len(m.silence().Rungs) == 0 && !m.ear.deaf, m.at.then.kind == thenHold:
		return "" // the script asked for it
	}
	return fmt.Sprintf("silent for ever: nothing is said and no timer runs (then %d)", m.at.then.kind)
}

// pick is the next event: mostly what could happen, sometimes what cannot.
func (w *world) pick(rnd *rand.Rand, s *Script) Event {
	texts := []string{"yes", "no", "uh-huh", "price", "a person please", "stop calling me", "one two three four", "blah blah", "", "…", "嗯", "多少钱", "wait"}
	text := texts[rnd.IntN(len(texts))]
	if w.away && rnd.IntN(3) == 0 {
		w.away = false
		return TransferEnded{OK: rnd.IntN(3) == 0, Back: rnd.IntN(2) == 0, Reason: "busy"}
	}
	switch n := rnd.IntN(100); {
	case n < 12:
		return SpeechStarted{}
	case n < 18:
		return SpeechEmpty{}
	case n < 20:
		return SpeechLost{}
	case n < 28:
		return Partial{Text: text}
	case n < 42:
		return Heard{Text: text}
	case n < 56 && w.turn > 0:
		return Meant{Turn: w.turn - rnd.IntN(2), Intent: w.intent(rnd)}
	case n < 58 && w.errand > 0:
		return w.outside(rnd)
	case n < 62:
		return Pressed{Digit: "0123456789*#x"[rnd.IntN(13)]}
	case n < 82 && len(w.saying) > 0 && !w.paused && !w.loops:
		id := w.saying[0]
		w.saying = w.saying[1:]
		if rnd.IntN(8) == 0 {
			return SayFailed{Say: id, Why: "no voice"}
		}
		return Spoken{Say: id}
	case n < 96:
		return w.fire(rnd)
	case n < 97 && rnd.IntN(3) == 0:
		return Directed{To: Transfer{Queue: "elsewhere"}, Say: text, Why: "a rule"}
	case n < 97:
		return []Event{Deaf{Why: "gone"}, Deaf{Why: "gone"}, Hears{}}[rnd.IntN(3)]
	case n < 98:
		return Mute{Why: "gone"}
	case n < 99:
		return []Event{Spoken{Say: 9999 - 9998*rnd.IntN(2)}, SayFailed{Say: 12345}, TransferEnded{OK: true}, Answered{}}[1+rnd.IntN(3)]
	default:
		return HungUp{By: "them"}
	}
}

// outside is an answer of another system or a model, or one that comes too late.
func (w *world) outside(rnd *rand.Rand) Event {
	id := w.errand - rnd.IntN(2)*rnd.IntN(2)
	answers := []string{"{\"stock\": 3, \"name\": \"{{tags}}\"}", "{\"stock\": \"many\"}", "[]", "no JSON", "", "{\"a\": {\"b\": [1, true]}}"}
	texts := []string{"It is in stock.", "It costs 3 pounds.", "It costs 4000.", "Guaranteed!", "<b>", "", "{{tags}} is here."}
	switch rnd.IntN(6) {
	case 0:
		return Fetched{ID: id, Why: "unreachable"}
	case 1, 2:
		return Fetched{ID: id, Status: []int{200, 200, 404, 500}[rnd.IntN(4)], Body: []byte(answers[rnd.IntN(len(answers))])}
	case 3:
		return Composed{ID: id, Done: true, Why: []string{"", "cut"}[rnd.IntN(2)]}
	}
	return Composed{ID: id, Text: texts[rnd.IntN(len(texts))], Done: rnd.IntN(4) == 0}
}

// fire is the next timer that is due, or one that does not run.
func (w *world) fire(rnd *rand.Rand) Event {
	all := []Timer{TimerSilence, TimerBarge, TimerProtect, TimerSlow, TimerUnderstand, TimerDigits, TimerWait, TimerErrand}
	first := all[rnd.IntN(len(all))]
	for _, t := range all {
		if at, ok := w.timers[t]; ok && (w.timers[first].IsZero() || at.Before(w.timers[first])) {
			first = t
		}
	}
	if at, ok := w.timers[first]; ok && at.After(w.now) {
		w.now = at
	}
	delete(w.timers, first)
	return Fired{Timer: first}
}

func (w *world) intent(rnd *rand.Rand) Intent {
	names := append([]string{"", "nonsense", IntentAffirm, IntentFilled}, w.query.Intents...)
	slot := ""
	if w.query.Want != nil {
		slot = w.query.Want.Slot
	}
	values := []string{"", "12", "1234", "99999", "yes", "2026-03-05", "15:00", "2026-03-05T15:00", "199.00 USD", "+12025550123", "gold"}
	return Intent{Name: names[rnd.IntN(len(names))], Score: 0.9, Why: "chance", Doubt: rnd.IntN(4) == 0, Slots: map[string]string{slot: values[rnd.IntN(len(values))]}}
}

func tail(log told) string {
	var b strings.Builder
	for i := max(0, len(log.events)-14); i < len(log.events); i++ {
		fmt.Fprintf(&b, "%s %#v\n", log.times[i].UTC().Format("04:05.000"), log.events[i])
		for _, a := range log.actions[i] {
			fmt.Fprintf(&b, "      %#v\n", a)
		}
	}
	return b.String()
}

func mustLoadFile(t *testing.T, name string) *Script {
	t.Helper()
	s, err := LoadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
