package main_test

import (
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// asks sends a request with a key.
func (s *serving) asks(key, method, path, body string, heads ...string) (int, string) {
	s.t.Helper()
	q, err := http.NewRequest(method, s.http+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if key != "" {
		q.Header.Set("Authorization", "Bearer "+key)
	}
	for i := 0; i < len(heads); i += 2 {
		q.Header.Set(heads[i], heads[i+1])
	}
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// One supervisor, one call, one customer: the API over a running server.
func TestTheAPIOfARunningServer(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), plain)
	if code, body := s.asks("", "GET", "/calls", ""); code != 200 {
		t.Errorf("without any key, on loopback: %d %s", code, body)
	}
	if code, _ := s.asks("", "POST", "/calls/x/hangup", ""); code != 403 {
		t.Errorf("without any key something can be changed: %d", code)
	}
	key := func(role string) string {
		code, out, errs := run(t, nil, "keys", "add", "--role", role, "--name", "the "+role, "--data", filepath.Join(s.dir, "var"))
		if code != 0 {
			t.Fatal(errs)
		}
		return strings.TrimSpace(out)
	}
	boss, admin := key("supervisor"), key("admin")
	if code, body := s.asks("", "GET", "/calls", ""); code != 401 {
		t.Errorf("with keys, without one: %d %s", code, body)
	}
	conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(s.http, "http")+"/api/v1/events?type=call.ended", http.Header{"Authorization": {"Bearer " + boss}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	talk := s.calling("9196")
	if err := talk.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = talk.Process.Kill(); _ = talk.Wait() })
	var list struct{ Live []struct{ ID, Phase string } }
	eventually(t, "a call talks", func() bool {
		_, body := s.asks(boss, "GET", "/calls/live", "")
		return json.Unmarshal([]byte(body), &list) == nil && len(list.Live) == 1 && list.Live[0].Phase == "talking"
	})
	id := list.Live[0].ID
	if code, body := s.asks(boss, "POST", "/calls/"+id+"/hangup", ""); code != 202 {
		t.Errorf("%d %s", code, body)
	}
	var ended struct{ Record struct{ ID, Why string } }
	_ = conn.SetReadDeadline(time.Now().Add(30 * time.Second))
	if err := conn.ReadJSON(&ended); err != nil || ended.Record.ID != id || ended.Record.Why != "hung up by the supervisor" {
		t.Errorf("%v %+v", err, ended)
	}
	eventually(t, "the recording can be heard", func() bool {
		code, body := s.asks(boss, "GET", "/calls/"+id+"/recording", "", "Range", "bytes=0-3")
		return code == 206 && body == "RIFF"
	})
	s.customers(boss)
	for path, want := range map[string]string{"/scripts": "line-test/echo", "/scripts/line-test%2Fecho/versions": `"events":[]`} {
		if code, body := s.asks(boss, "GET", path, ""); code != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s", path, code, body)
		}
	}
	if code, body := s.asks(boss, "POST", "/scripts/check", `{"text":"script: x\n"}`, "Content-Type", "application/json"); code != 200 || !strings.Contains(body, `"ok":false`) {
		t.Errorf("%d %s", code, body)
	}
	place := `{"to":"sip:1@127.0.0.1:9","script":"none"}`
	if code, body := s.asks(boss, "POST", "/calls", place, "Content-Type", "application/json", "Idempotency-Key", "order-1234"); code != 422 || !strings.Contains(body, "no such script") {
		t.Errorf("%d %s", code, body)
	}
	if code, body := s.asks(boss, "GET", "/queues", ""); code != 501 {
		t.Errorf("%d %s", code, body)
	}
	if code, _ := s.asks(boss, "GET", "/audit", ""); code != 403 {
		t.Errorf("a supervisor reads the audit log: %d", code)
	}
	_, log := s.asks(admin, "GET", "/audit", "")
	for _, want := range []string{"keys.add", "calls.end", "calls.hear", "customers.import", "numbers.read", "customers.tag", "calls.place.failed", `"source":"127.0.0.1"`} {
		if !strings.Contains(log, want) {
			t.Errorf("the audit log lacks %s: %s", want, log)
		}
	}
}

// customers imports one, reads it masked and whole, and changes its tags.
func (s *serving) customers(key string) {
	s.t.Helper()
	code, body := s.asks(key, "POST", "/customers/import?source=shop", "number,name,tags\n13812345678,Wang Wei,vip\n", "Content-Type", "text/csv")
	if code != 200 || !strings.Contains(body, `"created":1`) {
		s.t.Fatalf("%d %s", code, body)
	}
	code, body = s.asks(key, "GET", "/customers/13812345678", "")
	if code != 200 || !strings.Contains(body, "+86138****5678") || strings.Contains(body, "13812345678") {
		s.t.Errorf("%d %s", code, body)
	}
	if code, body = s.asks(key, "GET", "/customers?q=wang&reason=complaint", ""); code != 200 || !strings.Contains(body, "+8613812345678") {
		s.t.Errorf("%d %s", code, body)
	}
	var found struct{ Customers []struct{ ID string } }
	if err := json.Unmarshal([]byte(body), &found); err != nil || len(found.Customers) != 1 {
		s.t.Fatalf("%v %s", err, body)
	}
	q, _ := http.NewRequest(http.MethodGet, s.http+"/api/v1/customers/"+found.Customers[0].ID, nil)
	q.Header.Set("Authorization", "Bearer "+key)
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		s.t.Fatal(err)
	}
	resp.Body.Close()
	code, body = s.asks(key, "PUT", "/customers/"+found.Customers[0].ID+"/tags", `{"tags":["late"]}`, "Content-Type", "application/json", "If-Match", resp.Header.Get("ETag"))
	if code != 200 || !strings.Contains(body, `"tags":["late"]`) {
		s.t.Errorf("%d %s", code, body)
	}
}
