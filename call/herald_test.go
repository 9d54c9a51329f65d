package call

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/sip"
)

// fakeHerald remembers, and how many people had been rung by then.
type fakeHerald struct {
	mu     sync.Mutex
	phone  *fakePhone
	slow   time.Duration
	err    error
	offers []Offer
	rung   []int
	noted  []string
}

func (h *fakeHerald) Offer(ctx context.Context, o Offer) error {
	h.phone.mu.Lock()
	rung := len(h.phone.legs)
	h.phone.mu.Unlock()
	h.mu.Lock()
	h.offers, h.rung = append(h.offers, o), append(h.rung, rung)
	h.mu.Unlock()
	select {
	case <-time.After(h.slow):
		return h.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *fakeHerald) Noted(r Record, e Entry) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.noted = append(h.noted, r.Caller+" "+e.Text)
}

func (h *fakeHerald) told() ([]Offer, []int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.offers), slices.Clone(h.rung)
}

// Each agent's screen is told before the agent's phone rings, once for each offer.
func TestHeraldedBeforeEachRing(t *testing.T) {
	busy := func(_ *floor, l *fakeLeg) { l.end(sip.Ended{By: sip.Them, Code: 486}) }
	onFloor(t, map[string]func(*floor, *fakeLeg){"1001": busy, "1002": takes}, func(f *floor) {
		h := &fakeHerald{phone: f.phone, slow: 50 * time.Millisecond}
		f.desk.deps.People.Herald = h
		f.toTransfer()
		f.pass(40 * time.Second)
		f.leg.bye()
		rec := f.end()
		offers, rung := h.told()
		if len(offers) != 2 || !slices.Equal(rung, []int{0, 1}) {
			t.Fatalf("%d offers, told when %v phones had been rung", len(offers), rung)
		}
		for i, agent := range []string{"1001", "1002"} {
			o := offers[i]
			if o.Agent != agent || o.Queue != "aftersales" || o.Brief != toQueue.Brief || o.Record.ID != rec.ID || o.To == "" {
				t.Errorf("offer %d: %+v", i, o)
			}
			if len(transcribed(o.Record.Entries)) == 0 {
				t.Errorf("offer %d has nothing of what was said", i)
			}
		}
		if offers[0].Number == offers[1].Number {
			t.Error("two offers have one number")
		}
		f.pass(20 * time.Second)
	})
}

// transcribed are the lines that were said or heard.
func transcribed(all []Entry) (out []Entry) {
	for _, e := range all {
		if e.Kind == EntrySaid || e.Kind == EntryHeard {
			out = append(out, e)
		}
	}
	return out
}

// A herald that hangs or fails costs the ring its budget and no more.
func TestHeraldCostsNoCall(t *testing.T) {
	for name, h := range map[string]*fakeHerald{"hangs": {slow: time.Hour}, "fails": {err: errors.New("disk full")}} {
		t.Run(name, func(t *testing.T) {
			warm := dialog.Transfer{SIP: "sip:boss@192.0.2.9", Hold: "hold.wav", Brief: "wants a person"}
			inBubble(t, handing(warm), func(r *rig) {
				h.phone = r.phone
				r.desk.deps.People.Herald = h
				r.phone.ring = func(leg *fakeLeg) { leg.send(sip.Answered{Params: talkParams}) }
				r.toTransfer()
				r.pass(time.Second)
				if r.audio.joins != 1 {
					t.Errorf("joined %d times", r.audio.joins)
				}
				if n := r.desk.Stats().Unwritten; n != 1 {
					t.Errorf("%d were counted as unwritten, want 1", n)
				}
				if offers, _ := h.told(); len(offers) != 1 || offers[0].To != warm.SIP {
					t.Errorf("offers: %+v", offers)
				}
				r.leg.bye()
				r.end()
			})
		})
	}
}

func TestHeraldIsToldOfFacts(t *testing.T) {
	h := &fakeHerald{}
	inBubble(t, func(m *fakeMachine, e dialog.Event) []dialog.Action {
		if _, ok := e.(dialog.Answered); ok {
			return []dialog.Action{dialog.Note{Key: "tag", Value: "complaint"}, dialog.Note{Key: "opt_out", Value: "all"}, dialog.End{Why: "told"}}
		}
		return nil
	}, func(r *rig) {
		r.desk.deps.People.Herald = h
		r.call()
		rec := r.end()
		for _, want := range []string{"tag=complaint", "opt_out=all"} {
			if !slices.Contains(h.noted, rec.Caller+" "+want) {
				t.Errorf("not told of %s: %q", want, h.noted)
			}
		}
	})
}
