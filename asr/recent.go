package asr

import "time"

// recent keeps the last audio of a leg, so that a piece of it can be cropped
// after the fact. Offsets count audio since the stream opened.
type recent struct {
	rate  int
	limit int // samples kept at most
	buf   []int16
	base  int64 // offset of buf[0], samples
}

func (r *recent) samples(d time.Duration) int64 {
	return int64(d) * int64(r.rate) / int64(time.Second)
}

func (r *recent) duration(samples int64) time.Duration {
	return time.Duration(samples) * time.Second / time.Duration(r.rate)
}

// end is where the audio ends.
func (r *recent) end() time.Duration { return r.duration(r.base + int64(len(r.buf))) }

// write appends audio; old samples give way to the limit.
func (r *recent) write(pcm []int16) {
	r.buf = append(r.buf, pcm...)
	over := len(r.buf) - r.limit
	if over <= 0 {
		return
	}
	// Twice as much as needed, so that the copy is rare.
	r.cut(min(len(r.buf), over+r.limit/8))
}

// forget drops audio from before at.
func (r *recent) forget(at time.Duration) {
	n := int(min(r.samples(at)-r.base, int64(len(r.buf))))
	if n >= r.rate/4 { // a copy each 250 ms is cheap, one each frame is not
		r.cut(n)
	}
}

func (r *recent) cut(n int) {
	left := r.buf[n:]
	if cap(r.buf) > 4*r.rate && len(left) < r.rate {
		r.buf = append(make([]int16, 0, r.rate), left...) // a long turn is over: give its memory back
	} else {
		r.buf = r.buf[:copy(r.buf, left)]
	}
	r.base += int64(n)
}

// crop copies the audio of from..until that is still there, with room for extra
// samples behind it.
func (r *recent) crop(from, until time.Duration, extra int) []int16 {
	size := int64(len(r.buf))
	a := min(max(r.samples(from)-r.base, 0), size)
	b := min(max(r.samples(until)-r.base, a), size)
	out := make([]int16, 0, int(b-a)+extra)
	return append(out, r.buf[a:b]...)
}
