package media

import (
	"errors"
	"testing"
)

func TestBridge(t *testing.T) {
	r := newRig(t)
	ha, hb := newHearing(), newHearing()
	a, fa := r.talk(Params{Codec: PCMU, DTMF: 101}, ha)
	b, fb := r.talk(Params{Codec: PCMA, DTMF: 96}, hb)
	dir := t.TempDir()
	var bridge *Bridge
	r.call(func() {
		var err error
		bridge, err = Join(a, b)
		must(t, err)
		if _, err := Join(a, b); !errors.Is(err, ErrBridged) {
			t.Errorf("second bridge: %v", err)
		}
		must(t, a.Record(dir+"/a.wav", RecordOptions{}))
		must(t, b.Record(dir+"/b.wav", RecordOptions{}))
	})
	mu, al := voice(6000), make([]byte, 160)
	aLaw.compress(al, constant(-3000, 160))
	for range 20 {
		fa.send(mu)
		fb.send(al)
		r.step(1)
	}
	ts := fa.head.Timestamp
	fa.event(101, ts, true, 5, 10, 0, 160)
	r.step(1)
	for range 3 {
		fa.event(101, ts, false, 5, 0x80|10, 800>>8, 800&0xff)
	}
	r.step(12)
	toA, toB := fa.read(), fb.read()
	if v := muLaw.decode[toA[15].Payload[80]]; v < -3200 || v > -2800 {
		t.Errorf("a hears %d", v)
	}
	if v := aLaw.decode[toB[15].Payload[80]]; v < 5700 || v > 6300 {
		t.Errorf("b hears %d", v)
	}
	digits := 0
	for _, p := range toB {
		if p.PayloadType == 96 && p.Payload[0] == 5 && p.Marker {
			digits++
		}
	}
	if digits != 1 {
		t.Errorf("b got %d digits", digits)
	}
	if got := ha.told(); len(got) != 1 || got[0].Digit != '5' {
		t.Errorf("a's sink was told %v", got)
	}
	r.call(func() {
		bridge.Close()
		must(t, a.StopRecording())
		must(t, b.StopRecording())
	})
	left, right := stereo(t, dir+"/a.wav")
	if l, r := left[15*160+80], right[15*160+80]; l < 5700 || l > 6300 || r < -3200 || r > -2800 {
		t.Errorf("recording of a: left %d, right %d", l, r)
	}
	left, right = stereo(t, dir+"/b.wav")
	if l, r := left[15*160+80], right[15*160+80]; l > -2800 || l < -3200 || r < 5700 || r > 6300 {
		t.Errorf("recording of b: left %d, right %d", l, r)
	}
	fa.read()
	fa.send(mu)
	fb.send(al)
	r.step(3)
	for _, p := range fa.read() {
		if p.Payload[80] != muLaw.quiet {
			t.Error("a still hears b after the bridge closed")
		}
	}
}

// TestSupervisor listens in, whispers and barges in on two who talk.
func TestSupervisor(t *testing.T) {
	r := newRig(t)
	caller, fc := r.talk(Params{Codec: PCMA, DTMF: 101}, nil)
	person, fp := r.talk(Params{Codec: PCMU, DTMF: 101}, nil)
	boss, fb := r.talk(Params{Codec: PCMA, DTMF: 101}, nil)
	voices := map[*peer][]byte{fc: make([]byte, 160), fp: make([]byte, 160), fb: make([]byte, 160)}
	aLaw.compress(voices[fc], constant(1000, 160))
	muLaw.compress(voices[fp], constant(4000, 160))
	aLaw.compress(voices[fb], constant(16000, 160))
	hear := func() (c, p, b int) {
		for range 20 {
			for f, v := range voices {
				f.send(v)
			}
			r.step(1)
		}
		last := func(f *peer, l *law) int {
			got := f.read()
			return int(l.decode[got[len(got)-1].Payload[80]])
		}
		return last(fc, aLaw), last(fp, muLaw), last(fb, aLaw)
	}
	near := func(what string, got, want int) {
		t.Helper()
		if got < want-want/16-50 || got > want+want/16+50 {
			t.Errorf("%s: %d, want about %d", what, got, want)
		}
	}
	var talk, whisper, barge *Bridge
	patch := func(from, to *Session) *Bridge {
		b, err := Patch(from, to)
		must(t, err)
		return b
	}
	r.call(func() {
		var err error
		talk, err = Join(caller, person)
		must(t, err)
		patch(caller, boss)
		patch(person, boss)
	})
	c, p, b := hear()
	near("listening: the caller hears", c, 4000)
	near("listening: the person hears", p, 1000)
	near("listening: the supervisor hears", b, 5000)
	r.call(func() { whisper = patch(boss, person) })
	c, p, _ = hear()
	near("whispering: the caller hears", c, 4000)
	near("whispering: the person hears", p, 17000)
	r.call(func() { barge = patch(boss, caller) })
	c, p, b = hear()
	near("barging in: the caller hears", c, 20000)
	near("barging in: the person hears", p, 17000)
	near("barging in: the supervisor hears", b, 5000)
	r.call(func() { talk.Close(); whisper.Close() })
	c, p, b = hear()
	near("taking over: the caller hears", c, 16000)
	near("taking over: the person hears", p, 0)
	near("taking over: the supervisor hears", b, 5000)
	r.call(func() { barge.Close(); barge.Close() })
}

// TestOverhear follows what a caller hears from a machine and what they say.
func TestOverhear(t *testing.T) {
	r := newRig(t)
	caller, fc := r.talk(Params{Codec: PCMA, DTMF: 101}, nil)
	boss, fb := r.talk(Params{Codec: PCMU, DTMF: 101}, nil)
	q := caller.Out()
	must(t, q.Clip(q.Gen(), NewClip(Frame{Rate: TelephoneRate, PCM: constant(4000, 160)}), true))
	voice := make([]byte, 160)
	aLaw.compress(voice, constant(1000, 160))
	hear := func() int {
		for range 20 {
			fc.send(voice)
			r.step(1)
		}
		got := fb.read()
		return int(muLaw.decode[got[len(got)-1].Payload[80]])
	}
	near := func(what string, want int) {
		t.Helper()
		if got := hear(); got < want-want/16-50 || got > want+want/16+50 {
			t.Errorf("%s: the listener hears %d, want about %d", what, got, want)
		}
	}
	var machine, speech *Bridge
	r.call(func() {
		var err error
		machine, err = Overhear(caller, boss)
		must(t, err)
		if _, err := Overhear(caller, boss); !errors.Is(err, ErrBridged) {
			t.Errorf("twice: %v", err)
		}
	})
	near("the machine alone", 4000)
	r.call(func() {
		var err error
		speech, err = Patch(caller, boss)
		must(t, err)
	})
	near("both", 5000)
	r.call(machine.Close)
	near("the caller alone", 1000)
	r.call(speech.Close)
	near("nobody", 0)
}

func TestCrowded(t *testing.T) {
	r := newRig(t)
	s, _ := r.talk(plain, nil)
	for i := range maxPatches + 1 {
		o, _ := r.talk(plain, nil)
		r.call(func() {
			if _, err := Patch(o, s); (err != nil) != (i == maxPatches) || err != nil && !errors.Is(err, ErrCrowded) {
				t.Errorf("session %d: %v", i, err)
			}
		})
	}
}
