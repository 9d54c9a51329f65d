package media

import (
	"errors"
	"testing"
	"time"
)

// player pulls a queue by hand, as the pacer would.
type player struct {
	q     *Queue
	coded [frameSize]byte
	pcm   [frameSize]int16
	now   time.Time
	told  []Event
}

func newPlayer(limit time.Duration) *player {
	return &player{q: newQueue(limit), now: time.Unix(1000, 0)}
}

// tick plays 20 ms and returns what came from the queue.
func (p *player) tick() []int16 {
	clear(p.pcm[:])
	n := p.q.fill(aLaw, &p.coded, &p.pcm)
	p.now = p.now.Add(FrameTime)
	p.q.sent(n, p.pcm[:], p.now)
	out := &p.q.out
	p.told = append(p.told, out.notes[:out.nnote]...)
	out.nnote = 0
	return p.pcm[:n]
}

func constant(v int16, n int) []int16 {
	pcm := make([]int16, n)
	for i := range pcm {
		pcm[i] = v
	}
	return pcm
}

func clipOf(v int16, n int) *Clip { return NewClip(Frame{Rate: 8000, PCM: constant(v, n)}) }

func TestQueuePlaysClipsAndSpeechWithoutGaps(t *testing.T) {
	p := newPlayer(time.Second)
	g := p.q.Gen()
	must(t, p.q.Clip(g, clipOf(1000, 100), false))
	must(t, p.q.Write(g, Frame{8000, constant(2000, 90)}))
	must(t, p.q.Mark(g, 1))
	must(t, p.q.Clip(g, clipOf(3000, 130), false))
	must(t, p.q.Mark(g, 2))
	first := append([]int16(nil), p.tick()...)
	if len(first) != 160 || first[99] != 1000 || first[100] != 2000 || len(p.told) != 0 {
		t.Fatalf("first frame %v, told %v", first, p.told)
	}
	second := p.tick()
	if len(second) != 160 || second[29] != 2000 || second[30] != 3000 {
		t.Fatalf("second frame %v", second)
	}
	want := []Event{{Kind: EventMark, Mark: 1}, {Kind: EventMark, Mark: 2}}
	if len(p.told) != 2 || p.told[0] != want[0] || p.told[1] != want[1] {
		t.Fatalf("told %v, want both marks with the packet that ended their audio", p.told)
	}
	for i, s := range second {
		if aLaw.decode[p.coded[i]]/256 != s/256 {
			t.Fatalf("sample %d: coded %d, linear %d", i, aLaw.decode[p.coded[i]], s)
		}
	}
	if n := len(p.tick()); n != 0 || p.q.Speaking() {
		t.Fatalf("an empty queue gave %d samples, speaking %v", n, p.q.Speaking())
	}
}

func TestQueueFlushMakesLateAudioWorthless(t *testing.T) {
	p := newPlayer(time.Second)
	old := p.q.Gen()
	must(t, p.q.Clip(old, clipOf(1000, 8000), true))
	must(t, p.q.Mark(old, 1))
	p.tick()
	if !p.q.Speaking() || p.q.FirstAudio().IsZero() {
		t.Fatal("not speaking")
	}
	g := p.q.Flush()
	if g == old || p.q.Gen() != g {
		t.Fatalf("generation %d after %d", p.q.Gen(), old)
	}
	for name, err := range map[string]error{
		"Clip":  p.q.Clip(old, clipOf(1, 1), false),
		"Write": p.q.Write(old, Frame{8000, constant(1, 1)}),
		"Mark":  p.q.Mark(old, 1),
		"Cue":   p.q.Cue(old, 1),
	} {
		if !errors.Is(err, ErrStale) {
			t.Errorf("%s of the old generation: %v", name, err)
		}
	}
	if n := len(p.tick()); n != 0 || len(p.told) != 1 || p.told[0].Kind != EventStopped {
		t.Fatalf("%d samples and events %v after Flush", n, p.told)
	}
	if !p.q.FirstAudio().IsZero() || !p.q.LastAudio().IsZero() {
		t.Error("the new generation has not been heard yet")
	}
	must(t, p.q.Clip(g, clipOf(2000, 160), false))
	if got := p.tick(); len(got) != 160 || got[0] != 2000 {
		t.Fatalf("new generation: %v", got)
	}
}

func TestQueuePauseLosesNothing(t *testing.T) {
	p := newPlayer(time.Second)
	ramp := make([]int16, 800)
	for i := range ramp {
		ramp[i] = int16(i)
	}
	must(t, p.q.Write(p.q.Gen(), Frame{8000, ramp}))
	var got []int16
	for i := range 9 {
		if i == 2 {
			p.q.Pause()
		}
		if i == 6 {
			p.q.Resume()
		}
		out := p.tick()
		if paused := i >= 2 && i < 6; paused != (len(out) == 0) {
			t.Fatalf("tick %d: %d samples", i, len(out))
		}
		got = append(got, out...)
	}
	if len(got) != len(ramp) {
		t.Fatalf("%d samples of %d", len(got), len(ramp))
	}
	for i, v := range got {
		if v != ramp[i] {
			t.Fatalf("sample %d is %d", i, v)
		}
	}
}

// Whoever interrupts wants to know when the last packet of what was cut left.
func TestQueueTellsWhenCutAudioLeft(t *testing.T) {
	p := newPlayer(time.Second)
	stops := func() (at []time.Time) {
		for _, e := range p.told {
			if e.Kind == EventStopped {
				at = append(at, e.At)
			}
		}
		p.told = nil
		return at
	}
	must(t, p.q.Clip(p.q.Gen(), clipOf(1000, 160), false))
	p.tick()
	p.tick() // it ended by itself
	if at := stops(); len(at) != 0 {
		t.Fatalf("a clip that ended by itself was told as stopped: %v", at)
	}
	must(t, p.q.Clip(p.q.Gen(), clipOf(1000, 8000), false))
	p.tick()
	p.tick()
	last := p.now
	p.q.Pause()
	p.tick()
	p.tick()
	if at := stops(); len(at) != 1 || !at[0].Equal(last) {
		t.Fatalf("after Pause: told %v, want %v once", at, last)
	}
	p.q.Flush()
	p.tick()
	if at := stops(); len(at) != 0 {
		t.Fatalf("a flush of what was already silent: told %v", at)
	}
	p.q.Resume()
	must(t, p.q.Clip(p.q.Gen(), clipOf(1000, 8000), false))
	p.tick()
	last = p.now
	must(t, p.q.Clip(p.q.Flush(), clipOf(2000, 8000), false))
	if got := p.tick(); len(got) == 0 || got[0] != 2000 {
		t.Fatalf("the next prompt waits: %v", got)
	}
	if at := stops(); len(at) != 1 || !at[0].Equal(last) {
		t.Fatalf("after Flush with speech behind it: told %v, want %v once", at, last)
	}
}

func TestQueueIsBounded(t *testing.T) {
	p := newPlayer(100 * time.Millisecond)
	g := p.q.Gen()
	frame := Frame{16000, constant(500, 320)}
	for range 5 {
		must(t, p.q.Write(g, frame))
	}
	if err := p.q.Write(g, frame); !errors.Is(err, ErrFull) {
		t.Fatalf("sixth frame: %v", err)
	}
	p.tick()
	if r := p.q.Room(); r != 20*time.Millisecond {
		t.Fatalf("room %v", r)
	}
	must(t, p.q.Write(g, frame))
	p.q.Flush()
	if r := p.q.Room(); r != 100*time.Millisecond {
		t.Fatalf("room after Flush %v", r)
	}
	g = p.q.Gen()
	var err error
	for i := 0; i <= maxItems && err == nil; i++ {
		err = p.q.Mark(g, uint64(i))
	}
	if !errors.Is(err, ErrFull) {
		t.Fatalf("marks are not bounded: %v", err)
	}
}

func TestQueueLoopAndCue(t *testing.T) {
	p := newPlayer(time.Second)
	g := p.q.Gen()
	must(t, p.q.Cue(g, 9))
	must(t, p.q.Clip(g, clipOf(0, 320), false)) // silence is not yet an answer
	must(t, p.q.Clip(g, clipOf(4000, 100), true))
	p.tick()
	p.tick()
	if len(p.told) != 0 || !p.q.FirstAudio().IsZero() {
		t.Fatalf("cue on silence: %v", p.told)
	}
	for range 20 {
		if n := len(p.tick()); n != 160 {
			t.Fatalf("loop gave %d samples", n)
		}
	}
	if len(p.told) != 1 || p.told[0] != (Event{Kind: EventCue, Mark: 9}) {
		t.Fatalf("told %v", p.told)
	}
	if first, last := p.q.FirstAudio(), p.q.LastAudio(); last.Sub(first) != 19*FrameTime {
		t.Errorf("first audio %v, last %v", first, last)
	}
}

// TestQueueUnderConcurrentFlush checks that a generation's audio is heard whole
// or not at all after Flush, whatever the interleaving.
func TestQueueUnderConcurrentFlush(t *testing.T) {
	p := newPlayer(time.Second)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for g := p.q.Gen(); ; g = p.q.Flush() {
			select {
			case <-stop:
				return
			default:
			}
			for range 3 {
				_ = p.q.Write(g, Frame{8000, constant(int16(g%30000), 200)})
			}
		}
	}()
	newest := int16(0)
	for range 20000 {
		for _, v := range p.tick() {
			if v < newest && newest-v < 15000 {
				t.Fatalf("generation %d after %d", v, newest)
			}
			newest = v
		}
	}
	close(stop)
	<-done
	p.q.Flush()
	p.tick()
	if r := p.q.Room(); r != time.Second {
		t.Errorf("room %v after all is flushed", r)
	}
}
