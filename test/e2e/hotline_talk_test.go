package e2e

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/test/rig"
)

// talk is a hotline whose callers talk with a machine, and a supervisor and an
// agent with real telephones.
type talk struct {
	*server
	engine      *vosk
	agent, boss *rig.Baresip
	voice       []int16
}

// TestHotlineInMidCall has callers say what makes the rules of mid-call hold, and
// takes the recogniser away: N5, H1, H2 and H3.
func TestHotlineInMidCall(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	seed(t, data, func(ctx context.Context, s *store.Store) {
		for i := range 8 {
			called(ctx, t, s, fmt.Sprint("before", i), fmt.Sprintf("+44207948100%d", i), time.Now().Add(-72*time.Hour))
		}
		called(ctx, t, s, "promised", "+442079481000", time.Now().Add(-time.Hour),
			call.Entry{Kind: call.EntryNote, Text: "follow_up=" + time.Now().Add(8*time.Second).UTC().Format(time.RFC3339), Why: "first_complaint"})
	})
	h := &talk{engine: startVosk(t, ""), agent: startBaresip(t, ""), boss: startBaresip(t, ""), voice: speech(t, "There is something that I want to say.")}
	h.server = hotline(t, setup{data: data, speech: fmt.Sprintf("{asr: {engine: ws, url: %q, protocol: vosk}, tts: {en: flite/slt}}", h.engine.url)}, "15s",
		fmt.Sprintf("  \"1001\": {address: %q, queues: [service], always: true}\n  \"1\": {address: %q, queues: [supervisors], always: true}\n", h.agent.URI, h.boss.URI))
	h.notUnderstood(t)
	h.complaint(t)
	h.largeEnquiry(t)
	h.overdue(t)
	h.partFails(t)
}

// asks rings, and waits until the machine has asked its question.
func (h *talk) asks(t *testing.T, from string) *phone {
	t.Helper()
	p := ringAt(t, h.uri(talkLine), from)
	p.hears(p.call.Times().OK, 10*time.Second, "the question")
	p.quiet(400*time.Millisecond, 10*time.Second)
	return p
}

// says has a caller be heard with these words.
func (h *talk) says(t *testing.T, p *phone, words string) {
	t.Helper()
	h.engine.hear(words)
	n := len(heardIn(h.journal(t, p)))
	p.say(h.voice)
	until(t, 10*time.Second, "the words are not heard: "+words, func() bool { return len(heardIn(h.journal(t, p))) > n })
}

// takes has a person answer, hear the brief and press 1. It gives the brief.
func (h *talk) takes(t *testing.T, p *phone, who *rig.Baresip) (brief string) {
	t.Helper()
	who.Await("CALL_INCOMING")
	who.Accept()
	h.line(t, p, 10*time.Second, "briefing agent")
	time.Sleep(time.Second) // the telephone has to be established, and the person to listen
	if joined := slices.ContainsFunc(h.journal(t, p).Entries, func(e call.Entry) bool { return strings.HasPrefix(e.Text, "joined") }); joined {
		t.Error("they are joined before the brief is over")
	}
	who.Do("sndcode", "1")
	time.Sleep(250 * time.Millisecond)
	who.Do("sndcode", "\x04")
	h.line(t, p, 10*time.Second, "joined "+who.URI)
	for _, e := range h.journal(t, p).Entries {
		if strings.HasPrefix(e.Text, "briefing agent") {
			brief = e.Why
		}
	}
	return brief
}

// notUnderstood: once is not enough; the second time running it is a person's.
func (h *talk) notUnderstood(t *testing.T) {
	p := h.asks(t, "+442079481001")
	h.says(t, p, "purple elephants")
	p.quiet(600*time.Millisecond, 15*time.Second)
	if sawLine(h.journal(t, p), "to ") {
		t.Error("once not understood, and off to a person")
	}
	h.says(t, p, "marble umbrellas")
	left := h.line(t, p, 5*time.Second, "to queue service")
	if brief := h.takes(t, p, h.agent); !strings.Contains(brief, "said: marble umbrellas") {
		t.Errorf("the agent is told %q", brief)
	}
	joined := h.line(t, p, time.Second, "joined")
	p.hears(joined.Add(500*time.Millisecond), 5*time.Second, "the agent")
	gap, at := p.gap(left.Add(200 * time.Millisecond))
	if t.Logf("longest silence for the caller between machine and person: %.3f s", gap.Seconds()); gap > time.Second {
		t.Errorf("%s without sound, %s after the machine let go", gap, at.Sub(left))
	}
	p.hangup()
	h.agent.Await("CALL_CLOSED")
}

// complaint: a first one goes to a supervisor with what is needed, and leaves two
// things to be done; the next one of the same caller is another rule's.
func (h *talk) complaint(t *testing.T) {
	p := h.asks(t, "+442079481002")
	h.says(t, p, "i want to complain about this")
	began := h.line(t, p, 5*time.Second, "to queue supervisors")
	brief := h.takes(t, p, h.boss)
	p.hangup()
	h.boss.Await("CALL_CLOSED")
	r := h.finished(p.call.ID)
	if routed(r) != "queue supervisors by first_complaint" || !strings.Contains(brief, "said: i want to complain about this") {
		t.Errorf("%s, the supervisor is told %q", routed(r), brief)
	}
	if info, err := os.Stat(r.Recording); err != nil || info.Size() < 10_000 || !slices.Contains(heardIn(r), "i want to complain about this") {
		t.Errorf("recording %v %v, heard %q", info, err, heardIn(r))
	}
	owed, err := h.records().FollowUps(t.Context(), store.FollowUpFilter{State: "open"})
	if err != nil {
		t.Fatal(err)
	}
	due := map[string]time.Duration{}
	for _, f := range owed {
		if f.Call == r.ID && f.Number == "+442079481002" {
			due[string(f.Kind)] = f.Due.Sub(began).Round(2 * time.Second)
		}
	}
	if len(due) != 2 || due["feedback"] != time.Hour || due["complaint"] != 24*time.Hour {
		t.Errorf("owed after a complaint: %v", due)
	}
	again := h.asks(t, "+442079481002")
	h.says(t, again, "this is unacceptable")
	h.comesTo(t, again, "supervisors")
	if by := routed(h.journal(t, again)); by != "queue supervisors by another_complaint" {
		t.Error(by)
	}
	again.hangup()
}

// routed is a call's last decision.
func routed(r call.Record) (text string) {
	for _, e := range r.Entries {
		if e.Kind == call.EntryRouted {
			text = e.Text
		}
	}
	return text
}

// largeEnquiry: 49 pieces are the machine's, 50 are a person's.
func (h *talk) largeEnquiry(t *testing.T) {
	small := h.asks(t, "+442079481003")
	h.says(t, small, "forty nine")
	until(t, 5*time.Second, "49 are not understood", func() bool { return h.node() == "told" })
	time.Sleep(500 * time.Millisecond)
	if sawLine(h.journal(t, small), "to ") {
		t.Errorf("49 pieces go to a person: %s", routed(h.journal(t, small)))
	}
	small.hangup()
	h.finished(small.call.ID)
	large := h.asks(t, "+442079481004")
	h.says(t, large, "fifty")
	h.comesTo(t, large, "sales")
	if by := routed(h.journal(t, large)); by != "queue sales by large_enquiry" {
		t.Error(by)
	}
	large.hangup()
}

// overdue: what was promised before the server started is told of when it is due.
func (h *talk) overdue(t *testing.T) {
	until(t, 15*time.Second, "nobody is told what is overdue", func() bool { return h.metric("parley_follow_ups_breached_total") == 1 })
	late, err := h.records().FollowUps(t.Context(), store.FollowUpFilter{State: "overdue", Now: time.Now()})
	if err != nil || len(late) != 1 || late[0].ID != "promised.feedback" || late[0].Told.Sub(late[0].Due) > 5*time.Second {
		t.Errorf("%+v, %v", late, err)
	}
	if log := read(t, h.log()); strings.Count(log, "nobody has done in time what is owed to a caller") != 1 || strings.Contains(log, "+442079481000") {
		t.Error("the log does not tell once what is overdue, or tells a number")
	}
}

// partFails: the recogniser dies under a caller, who is in a queue within 3 s.
func (h *talk) partFails(t *testing.T) {
	p := h.asks(t, "+442079481005")
	p.say(join(h.voice, h.voice))
	time.Sleep(500 * time.Millisecond)
	killed := time.Now()
	h.engine.kill()
	queued := h.line(t, p, 10*time.Second, "to queue service")
	if took := queued.Sub(killed); took > 3*time.Second {
		t.Errorf("in the queue %s after the recogniser died", took)
	} else {
		t.Logf("in the queue %.3f s after the recogniser died", took.Seconds())
	}
	if by := routed(h.journal(t, p)); by != "queue service by part_failed" {
		t.Error(by)
	}
	h.takes(t, p, h.agent)
	p.hangup()
}
