package bench

import (
	"slices"
	"testing"
)

// Each sound is as loud as speech, of a cough's or a nod's length, and another
// than the one before.
func TestThroat(t *testing.T) {
	for name, sound := range map[string]func(uint64) []int16{
		"cough": cough, "clearing": clearing,
		"uh-huh": func(seed uint64) []int16 { return nod(seed, openMouth) },
		"mm-hmm": func(seed uint64) []int16 { return nod(seed, humming) },
	} {
		for seed := range uint64(20) {
			pcm := sound(seed)
			if ms := len(pcm) / 8; ms < 250 || ms > 1300 {
				t.Errorf("%s %d lasts %d ms", name, seed, ms)
			}
			if peak := slices.Max(pcm); peak < 6000 {
				t.Errorf("%s %d peaks at %d", name, seed, peak)
			}
			if slices.Equal(pcm, sound(seed+1)) || !slices.Equal(pcm, sound(seed)) {
				t.Errorf("%s %d: a seed must give its own sound, and always the same", name, seed)
			}
		}
	}
}

func TestReportSaysWhenNoCoughPaused(t *testing.T) {
	all := []interruption{{Kind: kindWords, Paused: true}, {Kind: kindCough}, {Kind: kindUhHuh, Paused: true, Resumed: true}}
	rep := (&BargeinCmd{}).report(all, false)
	if len(rep.Notes) != 1 {
		t.Errorf("notes %q, want one on the coughs", rep.Notes)
	}
	all[1].Paused = true
	if rep := (&BargeinCmd{}).report(all, false); len(rep.Notes) != 0 {
		t.Errorf("notes %q", rep.Notes)
	}
}
