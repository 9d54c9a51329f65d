package e2e

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/bench/measure"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/test/rig"
)

// startSpeaker starts a real telephone that speaks pcm over and over.
func startSpeaker(t *testing.T, pcm []int16) *rig.Baresip {
	t.Helper()
	path := filepath.Join(t.TempDir(), "agent.wav")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(media.WriteWAV(f, 8000, 1, pcm), f.Close()); err != nil {
		t.Fatal(err)
	}
	return rig.StartBaresip(t, rig.Telephone{Speech: path})
}

// TestCardNumberSpokenToAnAgent has a caller say a card number to a real
// telephone's owner, by a synthetic voice and the recogniser that ships: the
// transcript shows the last four digits, and the recording is silent there and
// only there.
func TestCardNumberSpokenToAnAgent(t *testing.T) {
	t.Parallel()
	question := speech(t, "Can I have the number of your card, please?")
	agent := startSpeaker(t, join(silence(300*time.Millisecond), question, silence(25*time.Second)))
	s := start(t, setup{
		numbers: `  "9200": desk`, scripts: map[string]string{"desk.yaml": queueScript},
		speech: "{asr: {engine: moonshine}}",
		more: fmt.Sprintf("queues: {desk: {ring: 8s, brief: 0s, wrap_up: 1s, unstaffed: false, callback: {after: 0s}}}\nagents:\n"+
			"  \"1001\": {address: %q, queues: [desk], always: true}\n", agent.URI),
	})
	p := ring(t, s, "9200")
	until(t, 15*time.Second, "the agent is not rung", func() bool { return agent.Saw("CALL_INCOMING") })
	agent.Accept()
	until(t, 10*time.Second, "they are not joined", func() bool { return s.phase() == "joined" })
	time.Sleep(4 * time.Second) // the question
	hello, card, thanks := speech(t, "Yes, wait a moment please."), speech(t, "4 5 3 9, 1 4 8 8, 0 3 4 3, 6 4 6 7"), speech(t, "Thank you for your help, goodbye.")
	p.say(join(hello, silence(1200*time.Millisecond), card, silence(1500*time.Millisecond), thanks))
	began := time.Now()
	lasts := time.Duration(len(hello)+len(card)+len(thanks))*time.Second/8000 + 2700*time.Millisecond
	time.Sleep(lasts)
	if parts, err := filepath.Glob(s.data + "/recordings/*/*/*/*.part"); len(parts) != 1 {
		t.Errorf("during the call the recording is not locked: %q %v", parts, err)
	}
	p.hangup()
	r := s.only()
	var turns []string
	for _, e := range r.Entries {
		if e.Kind == call.EntryTalk {
			turns = append(turns, e.From+": "+e.Text)
		}
	}
	t.Logf("turns: %q", turns)
	said := strings.ToLower(strings.Join(turns, "\n"))
	at := func(words string) int { return strings.Index(said, words) }
	if q, c, th := at("agent: "), at("caller: *"), at("help"); q < 0 || c < q || th < c {
		t.Errorf("the record has %q, want the agent's question, the number and the thanks for help, in order", turns)
	}
	if strings.Contains(said, "0343") || strings.Contains(said, "1488") || !slices.ContainsFunc(turns, func(l string) bool {
		return strings.HasSuffix(strings.Trim(strings.NewReplacer(" ", "", ",", "", "-", "").Replace(l), "."), "*6467")
	}) {
		t.Errorf("the record has %q, want the number's last four digits alone", turns)
	}
	left, right := s.recording(r)
	start := began.Sub(r.Answered) // of the caller's words, within a jitter buffer
	level := func(ch []int16, from, to time.Duration) float64 {
		a, b := int((start+from).Seconds()*8000), int((start+to).Seconds()*8000)
		return measure.Level(ch[min(max(a, 0), len(ch)):min(max(b, 0), len(ch))])
	}
	of := func(pcm []int16) time.Duration { return time.Duration(len(pcm)) * time.Second / 8000 }
	from := of(hello) + 1200*time.Millisecond
	if loud := level(left, from+100*time.Millisecond, from+of(card)+200*time.Millisecond); loud != 0 {
		t.Errorf("the number is in the recording, level %.0f", loud)
	}
	if loud := level(left, 0, of(hello)); loud < 300 {
		t.Errorf("the words before the number are gone, level %.0f", loud)
	}
	if loud := level(left, from+of(card)+1500*time.Millisecond, from+of(card)+1500*time.Millisecond+of(thanks)); loud < 300 {
		t.Errorf("the words behind the number are gone, level %.0f", loud)
	}
	if loud := level(right, -4*time.Second, 0); loud < 300 {
		t.Errorf("the agent's question is gone, level %.0f", loud)
	}
}
