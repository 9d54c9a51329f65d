package media

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// tape writes a recording of these two sides, as a kill would leave it: its header
// knows the first half only.
func tape(t *testing.T, left, right []int16) string {
	t.Helper()
	pcm := make([]int16, 0, 2*len(left))
	for i := range left {
		pcm = append(pcm, left[i], right[i])
	}
	var b bytes.Buffer
	must(t, WriteWAV(&b, TelephoneRate, 2, pcm))
	file := b.Bytes()
	head := waveHeader(TelephoneRate, 2, int64(2*len(left)))
	copy(file, head[:])
	path := filepath.Join(t.TempDir(), "call.wav.part")
	must(t, os.WriteFile(path, file, 0o600))
	return path
}

// sides reads all samples of a recording, whatever its header says.
func sides(t *testing.T, path string) (left, right []int16) {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	for b = b[waveHeaderSize:]; len(b) >= 4; b = b[4:] {
		left = append(left, int16(b[0])|int16(b[1])<<8)
		right = append(right, int16(b[2])|int16(b[3])<<8)
	}
	return left, right
}

// TestSpansAreSilentAndNothingElse silences pieces of both sides, across seconds
// and beyond the ends, and holds all other samples to be as they were, bit for bit.
func TestSpansAreSilentAndNothingElse(t *testing.T) {
	left, right := tone(800, 4*time.Second, 9000), tone(1700, 4*time.Second, 9000)
	path := tape(t, left, right)
	spans := []Span{
		{Side: Left, From: 700 * time.Millisecond, To: 2300 * time.Millisecond},
		{Side: Left, From: 2 * time.Second, To: 2500 * time.Millisecond},
		{Side: Right, From: -time.Second, To: 300 * time.Millisecond},
		{Side: Right, From: 3900 * time.Millisecond, To: time.Hour},
		{Side: Right, From: 2 * time.Second, To: time.Second},
		{Side: Left, From: 3 * time.Second, To: 4 * time.Second, Tones: true}, // 800 Hz is no key
	}
	for range 2 { // the second time does no harm
		total, err := Silence(path, spans)
		must(t, err)
		if want := 2500 * time.Millisecond; total != want {
			t.Errorf("%s silenced, want %s", total, want)
		}
	}
	at := func(s float64) int { return int(s * TelephoneRate) }
	clear(left[at(0.7):at(2.5)])
	clear(right[:at(0.3)])
	clear(right[at(3.9):])
	gotLeft, gotRight := sides(t, path)
	if !slices.Equal(gotLeft, left) || !slices.Equal(gotRight, right) {
		t.Error("not the spans and nothing else")
	}
	if _, err := Silence(filepath.Join(t.TempDir(), "none"), nil); err == nil {
		t.Error("a file that is not there was silenced")
	}
	other := filepath.Join(t.TempDir(), "mono.wav")
	var b bytes.Buffer
	must(t, WriteWAV(&b, TelephoneRate, 1, left))
	must(t, os.WriteFile(other, b.Bytes(), 0o600))
	if _, err := Silence(other, spans); err == nil {
		t.Error("a file that is no recording was silenced")
	}
}

// TestTonesAreSilencedAndSpeechIsNot has keys pressed in a voice: each key's tones
// go wherever they begin, and what is no key stays, bit for bit.
func TestTonesAreSilencedAndSpeechIsNot(t *testing.T) {
	for offset := range 8 {
		pcm := make([]int16, 4*TelephoneRate)
		for i := range pcm { // a voice: harmonics of 130 Hz that come and go
			v := 0.0
			for h := 1.0; h < 20; h++ {
				v += math.Sin(2*math.Pi*130*h*float64(i)/TelephoneRate) / h
			}
			pcm[i] = int16(4000 * v * max(math.Sin(float64(i)/900), 0))
		}
		voice := slices.Clone(pcm)
		var keys [][2]int
		for k := range 16 {
			from := 1000 + 1700*k + 23*offset
			to := from + 100*8
			keys = append(keys, [2]int{from, to})
			for i := from; i < to; i++ {
				pcm[i] = int16(5000*math.Sin(2*math.Pi*lowTones[k/4]*float64(i)/TelephoneRate) + 5000*math.Sin(2*math.Pi*highTones[k%4]*float64(i)/TelephoneRate))
			}
		}
		path := tape(t, pcm, voice)
		_, err := Silence(path, []Span{{Side: Left, To: 4 * time.Second, Tones: true}})
		must(t, err)
		left, right := sides(t, path)
		if !slices.Equal(right, voice) {
			t.Fatal("the other side has changed")
		}
		beside := func(i int) bool {
			for _, k := range keys {
				if i >= k[0]-2*toneBlock && i < k[1]+2*toneBlock {
					return true
				}
			}
			return false
		}
		for _, k := range keys {
			if n := peak(left[k[0]:k[1]]); n != 0 {
				t.Fatalf("offset %d: a tone at %d is left, %d loud", offset, k[0], n)
			}
		}
		for i := range left {
			if left[i] != pcm[i] && !beside(i) {
				t.Fatalf("offset %d: sample %d of the voice was silenced", offset, i)
			}
		}
	}
}
