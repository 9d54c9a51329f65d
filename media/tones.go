package media

import (
	"encoding/binary"
	"math"
)

// toneBlock is 20 ms: a key is held for 40 ms at least (ITU-T Q.24).
const toneBlock = frameSize

// blockSpan is a block of one side in interleaved stereo PCM16, bytes.
const blockSpan = 4*toneBlock - 2

// The tones of the keys, Hz (ITU-T Q.23).
var (
	lowTones  = [4]float64{697, 770, 852, 941}
	highTones = [4]float64{1209, 1336, 1477, 1633}
)

// toneFinder finds keys' tones in audio that comes in pieces.
type toneFinder struct {
	lasts bool // the block before was one
}

// silence clears the blocks of one side that hold tones, and those beside them,
// which may hold a tone's beginning or its end. known tells that the first block is
// the last one of the piece before.
func (f *toneFinder) silence(side []byte, known bool) (n int) {
	var before []byte
	for ; len(side) >= blockSpan; side = side[min(4*toneBlock, len(side)):] {
		b := side[:blockSpan]
		if known {
			before, known = b, false
			continue
		}
		is := isTone(b)
		if is && !f.lasts && before != nil {
			n += clearSide(before)
		}
		if is || f.lasts {
			n += clearSide(b)
		}
		before, f.lasts = b, is
	}
	return n
}

// isTone tells whether a block is one low and one high tone of a key and little
// else, by Goertzel's algorithm.
func isTone(side []byte) bool {
	var x [toneBlock]float64
	power := 0.0
	for i := range x {
		x[i] = float64(int16(binary.LittleEndian.Uint16(side[4*i:])))
		power += x[i] * x[i]
	}
	if power < toneBlock*100*100 { // -50 dBFS
		return false
	}
	low, high := strongest(&x, lowTones), strongest(&x, highTones)
	// Both tones together hold nearly all of the power, neither is 10 dB below the other.
	return low+high > 0.6*power && low < 10*high && high < 10*low
}

// strongest is the power in the block of the strongest of four tones.
func strongest(x *[toneBlock]float64, tones [4]float64) (best float64) {
	for _, hz := range tones {
		c := 2 * math.Cos(2*math.Pi*hz/TelephoneRate)
		a, b := 0.0, 0.0
		for _, v := range x {
			a, b = v+c*a-b, a
		}
		best = max(best, 2*(a*a+b*b-c*a*b)/toneBlock)
	}
	return best
}
