package tts

// Engines put up to 250 ms of silence before and after what they say. The
// caller would wait through the first for every answer, and the second would
// hold the turn open, so both are cut down.
const (
	quiet    = 200 // about -44 dBFS: below it a sample is silence
	keepLead = 30  // ms, so that a soft first sound stays whole
	keepTail = 100 // ms, so that the last sound may fade
	keepHeld = 600 // ms of silence within speech that is held back at most
)

// trimmer cuts the silence at both ends of a run of samples.
type trimmer struct {
	rate  int
	begun bool
	held  []int16 // silence that may turn out to be the end
}

// write gives the samples that are known to belong to the speech.
func (t *trimmer) write(pcm []int16) []int16 {
	last := -1
	for i := len(pcm) - 1; i >= 0; i-- {
		if loud(pcm[i]) {
			last = i
			break
		}
	}
	if last < 0 {
		t.held = append(t.held, pcm...)
		if extra := len(t.held) - t.rate*keepHeld/1000; t.begun && extra > 0 {
			out := t.held[:extra:extra]
			t.held = t.held[extra:]
			return out
		}
		return nil
	}
	out := append(t.held, pcm[:last+1]...)
	t.held = append([]int16(nil), pcm[last+1:]...)
	if !t.begun {
		t.begun = true
		first := 0
		for !loud(out[first]) {
			first++
		}
		out = out[max(0, first-t.rate*keepLead/1000):]
	}
	return out
}

// end gives the silence that stays at the end. Speech that never got loud comes
// whole: that is an engine's affair.
func (t *trimmer) end() []int16 {
	if !t.begun {
		return t.held
	}
	return t.held[:min(len(t.held), t.rate*keepTail/1000)]
}

func loud(v int16) bool { return v > quiet || v < -quiet }
