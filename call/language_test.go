package call

import (
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/intent"
	"github.com/parley-voice/parley/sip"
)

const bilingual = `
script: hotline
language: [zh-CN, en-US]
always:
  english: {match: [english, 英文], key: 2, do: [{language: en-US}, replay]}
  person:  {match: {zh-CN: 转人工, en-US: an agent}, key: 0, go: to_person}
intents: {price: {examples: {zh-CN: [多少钱], en-US: [how much]}}}
nodes:
  hello: {stage: opening, say: {zh-CN: 您好。, en-US: Hello.}, go: {price: tell}}
  tell: {stage: offer, say: {zh-CN: 十元。, en-US: Ten yuan.}, go: {affirm: hello, price: tell}}
  to_person: {stage: handoff, say: {zh-CN: 请稍等。, en-US: Please wait.}, transfer: {queue: desk}}
`

// inTwoLanguages runs the hotline; recogniser 1 hears Mandarin and 2 English, unless
// one is deaf to its own.
func inTwoLanguages(deaf string) func(r *rig) {
	return func(r *rig) {
		s, err := dialog.Load(strings.NewReader(bilingual), "hotline.yaml")
		if err != nil {
			r.t.Fatal(err)
		}
		if r.detect.real, err = intent.New(s); err != nil {
			r.t.Fatal(err)
		}
		r.script.Language = s.Language
		r.script.Machine = func(vars map[string]string, seed uint64) Machine { return dialog.NewMachine(s, vars, seed) }
		r.desk.deps.Prompts = &Prompts{}
		r.desk.deps.Ears = func(language string) []Ear {
			i := map[string]int{"zh-CN": 0, "en-US": 1}[language]
			if language == deaf {
				return nil
			}
			return []Ear{{Name: "of " + language, Recognizer: r.ears[i]}}
		}
	}
}

func notes(rec Record, text string) (n int) {
	for _, e := range has(rec, EntryNote) {
		if e.Text == text {
			n++
		}
	}
	return n
}

// A caller who asks for English is heard by the recogniser for English from then
// on, and answered in the English voice.
func TestLanguageBySpeech(t *testing.T) {
	inBubble(t, nil, func(r *rig) {
		rec := r.holds(2*time.Second, func() {
			first := r.stream(0)
			if first.opts.Language != "zh-CN" || r.ears[1].stream(0) != nil {
				t.Fatalf("opened with %+v", first.opts)
			}
			r.says("English please")
			r.pass(2 * time.Second)
			english := r.stream(1)
			if english.opts.Language != "en-US" || len(english.opts.Hotwords) != 0 || english.opts.Expect.Shape != asr.Open {
				t.Errorf("opened with %+v", english.opts)
			}
			select {
			case <-first.shut:
			default:
				t.Error("the recogniser for Mandarin is still open")
			}
			if r.voice.in("Hello.") != "en-US" || r.voice.in("您好。") != "zh-CN" {
				t.Errorf("spoken as %q and %q", r.voice.in("Hello."), r.voice.in("您好。"))
			}
			fed := first.audio()
			r.pass(time.Second)
			if first.audio() != fed || english.audio() < 900*time.Millisecond {
				t.Errorf("fed %v of Mandarin and %v of English", first.audio()-fed, english.audio())
			}
			english.onset()
			english.final("how much is it", 0)
			r.pass(2 * time.Second)
			if r.voice.in("Ten yuan.") != "en-US" {
				t.Errorf("the answer came in %q", r.voice.in("Ten yuan."))
			}
		})
		if rec.Language != "en-US" || notes(rec, "language=en-US") != 1 {
			t.Errorf("the record says %q, %+v", rec.Language, has(rec, EntryNote))
		}
		if n := len(has(rec, EntryTrouble)); n != 0 {
			t.Errorf("%+v", has(rec, EntryTrouble))
		}
	}, inTwoLanguages(""))
}

// Words that were being said while the language changed leave nobody waiting.
func TestLanguageByKeyInMidTurn(t *testing.T) {
	inBubble(t, nil, func(r *rig) {
		rec := r.holds(2*time.Second, func() {
			r.stream(0).onset()
			r.pass(200 * time.Millisecond)
			r.leg.send(sip.Digit{Digit: '2'})
			r.pass(2 * time.Second)
			r.stream(0).final("多少钱", 0) // too late: nobody hears it
			r.pass(7 * time.Second)
			if r.voice.in("Are you still there?") != "en-US" {
				t.Error("the silence ladder does not go on in English")
			}
		})
		if len(has(rec, EntryHeard)) != 0 {
			t.Errorf("%+v", has(rec, EntryHeard))
		}
	}, inTwoLanguages(""))
}

// A call whose language nothing hears goes by keys; it hears again in a language
// that something hears, and the other way round.
func TestLanguageThatNothingHears(t *testing.T) {
	inBubble(t, nil, func(r *rig) {
		rec := r.holds(8*time.Second, func() {
			if r.ears[0].stream(0) != nil {
				t.Fatal("a recogniser was opened")
			}
			r.leg.send(sip.Digit{Digit: '2'})
			r.pass(15 * time.Second)
			r.says2("how much")
			r.pass(2 * time.Second)
			if r.voice.in("Ten yuan.") != "en-US" {
				t.Error("not heard in English")
			}
		})
		if rec.Language != "en-US" {
			t.Errorf("the record says %q", rec.Language)
		}
	}, inTwoLanguages("zh-CN"))
	inBubble(t, nil, func(r *rig) {
		rec := r.holds(2*time.Second, func() {
			r.says("English please")
			r.pass(20 * time.Second)
			r.leg.send(sip.Digit{Digit: '1'})
			r.pass(2 * time.Second)
			if r.voice.in("For how much, press 1.") != "en-US" || r.voice.in("Ten yuan.") != "en-US" {
				t.Errorf("no menu: %v", r.voice.asked)
			}
		})
		if e := has(rec, EntryTrouble); len(e) == 0 || !strings.Contains(e[1].Why, "no recogniser for en-US") {
			t.Errorf("%+v", e)
		}
	}, inTwoLanguages("en-US"))
}

// says2 is a turn to the second recogniser.
func (r *rig) says2(text string) {
	r.stream(1).onset()
	r.stream(1).final(text, 0)
}
