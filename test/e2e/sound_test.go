package e2e

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/tts"
	"github.com/parley-voice/parley/tts/flite"
)

// tones are sines of these frequencies together, at -14 dB.
func tones(length time.Duration, hz ...float64) []int16 {
	pcm := make([]int16, int(length.Seconds()*8000))
	for i := range pcm {
		for _, f := range hz {
			pcm[i] += int16(6500 / float64(len(hz)) * math.Sin(2*math.Pi*f*float64(i)/8000))
		}
	}
	return pcm
}

// hiss is white noise of that level.
func hiss(length time.Duration, level float64) []int16 {
	r := rand.New(rand.NewPCG(1, 1))
	pcm := make([]int16, int(length.Seconds()*8000))
	for i := range pcm {
		pcm[i] = int16(level * r.NormFloat64())
	}
	return pcm
}

// speech is somebody saying text.
func speech(t *testing.T, text string) []int16 {
	t.Helper()
	engine, err := flite.New(flite.Config{Voice: "rms"})
	if err != nil {
		t.Fatal(err)
	}
	var pcm []int16
	rate := 0
	err = engine.Speak(t.Context(), tts.Utterance{Text: text, Language: "en"}, func(f media.Frame) error {
		pcm, rate = append(pcm, f.PCM...), f.Rate
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if pcm, err = media.Resample(pcm, rate, 8000); err != nil {
		t.Fatal(err)
	}
	return pcm
}

// join puts sounds after one another.
func join(parts ...[]int16) []int16 {
	var pcm []int16
	for _, p := range parts {
		pcm = append(pcm, p...)
	}
	return pcm
}

// silence is no sound.
func silence(length time.Duration) []int16 { return make([]int16, int(length.Seconds()*8000)) }

// live is the one live call, or nothing.
func (s *server) live() call.Snapshot {
	s.t.Helper()
	var list struct{ Live []call.Snapshot }
	if err := s.get("/api/v1/calls/live", &list); err != nil {
		s.t.Fatal(err)
	}
	for _, c := range list.Live {
		if c.Direction == "inbound" {
			return c
		}
	}
	return call.Snapshot{}
}

func (s *server) phase() string { return s.live().Phase }
func (s *server) node() string  { return s.live().Node }

// recording reads a call's stereo WAV: left the caller, right the server. It reads
// what there is, as a player does with a file whose writer was killed.
func (s *server) recording(r call.Record) (left, right []int16) {
	s.t.Helper()
	path := r.Recording
	if path == "" {
		s.t.Fatalf("call %s has no recording", r.ID)
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(s.dir, path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	data := strings.Index(string(b[:min(len(b), 4096)]), "data")
	if len(b) < 44 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WAVE" || data < 0 ||
		binary.LittleEndian.Uint16(b[22:]) != 2 || binary.LittleEndian.Uint32(b[24:]) != 8000 {
		s.t.Fatalf("%s is not a stereo WAV of 8 kHz", path)
	}
	size := int(binary.LittleEndian.Uint32(b[data+4:]))
	for b = b[data+8:]; len(b) >= 4; b = b[4:] {
		left = append(left, int16(binary.LittleEndian.Uint16(b)))
		right = append(right, int16(binary.LittleEndian.Uint16(b[2:])))
	}
	if said := size / 4; said > len(left) {
		s.t.Errorf("%s claims %d samples and has %d", path, said, len(left))
	} else {
		left, right = left[:said], right[:said]
	}
	return left, right
}

// digitsOf are the digits in a record's journal.
func digitsOf(r call.Record) string {
	var all string
	for _, e := range r.Entries {
		if e.Kind == call.EntryDigits {
			all += e.Text
		}
	}
	return all
}

// heardIn are the words in a record's journal.
func heardIn(r call.Record) []string {
	var all []string
	for _, e := range r.Entries {
		if e.Kind == call.EntryHeard {
			all = append(all, e.Text)
		}
	}
	return all
}
