// Package progress hears the tones by which telephone networks say how a call
// gets on: ring-back, busy, congestion, number unobtainable, dial tone and the
// special information tones, of China (GB/T 3380), North America (ANSI T1.401),
// the United Kingdom (BT SIN 350) and the ETSI countries (TS 103 222), as listed
// in ITU-T E.180 Supplement 2. A tone is told by its pitch and its cadence
// together, so that speech and music, which have neither for long, are not taken
// for one.
package progress

import (
	"time"

	"github.com/parley-voice/parley/media/tone"
)

// Tone is what a network says.
type Tone uint8

// The tones.
const (
	Ringback     Tone = iota + 1 // the telephone rings
	Busy                         // the callee is on the telephone
	Congestion                   // the network is busy (North America: reorder)
	Unobtainable                 // there is no such number, or it cannot be reached
	Dial                         // the network waits for digits
	Special                      // special information tone: an announcement follows; Event.Code says which
)

// String is the tone's name in records.
func (t Tone) String() string {
	if int(t) < len(names) {
		return names[t]
	}
	return ""
}

var names = [...]string{"", "ringback", "busy", "congestion", "unobtainable", "dial", "special information"}

// Code is what a special information tone of Bellcore's GR-1162 says; "" for the
// one of ITU-T E.180, which says only that the call failed.
type Code string

// The codes.
const (
	Intercept  Code = "IC" // the number was changed or disconnected
	Vacant     Code = "VC" // there is no such number
	Reorder    Code = "RO" // the network failed
	NoCircuits Code = "NC"
)

// Event is a tone that was heard: Ringback once for each ring, the others once
// until another sounds.
type Event struct {
	Tone   Tone
	Region string        // "cn", "us", "uk", "eu"; of the first that uses such a tone
	Code   Code          // Special
	At     time.Duration // of audio heard until the tone was certain
}

// Detector listens to one stream. The zero value hears the tones of all regions.
// It allocates nothing once it runs and belongs to one goroutine.
type Detector struct {
	ear  tone.Listener
	n    int // frames heard
	seg  segmenter
	past past
	sit  special
	told Tone
	rang int // the segment that the last Ringback was told for
}

// Heard is how much audio has been judged.
func (d *Detector) Heard() time.Duration { return time.Duration(d.n) * frameTime }

const frameTime = 20 * time.Millisecond

// Frame takes the next 20 ms at 8 kHz; ok tells that a tone has become certain.
func (d *Detector) Frame(pcm []int16) (e Event, ok bool) {
	return d.Take(d.ear.Read(pcm))
}

// Take is Frame for whoever reads the frames already.
func (d *Detector) Take(r tone.Reading) (e Event, ok bool) {
	d.n++
	if code, ok := d.sit.take(r); ok {
		d.past.clear()
		d.told = Special
		return Event{Tone: Special, Region: code.region, Code: code.code, At: d.Heard()}, true
	}
	d.seg.take(d.n, r, &d.past)
	p, ok := d.past.match(d.n, &d.seg)
	if !ok {
		return Event{}, false
	}
	if p.tone == Ringback {
		if d.rang == d.past.count {
			return Event{}, false
		}
		d.rang = d.past.count
	} else if d.told == p.tone {
		return Event{}, false
	}
	d.told = p.tone
	return Event{Tone: p.tone, Region: p.region, At: d.Heard()}, true
}
