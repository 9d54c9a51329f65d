package softphone

import (
	"slices"
	"testing"

	"github.com/parley-voice/parley/media"
)

func TestTurnRun(t *testing.T) {
	frames := func(loud bool, n int) []bool { return slices.Repeat([]bool{loud}, n) }
	for name, c := range map[string]struct {
		frames []bool
		ends   int // after how many frames, 0 never
	}{
		"a sentence":          {append(frames(true, 50), frames(false, 60)...), 50 + quietFrames},
		"a pause within":      {slices.Concat(frames(true, 50), frames(false, 30), frames(true, 20), frames(false, 60)), 100 + quietFrames},
		"a click":             {append(frames(true, 3), frames(false, 200)...), 0},
		"silence":             {frames(false, 300), 0},
		"silence, then words": {slices.Concat(frames(false, 100), frames(true, 20), frames(false, 60)), 120 + quietFrames},
	} {
		var r turnRun
		ends := 0
		for i, loud := range c.frames {
			if r.frame(true, loud) {
				if ends != 0 {
					t.Errorf("%s: told twice", name)
				}
				ends = i + 1
			}
		}
		if ends != c.ends {
			t.Errorf("%s: ended after %d frames, want %d", name, ends, c.ends)
		}
	}
}

// What was heard before listening began is no part of the turn.
func TestEarListensFromNow(t *testing.T) {
	e := newEar()
	hum := make([]int16, 160)
	for i := range hum {
		hum[i] = int16(2000 * (i%2*2 - 1))
	}
	play := func(pcm []int16, n int) {
		for range n {
			e.Frame(media.Frame{Rate: 8000, PCM: pcm})
		}
	}
	play(hum, 100)
	e.Listen()
	play(make([]int16, 160), 100)
	select {
	case <-e.Turn():
		t.Fatal("a turn ended that was over before")
	default:
	}
	play(hum, 20)
	play(make([]int16, 160), quietFrames)
	select {
	case <-e.Turn():
	default:
		t.Fatal("the end of the turn was not heard")
	}
}
