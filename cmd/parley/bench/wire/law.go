package wire

import "github.com/zaf/g711"

// The static payload types of RFC 3551 that the callers speak.
const (
	PCMU = 0
	PCMA = 8
)

// Law is one companding of ITU-T G.711.
type Law struct {
	Type   uint8
	Quiet  byte // the code of silence
	decode [256]int16
	encode func(int16) uint8
}

// The two laws.
var (
	ALaw  = law(PCMA, g711.EncodeAlawFrame, g711.DecodeAlawFrame)
	MuLaw = law(PCMU, g711.EncodeUlawFrame, g711.DecodeUlawFrame)
)

func law(t uint8, encode func(int16) uint8, decode func(uint8) int16) *Law {
	l := &Law{Type: t, Quiet: encode(0), encode: encode}
	for i := range l.decode {
		l.decode[i] = decode(uint8(i))
	}
	return l
}

// LawOf finds the law of a payload type, or nil.
func LawOf(payloadType uint8) *Law {
	switch payloadType {
	case PCMU:
		return MuLaw
	case PCMA:
		return ALaw
	}
	return nil
}

// Encode gives pcm's codes.
func (l *Law) Encode(pcm []int16) []byte {
	out := make([]byte, len(pcm))
	for i, s := range pcm {
		out[i] = l.encode(s)
	}
	return out
}

// Decode appends the samples of codes to dst.
func (l *Law) Decode(dst []int16, codes []byte) []int16 {
	for _, c := range codes {
		dst = append(dst, l.decode[c])
	}
	return dst
}

// Silence fills payload with silence.
func (l *Law) Silence(payload []byte) {
	for i := range payload {
		payload[i] = l.Quiet
	}
}
