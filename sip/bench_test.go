package sip

import (
	"testing"
	"time"

	"github.com/parley-voice/parley/sip/registrar"
)

// BenchmarkCall is a whole inbound call, INVITE to the 200 of BYE; setup-ns is
// INVITE to 200. The far end is in the same process.
func BenchmarkCall(b *testing.B) {
	t := &testing.T{}
	e := start(t, Config{Trunks: []Trunk{{Name: "p", Match: loopback, Rate: 1e6}}}, answerAll)
	w := newCaller(t, "udp", e)
	var setup time.Duration
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		w.callID, w.to, w.target = itoa(int(time.Now().UnixNano())), "<sip:100@x>", "sip:100@x"
		begun := time.Now()
		w.request1("INVITE", "", offer)
		ok := w.status("INVITE")
		setup += time.Since(begun)
		w.join(ok)
		w.request1("ACK", "", "")
		w.request1("BYE", "", "")
		w.status("BYE")
	}
	b.ReportMetric(float64(setup.Nanoseconds())/float64(b.N), "setup-ns")
}

func BenchmarkGate(b *testing.B) {
	t := &testing.T{}
	g := testGate(t, Trunk{Name: "p", Match: loopback, Rate: 1e9})
	g.trunks.byName["p"].packets.SetLimit(1e9)
	g.trunks.byName["p"].packets.SetBurst(1 << 30)
	w := &caller{wire: &wire{t: t, conn: fakeConn{}}, callID: "x", tag: "y", to: "<sip:100@x>", target: "sip:100@x"}
	msgs := [][]byte{[]byte(w.msg("INVITE", "", offer)), []byte(w.msg("BYE", "", ""))}
	src := addrOf(fakeConn{}.LocalAddr())
	b.ReportAllocs()
	for i := range b.N {
		g.message(time.Now(), registrar.Flow{Network: "UDP", Addr: src}, msgs[i%2])
	}
}
