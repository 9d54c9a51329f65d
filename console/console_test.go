package console

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/routing/queue"
)

func handler(waits ...string) (http.Handler, *Metrics) {
	m := NewMetrics(Sources{
		Active:       func() int { return 3 },
		Sessions:     func() int { return 4 },
		Pacing:       func() Pacing { return Pacing{P50: .02, P99: .4, Max: 2.5} },
		QueueDrops:   func() map[string]uint64 { return map[string]uint64{"recording": 7} },
		SIPResponses: func() map[int]uint64 { return map[int]uint64{503: 2, 200: 9} },
		Webhooks:     func() map[string]Webhook { return map[string]Webhook{"crm": {Delivered: 5, Failed: 3, Refused: 1}} },
		Registered:   func() map[string]bool { return map[string]bool{"carrier": true, "pbx": false} },
		Queues: func() queue.Snapshot {
			return queue.Snapshot{
				At: time.Now().Add(-61 * time.Minute),
				Queues: []queue.QueueSnapshot{
					{Name: "shop", Waiting: 2, Callbacks: 1, Longest: time.Hour, Book: queue.Book{Answered: 9, InTime: 7, Abandoned: 3}},
					{Name: "night"},
				},
				Agents: []queue.AgentSnapshot{
					{ID: "7", State: queue.Talking, Tally: queue.Tally{Answered: 5, Missed: 2}},
					{ID: "8", State: queue.Talking, Tally: queue.Tally{Answered: 4, Refused: 1}},
				},
			}
		},
		Routes: func() (Routes, bool) {
			return Routes{Table: "hotline", Version: 3, Reloads: 2, Refused: 1, Wrong: "r.yaml:3:5: no"}, true
		},
	})
	return New(Config{
		Metrics: m.Registry, Local: true,
		API:   http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { writeJSON(w, 200, r.URL.Path) }),
		Ready: func() []string { return waits },
	}), m
}

func get(t *testing.T, h http.Handler, target string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	r.Host = "127.0.0.1:8080"
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func TestPaths(t *testing.T) {
	for _, c := range []struct {
		target string
		code   int
		want   string
	}{
		{"/healthz", 200, `{"status":"live"}`},
		{"/readyz", 200, `{"status":"ready"}`},
		{"/api/v1/calls", 200, `"/api/v1/calls"`},
		{"/v1/calls", 404, "try /healthz"},
		{"/", 404, "try /healthz"},
		{"/v1/", 404, "try /healthz"},
	} {
		h, _ := handler()
		code, body := get(t, h, c.target)
		if code != c.code || !strings.Contains(body, c.want) {
			t.Errorf("%s: %d %s; want %d %s", c.target, code, body, c.code, c.want)
		}
		if !json.Valid([]byte(body)) {
			t.Errorf("%s: not JSON: %s", c.target, body)
		}
	}
}

func TestNotReadyTellsWhy(t *testing.T) {
	h, _ := handler("draining")
	if code, body := get(t, h, "/readyz"); code != 503 || !strings.Contains(body, `"because":["draining"]`) {
		t.Errorf("%d %s", code, body)
	}
	if code, _ := get(t, h, "/healthz"); code != 200 {
		t.Errorf("draining is not dead: %d", code)
	}
}

// What is wrong with a file whose predecessor is in use keeps no call away.
func TestNotesLeaveItReady(t *testing.T) {
	h := New(Config{API: http.NotFoundHandler(), Ready: func() []string { return nil }, Notes: func() []string { return []string{"r.yaml:3:5: no"} }})
	if code, body := get(t, h, "/readyz"); code != 200 || !strings.Contains(body, `"notes":["r.yaml:3:5: no"]`) {
		t.Errorf("%d %s", code, body)
	}
}

// A page on the web may point a name of its own at 127.0.0.1 (DNS rebinding).
func TestForeignNamesAreRefusedOnLoopback(t *testing.T) {
	h, _ := handler()
	for host, want := range map[string]int{
		"127.0.0.1:8080": 200, "localhost": 200, "localhost:8080": 200, "[::1]:8080": 200, "[::1]": 200,
		"evil.example": 403, "evil.example:8080": 403, "localhost.evil.example": 403, "": 403,
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "/api/v1/calls", nil)
		r.Host = host
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("Host %q: %d, want %d", host, w.Code, want)
		}
	}
}

func TestOnlyGet(t *testing.T) {
	h, _ := handler()
	for _, method := range []string{http.MethodPost, http.MethodDelete, http.MethodPut} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(method, "/healthz", nil)
		r.Host = "localhost"
		h.ServeHTTP(w, r)
		if w.Code < 400 {
			t.Errorf("%s: %d", method, w.Code)
		}
	}
}

func TestMetrics(t *testing.T) {
	h, m := handler()
	m.Turn("member-callback.en", call.Timing{Reply: 480, Decode: 130})
	m.Turn("member-callback.en", call.Timing{Reply: 620})
	m.Rung("person")
	r := call.Record{Direction: "inbound", Outcome: "agent", State: call.Finished}
	r.Media.Lost = 5
	m.Ended(r)
	m.Ended(call.Record{Direction: "outbound", State: call.Failed})
	code, body := get(t, h, "/metrics")
	if code != 200 {
		t.Fatal(code, body)
	}
	for _, want := range []string{
		"parley_calls_active 3",
		"parley_media_sessions 4",
		`parley_calls_total{direction="inbound",outcome="agent"} 1`,
		`parley_calls_total{direction="outbound",outcome="failed"} 1`,
		`parley_turn_latency_seconds_bucket{script="member-callback.en",le="0.5"} 1`,
		`parley_turn_latency_seconds_count{script="member-callback.en"} 2`,
		"parley_asr_decode_seconds_count 1",
		`parley_fallback_total{rung="person"} 1`,
		"parley_rtp_packets_lost_total 5",
		`parley_media_pacing_seconds{quantile="0.99"} 0.0004`,
		`parley_queue_dropped_total{queue="recording"} 7`,
		`parley_webhook_requests_total{result="delivered",webhook="crm"} 5`, `parley_webhook_requests_total{result="given_up",webhook="crm"} 1`,
		`parley_sip_registered{trunk="carrier"} 1`, `parley_sip_registered{trunk="pbx"} 0`,
		`parley_sip_responses_total{code="503"} 2`,
		`parley_queue_waiting{queue="shop"} 2`, `parley_queue_callbacks_waiting{queue="shop"} 1`,
		`parley_queue_longest_wait_seconds{queue="shop"} 72`, `parley_queue_longest_wait_seconds{queue="night"} 0`,
		`parley_queue_answered_total{queue="shop"} 9`, `parley_queue_answered_in_time_total{queue="shop"} 7`,
		`parley_queue_abandoned_total{queue="shop"} 3`,
		`parley_agents{state="talking"} 2`, `parley_agents{state="free"} 0`,
		`parley_agent_offers_total{outcome="joined"} 9`, `parley_agent_offers_total{outcome="missed"} 2`, `parley_agent_offers_total{outcome="refused"} 1`,
		"go_goroutines ",
		"process_open_fds ",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func TestServerHasEveryTimeout(t *testing.T) {
	s := NewServer(http.NotFoundHandler())
	if s.ReadHeaderTimeout == 0 || s.ReadTimeout == 0 || s.WriteTimeout == 0 || s.IdleTimeout == 0 || s.MaxHeaderBytes == 0 {
		t.Errorf("%+v", s)
	}
}
