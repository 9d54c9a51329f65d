package demo

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/parley-voice/parley/cmd/parley/softphone"
)

// story is what the simulated people say, and where.
type story struct {
	script   string // that the customer calls
	language string
	number   string
	lines    []string // the customer's, one after each of Parley's turns; the last asks for a person
	greeting string   // of the supervisor, when the call is put through
	question string   // of the customer, to the supervisor
	answer   string   // of the supervisor, before hanging up
}

// stories by language. The Mandarin one is heard by a recogniser that the user
// brings: Parley ships with none for Mandarin.
var stories = map[string]story{
	"en": {
		script: "member-callback.en", language: "en-US", number: "4001",
		lines: []string{
			"Yes, I have a minute.",
			"Could you say that again, please?",
			"I would like to hear about the features.",
			"How much does it cost?",
			"Yes, please.",
			"What is the price with the discount?",
			"I would like to talk to a person, please.",
		},
		greeting: "Hello, this is Robert at the sales desk. How can I help you?",
		question: "Hello Robert. Can you send me the black watch on Friday morning?",
		answer:   "Yes, we will send the black watch on Friday. Goodbye.",
	},
	"zh": {
		script: "member-callback.zh", language: "zh-CN", number: "4001",
		lines: []string{
			"方便，您说。",
			"请再说一遍。",
			"我更关心功能。",
			"多少钱？",
			"好的，我想知道。",
			"打完折多少钱？",
			"请帮我转人工。",
		},
		greeting: "您好，我是客服主管，请问有什么可以帮您？",
		question: "您好，黑色的手表星期五上午可以送到吗？",
		answer:   "可以，星期五上午给您送到。再见。",
	},
}

// Languages that a demo can be had in.
func Languages() []string { return []string{"en", "zh"} }

// shared is the share of the words of said that came through in heard; of the
// characters where words are not written apart.
func shared(said, heard string) float64 {
	want, got := tokens(said), map[string]int{}
	for _, w := range tokens(heard) {
		got[w]++
	}
	if len(want) == 0 {
		return 0
	}
	hit := 0
	for _, w := range want {
		if got[w] > 0 {
			got[w]--
			hit++
		}
	}
	return float64(hit) / float64(len(want))
}

func tokens(s string) []string {
	var out []string
	word := ""
	flush := func() {
		if word != "" {
			out = append(out, word)
		}
		word = ""
	}
	for _, r := range strings.ToLower(s) {
		switch {
		case unicode.Is(unicode.Han, r):
			flush()
			out = append(out, string(r))
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			word += string(r)
		case r == '\'': // I'm, don't
		default:
			flush()
		}
	}
	flush()
	return out
}

func percent(f float64) string { return fmt.Sprintf("%.0f %%", 100*f) }

// settle waits until most of a sentence has been heard, or for a while.
func settle(ctx context.Context, talk *softphone.Talk, sentence string, limit time.Duration) string {
	late := time.NewTimer(limit)
	defer late.Stop()
	for shared(sentence, talk.Heard()) < wantShared {
		select {
		case <-talk.News():
		case <-late.C:
			return talk.Heard()
		case <-ctx.Done():
			return talk.Heard()
		}
	}
	return talk.Heard()
}
