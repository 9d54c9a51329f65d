package tts

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/parley-voice/parley/media"
)

// WAVHeader reads the head of a WAV stream up to its first sample and tells its
// rate in Hz. Only PCM16 mono passes. The length that the head claims is left
// out of account: a program that streams does not know it.
func WAVHeader(r io.Reader) (rate int, err error) {
	var riff [12]byte
	if _, err := io.ReadFull(r, riff[:]); err != nil {
		return 0, fmt.Errorf("WAV stream ends in its header: %w", err)
	}
	if !bytes.Equal(riff[:4], []byte("RIFF")) || !bytes.Equal(riff[8:], []byte("WAVE")) {
		return 0, fmt.Errorf("not a WAV stream: begins with %q", riff[:4])
	}
	for {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return 0, fmt.Errorf("WAV stream ends in its header: %w", err)
		}
		size := int64(binary.LittleEndian.Uint32(head[4:]))
		switch string(head[:4]) {
		case "data":
			if rate == 0 {
				return 0, errors.New("WAV stream: samples before their format")
			}
			return rate, nil
		case "fmt ":
			if rate, err = wavFormat(r, size); err != nil {
				return 0, err
			}
		default:
			if _, err := io.CopyN(io.Discard, r, size+size&1); err != nil {
				return 0, fmt.Errorf("WAV stream ends in its header: %w", err)
			}
		}
	}
}

func wavFormat(r io.Reader, size int64) (rate int, err error) {
	if size < 16 || size > 4096 {
		return 0, fmt.Errorf("WAV stream: format of %d bytes", size)
	}
	b := make([]byte, size+size&1)
	if _, err := io.ReadFull(r, b); err != nil {
		return 0, fmt.Errorf("WAV stream ends in its header: %w", err)
	}
	le := binary.LittleEndian
	tag, channels, bits := le.Uint16(b), le.Uint16(b[2:]), le.Uint16(b[14:])
	rate = int(le.Uint32(b[4:]))
	if tag != 1 || channels != 1 || bits != 16 || rate < 4000 || rate > 192000 {
		return 0, fmt.Errorf("WAV stream of format %d, %d channels, %d bits, %d Hz: only PCM16 mono is read", tag, channels, bits, rate)
	}
	return rate, nil
}

// CopyPCM reads little-endian PCM16 until the end and writes it in runs as they
// come. Half a sample at the end is dropped.
func CopyPCM(r io.Reader, rate int, write func(media.Frame) error) error {
	buf := make([]byte, 8192)
	have := 0 // bytes in buf
	for {
		n, err := r.Read(buf[have:])
		have += n
		pcm := make([]int16, have/2)
		for i := range pcm {
			pcm[i] = int16(binary.LittleEndian.Uint16(buf[2*i:]))
		}
		if len(pcm) > 0 {
			if werr := write(media.Frame{Rate: rate, PCM: pcm}); werr != nil {
				return werr
			}
		}
		have = copy(buf, buf[2*len(pcm):have])
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
