package media

import "github.com/zaf/g711"

// law is one of the two compandings of ITU-T G.711, as tables: the linear value
// of each code, and the code of each linear value with the bits cut off that the
// companding ignores anyway.
type law struct {
	codec  Codec
	shift  uint
	encode []byte // indexed by uint16(sample) >> shift
	decode [256]int16
	quiet  byte // the code of silence
}

var (
	muLaw = buildLaw(PCMU, 2, g711.EncodeUlawFrame, g711.DecodeUlawFrame)
	aLaw  = buildLaw(PCMA, 4, g711.EncodeAlawFrame, g711.DecodeAlawFrame)
)

func buildLaw(c Codec, shift uint, enc func(int16) uint8, dec func(uint8) int16) *law {
	l := &law{codec: c, shift: shift, encode: make([]byte, 1<<(16-shift)), quiet: enc(0)}
	for i := range l.encode {
		l.encode[i] = enc(int16(uint16(i << shift)))
	}
	for i := range l.decode {
		l.decode[i] = dec(uint8(i))
	}
	return l
}

// lawOf finds the companding by the codec's name, or nil.
func lawOf(c Codec) *law {
	switch c.Name {
	case PCMU.Name:
		return muLaw
	case PCMA.Name:
		return aLaw
	}
	return nil
}

// compress encodes src into dst, as many samples as both hold.
func (l *law) compress(dst []byte, src []int16) {
	n := min(len(dst), len(src))
	dst, src = dst[:n], src[:n]
	for i, s := range src {
		dst[i] = l.encode[uint16(s)>>l.shift]
	}
}

// expand decodes src into dst, as many samples as both hold.
func (l *law) expand(dst []int16, src []byte) {
	n := min(len(dst), len(src))
	dst, src = dst[:n], src[:n]
	for i, c := range src {
		dst[i] = l.decode[c]
	}
}

// silence fills dst with the code of silence.
func (l *law) silence(dst []byte) {
	for i := range dst {
		dst[i] = l.quiet
	}
}
