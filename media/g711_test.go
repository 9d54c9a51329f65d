package media

import (
	"math"
	"testing"

	"github.com/zaf/g711"
)

func TestTablesAgreeWithG711(t *testing.T) {
	for v := math.MinInt16; v <= math.MaxInt16; v++ {
		s := []int16{int16(v)}
		var got [1]byte
		if muLaw.compress(got[:], s); got[0] != g711.EncodeUlawFrame(s[0]) {
			t.Fatalf("mu-law of %d: %#x, want %#x", v, got[0], g711.EncodeUlawFrame(s[0]))
		}
		if aLaw.compress(got[:], s); got[0] != g711.EncodeAlawFrame(s[0]) {
			t.Fatalf("A-law of %d: %#x, want %#x", v, got[0], g711.EncodeAlawFrame(s[0]))
		}
	}
	for c := range 256 {
		var got [1]int16
		if muLaw.expand(got[:], []byte{byte(c)}); got[0] != g711.DecodeUlawFrame(byte(c)) {
			t.Fatalf("mu-law code %#x: %d", c, got[0])
		}
		if aLaw.expand(got[:], []byte{byte(c)}); got[0] != g711.DecodeAlawFrame(byte(c)) {
			t.Fatalf("A-law code %#x: %d", c, got[0])
		}
	}
}

func BenchmarkALawDecode(b *testing.B) {
	var in [frameSize]byte
	var out [frameSize]int16
	for b.Loop() {
		aLaw.expand(out[:], in[:])
	}
}

func BenchmarkALawEncode(b *testing.B) {
	var out [frameSize]byte
	in := tone(440, FrameTime, 8000)
	for b.Loop() {
		aLaw.compress(out[:], in)
	}
}
