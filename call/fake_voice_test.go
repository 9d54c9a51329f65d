package call

import (
	"context"
	"sync"
	"time"

	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/tts"
)

// fakeVoice has some lines rendered and synthesises the others.
type fakeVoice struct {
	r        *rig
	rendered map[string]bool

	mu    sync.Mutex
	err   error         // synthesis fails
	after time.Duration // before the first audio
	panik bool
	spoke int
	asked map[string]string // languages that texts were asked for in
}

// in tells in which language a text was asked for.
func (v *fakeVoice) in(text string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.asked[text]
}

func (v *fakeVoice) Clip(u tts.Utterance) (*media.Clip, bool) {
	if !v.rendered[u.Text] {
		return nil, false
	}
	return v.r.clip(u.Text, lengthOf(u.Text)), true
}

func (v *fakeVoice) Speak(ctx context.Context, u tts.Utterance, emit func(media.Frame) error) error {
	v.r.moment("speak")
	v.mu.Lock()
	err, after, panik := v.err, v.after, v.panik
	v.spoke++
	if v.asked == nil {
		v.asked = map[string]string{}
	}
	v.asked[u.Text] = u.Language
	v.mu.Unlock()
	if after > 0 {
		select {
		case <-time.After(after):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if panik {
		panic("the voice's library failed")
	}
	if err != nil {
		return err
	}
	for range lengthOf(u.Text) / media.FrameTime {
		if err := emit(media.Frame{Rate: media.TelephoneRate, PCM: v.r.pcm(u.Text, 160)}); err != nil {
			return err
		}
	}
	return nil
}

func (v *fakeVoice) fail(err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.err = err
}
