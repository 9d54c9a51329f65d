package sip

import (
	"math/rand"
	"testing"
	"time"
)

// A flood of REGISTERs, sound and broken, leaves nothing behind, is answered only
// so often, and does not keep a registered phone from refreshing.
func TestRegisterFlood(t *testing.T) {
	e := start(t, withAgents(Registrar{}), nil)
	p := newTelephone(t, "udp", e, "1001")
	p.register("")
	before := resting()
	w := newTelephone(t, "udp", e, "1002")
	r := rand.New(rand.NewSource(10))
	for i := range 3000 {
		msg := []byte(w.msg("REGISTER", "Authorization: Digest username=\"1001\", realm=\"parley\", nonce=\"x\", response=\"y\"\n", ""))
		for range i % 4 {
			msg[len("REGISTER ")+r.Intn(len(msg)-len("REGISTER "))] = " ,;=:\"<>@?\r\n\t/\\%"[r.Intn(16)]
		}
		w.send(string(msg))
		if i%100 == 99 {
			time.Sleep(time.Millisecond)
		}
	}
	for deadline := time.Now().Add(10 * time.Second); e.Stats().Limited == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("all of them were answered: %+v", e.Stats())
		}
	}
	settled(t, before)
	if list := e.Registered(); len(list) != 1 || e.Stats().Panics != 0 {
		t.Errorf("%+v", list)
	}
	time.Sleep(200 * time.Millisecond) // the share of this address fills up again
	if res := p.register("Expires: 600\n"); res.Status != 200 {
		t.Errorf("refresh: %d", res.Status)
	}
}
