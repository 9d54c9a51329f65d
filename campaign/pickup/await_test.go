package pickup_test

import (
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/media/amd"
)

func TestAwait(t *testing.T) {
	talks := amd.Verdict{Kind: amd.Machine, Why: "talks on"}
	const s = time.Second
	mailbox := "you have reached the voicemail of Ann"
	for name, c := range map[string]struct {
		greeting string // words before
		said     string // and since
		wait     pickup.Wait
		want     pickup.Course
	}{
		"a long greeting under way":              {"", "", pickup.Wait{For: 5 * s}, pickup.Patience},
		"a long greeting, and a moment":          {"", "", pickup.Wait{For: 5 * s, Turns: amd.Turns{Said: 1, Last: 10 * s, Quiet: 2 * s}}, pickup.Patience},
		"a long greeting, and silence":           {"", "", pickup.Wait{For: 5 * s, Turns: amd.Turns{Said: 1, Last: 10 * s, Quiet: 3 * s}}, pickup.Person},
		"a greeting too long for a person":       {"", "", pickup.Wait{For: 10 * s, Turns: amd.Turns{Said: 1, Last: 16 * s, Quiet: 3 * s}}, pickup.Patience},
		"and silence":                            {"", "", pickup.Wait{For: 11 * s, Turns: amd.Turns{Said: 1, Last: 16 * s, Quiet: 4 * s}}, pickup.Message},
		"a short word, and a moment":             {"", "", pickup.Wait{For: 5 * s, Turns: amd.Turns{Said: 2, Last: s, Quiet: s}}, pickup.Patience},
		"a short word, and silence":              {"", "", pickup.Wait{For: 5 * s, Turns: amd.Turns{Said: 2, Last: s, Quiet: 1500 * time.Millisecond}}, pickup.Person},
		"a television":                           {"", "", pickup.Wait{For: 8 * s}, pickup.Person},
		"a mailbox that talks on":                {mailbox, "", pickup.Wait{For: 30 * s}, pickup.Patience},
		"a mailbox that never ends":              {mailbox, "", pickup.Wait{For: 45 * s}, pickup.GiveUp},
		"a mailbox, and its beep is late":        {mailbox, "", pickup.Wait{For: 8 * s, Turns: amd.Turns{Said: 1, Last: 5 * s, Quiet: 3 * s}}, pickup.Patience},
		"a mailbox without a beep":               {mailbox, "", pickup.Wait{For: 8 * s, Turns: amd.Turns{Said: 1, Last: 5 * s, Quiet: 4 * s}}, pickup.Message},
		"a mailbox, over before the words came":  {mailbox, "", pickup.Wait{For: 4 * s, Turns: amd.Turns{Last: 5 * s, Quiet: 4 * s}}, pickup.Message},
		"a mailbox with a short word behind":     {mailbox, "thanks", pickup.Wait{For: 4 * s, Turns: amd.Turns{Said: 2, Last: s, Quiet: 2 * s}}, pickup.Patience},
		"a mailbox that says hello once more":    {mailbox, "hello please leave a message", pickup.Wait{For: 4 * s, Turns: amd.Turns{Said: 2, Last: s, Quiet: 2 * s}}, pickup.Patience},
		"somebody takes up before the mailbox":   {mailbox, "hello?", pickup.Wait{For: 4 * s, Turns: amd.Turns{Said: 2, Last: s, Quiet: 1500 * time.Millisecond}}, pickup.Person},
		"in Chinese":                             {"您好请在提示音后留言", "喂？哪位", pickup.Wait{For: 4 * s, Turns: amd.Turns{Said: 2, Last: s, Quiet: 1500 * time.Millisecond}}, pickup.Person},
		"a sentence of a person, and more comes": {mailbox, "hello?", pickup.Wait{For: 4 * s, Turns: amd.Turns{Said: 2, Last: s}}, pickup.Patience},
	} {
		e := pickup.Evidence{Answered: true, Timing: talks}
		if c.greeting != "" {
			e.Greeting = append(e.Greeting, c.greeting)
		}
		if c.said != "" {
			c.wait.Said = []string{c.said}
			e.Greeting = append(e.Greeting, c.said)
		}
		got, f := phrases.Await(e, c.wait)
		if got != c.want || (got != pickup.Patience) != (len(f.Why) > 0) {
			t.Errorf("%s: %d (%+v), want %d", name, got, f, c.want)
		}
		if got != pickup.Person {
			continue
		}
		e.Greeting, e.Waited = nil, f // as the call goes on
		if after := pickup.Judge(phrases, e).Status; after != f.Status {
			t.Errorf("%s: judged %s again at once", name, after)
		}
		e.Timing.Beep = 300 * time.Millisecond
		if after := pickup.Judge(phrases, e).Status; after != pickup.Machine {
			t.Errorf("%s: a beep came, and it is %s", name, after)
		}
		e.Timing.Beep, e.Greeting = 0, []string{mailbox}
		if after := pickup.Judge(phrases, e).Status; after != pickup.Machine {
			t.Errorf("%s: words of a machine came, and it is %s", name, after)
		}
	}
}

// However a line goes on, whoever is there hears something before long: no silence is
// longer than four seconds, and no noise of somebody unknown keeps them waiting for more
// than eight.
func TestNobodyWaitsInSilence(t *testing.T) {
	for _, words := range []string{"", "you have reached the voicemail of Ann"} {
		for last := 500 * time.Millisecond; last < 30*time.Second; last += 500 * time.Millisecond {
			e := pickup.Evidence{Answered: true, Greeting: []string{words}}
			if got, _ := phrases.Await(e, pickup.Wait{For: time.Second, Turns: amd.Turns{Said: 1, Last: last, Quiet: 4 * time.Second}}); got == pickup.Patience {
				t.Errorf("%q, %v of speech, and 4 s of silence", words, last)
			}
		}
	}
	for _, quiet := range []time.Duration{0, 3 * time.Second} {
		if got, _ := phrases.Await(pickup.Evidence{Answered: true}, pickup.Wait{For: 8 * time.Second, Turns: amd.Turns{Quiet: quiet}}); got != pickup.Person {
			t.Errorf("8 s with %v of silence behind: %d", quiet, got)
		}
	}
}
