package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/console/webhook"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

const hookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// crm is another system: it checks signatures as the standard's library does, and
// refuses the first requests.
type crm struct {
	*httptest.Server
	mu     sync.Mutex
	refuse int
	got    []heardOf
}

type heardOf struct {
	id   string
	at   time.Time
	code int
	body struct {
		Type      webhook.Type
		Timestamp time.Time
		Data      webhook.Data
	}
}

// startCRM listens at an address that was told before, "" for any.
func startCRM(t *testing.T, at string, refuse int) *crm {
	t.Helper()
	verify, err := standardwebhooks.NewWebhook(hookSecret)
	if err != nil {
		t.Fatal(err)
	}
	c := &crm{refuse: refuse}
	c.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := heardOf{id: r.Header.Get("webhook-id"), at: time.Now(), code: http.StatusOK}
		text, err := io.ReadAll(r.Body)
		if err == nil {
			err = verify.Verify(text, r.Header)
		}
		if err == nil {
			err = json.Unmarshal(text, &h.body)
		}
		if err != nil {
			t.Errorf("a message is not as it should be: %v", err)
		}
		c.mu.Lock()
		if c.refuse > 0 {
			c.refuse--
			h.code = http.StatusInternalServerError
		}
		c.got = append(c.got, h)
		c.mu.Unlock()
		w.WriteHeader(h.code)
	}))
	if at != "" {
		l, err := net.Listen("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		_ = c.Listener.Close()
		c.Listener = l
	}
	c.Start()
	t.Cleanup(c.Close)
	return c
}

func (c *crm) of(kind webhook.Type) (out []heardOf) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, h := range c.got {
		if h.body.Type == kind {
			out = append(out, h)
		}
	}
	return out
}

// busyPhone is a telephone that tells when it is rung, and is busy.
func busyPhone(t *testing.T) (address string, rung func() time.Time) {
	t.Helper()
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var first time.Time
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 65536)
		for {
			n, from, err := l.ReadFrom(buf)
			if err != nil {
				return
			}
			text := string(buf[:n])
			if !strings.HasPrefix(text, "INVITE ") {
				continue
			}
			mu.Lock()
			if first.IsZero() {
				first = time.Now()
			}
			mu.Unlock()
			answer := "SIP/2.0 486 Busy Here\r\n"
			for line := range strings.SplitSeq(text, "\r\n") {
				for _, name := range []string{"Via:", "From:", "Call-ID:", "CSeq:"} {
					if strings.HasPrefix(line, name) {
						answer += line + "\r\n"
					}
				}
				if strings.HasPrefix(line, "To:") {
					answer += line + ";tag=busy\r\n"
				}
			}
			_, _ = l.WriteTo([]byte(answer+"Content-Length: 0\r\n\r\n"), from)
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return "sip:1001@" + l.LocalAddr().String(), func() time.Time { mu.Lock(); defer mu.Unlock(); return first }
}

// hooked starts the desk with a webhook.
func hooked(t *testing.T, data, agent, crm, rules string) *server {
	return start(t, setup{
		data: data, numbers: `  "9200": desk`, scripts: map[string]string{"desk.yaml": queueScript}, speech: "{asr: {engine: none}}",
		more: fmt.Sprintf(`queues: {desk: {ring: 8s, brief: 0s, wrap_up: 1s, unstaffed: false, callback: {after: 0s}%s}}
agents: {"1001": {address: %q, queues: [desk], always: true}}
webhooks:
  - {name: crm, url: %q, secret: %q, events: [call.offered, call.ended, callback.due, do_not_call.set], fields: [names, words], timeout: 2s, allow_private: true}
`, rules, agent, crm, hookSecret)})
}

// know keeps a customer before the server starts.
func know(t *testing.T, data, number string) {
	t.Helper()
	where := filepath.Join(data, "records.db")
	if err := store.Prepare(t.Context(), where); err != nil {
		t.Fatal(err)
	}
	e, err := store.OpenEditor(t.Context(), where, "CN")
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.Upsert(t.Context(), customer.Profile{Name: "Wang Wei", Numbers: []string{number}, Tags: []string{"vip"}, Products: []string{"watch"},
		Value: customer.Money{Cents: 520000, Currency: "CNY"}, Updated: time.Now(), Fields: map[string]customer.Field{"predicted_need": {Value: "repair", Source: "test"}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestScreenPop has another system told who is calling: written down before the
// agent's phone rings, sent again with the same id after an error, masked.
func TestScreenPop(t *testing.T) {
	t.Parallel()
	const number = "+8613800138000"
	data := t.TempDir() + "/data"
	know(t, data, number)
	crm := startCRM(t, "", 1)
	agent, rung := busyPhone(t)
	s := hooked(t, data, agent, crm.URL, ", rounds: 1")
	p := ringAt(t, s.uri("9200"), number)
	until(t, 15*time.Second, "the agent is not rung", func() bool { return !rung().IsZero() })
	until(t, 20*time.Second, "the screen-pop does not arrive", func() bool {
		got := crm.of(webhook.CallOffered)
		return len(got) == 2 && got[1].code == http.StatusOK
	})
	got := crm.of(webhook.CallOffered)
	if got[0].id != got[1].id || got[0].code != http.StatusInternalServerError {
		t.Errorf("sent again as another: %s, then %s", got[0].id, got[1].id)
	}
	posted, err := s.records().Messages(t.Context(), store.MessageFilter{Hook: "crm", Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range posted {
		if m.ID == got[0].id && !m.Since.Before(rung()) {
			t.Errorf("written down at %s, after the phone was rung at %s", m.Since, rung())
		}
	}
	t.Logf("written to the outbox %s before the INVITE; the request came %s after it", rung().Sub(got[0].body.Timestamp), got[0].at.Sub(rung()))
	d := got[1].body.Data
	if d.Offer.Agent != "1001" || d.Offer.Queue != "desk" || d.Offer.Brief != "Ms Wang, about her watch." || d.Offer.Need != "repair" {
		t.Errorf("offer: %+v", d.Offer)
	}
	if d.Customer == nil || d.Customer.Name != "Wang Wei" || d.Customer.Tags[0] != "vip" || d.Customer.Products[0] != "watch" || d.Customer.AverageOrder != nil {
		t.Errorf("customer: %+v", d.Customer)
	}
	if d.Call.Caller != "+86138****8000" || len(d.Transcript) == 0 || d.Transcript[0].Text != "Thank you for calling." {
		t.Errorf("call: %+v, transcript %+v", d.Call, d.Transcript)
	}
	p.hangup()
	until(t, 15*time.Second, "the end is not told", func() bool { return len(crm.of(webhook.CallEnded)) == 1 })
	if sum := crm.of(webhook.CallEnded)[0].body.Data.Call.Summary; sum == nil || sum.State != string(call.Finished) {
		t.Errorf("summary: %+v", sum)
	}
	until(t, 5*time.Second, "the metric does not count both", func() bool {
		return s.metric(`parley_webhook_requests_total{result="delivered",webhook="crm"}`) == 2
	})
}

// TestToldByAPI has another system tell that somebody is not to be called: kept once,
// acted upon, and passed on to the webhooks.
func TestToldByAPI(t *testing.T) {
	t.Parallel()
	const number = "+8613800138000"
	data := t.TempDir() + "/data"
	know(t, data, number)
	crm := startCRM(t, "", 0)
	s := hooked(t, data, "sip:1001@127.0.0.1:9", crm.URL, "")
	key := s.key("supervisor")
	tell := func(body string) (int, string) {
		t.Helper()
		req, err := http.NewRequest(http.MethodPost, s.http+"/api/v1/customers/"+number+"/remarks", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+key)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", "shop-4711")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(text)
	}
	for i, want := range []string{`"kind":"do_not_call"`, `"again":true`} {
		if code, text := tell(`{"kind":"do_not_call","scope":"all"}`); code != http.StatusOK || !strings.Contains(text, want) {
			t.Errorf("time %d: %d %s", i+1, code, text)
		}
	}
	for body, want := range map[string]string{`{"kind":"note","text":"x"}`: "use a new one", `{"kind":"do_not_call"}`: "phone, sms, email or all"} {
		if code, text := tell(body); code != http.StatusUnprocessableEntity || !strings.Contains(text, want) {
			t.Errorf("%s: %d %s", body, code, text)
		}
	}
	words, err := s.records().OptOuts(t.Context(), store.KeptWord{}, 10)
	if err != nil || len(words) != 1 || words[0].Kind != store.NeverAgain || words[0].Number != number {
		t.Errorf("opt-outs: %+v, %v", words, err)
	}
	until(t, 10*time.Second, "the webhook is not told", func() bool { return len(crm.of(webhook.DoNotCall)) > 0 })
	time.Sleep(time.Second) // for a second one, which must not come
	if got := crm.of(webhook.DoNotCall); len(got) != 1 || got[0].body.Data.Remark.Number != "+86138****8000" || got[0].body.Data.Remark.Scope != "all" {
		t.Errorf("told %+v", got)
	}
}

// TestWebhooksSurviveKill kills the server while the receiver is down. After the
// next start everything arrives, the end of the call that was cut too.
func TestWebhooksSurviveKill(t *testing.T) {
	t.Parallel()
	data := t.TempDir() + "/data"
	down := startCRM(t, "", 0)
	at := strings.TrimPrefix(down.URL, "http://")
	down.Close()
	agent, rung := busyPhone(t)
	s := hooked(t, data, agent, "http://"+at, ", rounds: 0")
	ringAt(t, s.uri("9200"), "+8613800138000")
	until(t, 15*time.Second, "the agent is not rung", func() bool { return !rung().IsZero() })
	s.kill()
	crm := startCRM(t, at, 0)
	hooked(t, data, agent, "http://"+at, ", rounds: 0")
	for _, kind := range []webhook.Type{webhook.CallOffered, webhook.CallEnded, webhook.CallbackDue} {
		until(t, 30*time.Second, string(kind)+" does not arrive", func() bool { return len(crm.of(kind)) > 0 })
	}
	// The callback may end, at the busy agent, before the call that was cut is told.
	until(t, 30*time.Second, "nobody is told of the call that was cut", func() bool {
		return slices.ContainsFunc(crm.of(webhook.CallEnded), func(h heardOf) bool {
			return h.body.Data.Call.Summary.State == string(call.Interrupted)
		})
	})
	crm.mu.Lock()
	defer crm.mu.Unlock()
	seen := map[string]bool{}
	for _, h := range crm.got {
		if seen[h.id] {
			t.Errorf("%s was sent twice, and had arrived", h.id)
		}
		seen[h.id] = true
	}
}
