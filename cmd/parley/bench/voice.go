package bench

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/parley-voice/parley/cmd/parley/bench/measure"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/tts"
	"github.com/parley-voice/parley/tts/flite"
)

// audibleEdge is the level at which a caller's line begins and ends: -40 dB of
// full scale over 5 ms.
const audibleEdge = 328

// voice is the caller's: Flite's rms, another than the one that Parley answers
// with by default.
func voice() (tts.Speaker, error) { return flite.New(flite.Config{Voice: "rms"}) }

// spoken renders text to 8 kHz, its faint end cut off, so that the last sample is
// an audible one.
func spoken(ctx context.Context, s tts.Speaker, text string) ([]int16, error) {
	var pcm []int16
	rate := 0
	err := s.Speak(ctx, tts.Utterance{Text: text, Language: "en"}, func(f media.Frame) error {
		rate = f.Rate
		pcm = append(pcm, f.PCM...)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("speaking %q: %w", text, err)
	}
	if pcm, err = media.Resample(pcm, rate, 8000); err != nil {
		return nil, err
	}
	_, end := measure.Edges(pcm, audibleEdge)
	if end == 0 {
		return nil, fmt.Errorf("speaking %q gave no sound", text)
	}
	return pcm[:end], nil
}

// chatter is a loop of talk for callers who only have to be there.
func chatter(ctx context.Context) (*sound, error) {
	s, err := voice()
	if err != nil {
		return nil, err
	}
	pcm, err := spoken(ctx, s, "Good morning, I am calling about the order that I placed last week. It has not arrived, and I would like to know when it will.")
	if err != nil {
		return nil, err
	}
	pcm = append(pcm, make([]int16, 8000)...)
	return newSound(pcm[:len(pcm)/160*160]), nil
}

// line is one thing that the caller says.
type line struct {
	Shape string // open, yes_no or digits: what the script asks for at this point
	Text  string
	sound *sound
}

// lines are said in turn, as the script under scripts/latency.yaml asks.
var lines = []line{
	{Shape: "open", Text: "I would like to know when my order will arrive."},
	{Shape: "yes_no", Text: "Yes please."},
	{Shape: "digits", Text: "Four two seven one."},
	{Shape: "open", Text: "How much does the new watch cost?"},
	{Shape: "yes_no", Text: "No."},
	{Shape: "digits", Text: "Nine zero three five."},
	{Shape: "open", Text: "I want to change my delivery address."},
	{Shape: "yes_no", Text: "Yes."},
	{Shape: "digits", Text: "One eight six two."},
	{Shape: "open", Text: "My phone does not switch on any more, what can I do?"},
	{Shape: "yes_no", Text: "No thank you."},
	{Shape: "digits", Text: "Five five zero nine."},
	{Shape: "open", Text: "Can you tell me your opening hours on Saturday?"},
	{Shape: "yes_no", Text: "Yes, that is right."},
	{Shape: "digits", Text: "Seven three one four."},
}

// readLines reads a file of shape, tab, text.
func readLines(file string) ([]line, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var all []line
	s := bufio.NewScanner(f)
	for n := 1; s.Scan(); n++ {
		if strings.TrimSpace(s.Text()) == "" {
			continue
		}
		shape, text, ok := strings.Cut(s.Text(), "\t")
		if !ok || strings.TrimSpace(text) == "" {
			return nil, fmt.Errorf("%s:%d: write open, yes_no or digits, a tab, and the words", file, n)
		}
		all = append(all, line{Shape: shape, Text: strings.TrimSpace(text)})
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: no line in it", file)
	}
	return all, nil
}

// render gives every line its sound.
func render(ctx context.Context, all []line) error {
	s, err := voice()
	if err != nil {
		return err
	}
	for i := range all {
		pcm, err := spoken(ctx, s, all[i].Text)
		if err != nil {
			return err
		}
		all[i].sound = newSound(pcm)
	}
	return nil
}
