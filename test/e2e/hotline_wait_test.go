package e2e

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/test/rig"
)

// TestHotlineKeepsItsPromises keeps the only agent busy on a real telephone. A
// caller of high risk comes to a supervisor at 10 s, one of high value at 30 s,
// and everybody else goes on waiting: N6 and N7.
func TestHotlineKeepsItsPromises(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	const plain, other, risky, valued = "+442079461111", "+442079461112", "+442079461113", "+442079461114"
	seed(t, data, func(ctx context.Context, s *store.Store) {
		danger := worth("Mr Steep", risky, 10)
		danger.Risk = customer.HighRisk
		knows(ctx, t, s, danger, worth("Ms Wang", valued, 5000), worth("Mr Li", other, 4999))
		for _, n := range []string{plain, other, risky, valued} {
			called(ctx, t, s, "before"+n, n, time.Now().Add(-72*time.Hour))
		}
	})
	agent, boss := rig.StartBaresip(t, rig.Telephone{}), startBaresip(t, "")
	s := hotline(t, setup{data: data}, "0s", fmt.Sprintf(`  "1001": {address: %q, queues: [service], always: true}
  "1": {address: %q, queues: [supervisors], always: true}
`, agent.URI, boss.URI))
	first := ringAt(t, s.uri(careLine), plain)
	agent.Await("CALL_INCOMING")
	agent.Accept()
	s.line(t, first, 10*time.Second, "joined "+agent.URI)

	low, high, worthy := ringAt(t, s.uri(careLine), other), ringAt(t, s.uri(careLine), risky), ringAt(t, s.uri(paperLine), valued)
	for p, rule := range map[*phone]string{low: "default", high: "high_risk", worthy: "vip"} {
		if d := s.decidedBy(t, p); d.Rule != rule {
			t.Errorf("%s, want %s", d.Rule, rule)
		}
	}
	s.promised(t, high, boss, 10*time.Second)
	high.hangup()
	boss.Await("CALL_CLOSED")
	s.promised(t, worthy, boss, 30*time.Second)
	if r := s.journal(t, low); sawLine(r, "to supervisor") || sawLine(r, "joined") {
		t.Errorf("4999 came before the promise of others: %+v", r.Entries)
	}
	first.hangup() // the agent is free: who waited is next
	s.line(t, low, 10*time.Second, "ringing "+agent.URI)
	agent.Await("CALL_INCOMING")
	agent.Accept()
	s.line(t, low, 10*time.Second, "joined "+agent.URI)
}

// promised sees that a caller comes to a supervisor's telephone just when the
// promise is due, and to nobody before.
func (s *server) promised(t *testing.T, p *phone, boss *rig.Baresip, within time.Duration) {
	t.Helper()
	s.comesTo(t, p, "service")
	stood := p.call.Times().OK // the greeting is a wait too
	for !boss.Took("CALL_INCOMING") {
		if time.Since(stood) > within+5*time.Second {
			t.Fatalf("no supervisor is rung in %s", time.Since(stood))
		}
		time.Sleep(5 * time.Millisecond)
	}
	rang := time.Now()
	boss.Accept()
	joined := s.line(t, p, 5*time.Second, "joined "+boss.URI)
	over := s.line(t, p, time.Second, "to supervisor supervisors")
	t.Logf("from the answer to the supervisor's queue %.3f s, to the telephone's ring %.3f s, to the conversation %.3f s", over.Sub(stood).Seconds(), rang.Sub(stood).Seconds(), joined.Sub(stood).Seconds())
	if off := over.Sub(stood) - within; off < -500*time.Millisecond || off > 500*time.Millisecond {
		t.Errorf("to the supervisor after %s, promised are %s", over.Sub(stood), within)
	}
	if off := rang.Sub(stood) - within; off < -500*time.Millisecond || off > 500*time.Millisecond+timingSlack {
		t.Errorf("the supervisor's telephone rang after %s", rang.Sub(stood))
	}
	p.hears(joined, 5*time.Second, "the supervisor")
}

// sawLine tells whether a record has a line about a transfer that begins so.
func sawLine(r call.Record, text string) bool {
	for _, e := range r.Entries {
		if e.Kind == call.EntryTransfer && len(e.Text) >= len(text) && e.Text[:len(text)] == text {
			return true
		}
	}
	return false
}
