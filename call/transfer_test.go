package call

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/sip"
)

// handing says that it puts the caller through, does so, and asks again when
// nobody came.
func handing(act dialog.Transfer) stepFunc {
	return func(m *fakeMachine, e dialog.Event) []dialog.Action {
		switch e := e.(type) {
		case dialog.Answered:
			return []dialog.Action{dialog.Listen{Shape: "open"}, say(1, "hello")}
		case dialog.Heard:
			m.turn++
			return []dialog.Action{dialog.Understand{Turn: m.turn, Query: dialog.Query{Text: e.Text}}}
		case dialog.Meant:
			return []dialog.Action{say(2, "connecting")}
		case dialog.Spoken:
			switch e.Say {
			case 1:
				return []dialog.Action{waits()}
			case 2:
				return []dialog.Action{act}
			case 3:
				return []dialog.Action{dialog.End{Why: "nobody came"}}
			}
		case dialog.TransferEnded:
			if e.OK {
				return []dialog.Action{dialog.Outcome{Outcome: "transferred"}, dialog.End{Why: "transferred"}}
			}
			return []dialog.Action{dialog.Outcome{Outcome: "callback"}, say(3, "sorry")}
		}
		return nil
	}
}

var bridged = dialog.Transfer{
	Queue: "aftersales", Hold: "hold.wav", Wait: 20 * time.Second, Brief: "wants a person",
	Headers: map[string]string{"X-Intent": "human"},
}

var blind = dialog.Transfer{Queue: "aftersales", Style: "blind"}

// toTransfer brings a call to the moment of its transfer.
func (r *rig) toTransfer() {
	r.detect.means["a person please"] = "human"
	r.call()
	r.pass(2 * time.Second)
	r.stream(0).onset()
	r.stream(0).final("a person please", 0)
	r.pass(lengthOf("connecting") + 500*time.Millisecond)
}

func TestBridge(t *testing.T) {
	for name, c := range map[string]struct {
		hangup func(r *rig)
		by     string
	}{
		"the person hangs up": {func(r *rig) { r.phone.leg(0).bye() }, "them"},
		"the caller hangs up": {func(r *rig) { r.leg.bye() }, "them"},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, handing(bridged), func(r *rig) {
				r.script.Record = true
				var answered time.Time
				r.phone.ring = func(leg *fakeLeg) {
					leg.send(sip.Progress{Code: 180})
					time.Sleep(5 * time.Second)
					answered = time.Now()
					leg.send(sip.Answered{Params: talkParams})
				}
				r.toTransfer()
				r.pass(2 * time.Second)
				if got := r.desk.Live()[0].Phase; got != "transferring" {
					t.Errorf("phase %q while it rings", got)
				}
				if !r.out().Speaking() {
					t.Error("silence while the person's phone rings")
				}
				r.pass(4 * time.Second)
				if r.audio.joins != 1 || r.desk.Live()[0].Phase != "joined" {
					t.Fatalf("joined %d times, phase %q", r.audio.joins, r.desk.Live()[0].Phase)
				}
				spans := r.out().said()
				if last := spans[len(spans)-1]; last.label != "hold.wav" || last.to.Sub(answered) > 40*time.Millisecond {
					t.Errorf("the hold music %v stopped %v after the answer", last.label, last.to.Sub(answered))
				}
				m := r.audio.caller()
				if !m.taping {
					t.Error("not recorded while they talk")
				}
				if r.ears[0].stream(0).shut == nil {
					t.Fatal("no stream")
				}
				select {
				case <-r.stream(0).shut:
				default:
					t.Error("still recognising while they talk")
				}
				r.pass(30 * time.Second) // longer than every limit of the dead-air watch
				if r.over() {
					t.Fatal("the call ended while they talked")
				}
				r.leg.send(sip.Digit{Digit: '5'})
				r.pass(time.Second)
				if keys := r.audio.opened[1].keys; keys != "5" {
					t.Errorf("the person got keys %q by INFO, want 5", keys)
				}
				c.hangup(r)
				rec := r.end()
				if rec.EndedBy != c.by || rec.Outcome != "transferred" || rec.State != Finished || rec.Recording == "" {
					t.Errorf("record: %+v", rec)
				}
				if !r.leg.ended() || !r.phone.leg(0).ended() || r.audio.parts != 1 {
					t.Error("a leg or the bridge was left up")
				}
				var steps []string
				for _, e := range has(rec, EntryTransfer) {
					steps = append(steps, strings.Fields(e.Text)[0])
				}
				if want := []string{"to", "ringing", "joined", "done"}; !slices.Equal(steps, want) {
					t.Errorf("journal of the transfer: %v, want %v", steps, want)
				}
			})
		})
	}
}

func TestContextGoesAlong(t *testing.T) {
	inBubble(t, handing(bridged), func(r *rig) {
		r.phone.ring = func(leg *fakeLeg) { leg.send(sip.Answered{Params: talkParams}) }
		r.toTransfer()
		r.leg.bye()
		rec := r.end()
		d := r.phone.dials[0]
		if d.Target != "sip:agent@192.0.2.9" || d.Trunk != "office" || d.Headers["X-Intent"] != "human" || d.From != rec.Caller || d.Timeout != bridged.Wait || d.MaxForwards != 67 {
			t.Errorf("dialled %+v", d)
		}
		text, ok := strings.CutSuffix(d.UserUser, ";encoding=hex")
		raw, err := hex.DecodeString(text)
		if err != nil || !ok {
			t.Fatalf("User-to-User %q: %v", d.UserUser, err)
		}
		var h handover
		if err := json.Unmarshal(raw, &h); err != nil {
			t.Fatal(err)
		}
		if h.Call != rec.ID || h.Caller != rec.Caller || h.Intent != "human" || h.Brief != "wants a person" || !slices.Equal(h.Said, []string{"a person please"}) {
			t.Errorf("context %+v", h)
		}
	})
}

func TestContextIsBounded(t *testing.T) {
	r := newRig(t, nil)
	s := newSession(r.desk, r.script, Record{ID: "id", Caller: "+8613800001234", Script: "member"})
	for range 50 {
		s.j.add(time.Now(), Entry{Kind: EntryHeard, Text: strings.Repeat("说了很多很多话 ", 30), Intent: "complaint"})
	}
	s.j.add(time.Now(), Entry{Kind: EntryHeard, Text: "the last words", Intent: "human"})
	text, _ := strings.CutSuffix(s.context(dialog.Transfer{Brief: strings.Repeat("长", 500)}), ";encoding=hex")
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) > maxContext {
		t.Fatalf("%d bytes, %v", len(raw), err)
	}
	var h handover
	if err := json.Unmarshal(raw, &h); err != nil {
		t.Fatal(err)
	}
	if len(h.Said) == 0 || h.Said[len(h.Said)-1] != "the last words" || h.Intent != "human" {
		t.Errorf("context %+v", h)
	}
}

// Whatever goes wrong, the script gets the caller back with a word for it.
func TestNobodyComes(t *testing.T) {
	ends := func(e sip.Ended) func(*fakeLeg) { return func(leg *fakeLeg) { leg.end(e) } }
	for name, c := range map[string]struct {
		act    dialog.Transfer
		ring   func(leg *fakeLeg)
		breaks func(r *rig)
		reason string
		detail string
		within time.Duration
	}{
		"busy":              {ring: ends(sip.Ended{By: sip.Them, Code: 486}), reason: "busy"},
		"busy line":         {ring: ends(sip.Ended{By: sip.Them, Code: 503, Cause: 17}), reason: "busy"},
		"declined":          {ring: ends(sip.Ended{By: sip.Them, Code: 603}), reason: "declined"},
		"no answer":         {ring: func(leg *fakeLeg) { leg.send(sip.Progress{Code: 180}) }, reason: "no answer", within: 21 * time.Second},
		"timeout":           {ring: ends(sip.Ended{By: sip.Network, Code: 408}), reason: "no answer"},
		"not found":         {ring: ends(sip.Ended{By: sip.Them, Code: 404, Reason: "Not Found"}), reason: "unknown number", detail: "404 Not Found"},
		"no route":          {ring: ends(sip.Ended{By: sip.Them, Code: 503, Cause: 1, Reason: "x"}), reason: "unknown number", detail: "503 x (Q.850 cause 1)"},
		"overload":          {ring: ends(sip.Ended{By: sip.Them, Code: 503}), reason: "unreachable"},
		"broken":            {ring: ends(sip.Ended{By: sip.Network, Reason: "connection refused"}), reason: "unreachable"},
		"vanished":          {ring: func(leg *fakeLeg) { leg.mu.Lock(); leg.over = true; close(leg.events); leg.mu.Unlock() }, reason: "unreachable"},
		"no dial":           {breaks: func(r *rig) { r.phone.err = errors.New("no route") }, reason: "unreachable", detail: "no route"},
		"no media":          {breaks: func(r *rig) { r.audio.only = 1 }, reason: "unreachable", detail: "no port"},
		"no queue":          {act: dialog.Transfer{Queue: "nowhere"}, reason: "unreachable", detail: `no queue is named "nowhere"`},
		"REFER no":          {act: blind, breaks: referFails(sip.Refused{Code: 603, Reason: "Decline"}), reason: "declined", detail: "603 Decline"},
		"REFER to nobody":   {act: blind, breaks: referFails(sip.Refused{Code: 404}), reason: "unknown number"},
		"REFER not known":   {act: blind, breaks: referFails(sip.Refused{Code: 501}), reason: "unreachable"},
		"REFER unanswered":  {act: blind, breaks: referFails(sip.ErrTimeout), reason: "unreachable", detail: "no answer from the peer"},
		"REFER busy":        {act: blind, breaks: referEnds(sip.ReferProgress{Code: 486, Reason: "Busy Here", Final: true}), reason: "busy", detail: "486 Busy Here"},
		"REFER not found":   {act: blind, breaks: referEnds(sip.ReferProgress{Code: 604, Final: true}), reason: "unknown number"},
		"REFER unavailable": {act: blind, breaks: referEnds(sip.ReferProgress{Code: 480, Final: true}), reason: "no answer"},
		"REFER 503":         {act: blind, breaks: referEnds(sip.ReferProgress{Code: 503, Final: true}), reason: "unreachable"},
		"REFER quiet":       {act: dialog.Transfer{Queue: "aftersales", Style: "blind", Wait: 15 * time.Second}, breaks: referEnds(sip.ReferProgress{Code: 100}), reason: "no answer", within: 16 * time.Second},
		"REFER none":        {act: dialog.Transfer{SIP: "sip:x@y", Style: "blind", Wait: 15 * time.Second}, reason: "no answer", within: 16 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			if c.act.Queue == "" && c.act.SIP == "" {
				c.act = bridged
			}
			inBubble(t, handing(c.act), func(r *rig) {
				r.phone.ring = c.ring
				r.toTransfer()
				rec := r.end()
				ended := saw[dialog.TransferEnded](r.machine)
				if len(ended) != 1 || ended[0].OK || ended[0].Reason != c.reason || !strings.Contains(ended[0].Detail, c.detail) {
					t.Errorf("told %+v, want %q, %q", ended, c.reason, c.detail)
				}
				if r.out().heardFor("sorry") != lengthOf("sorry") {
					t.Error("the script did not go on")
				}
				if rec.Outcome != "callback" || rec.Why != "nobody came" {
					t.Errorf("record: %q, %q", rec.Outcome, rec.Why)
				}
				if leg := r.phone.leg(0); leg != nil && !leg.ended() {
					t.Error("the person's leg was left up")
				}
				for _, m := range r.audio.opened {
					if !m.closed {
						t.Error("a media session was left open")
					}
				}
				if d := r.out().heardFor("hold.wav") + r.out().heardFor("ringing"); d > max(c.within, time.Second) {
					t.Errorf("the caller waited for %v", d)
				}
			}, c.breaks)
		})
	}
}

// referFails refuses a REFER.
func referFails(err error) func(r *rig) {
	return func(r *rig) { r.leg.refer = func(string, map[string]string) error { return err } }
}

// referEnds answers a REFER with a NOTIFY half a second later.
func referEnds(p sip.ReferProgress) func(r *rig) {
	return func(r *rig) {
		r.leg.refer = func(string, map[string]string) error {
			r.wg.Go(func() {
				time.Sleep(500 * time.Millisecond)
				r.leg.send(p)
			})
			return nil
		}
	}
}

func TestREFER(t *testing.T) {
	act := dialog.Transfer{Queue: "aftersales", Style: "blind", Headers: map[string]string{"X-Intent": "human"}}
	for name, end := range map[string]func(r *rig){
		"final NOTIFY":            func(r *rig) { r.leg.send(sip.ReferProgress{Code: 200, Final: true}) },
		"BYE instead of a NOTIFY": func(r *rig) { r.leg.bye() },
		"progress, then the NOTIFY": func(r *rig) {
			r.leg.send(sip.ReferProgress{Code: 180})
			r.leg.send(sip.ReferProgress{Code: 202, Final: true})
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, handing(act), func(r *rig) {
				var headers map[string]string
				r.leg.refer = func(_ string, h map[string]string) error { headers = h; return nil }
				r.toTransfer()
				r.pass(time.Second)
				if !r.out().Speaking() {
					t.Error("silence while the REFER is under way")
				}
				end(r)
				rec := r.end()
				if rec.Outcome != "transferred" || !slices.Equal(r.leg.refers, []string{"sip:agent@192.0.2.9"}) {
					t.Errorf("outcome %q, referred to %v", rec.Outcome, r.leg.refers)
				}
				if headers["X-Intent"] != "human" || !strings.HasSuffix(headers["User-to-User"], ";encoding=hex") {
					t.Errorf("headers: %v", headers)
				}
			})
		})
	}
}

func TestCallerHangsUpWhileItRings(t *testing.T) {
	inBubble(t, handing(bridged), func(r *rig) {
		r.phone.ring = func(leg *fakeLeg) { leg.send(sip.Progress{Code: 180}) }
		r.toTransfer()
		r.pass(time.Second)
		r.leg.bye()
		rec := r.end()
		if leg := r.phone.leg(0); !leg.ended() || leg.hangups == 0 {
			t.Error("the person's phone rings on")
		}
		if rec.EndedBy != "them" || rec.Outcome != "" {
			t.Errorf("record: %+v", rec)
		}
	})
}

func TestUnheardPersonKeepsTheirHold(t *testing.T) {
	inBubble(t, handing(bridged), func(r *rig) {
		r.phone.ring = func(leg *fakeLeg) { leg.send(sip.Answered{Params: talkParams}) }
		r.toTransfer()
		held := talkParams
		held.Direction = 3
		r.phone.leg(0).send(sip.MediaChanged{Params: held})
		r.pass(20 * time.Second)
		if r.over() {
			t.Fatal("a person who puts the caller on hold ended the call")
		}
		r.phone.leg(0).bye()
		r.end()
	})
}
