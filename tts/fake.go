package tts

import (
	"context"
	"hash/fnv"
	"math"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/parley-voice/parley/media"
)

// Fake is a Speaker for tests: each utterance is a steady tone, its pitch drawn
// from the text and voice, as long as the text would take to say. The zero value
// works. Set the fields before first use.
type Fake struct {
	Rate       int           // Hz; 0 means 8000
	FirstAudio time.Duration // wait before the first frame
	Gap        time.Duration // wait before each later frame
	Err        error         // given after FailAfter frames
	FailAfter  int

	mu   sync.Mutex
	said []Utterance
}

// fakeRune is how long one character of text sounds.
const fakeRune = 60 * time.Millisecond

// Said lists the utterances asked for so far.
func (f *Fake) Said() []Utterance {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Utterance(nil), f.said...)
}

// Engine names the fake.
func (f *Fake) Engine(Utterance) string { return "fake/1" }

// Speak emits the tone of u.
func (f *Fake) Speak(ctx context.Context, u Utterance, emit func(media.Frame) error) error {
	f.mu.Lock()
	f.said = append(f.said, u)
	f.mu.Unlock()
	rate := orDefault(f.Rate, media.TelephoneRate)
	text := strings.Join(Pieces(u), " ")
	total := int(0.5 + float64(utf8.RuneCountInString(text))*fakeRune.Seconds()*float64(rate)/orDefault(u.Speed, 1))
	step := 2 * math.Pi * pitch(text, u.Voice) / float64(rate)
	for at, n := 0, 0; ; n++ {
		wait := f.Gap
		if n == 0 {
			wait = f.FirstAudio
		}
		if err := pause(ctx, wait); err != nil {
			return err
		}
		if f.Err != nil && n >= f.FailAfter {
			return f.Err
		}
		if at >= total {
			return nil
		}
		pcm := make([]int16, min(rate/50, total-at))
		for i := range pcm {
			pcm[i] = int16(8000 * math.Sin(step*float64(at+i)))
		}
		at += len(pcm)
		if err := emit(media.Frame{Rate: rate, PCM: pcm}); err != nil {
			return err
		}
	}
}

func pitch(text, voice string) float64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(text + "\x00" + voice))
	return 200 + float64(h.Sum32()%1000)
}

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
