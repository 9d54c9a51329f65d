package call

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/media"
)

// rig is a desk with one caller, all parts of it played by the test. It lives in
// a synctest bubble, which fails the test when a goroutine is left behind.
type rig struct {
	t       *testing.T
	desk    *Desk
	leg     *fakeLeg
	phone   *fakePhone
	audio   *fakeAudio
	ears    []*fakeEar
	voice   *fakeVoice
	detect  *fakeDetector
	records *fakeRecords
	meter   *fakeMeter
	machine *fakeMachine
	script  *Script
	wg      sync.WaitGroup
	done    chan struct{}

	mu      sync.Mutex
	clips   map[string]*media.Clip
	names   map[*media.Clip]string
	levels  map[int16]string
	moments int
	at      int    // call on at this moment
	on      func() // see at
	last    string
}

type stepFunc = func(m *fakeMachine, e dialog.Event) []dialog.Action

// inBubble runs a test with a fresh rig whose script is step.
func inBubble(t *testing.T, step stepFunc, test func(r *rig), prepare ...func(r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, step)
		for _, p := range prepare {
			if p != nil {
				p(r)
			}
		}
		test(r)
	})
}

func newRig(t *testing.T, step stepFunc) *rig {
	r := &rig{
		t: t, done: make(chan struct{}), meter: &fakeMeter{},
		clips: map[string]*media.Clip{}, names: map[*media.Clip]string{}, levels: map[int16]string{},
	}
	r.ears = []*fakeEar{{r: r}, {r: r}}
	r.voice = &fakeVoice{r: r, rendered: map[string]bool{}}
	r.detect = &fakeDetector{r: r, means: map[string]string{}}
	r.audio = &fakeAudio{r: r}
	r.phone = &fakePhone{r: r}
	r.records = &fakeRecords{
		r: r, begun: map[string]Record{}, answered: map[string]time.Time{},
		lines: map[string][]Entry{}, finished: map[string][]Record{},
	}
	r.machine = &fakeMachine{r: r, step: step}
	r.script = &Script{
		ID: "member", Version: 3, Language: "en-US", Listens: true, Detector: r.detect,
		Clips:   map[string]*media.Clip{"hold.wav": r.clip("hold.wav", time.Second)},
		Machine: func(map[string]string, uint64) Machine { return r.machine },
	}
	prompts := &Prompts{lines: map[string]*media.Clip{}}
	for _, name := range []string{lineMoment, lineMute, lineLast} {
		prompts.lines["en"+name] = r.clip(strings.TrimPrefix(name, "\x00"), 900*time.Millisecond)
	}
	r.names[beeps()], r.names[ringing()] = "beeps", "ringing"
	r.desk = NewDesk(Deps{
		Audio: r.audio, Phone: r.phone, Reception: Reception{Scripts: r}, People: People{Directory: fakeDirectory{r}},
		Ears: func(string) []Ear {
			list := make([]Ear, len(r.ears))
			for i, e := range r.ears {
				list[i] = Ear{Name: fmt.Sprintf("ear%d", i+1), Recognizer: e}
			}
			return list
		},
		Voice: r.voice, Prompts: prompts, Records: r.records, Meter: r.meter,
		Config: Config{Recordings: t.TempDir(), Mask: true},
	})
	r.leg = newLeg(r, "4001")
	return r
}

func (r *rig) ForNumber(called string) (*Script, bool) { return r.script, called == "4001" }
func (r *rig) Named(id string) (*Script, bool)         { return r.script, id == "member" }

// moment is called by every fake: a test can act at each of them.
func (r *rig) moment(what string) {
	r.mu.Lock()
	r.moments++
	hit := r.moments == r.at
	if hit {
		r.last = what
	}
	on := r.on
	r.mu.Unlock()
	if hit && on != nil {
		on()
	}
}

// clip is a recording of a label.
func (r *rig) clip(label string, length time.Duration) *media.Clip {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c := r.clips[label]; c != nil {
		return c
	}
	c := media.NewClip(media.Frame{Rate: media.TelephoneRate, PCM: make([]int16, int(length.Milliseconds())*8)})
	r.clips[label], r.names[c] = c, label
	return c
}

func (r *rig) labelOf(c *media.Clip) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.names[c]
}

// pcm is n samples whose level stands for a label.
func (r *rig) pcm(label string, n int) []int16 {
	r.mu.Lock()
	defer r.mu.Unlock()
	level := int16(0)
	for l, name := range r.levels {
		if name == label {
			level = l
		}
	}
	if level == 0 {
		level = int16(len(r.levels) + 1)
		r.levels[level] = label
	}
	return slices.Repeat([]int16{level}, n)
}

func (r *rig) labelOfPCM(pcm []int16) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.levels[pcm[0]]
}

// call begins the caller's call.
func (r *rig) call() {
	r.wg.Go(func() {
		defer close(r.done)
		ctx, cancel := context.WithCancel(r.t.Context()) // as the endpoint does it
		defer cancel()
		r.leg.mu.Lock()
		r.leg.gone = cancel
		r.leg.mu.Unlock()
		r.desk.Inbound(ctx, r.leg)
	})
}

// pass lets time go by.
func (r *rig) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// end waits for the call's end and returns its one record.
func (r *rig) end() Record {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 10*time.Minute)
	defer cancel()
	select {
	case <-r.done:
	case <-ctx.Done():
		r.t.Fatalf("the call did not end; the machine saw %T", r.machine.events())
	}
	r.wg.Wait()
	synctest.Wait() // the switchboard hears what it is told when it comes to it
	return r.only()
}

// holds is a call that has lasted for lead when middle happens; then the caller
// hangs up.
func (r *rig) holds(lead time.Duration, middle func()) Record {
	r.t.Helper()
	r.call()
	r.pass(lead)
	middle()
	r.leg.bye()
	return r.end()
}

// says is a turn of the caller without a pause behind it.
func (r *rig) says(text string) {
	r.stream(0).onset()
	r.stream(0).final(text, 0)
}

// over tells whether the call has ended.
func (r *rig) over() bool {
	synctest.Wait()
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

// only is the one record that was kept.
func (r *rig) only() Record {
	r.t.Helper()
	r.records.mu.Lock()
	defer r.records.mu.Unlock()
	if len(r.records.finished) != 1 || len(r.records.begun) > 1 {
		r.t.Fatalf("%d records finished and %d begun, want one", len(r.records.finished), len(r.records.begun))
	}
	for id, list := range r.records.finished {
		if len(list) != 1 {
			r.t.Fatalf("record %s was finished %d times", id, len(list))
		}
		return list[0]
	}
	return Record{}
}

// out is what the caller hears.
func (r *rig) out() *fakeQueue { return r.audio.caller().q }

// stream is what the recogniser i was opened with first.
func (r *rig) stream(i int) *fakeStream {
	s := r.ears[i].stream(0)
	if s == nil {
		r.t.Fatalf("recogniser %d was never opened", i+1)
	}
	return s
}

// has finds journal lines of a kind.
func has(rec Record, kind EntryKind) (list []Entry) {
	for _, e := range rec.Entries {
		if e.Kind == kind {
			list = append(list, e)
		}
	}
	return list
}

// say is a Say of fixed text.
func say(id int, texts ...string) dialog.Say {
	s := dialog.Say{ID: id, Node: "node"}
	for _, text := range texts {
		s.Parts = append(s.Parts, dialog.Part{Text: text, Language: "en-US"})
	}
	return s
}

// actions is a script that answers each kind of event with fixed actions.
func actions(byKind map[string][]dialog.Action) stepFunc {
	return func(_ *fakeMachine, e dialog.Event) []dialog.Action {
		return byKind[strings.TrimPrefix(fmt.Sprintf("%T", e), "dialog.")]
	}
}

// waits keeps the machine waiting for the caller by its silence timer.
func waits() dialog.SetTimer { return dialog.SetTimer{Timer: "silence", After: time.Hour} }
