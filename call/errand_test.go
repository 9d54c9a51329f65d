package call

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/parley-voice/parley/dialog"
)

// asking is a script that asks another system, then a model.
func asking(_ *fakeMachine, e dialog.Event) []dialog.Action {
	switch e := e.(type) {
	case dialog.Answered:
		return []dialog.Action{say(1, "question"), dialog.Fetch{ID: 1, Deadline: time.Second}, waits()}
	case dialog.Fetched:
		return []dialog.Action{dialog.Compose{ID: 2, Deadline: time.Second}}
	case dialog.Composed:
		if e.Text == "stop" {
			return []dialog.Action{dialog.StopCompose{ID: 2}}
		}
		if e.Text != "" {
			return []dialog.Action{say(3, e.Text)}
		}
	}
	return nil
}

// fakeOutside answers late, in sentences, until it is stopped.
type fakeOutside struct {
	sentences []string
	err       error
	panics    bool
	stopped   bool
}

func (o *fakeOutside) Fetch(ctx context.Context, f dialog.Fetch) dialog.Fetched {
	if o.panics {
		panic("no such thing")
	}
	select {
	case <-time.After(500 * time.Millisecond):
	case <-ctx.Done():
	}
	return dialog.Fetched{ID: f.ID, Status: 200, Body: []byte(`{}`)}
}

func (o *fakeOutside) Compose(ctx context.Context, _ dialog.Compose, emit func(string)) error {
	for _, s := range o.sentences {
		select {
		case <-time.After(500 * time.Millisecond):
			emit(s)
		case <-ctx.Done():
			o.stopped = true
			return ctx.Err()
		}
	}
	return o.err
}

func outsideIs(o *fakeOutside) func(*rig) {
	return func(r *rig) { r.desk.deps.Outside = Outside{Lookup: o, Composer: o} }
}

// TestOutside holds that the call goes on while others are asked, that each
// sentence is spoken as it comes, and that nothing of it outlives the call: the
// bubble fails when a goroutine does.
func TestOutside(t *testing.T) {
	o := &fakeOutside{sentences: []string{"first", "second"}, err: errors.New("cut")}
	inBubble(t, asking, func(r *rig) {
		rec := r.holds(3*time.Second, func() {})
		if got := saw[dialog.Fetched](r.machine); !reflect.DeepEqual(got, []dialog.Fetched{{ID: 1, Status: 200, Body: []byte(`{}`)}}) {
			t.Errorf("%+v", got)
		}
		want := []dialog.Composed{{ID: 2, Text: "first"}, {ID: 2, Text: "second"}, {ID: 2, Done: true, Why: "cut"}}
		if got := saw[dialog.Composed](r.machine); !reflect.DeepEqual(got, want) {
			t.Errorf("%+v", got)
		}
		if r.meter.saw("composer") != 1 || len(has(rec, EntryTrouble)) == 0 {
			t.Errorf("the break is not on record: %v", r.meter.rungs)
		}
	}, outsideIs(o))
}

func TestOutsideStopped(t *testing.T) {
	o := &fakeOutside{sentences: []string{"stop", "late", "later"}}
	inBubble(t, asking, func(r *rig) {
		r.holds(5*time.Second, func() {})
		for _, e := range saw[dialog.Composed](r.machine) {
			if e.Text != "stop" && e.Text != "" || e.Why != "" {
				t.Errorf("%+v after the stop", e)
			}
		}
		if !o.stopped {
			t.Error("the model writes on")
		}
	}, outsideIs(o))
}

// TestOutsideHungUp ends a call while another system is asked.
func TestOutsideHungUp(t *testing.T) {
	inBubble(t, asking, func(r *rig) { r.holds(100*time.Millisecond, func() {}) }, outsideIs(&fakeOutside{}))
}

// TestOutsideMissing holds that nobody to ask, and one that panics, are answers.
func TestOutsideMissing(t *testing.T) {
	for name, prepare := range map[string]func(*rig){"none": nil, "panic": outsideIs(&fakeOutside{panics: true})} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, asking, func(r *rig) {
				r.holds(time.Second, func() {})
				if got := saw[dialog.Fetched](r.machine); len(got) != 1 || got[0].Why == "" || got[0].ID != 1 {
					t.Errorf("%+v", got)
				}
			}, prepare)
		})
	}
}
