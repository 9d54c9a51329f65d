package sip

import (
	"context"
	"testing"
	"time"
)

const frag = "Content-Type: message/sipfrag;version=2.0\nEvent: refer\n"

func TestRefer(t *testing.T) {
	t.Parallel()
	w, leg, _ := callIn(t, "udp", offer)
	done := make(chan error, 1)
	refer := func(headers map[string]string) {
		go func() { done <- leg.Refer(context.Background(), "sip:agent@127.0.0.1:5099", headers) }()
	}
	t.Run("to the end", func(t *testing.T) {
		refer(map[string]string{"User-to-User": "00ff;encoding=hex", "X-Need": "a & b"})
		r := w.request("REFER")
		if want := "<sip:agent@127.0.0.1:5099?User-to-User=00ff%3Bencoding%3Dhex&X-Need=a%20%26%20b>"; r.Get("Refer-To") != want || r.Get("Referred-By") == "" {
			t.Errorf("Refer-To: %s\nReferred-By: %s", r.Get("Refer-To"), r.Get("Referred-By"))
		}
		// the first NOTIFY overtakes the 202
		w.request1("NOTIFY", frag+"Subscription-State: active;expires=60\n", "SIP/2.0 100 Trying\n")
		if res := w.status("NOTIFY"); res.Status != 200 {
			t.Errorf("NOTIFY before the 202: %d", res.Status)
		}
		w.reply(r, 202, "Accepted", "", "", "")
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if err := leg.Refer(within(t), "sip:other@127.0.0.1", nil); err == nil {
			t.Error("a second REFER while one is under way")
		}
		w.request1("NOTIFY", frag+"Subscription-State: active;expires=60\n", "SIP/2.0 180 Ringing\n")
		w.status("NOTIFY")
		w.request1("NOTIFY", frag+"Subscription-State: terminated;reason=noresource\n", "SIP/2.0 200 OK\n")
		w.status("NOTIFY")
		for _, want := range []ReferProgress{{100, "Trying", false}, {180, "Ringing", false}, {200, "OK", true}} {
			if p := next[ReferProgress](t, leg); p != want {
				t.Errorf("%+v, want %+v", p, want)
			}
		}
	})
	t.Run("the other call fails", func(t *testing.T) {
		refer(nil)
		w.reply(w.request("REFER"), 202, "Accepted", "", "", "")
		<-done
		w.request1("NOTIFY", frag+"Subscription-State: terminated;reason=noresource\n", "SIP/2.0 486 Busy Here\n")
		w.status("NOTIFY")
		if p := next[ReferProgress](t, leg); p != (ReferProgress{486, "Busy Here", true}) {
			t.Errorf("%+v", p)
		}
	})
	t.Run("reports end without an outcome", func(t *testing.T) {
		refer(nil)
		w.reply(w.request("REFER"), 202, "Accepted", "", "", "")
		<-done
		w.request1("NOTIFY", frag+"Subscription-State: terminated;reason=timeout\n", "SIP/2.0 100 Trying\n")
		w.status("NOTIFY")
		if p := next[ReferProgress](t, leg); p.Code != 408 || !p.Final {
			t.Errorf("%+v", p)
		}
	})
	t.Run("reports are refused", func(t *testing.T) {
		refer(nil)
		w.reply(w.request("REFER"), 202, "Accepted", "", "", "")
		<-done
		w.request1("NOTIFY", frag+"Subscription-State: terminated;reason=rejected\n", "SIP/2.0 100 Trying\n")
		w.status("NOTIFY")
		if p := next[ReferProgress](t, leg); p.Code != 603 || !p.Final {
			t.Errorf("%+v", p)
		}
	})
	t.Run("refused", func(t *testing.T) {
		refer(nil)
		w.reply(w.request("REFER"), 404, "Not Found", "", "", "")
		if err := <-done; err != (Refused{404, "Not Found"}) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("no report at all", func(t *testing.T) {
		refer(nil)
		w.reply(w.request("REFER"), 202, "Accepted", "", "", "")
		<-done
		begun := time.Now()
		if p := next[ReferProgress](t, leg); p.Code != 408 || !p.Final {
			t.Errorf("%+v after %v", p, time.Since(begun))
		}
	})
	w.request1("NOTIFY", "Event: presence\nSubscription-State: active\n", "")
	if res := w.status("NOTIFY"); res.Status != 489 {
		t.Errorf("another event: %d", res.Status)
	}
	for _, bad := range []string{"", "http://x", "mailto:x"} {
		if err := leg.Refer(within(t), bad, nil); err == nil {
			t.Errorf("transfer to %q", bad)
		}
	}
	if err := leg.Refer(within(t), "1", map[string]string{"Route": "<sip:evil>"}); err == nil {
		t.Error("transfer with a Route header")
	}
}

func TestReferNumber(t *testing.T) {
	t.Parallel()
	w, leg, _ := callIn(t, "udp", offer)
	go func() { _ = leg.Refer(context.Background(), "+44 1", nil) }()
	r := w.request("REFER")
	if r.Get("Refer-To") != "<sip:+44%201@127.0.0.1>" {
		t.Error(r.Get("Refer-To"))
	}
	w.reply(r, 202, "Accepted", "", "", "")
}
