package media

import "math/bits"

// jitterRing is 512 ms of samples, a power of two.
const jitterRing = 4096

// sampleRing holds samples at their RTP timestamps. They stay companded until they
// are read, in half the memory.
type sampleRing struct {
	coded [jitterRing]byte
	have  ringBits // which are there
	mu    ringBits // which of them are mu-law; the others are A-law
}

// put takes companded bytes of law l that begin at ts.
func (r *sampleRing) put(ts uint32, l *law, coded []byte) {
	n := copy(r.coded[ts%jitterRing:], coded)
	copy(r.coded[:], coded[n:])
	r.have.mark(ts, len(coded), true)
	r.mu.mark(ts, len(coded), l == muLaw)
}

// read gives the linear samples from ts on.
func (r *sampleRing) read(out []int16, ts uint32) {
	for len(out) > 0 {
		at, l := int(ts%jitterRing), aLaw
		n := r.mu.run(ts, min(len(out), jitterRing-at), false)
		if n == 0 {
			l, n = muLaw, r.mu.run(ts, min(len(out), jitterRing-at), true)
		}
		l.expand(out[:n], r.coded[at:at+n])
		out, ts = out[n:], ts+uint32(n)
	}
}

// ringBits is a bit for each sample of the ring.
type ringBits [jitterRing / 64]uint64

// run counts how many bits from timestamp ts on are all set, or all clear.
func (b *ringBits) run(ts uint32, limit int, set bool) int {
	n := 0
	for n < limit {
		at := (ts + uint32(n)) % jitterRing
		w := b[at/64] >> (at % 64)
		if set {
			w = ^w
		}
		k := min(bits.TrailingZeros64(w), int(64-at%64))
		n += k
		if k < int(64-at%64) {
			break
		}
	}
	return min(n, limit)
}

// mark sets or clears n bits from timestamp ts on.
func (b *ringBits) mark(ts uint32, n int, set bool) {
	at := int(ts % jitterRing)
	for n > 0 {
		at %= jitterRing
		k := min(n, 64-at%64)
		mask := (uint64(1)<<k - 1) << (at % 64)
		if set {
			b[at/64] |= mask
		} else {
			b[at/64] &^= mask
		}
		at, n = at+k, n-k
	}
}
