package media

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// maxWAV bounds what ReadWAV takes into memory: an hour of 8 kHz PCM16 mono, or
// five minutes at 48 kHz stereo.
const maxWAV = 64 << 20

// The WAVE format tags that are read (RFC 2361).
const (
	wavePCM        = 1
	waveALaw       = 6
	waveMuLaw      = 7
	waveExtensible = 0xFFFE
)

// waveFormat is a fmt chunk.
type waveFormat struct {
	tag      uint16
	channels int
	rate     int
	bits     int
}

// ReadWAV reads a RIFF WAVE file of PCM16, A-law or mu-law, mono or stereo (mixed
// to mono), 4 to 192 kHz. A data chunk that claims more than there is gives what
// there is, so that a file whose writer was killed can be read.
func ReadWAV(r io.Reader) (Frame, error) {
	var head [12]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return Frame{}, errors.New("not a WAV file: shorter than a RIFF header")
	}
	if string(head[:4]) != "RIFF" || string(head[8:]) != "WAVE" {
		return Frame{}, errors.New("not a WAV file: no RIFF/WAVE header")
	}
	var format waveFormat
	for {
		var c [8]byte
		if _, err := io.ReadFull(r, c[:]); err != nil {
			return Frame{}, errors.New("WAV file without a data chunk")
		}
		size := int64(binary.LittleEndian.Uint32(c[4:]))
		switch string(c[:4]) {
		case "fmt ":
			f, err := readFormat(r, size)
			if err != nil {
				return Frame{}, err
			}
			format = f
		case "data":
			if format.rate == 0 {
				return Frame{}, errors.New("WAV file: data chunk before the fmt chunk")
			}
			return readSamples(r, format, size)
		default:
			if _, err := io.CopyN(io.Discard, r, size+size&1); err != nil {
				return Frame{}, errors.New("WAV file without a data chunk")
			}
		}
	}
}

func readFormat(r io.Reader, size int64) (waveFormat, error) {
	if size < 16 || size > 4096 {
		return waveFormat{}, fmt.Errorf("WAV file: fmt chunk of %d bytes", size)
	}
	b := make([]byte, size+size&1)
	if _, err := io.ReadFull(r, b); err != nil {
		return waveFormat{}, errors.New("WAV file: fmt chunk is cut off")
	}
	f := waveFormat{
		tag:      binary.LittleEndian.Uint16(b),
		channels: int(binary.LittleEndian.Uint16(b[2:])),
		rate:     int(binary.LittleEndian.Uint32(b[4:])),
		bits:     int(binary.LittleEndian.Uint16(b[14:])),
	}
	if f.tag == waveExtensible && size >= 26 {
		f.tag = binary.LittleEndian.Uint16(b[24:]) // first field of the SubFormat GUID
	}
	switch {
	case f.tag != wavePCM && f.tag != waveALaw && f.tag != waveMuLaw:
		return f, fmt.Errorf("WAV format %d is not read: use PCM16, A-law or mu-law", f.tag)
	case f.tag == wavePCM && f.bits != 16, f.tag != wavePCM && f.bits != 8:
		return f, fmt.Errorf("WAV file of %d bits a sample is not read: use 16-bit PCM or 8-bit G.711", f.bits)
	case f.channels != 1 && f.channels != 2:
		return f, fmt.Errorf("WAV file of %d channels is not read: use mono or stereo", f.channels)
	case f.rate < 4000 || f.rate > maxRate:
		return f, fmt.Errorf("WAV file of %d Hz is not read: rates go from 4000 to %d", f.rate, maxRate)
	}
	return f, nil
}

func readSamples(r io.Reader, f waveFormat, size int64) (Frame, error) {
	b, err := io.ReadAll(io.LimitReader(r, min(size, maxWAV+1)))
	if err != nil {
		return Frame{}, err
	}
	if len(b) > maxWAV {
		return Frame{}, fmt.Errorf("WAV file is longer than %d MB", maxWAV>>20)
	}
	width := f.bits / 8
	pcm := make([]int16, len(b)/(width*f.channels))
	for i := range pcm {
		sum := 0
		for ch := range f.channels {
			sum += int(sampleAt(b[(i*f.channels+ch)*width:], f.tag))
		}
		pcm[i] = int16(sum / f.channels)
	}
	return Frame{Rate: f.rate, PCM: pcm}, nil
}

func sampleAt(b []byte, tag uint16) int16 {
	switch tag {
	case waveALaw:
		return aLaw.decode[b[0]]
	case waveMuLaw:
		return muLaw.decode[b[0]]
	}
	return int16(binary.LittleEndian.Uint16(b))
}

// WriteWAV writes interleaved PCM16 of so many channels as a whole WAV file.
func WriteWAV(w io.Writer, rate, channels int, pcm []int16) error {
	head := waveHeader(rate, channels, int64(len(pcm))*2)
	if _, err := w.Write(head[:]); err != nil {
		return err
	}
	b := make([]byte, 0, 2*len(pcm))
	for _, s := range pcm {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	_, err := w.Write(b)
	return err
}

// waveHeaderSize is the bytes before the samples.
const waveHeaderSize = 44

// waveHeader is the header of a PCM16 file whose samples take size bytes.
func waveHeader(rate, channels int, size int64) (h [waveHeaderSize]byte) {
	size = min(size, 1<<32-1-waveHeaderSize) // RIFF cannot say more than 4 GB
	le := binary.LittleEndian
	copy(h[0:], "RIFF")
	le.PutUint32(h[4:], uint32(size+waveHeaderSize-8))
	copy(h[8:], "WAVEfmt ")
	le.PutUint32(h[16:], 16)
	le.PutUint16(h[20:], wavePCM)
	le.PutUint16(h[22:], uint16(channels))
	le.PutUint32(h[24:], uint32(rate))
	le.PutUint32(h[28:], uint32(rate*channels*2))
	le.PutUint16(h[32:], uint16(channels*2))
	le.PutUint16(h[34:], 16)
	copy(h[36:], "data")
	le.PutUint32(h[40:], uint32(size))
	return h
}
