package media

import "github.com/zaf/g711"

// law is one of the two compandings of ITU-T G.711, as tables: the linear value
// of each code, and the code of each linear value with the bits cut off that the
// companding ignores anyway.
type law struct {
	codec  Codec
	fine   *[1 << 14]byte // mu-law: indexed by the upper 14 bits
	coarse *[1 << 12]byte // A-law: by the upper 12; nil for mu-law
	decode [256]int16
	quiet  byte // the code of silence
}

var (
	muLaw = buildLaw(PCMU, g711.EncodeUlawFrame, g711.DecodeUlawFrame)
	aLaw  = buildLaw(PCMA, g711.EncodeAlawFrame, g711.DecodeAlawFrame)
)

func buildLaw(c Codec, enc func(int16) uint8, dec func(uint8) int16) *law {
	l := &law{codec: c, quiet: enc(0)}
	if c == PCMA {
		l.coarse = new([1 << 12]byte)
		for i := range l.coarse {
			l.coarse[i] = enc(int16(uint16(i << 4)))
		}
	} else {
		l.fine = new([1 << 14]byte)
		for i := range l.fine {
			l.fine[i] = enc(int16(uint16(i << 2)))
		}
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
	if t := l.coarse; t != nil {
		for i, s := range src {
			dst[i] = t[uint16(s)>>4]
		}
		return
	}
	t := l.fine
	for i, s := range src {
		dst[i] = t[uint16(s)>>2]
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
