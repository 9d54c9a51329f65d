package e2e

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/sip"
	"github.com/parley-voice/parley/test/rig"
)

// deskWithAgents is a server with two agents, of whom the first is at work.
var deskWithAgents = setup{
	numbers: `  "9200": desk`, scripts: map[string]string{"desk.yaml": queueScript},
	speech: "{asr: {engine: none}}",
	more: `registrar: {}
queues: {desk: {ring: 8s, brief: 0s, wrap_up: 1s, unstaffed: false, callback: {after: 0s}}}
agents:
  "1001": {address: "1001", password: secret, queues: [desk], always: true}
  "1002": {address: "1002", password: secret, queues: [desk]}
`}

// registered is a telephone that has registered.
func registered(t *testing.T, s *server, name string) *rig.Baresip {
	t.Helper()
	b := startBaresip(t, fmt.Sprintf("<sip:%s@%s>;auth_user=%s;auth_pass=secret;regint=60", name, s.sip, name))
	until(t, 10*time.Second, "the telephone does not register", func() bool { return strings.Contains(b.Said(), "[1 binding]") })
	return b
}

func says(r call.Record, step string) bool {
	return slices.ContainsFunc(r.Entries, func(e call.Entry) bool { return e.Kind == call.EntryTransfer && strings.HasPrefix(e.Text, step) })
}

// TestAgentTransfersByTelephone has an agent press "transfer" on a real telephone.
func TestAgentTransfersByTelephone(t *testing.T) {
	t.Parallel()
	s := start(t, deskWithAgents)
	first, second := registered(t, s, "1001"), registered(t, s, "1002")
	p := ring(t, s, "9200")
	first.Await("CALL_INCOMING")
	first.Accept()
	until(t, 10*time.Second, "they are not joined", func() bool { return slices.Contains(s.phases(), "joined") })
	p.hears(time.Now(), 5*time.Second, "the first agent")
	began := time.Now()
	first.Do("transfer", s.uri("1002"))
	second.Await("CALL_INCOMING")
	time.Sleep(2 * time.Second)
	if first.Saw("CALL_CLOSED") {
		t.Error("the first agent is gone before anybody has taken the caller")
	}
	second.Accept()
	second.Await("CALL_ESTABLISHED")
	first.Await("CALL_CLOSED")
	p.hears(time.Now().Add(500*time.Millisecond), 5*time.Second, "the second agent")
	if gap, at := p.gap(began.Add(500 * time.Millisecond)); gap > 5*time.Second {
		t.Errorf("%s without sound for the caller, %s after the transfer began", gap, at.Sub(began))
	} else {
		t.Logf("longest silence for the caller: %s, %s after the transfer began (ring-back pauses 4 s)", gap, at.Sub(began))
	}
	p.hangup()
	if r := s.only(); !says(r, "agent 1001 hands on to 1002") || !says(r, "handed on to ") || r.Outcome != "transferred" {
		t.Errorf("record: %+v", r)
	}
	second.Await("CALL_CLOSED")
}

// deskPhone is a telephone of ours: baresip 1.0 cannot transfer attended.
type deskPhone struct {
	*sip.Endpoint
	rings chan *sip.Leg
}

func (d deskPhone) Inbound(ctx context.Context, leg *sip.Leg) {
	if _, err := leg.Answer(ctx, netip.MustParseAddrPort("127.0.0.1:9")); err == nil {
		d.rings <- leg
		<-ctx.Done()
	}
}

func startDeskPhone(t *testing.T, s *server, name string) deskPhone {
	t.Helper()
	e, err := sip.New(sip.Config{
		Listen: []sip.Listen{{Network: "udp", Addr: "127.0.0.1:0"}},
		Trunks: []sip.Trunk{{Name: "parley", Host: s.sip, Username: name, Password: "secret", Register: time.Minute}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	d := deskPhone{e, make(chan *sip.Leg, 1)}
	ctx, stop := context.WithCancel(context.Background())
	var serving sync.WaitGroup
	serving.Go(func() { _ = e.Serve(ctx, d) })
	t.Cleanup(func() { stop(); serving.Wait() })
	return d
}

// await takes a leg's events until one of a kind.
func await[E sip.Event](t *testing.T, leg *sip.Leg) (e E) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		select {
		case got, ok := <-leg.Events():
			if e, is := got.(E); is {
				return e
			}
			if !ok {
				t.Fatalf("the leg ended without %T", e)
			}
		case <-deadline:
			t.Fatalf("no %T", e)
		}
	}
}

// TestAgentAsksFirst has an agent call a colleague, and join the two (RFC 5589 §7).
func TestAgentAsksFirst(t *testing.T) {
	t.Parallel()
	s := start(t, deskWithAgents)
	first, second := startDeskPhone(t, s, "1001"), registered(t, s, "1002")
	p := ring(t, s, "9200")
	leg := <-first.rings
	until(t, 10*time.Second, "they are not joined", func() bool { return slices.Contains(s.phases(), "joined") })
	own, err := first.Dial(t.Context(), sip.Dial{Trunk: "parley", Target: "1002", From: "1001", Local: netip.MustParseAddrPort("127.0.0.1:9")})
	if err != nil {
		t.Fatal(err)
	}
	await[sip.Answered](t, own)
	second.Await("CALL_INCOMING")
	second.Accept()
	second.Await("CALL_ESTABLISHED")
	if err := leg.ReferReplaces(t.Context(), own, nil); err != nil {
		t.Fatal(err)
	}
	for {
		if r := await[sip.ReferProgress](t, leg); r.Final {
			if r.Code != 200 {
				t.Errorf("the telephone was told %d %s", r.Code, r.Reason)
			}
			break
		}
	}
	await[sip.Ended](t, leg)
	await[sip.Ended](t, own)
	p.hears(time.Now().Add(500*time.Millisecond), 5*time.Second, "the second agent")
	if second.Saw("CALL_CLOSED") {
		t.Error("the second agent was let go")
	}
	second.Do("hangup", "")
	p.gone(5 * time.Second)
	until(t, 10*time.Second, "there are not two records", func() bool { return len(s.calls()) == 2 })
	var ends []string
	for _, r := range s.calls() {
		r = s.finished(r.ID)
		ends = append(ends, r.Why)
		if r.Called == "9200" && (!says(r, "handed on to agent 1002") && !says(r, "handed on to 1002") || r.Outcome != "transferred") {
			t.Errorf("record: %+v", r)
		}
	}
	if !slices.Contains(ends, "attended transfer") {
		t.Errorf("the calls ended by %q", ends)
	}
}
