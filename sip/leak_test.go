package sip

import (
	"context"
	"math/rand"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Messages with bits knocked out: nothing crashes, nothing stays behind, and the
// endpoint still answers.
func TestMutatedMessages(t *testing.T) {
	files, err := filepath.Glob("testdata/rfc4475/*.dat")
	if err != nil || len(files) != 49 {
		t.Fatal(len(files), err)
	}
	e := start(t, Config{Trunks: []Trunk{{Name: "p", Match: loopback, Rate: 1e6, NAT: true}}}, func(ctx context.Context, l *Leg) {
		_ = l.Reject(ctx, 486, "Busy Here")
	})
	w := newCaller(t, "udp", e)
	seeds := [][]byte{[]byte(w.msg("INVITE", "", offer)), []byte(w.msg("BYE", "", "")), []byte(w.msg("INFO", "", "x"))}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		seeds = append(seeds, data)
	}
	before := resting()
	r := rand.New(rand.NewSource(4475))
	for i := range 3000 {
		data := append([]byte(nil), seeds[r.Intn(len(seeds))]...)
		for range 1 + r.Intn(5) {
			at := r.Intn(len(data))
			switch r.Intn(3) {
			case 0:
				data[at] = byte(r.Intn(256))
			case 1:
				data[at] = " ,;=:\"<>@?\r\n\t/\\%"[r.Intn(16)]
			case 2:
				data = append(data[:at:at], data[min(len(data), at+r.Intn(20)):]...)
				data = append(data, "\r\n\r\n"...)
			}
		}
		w.send(string(data))
		if i%100 == 99 {
			time.Sleep(time.Millisecond)
		}
	}
	probe := newCaller(t, "udp", e)
	probe.request1("OPTIONS", "", "")
	if res := probe.status("OPTIONS"); res.Status != 200 {
		t.Errorf("OPTIONS: %d", res.Status)
	}
	settled(t, before)
	if n := e.legs.count(); n != 0 {
		t.Errorf("%d legs left", n)
	}
}

// When Serve has returned nothing runs any more, though it was stopped in the
// middle of calls in every state.
func TestServeEndsEverything(t *testing.T) {
	before := resting()
	run := func() (e *Endpoint, stop func()) {
		e, err := New(Config{
			Listen: []Listen{{"udp", "127.0.0.1:0"}, {"tcp", "127.0.0.1:0"}}, Trunks: []Trunk{{Name: "p", Match: loopback}},
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = e.Serve(ctx, handlerFunc(func(ctx context.Context, l *Leg) {
				if l.Info().Called == "bob" {
					answerAll(ctx, l)
				}
				<-ctx.Done()
			}))
		}()
		<-e.up
		return e, func() { cancel(); <-done }
	}
	a, stopA := run()
	b, stopB := run()
	for _, network := range networks {
		out, err := a.Dial(within(t), Dial{Target: uri(b, network), Local: rtp})
		if err != nil {
			t.Fatal(err)
		}
		next[Answered](t, out)
		if _, err := a.Dial(within(t), Dial{Target: "sip:ringing@" + b.Addr(network).String() + ";transport=" + network, Local: rtp}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.Dial(within(t), Dial{Target: "sip:nobody@127.0.0.1:9", Local: rtp}); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	stopB()
	stopA()
	if d := time.Since(begun); d > 8*time.Second {
		t.Errorf("stopping took %v", d)
	}
	settled(t, before)
	if _, err := a.Dial(within(t), Dial{Target: uri(b, "udp"), Local: rtp}); err == nil {
		t.Error("a call from an endpoint that is down")
	}
}

// Hanging up an inbound leg before the ACK: BYE must wait for it (RFC 3261 §15).
func TestHangupBeforeACK(t *testing.T) {
	inbound := newLegs(t)
	e := start(t, Config{}, inbound.handle)
	w := newCaller(t, "udp", e)
	w.request1("INVITE", "", offer)
	leg := inbound.next(t)
	go func() { _, _ = leg.Answer(context.Background(), rtp) }()
	w.join(w.status("INVITE"))
	go func() { _ = leg.Hangup(context.Background(), 16, "") }()
	for end := time.Now().Add(200 * time.Millisecond); time.Now().Before(end); {
		if m := w.read(20 * time.Millisecond); m != nil && m.Method == "BYE" {
			t.Fatal("BYE before the ACK")
		}
	}
	w.request1("ACK", "", "")
	w.reply(w.request("BYE"), 200, "OK", "", "", "")
	if end := next[Ended](t, leg); end.By != Us || end.Cause != 16 {
		t.Errorf("%+v", end)
	}
	if err := leg.Ring(within(t)); err == nil {
		t.Error("Ring after the end")
	}
	if _, err := leg.Answer(within(t), rtp); err == nil {
		t.Error("Answer after the end")
	}
	if err := leg.Hold(within(t), true); err == nil {
		t.Error("Hold after the end")
	}
	if err := leg.Refer(within(t), "sip:a@b", nil); err == nil {
		t.Error("Refer after the end")
	}
}

// Hanging up early answers the INVITE by the cause.
func TestHangupEarly(t *testing.T) {
	for cause, code := range map[int]int{0: 480, 17: 486, 21: 603, 1: 404, 34: 503} {
		inbound := newLegs(t)
		e := start(t, Config{}, inbound.handle)
		w := newCaller(t, "udp", e)
		w.request1("INVITE", "", offer)
		leg := inbound.next(t)
		if err := leg.Hangup(within(t), cause, "because"); err != nil {
			t.Fatal(err)
		}
		res := w.status("INVITE")
		if res.Status != code || cause != 0 && res.Get("Reason") == "" {
			t.Errorf("cause %d: %d %+v", cause, res.Status, res.Headers)
		}
		if end := next[Ended](t, leg); end.By != Us || end.Code != code {
			t.Errorf("%+v", end)
		}
	}
}

// A TCP connection that goes away takes with it what waits for an answer, and
// leaves a leg that is up alone.
func TestConnectionLost(t *testing.T) {
	inbound := newLegs(t)
	e := start(t, Config{}, inbound.handle)
	w := newCaller(t, "tcp", e)
	w.request1("INVITE", "", offer)
	ringing := inbound.next(t)
	_ = w.conn.Close()
	if end := next[Ended](t, ringing); end.By != Network {
		t.Errorf("ringing: %+v", end)
	}
	w = newCaller(t, "tcp", e)
	w.request1("INVITE", "", offer)
	up := inbound.next(t)
	go func() { _, _ = up.Answer(context.Background(), rtp) }()
	w.join(w.status("INVITE"))
	w.request1("ACK", "", "")
	for !up.is(confirmed) {
		time.Sleep(time.Millisecond)
	}
	_ = w.conn.Close()
	time.Sleep(50 * time.Millisecond)
	again := newWire(t, "tcp", e) // the same phone, connected anew
	again.send(w.msg("BYE", "", ""))
	if res := again.status("BYE"); res.Status != 200 {
		t.Errorf("BYE over another connection: %d", res.Status)
	}
	if end := next[Ended](t, up); end.By != Them {
		t.Errorf("up: %+v", end)
	}
}
