package sip

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/sip/registrar"
	"github.com/parley-voice/parley/test/rig"
)

// onceRegistered waits until the phone is.
func onceRegistered(t *testing.T, e *Endpoint, user string) registrar.Binding {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if list := e.Contacts(user); len(list) > 0 {
			return list[0]
		}
		if time.Now().After(deadline) {
			t.Fatal("the phone does not register")
		}
	}
}

// A real telephone registers, is called, calls in and takes its registration back.
func TestBaresipAgent(t *testing.T) {
	for _, network := range networks {
		t.Run(network, func(t *testing.T) {
			inbound := newLegs(t)
			e := start(t, withAgents(Registrar{}), inbound.handle)
			b := rig.StartBaresip(t, rig.Telephone{Account: fmt.Sprintf("<sip:1001@%s;transport=%s>;auth_pass=secret;regint=600;answermode=auto", e.Addr(network), network)})
			got := onceRegistered(t, e, "1001")
			if got.Flow.Network != strings.ToUpper(network) || got.Device == "" || !strings.HasPrefix(got.UserAgent, "baresip") {
				t.Errorf("%+v", got)
			}
			leg, err := e.Dial(within(t), Dial{Target: "1001", Local: rtp, From: "4711"})
			if err != nil {
				t.Fatal(err)
			}
			next[Answered](t, leg)
			if err := leg.Hangup(within(t), 16, ""); err != nil {
				t.Error(err)
			}
			b.Await("CALL_CLOSED")
			b.Do("dial", "*11")
			in := inbound.next(t)
			if i := in.Info(); i.Agent != "1001" || i.Called != "*11" {
				t.Errorf("%+v", i)
			}
			if _, err := in.Answer(within(t), rtp); err != nil {
				t.Fatal(err)
			}
			b.Await("CALL_ESTABLISHED")
			b.Do("hangup", "")
			if end := next[Ended](t, in); end.By != Them {
				t.Errorf("%+v", end)
			}
			b.Stop() // which takes the registration back
			for deadline := time.Now().Add(5 * time.Second); len(e.Registered()) > 0; time.Sleep(20 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatalf("still registered: %+v", e.Registered())
				}
			}
		})
	}
}

// An agent presses "transfer" on a real telephone.
func TestBaresipTransfers(t *testing.T) {
	e := start(t, withAgents(Registrar{}), nil)
	b := rig.StartBaresip(t, rig.Telephone{Account: fmt.Sprintf("<sip:1001@%s>;auth_pass=secret;regint=600;answermode=auto", e.Addr("udp"))})
	onceRegistered(t, e, "1001")
	leg, err := e.Dial(within(t), Dial{Target: "1001", Local: rtp})
	if err != nil {
		t.Fatal(err)
	}
	next[Answered](t, leg)
	b.Await("CALL_ESTABLISHED")
	b.Do("transfer", "sip:1002@parley.example")
	r := next[ReferAsked](t, leg)
	if r.To != "sip:1002@parley.example" || r.Replaces != "" {
		t.Errorf("%+v", r)
	}
	if err := r.Accept(); err != nil {
		t.Fatal(err)
	}
	if err := r.Notify(within(t), 180, "Ringing"); err != nil {
		t.Error(err)
	}
	if err := r.Notify(within(t), 200, "OK"); err != nil {
		t.Error(err)
	}
	// the telephone leaves when the transfer has succeeded
	if end := next[Ended](t, leg); end.By != Them {
		t.Errorf("%+v", end)
	}
}
