package amd

import "time"

// Turns is how the one who answered talks and waits, the greeting and what comes after
// it: stretches of speech with Config.After of silence behind each. Somebody softer
// behind counts as silence, as in the greeting.
type Turns struct {
	Said  int           // stretches that are over
	Last  time.Duration // how long the last of them was
	Quiet time.Duration // since its end; 0 before the first, and while the next is under way
}

// follower makes Turns of frames.
type follower struct {
	Turns
	talks bool          // somebody does
	began time.Duration // of the stretch under way
	end   time.Duration // of its last frame so far
	open  bool
	ended time.Duration // of the last one that is over
}

// take follows 20 ms that end at a time and are loud enough for the one who answered.
func (f *follower) take(at time.Duration, loud bool, after time.Duration) {
	near := f.talks && loud
	switch {
	case near && !f.open:
		f.open, f.began, f.end = true, at-frame, at
	case near:
		f.end = at
	case f.open && at-f.end >= after:
		f.open = false
		if length := f.end - f.began; length >= minWord { // no click
			f.Said, f.Last, f.ended = f.Said+1, length, f.end
		}
	}
	f.Quiet = 0
	if f.Said > 0 && (!f.open || f.end-f.began < minWord) {
		f.Quiet = at - f.ended
	}
}

// Turns tells how the one who answered talks and waits.
func (a *Analyser) Turns() Turns { return a.turns.Turns }
