// Command holdmusic writes the music that a caller hears on hold: a slow walk
// through four chords, synthesised, so that nobody's rights are in it.
//
//	go run ./tools/holdmusic scripts/audio/hold-music.wav
package main

import (
	"fmt"
	"math"
	"os"

	"github.com/parley-voice/parley/media"
)

const (
	rate   = media.TelephoneRate
	beat   = rate / 2 // samples of one melody note
	beats  = 16       // 8 s, four beats a chord
	length = beats * beat
)

// The chords C, A minor, F and G, as semitones from middle C, and a melody over
// them; rest is no note.
var (
	chords = [4][3]int{{0, 4, 7}, {-3, 0, 4}, {-7, -3, 0}, {-5, -1, 2}}
	melody = [beats]int{12, 16, 19, 16, 12, 16, 21, rest, 9, 12, 17, 16, 14, 11, 14, rest}
)

const rest = math.MinInt

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: holdmusic FILE.wav")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "holdmusic:", err)
		os.Exit(1)
	}
}

func write(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := media.WriteWAV(f, rate, 1, music()); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

// music renders one loop. What still sounds at its end rings on at its start,
// so that the loop has no seam.
func music() []int16 {
	mix := make([]float64, length)
	for i, chord := range chords {
		for _, note := range chord {
			pad(mix, i*4*beat, note)
		}
	}
	for i, note := range melody {
		if note != rest {
			pluck(mix, i*beat, note)
		}
	}
	out := make([]int16, length)
	for i, v := range mix {
		out[i] = int16(math.Round(v))
	}
	return out
}

// frequency of a note, in semitones from middle C, equal temperament.
func frequency(note int) float64 { return 261.6256 * math.Pow(2, float64(note)/12) }

// pad is a soft tone under a whole chord, faded into the next one.
func pad(mix []float64, at, note int) {
	const hold, fade = 4 * beat, beat
	step := 2 * math.Pi * frequency(note) / rate
	for i := range hold + fade {
		gain := 1.0
		switch {
		case i < fade:
			gain = 0.5 - 0.5*math.Cos(math.Pi*float64(i)/fade)
		case i >= hold:
			gain = 0.5 + 0.5*math.Cos(math.Pi*float64(i-hold)/fade)
		}
		x := step * float64(i)
		mix[(at+i)%length] += 1200 * gain * (math.Sin(x) + 0.25*math.Sin(2*x))
	}
}

// pluck is a note that begins within 10 ms and dies away over about two beats.
func pluck(mix []float64, at, note int) {
	const attack, ring = rate / 100, 4 * beat
	step := 2 * math.Pi * frequency(note) / rate
	for i := range ring {
		gain := math.Exp(-3.5 * float64(i) / (2 * beat))
		gain *= math.Min(1, float64(i)/attack) * math.Min(1, float64(ring-i)/beat)
		x := step * float64(i)
		mix[(at+i)%length] += 5500 * gain * (math.Sin(x) + 0.3*math.Sin(2*x) + 0.1*math.Sin(3*x))
	}
}
