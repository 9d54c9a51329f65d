package call

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/tts"
)

// The names of the lines that the call itself plays. No file can be named so.
const (
	lineMoment  = "\x00moment"
	lineMute    = "\x00mute"
	lineLast    = "\x00last"
	lineRinging = "\x00ringing"
	lineMusic   = "\x00music"
	lineOffer   = "\x00offer"
	lineBack    = "\x00back"
	lineCall    = "\x00call"
	lineTake    = "\x00take"
	lineLeave   = "\x00leave"
	lineThanks  = "\x00thanks"
	lineBeep    = "\x00beep"
)

// wordings of the call's own lines, by language.
var wordings = map[string]map[string]string{
	"en": {
		lineMoment: "One moment, please.",
		lineMute:   "I am sorry, we have a technical problem. Please stay on the line.",
		lineLast:   "I am sorry, we have a technical problem. Please call again later. Goodbye.",
		lineOffer:  "If you would rather not wait, press 1. We will call you back, and you keep your place.",
		lineBack:   "We will call you back as soon as somebody is free. Goodbye.",
		lineCall:   "A call for you.",
		lineTake:   "Press 1 to take it, or 2 to pass it on.",
		lineLeave:  "Nobody can take your call now. Please leave a message after the tone. It will be recorded. Press hash when you are done.",
		lineThanks: "Thank you for your message. Goodbye.",
	},
	"zh": {
		lineMoment: "请稍等。",
		lineMute:   "抱歉，系统出现故障，请不要挂机。",
		lineLast:   "非常抱歉，系统出现故障，请您稍后再拨。再见。",
		lineOffer:  "如果您不想等待，请按1，我们会给您回电，并为您保留排队位置。",
		lineBack:   "有人接待时，我们会马上给您回电。再见。",
		lineCall:   "您有一个来电。",
		lineTake:   "接听请按1，转给其他同事请按2。",
		lineLeave:  "现在暂时无人接听，请在提示音后留言，通话将被录音，留言结束请按井号键。",
		lineThanks: "感谢您的留言，再见。",
	},
}

// Prompts are the last resort: lines rendered at start and kept in memory, so
// that they need neither synthesis nor disk. Where a line could not be rendered
// a tone stands in. The zero value has tones only.
type Prompts struct {
	lines map[string]*media.Clip // language + name
	// Music is heard by callers who wait where neither script nor queue has a
	// clip of its own; nil: they hear ringing.
	Music *media.Clip
}

// RenderPrompts speaks the call's own lines in every language once. The error
// names what could not be rendered; the Prompts are good all the same.
func RenderPrompts(ctx context.Context, v tts.Speaker, languages []string) (*Prompts, error) {
	p := &Prompts{lines: make(map[string]*media.Clip)}
	var failed []string
	for _, language := range languages {
		lines, ok := wordings[base(language)]
		if !ok {
			failed = append(failed, fmt.Sprintf("no wording for %s", language))
			continue
		}
		for name, text := range lines {
			clip, err := render(ctx, v, tts.Utterance{Text: text, Language: language})
			if err != nil {
				failed = append(failed, fmt.Sprintf("%s %q: %v", language, text, err))
				continue
			}
			p.lines[base(language)+name] = clip
		}
	}
	if failed != nil {
		return p, fmt.Errorf("prompts without a voice, tones stand in: %s", strings.Join(failed, "; "))
	}
	return p, nil
}

func render(ctx context.Context, v tts.Speaker, u tts.Utterance) (*media.Clip, error) {
	if v == nil {
		return nil, errNoVoice
	}
	var all media.Frame
	err := v.Speak(ctx, u, func(f media.Frame) error {
		all.Rate = f.Rate
		all.PCM = append(all.PCM, f.PCM...)
		return nil
	})
	if err == nil && len(all.PCM) == 0 {
		err = fmt.Errorf("no audio came")
	}
	if err != nil {
		return nil, err
	}
	return media.NewClip(all), nil
}

// base is the language without its region.
func base(language string) string {
	b, _, _ := strings.Cut(language, "-")
	return strings.ToLower(b)
}

// line is a line in a language, or the tone.
func (p *Prompts) line(language, name string) *media.Clip {
	if c := p.lines[base(language)+name]; c != nil {
		return c
	}
	return p.Tone()
}

// sentence is the wording of a line, in English where there is none.
func sentence(language, name string) string {
	if lines, ok := wordings[base(language)]; ok {
		return lines[name]
	}
	return wordings["en"][name]
}

// announcement tells a caller's place and wait, each when it is known.
func announcement(language string, position int, wait time.Duration) string {
	minutes := int((wait + time.Minute - 1) / time.Minute)
	if base(language) == "zh" {
		switch {
		case position == 0:
			return "感谢您的耐心等待，马上有人为您服务。"
		case position == 1 && minutes == 0:
			return "您是下一位。"
		case position == 1:
			return fmt.Sprintf("您是下一位，大约还需要等待%d分钟。", minutes)
		case minutes == 0:
			return fmt.Sprintf("您前面还有%d位。", position-1)
		}
		return fmt.Sprintf("您前面还有%d位，大约还需要等待%d分钟。", position-1, minutes)
	}
	unit := "minutes"
	if minutes == 1 {
		unit = "minute"
	}
	switch {
	case position == 0:
		return "Thank you for waiting. Somebody will be with you soon."
	case position == 1 && minutes == 0:
		return "You are next."
	case position == 1:
		return fmt.Sprintf("You are next. The wait is about %d %s.", minutes, unit)
	case minutes == 0:
		return fmt.Sprintf("You are number %d in line.", position)
	}
	return fmt.Sprintf("You are number %d in line. The wait is about %d %s.", position, minutes, unit)
}

// builtin finds a sound by the name that only the call itself can give it.
func (p *Prompts) builtin(name string) *media.Clip {
	switch name {
	case lineRinging:
		return ringing()
	case lineMusic:
		return p.Music
	case lineBeep:
		return beep()
	}
	return nil
}

// Tone is three short beeps: a sign of life where no words can be had.
func (p *Prompts) Tone() *media.Clip { return beeps() }

var beeps = sync.OnceValue(func() *media.Clip {
	var pcm []int16
	for range 3 {
		pcm = append(pcm, sine(440, 0.2)...)
		pcm = append(pcm, make([]int16, media.TelephoneRate/5)...)
	}
	return media.NewClip(media.Frame{Rate: media.TelephoneRate, PCM: pcm})
})

// beep is the tone that a message follows.
var beep = sync.OnceValue(func() *media.Clip {
	return media.NewClip(media.Frame{Rate: media.TelephoneRate, PCM: sine(1000, 0.4)})
})

// ringing is what a caller hears while a person's phone rings and the script has
// no music: one second of 425 Hz, then a pause short enough to be no dead air.
var ringing = sync.OnceValue(func() *media.Clip {
	pcm := append(sine(425, 1), make([]int16, media.TelephoneRate*3/2)...)
	return media.NewClip(media.Frame{Rate: media.TelephoneRate, PCM: pcm})
})

// sine is a tone at -20 dBm0 or so, with soft edges.
func sine(hz, seconds float64) []int16 {
	n := int(seconds * media.TelephoneRate)
	const edge = media.TelephoneRate / 100
	out := make([]int16, n)
	for i := range out {
		gain := min(1, float64(min(i, n-1-i))/edge)
		out[i] = int16(3000 * gain * math.Sin(2*math.Pi*hz*float64(i)/media.TelephoneRate))
	}
	return out
}
