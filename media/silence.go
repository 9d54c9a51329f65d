package media

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"time"
)

// Side is a channel of a recording.
type Side int

// The sides of a recording.
const (
	Left  Side = iota // what the caller said
	Right             // what we sent: prompts, and whoever the caller was joined with
)

// Span is a piece of one side of a recording, as offsets from its beginning.
type Span struct {
	Side     Side
	From, To time.Duration
	Tones    bool // only the keys' tones in it
}

// Silence overwrites pieces of a recording with digital silence, in place, and is
// durable when it returns; all other samples stay as they are. Doing it twice does
// no harm. The file is one of Session.Record, closed or left by a kill; spans may
// reach beyond its ends. It tells how much was silenced.
func Silence(path string, spans []Span) (total time.Duration, err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	frames, err := recorded(f)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", path, err)
	}
	for _, s := range spans {
		n, err := s.silence(f, frames)
		if err != nil {
			return total, err
		}
		total += time.Duration(n) * time.Second / TelephoneRate
	}
	return total, f.Sync()
}

// Recorded is how long the recording in a file is, as Silence sees it.
func Recorded(path string) (time.Duration, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	frames, err := recorded(f)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", path, err)
	}
	return time.Duration(frames) * time.Second / TelephoneRate, nil
}

// recorded counts the stereo samples of a recording's file, also those that came
// after its header was last written.
func recorded(f *os.File) (int64, error) {
	var head [waveHeaderSize]byte
	if _, err := io.ReadFull(f, head[:]); err != nil {
		return 0, fmt.Errorf("not a recording: %w", err)
	}
	want := waveHeader(TelephoneRate, 2, 0)
	if string(head[8:40]) != string(want[8:40]) {
		return 0, fmt.Errorf("not a recording: its header is not that of 8 kHz stereo PCM16")
	}
	st, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return (st.Size() - waveHeaderSize) / 4, nil
}

// silence works through the piece a second at a time.
func (s Span) silence(f *os.File, frames int64) (n int, err error) {
	from, to := sampleOf(s.From, frames), sampleOf(s.To, frames)
	heard := toneFinder{}
	buf := make([]byte, 4*(TelephoneRate+toneBlock))
	for at := from; at < to; at += TelephoneRate {
		first := at
		if s.Tones && at > from {
			first -= toneBlock // a tone may begin in the block before
		}
		b := buf[:4*(min(at+TelephoneRate, to)-first)]
		if _, err := f.ReadAt(b, waveHeaderSize+4*first); err != nil {
			return n, err
		}
		side := b[2*s.Side:]
		if s.Tones {
			n += heard.silence(side, first < at)
		} else {
			n += clearSide(side)
		}
		if _, err := f.WriteAt(b, waveHeaderSize+4*first); err != nil {
			return n, err
		}
	}
	return n, nil
}

// sampleOf is the sample at an offset, within the file.
func sampleOf(d time.Duration, frames int64) int64 {
	return min(max(int64(d)*TelephoneRate/int64(time.Second), 0), frames)
}

// clearSide silences one side of interleaved stereo samples that begins with b.
func clearSide(b []byte) (n int) {
	for i := 0; i+2 <= len(b); i += 4 {
		binary.LittleEndian.PutUint16(b[i:], 0)
		n++
	}
	return n
}
