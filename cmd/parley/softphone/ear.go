package softphone

import (
	"sync/atomic"
	"time"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/media"
)

// How a listener on the telephone knows that the other side has finished.
const (
	loudSquare  = 250 * 250 // mean square above which a frame holds a sound, about -42 dBFS
	spokeFrames = 10        // 200 ms of sound: more than a click
	quietFrames = 40        // 800 ms of silence: longer than a pause within a sentence
)

// Ear is what a simulated person hears: it is the sink of their telephone.
type Ear struct {
	stream atomic.Pointer[asr.Stream] // nil while nobody recognises
	marks  chan uint64
	turn   chan struct{} // a turn of the other side ended
	await  atomic.Bool   // listening for a whole turn
	sound  atomic.Int64  // frames with sound, in all
	quiet  atomic.Int64  // frames without, since the last with
	run    turnRun       // the pacer's own
}

// turnRun finds the end of one turn in the sound.
type turnRun struct {
	armed       bool
	loud, quiet int
}

func newEar() *Ear {
	return &Ear{marks: make(chan uint64, 16), turn: make(chan struct{}, 1)}
}

// Frame takes 20 ms. It runs on the phone's own pacer thread.
func (e *Ear) Frame(f media.Frame) {
	loud := loud(f.PCM)
	if e.quiet.Add(1); loud {
		e.sound.Add(1)
		e.quiet.Store(0)
	}
	if e.run.frame(e.await.Load(), loud) {
		e.await.Store(false)
		select {
		case e.turn <- struct{}{}:
		default:
		}
	}
	if s := e.stream.Load(); s != nil {
		_ = (*s).Write(f) // a stream that failed says so in Next
	}
}

// Turn tells that the other side has finished a turn that Listen awaited.
func (e *Ear) Turn() <-chan struct{} { return e.turn }

// Sound is how many frames of 20 ms have held a sound, in all.
func (e *Ear) Sound() int64 { return e.sound.Load() }

// Quiet is how long nothing has been heard; it grows with the frames that come.
func (e *Ear) Quiet() time.Duration { return time.Duration(e.quiet.Load()) * 20 * time.Millisecond }

// Event takes marks; a simulated person presses no keys.
func (e *Ear) Event(ev media.Event) {
	if ev.Kind != media.EventMark {
		return
	}
	select {
	case e.marks <- ev.Mark:
	default:
	}
}

// Listen awaits the end of the next turn; it comes on Turn.
func (e *Ear) Listen() {
	select {
	case <-e.turn:
	default:
	}
	e.await.Store(true)
}

// frame tells, once for each time it is armed, that sound was followed by quiet.
func (t *turnRun) frame(armed, loud bool) bool {
	if !armed {
		*t = turnRun{}
		return false
	}
	if !t.armed {
		*t = turnRun{armed: true}
	}
	if loud {
		t.loud++
		t.quiet = 0
		return false
	}
	t.quiet++
	return t.loud >= spokeFrames && t.quiet == quietFrames
}

func loud(pcm []int16) bool {
	var sum int64
	for _, v := range pcm {
		sum += int64(v) * int64(v)
	}
	return len(pcm) > 0 && sum > loudSquare*int64(len(pcm))
}
