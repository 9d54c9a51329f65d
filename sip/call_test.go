package sip

import (
	"net/netip"
	"testing"

	"github.com/parley-voice/parley/media"
)

func TestCall(t *testing.T) {
	for _, network := range networks {
		t.Run(network, func(t *testing.T) {
			inbound := newLegs(t)
			b := start(t, Config{}, inbound.handle)
			a := start(t, Config{}, nil)
			out, err := a.Dial(within(t), Dial{
				Target: uri(b, network), From: "+441234", Display: `Ann "A" Other`, UserUser: "00aabb;encoding=hex",
				Headers: map[string]string{"X-Campaign": "spring\r\nInjected: yes"}, Local: rtp,
			})
			if err != nil {
				t.Fatal(err)
			}
			in := inbound.next(t)
			i := in.Info()
			if i.Caller != "+441234" || i.Name != "Ann 'A' Other" || i.Called != "bob" || i.UserUser != "00aabb;encoding=hex" ||
				i.Headers["X-Campaign"] != "spring  Injected: yes" || i.Trunk != "peer" || !i.Inbound || i.UserAgent != "Parley" {
				t.Errorf("info %+v", i)
			}
			p, ok := in.Params()
			if !ok || p.Codec != media.PCMA || p.DTMF != 101 || p.Remote != rtp {
				t.Errorf("offered %+v", p)
			}
			if err := in.Ring(within(t)); err != nil {
				t.Fatal(err)
			}
			if ev := (<-out.Events()).(Progress); ev.Code != 180 || ev.Early != nil {
				t.Errorf("progress %+v", ev)
			}
			local := netip.MustParseAddrPort("127.0.0.1:4002")
			if err := in.Early(within(t), local); err != nil {
				t.Fatal(err)
			}
			ev := next0(t, out)
			for ev.Code == 180 { // it comes again when the INVITE does
				ev = next0(t, out)
			}
			if ev.Code != 183 || ev.Early == nil || ev.Early.Remote != local {
				t.Errorf("early media %+v", ev)
			}
			if _, err := in.Answer(within(t), local); err != nil {
				t.Fatal(err)
			}
			if got := next[Answered](t, out).Params; got.Remote != local || got.Codec != media.PCMA || got.Direction != media.SendRecv {
				t.Errorf("answered %+v", got)
			}
			if err := out.Hangup(within(t), 16, "done"); err != nil {
				t.Fatal(err)
			}
			if end := next[Ended](t, out); end.By != Us || end.Code != 0 {
				t.Errorf("out ended %+v", end)
			}
			if end := next[Ended](t, in); end.By != Them || end.Cause != 16 || end.Reason != "done" {
				t.Errorf("in ended %+v", end)
			}
			if err := out.Hangup(within(t), 16, "again"); err != nil {
				t.Error("second Hangup:", err)
			}
		})
	}
}
