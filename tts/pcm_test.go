package tts

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/parley-voice/parley/media"
)

func wav(t testing.TB, channels int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := media.WriteWAV(&b, 22050, channels, []int16{1, -2, 300, -400}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWAVStream(t *testing.T) {
	whole := wav(t, 1)
	listed := slices.Concat(whole[:12], []byte("LIST\x03\x00\x00\x00abc\x00"), whole[12:])
	for name, b := range map[string][]byte{"plain": whole, "with a chunk of odd size": listed, "half a sample at its end": append(slices.Clone(whole), 7)} {
		r := iotest.OneByteReader(bytes.NewReader(b))
		rate, err := WAVHeader(r)
		if err != nil || rate != 22050 {
			t.Errorf("%s: rate %d, %v", name, rate, err)
			continue
		}
		var pcm []int16
		err = CopyPCM(r, rate, func(f media.Frame) error { pcm = append(pcm, f.PCM...); return nil })
		if err != nil || !slices.Equal(pcm, []int16{1, -2, 300, -400}) {
			t.Errorf("%s: %v, %v", name, pcm, err)
		}
	}
	for name, b := range map[string][]byte{
		"nothing": nil, "a message": []byte(`{"error": "no such voice"}`), "stereo": wav(t, 2),
		"no format": slices.Concat(whole[:12], whole[36:]), "a huge format": slices.Concat(whole[:16], []byte{0xff, 0xff, 0xff, 0xff}, whole[20:]),
	} {
		if _, err := WAVHeader(bytes.NewReader(b)); err == nil {
			t.Errorf("%s passes for a WAV stream", name)
		}
	}
	for i := range 44 {
		if _, err := WAVHeader(bytes.NewReader(whole[:i])); err == nil {
			t.Errorf("a header of %d bytes passes", i)
		}
	}
}

func TestCopyPCMErrors(t *testing.T) {
	reset, full := errors.New("connection reset"), errors.New("queue full")
	none := func(media.Frame) error { return nil }
	if err := CopyPCM(io.MultiReader(bytes.NewReader([]byte{1, 2}), iotest.ErrReader(reset)), 8000, none); !errors.Is(err, reset) {
		t.Errorf("got %v", err)
	}
	if err := CopyPCM(bytes.NewReader([]byte{1, 2}), 8000, func(media.Frame) error { return full }); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}

func FuzzWAVHeader(f *testing.F) {
	f.Add(wav(f, 1))
	f.Add(wav(f, 2))
	f.Fuzz(func(t *testing.T, b []byte) {
		if rate, err := WAVHeader(bytes.NewReader(b)); err == nil && (rate < 4000 || rate > 192000) {
			t.Errorf("%d Hz", rate)
		}
	})
}
