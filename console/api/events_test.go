package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/console/access"
)

// dial follows events over a real connection.
func (r *rig) dial(s *httptest.Server, role access.Role, query string, heads ...string) (*websocket.Conn, *http.Response, error) {
	r.t.Helper()
	h := http.Header{"Authorization": {"Bearer " + r.keys[role]}}
	for i := 0; i < len(heads); i += 2 {
		h.Set(heads[i], heads[i+1])
	}
	conn, resp, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(s.URL, "http")+Prefix+"/events"+query, h)
	if err == nil {
		r.t.Cleanup(func() { _ = conn.Close() })
	}
	return conn, resp, err
}

// next reads one event.
func next(t testing.TB, conn *websocket.Conn) (e Event, raw string) {
	t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	_, data, err := conn.ReadMessage()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &e); err != nil {
		t.Fatal(err)
	}
	return e, string(data)
}

// joined waits until so many follow.
func joined(t testing.TB, h *Hub, n int) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		h.mu.Lock()
		now := len(h.readers)
		h.mu.Unlock()
		if now == n {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d follow, want %d", now, n)
		}
	}
}

func heard(id, text string) call.Update {
	return call.Update{At: noon, Snapshot: call.Snapshot{ID: id, Caller: "*******5678"},
		Entry: &call.Entry{Seq: 2, Kind: call.EntryHeard, Text: text, Intent: "human"}}
}

func TestEventsOfACall(t *testing.T) {
	r := newRig(t)
	s := httptest.NewServer(r.api)
	defer s.Close()
	agent, _, err := r.dial(s, access.Agent, "")
	if err != nil {
		t.Fatal(err)
	}
	viewer, _, _ := r.dial(s, access.Viewer, "?call=c1")
	whole, _, _ := r.dial(s, access.Supervisor, "?type=call.ended", "X-Reason", "complaint 7")
	joined(t, r.api.Hub, 3)
	updates := make(chan call.Update, 16)
	updates <- call.Update{At: noon, Snapshot: call.Snapshot{ID: "c2", Phase: "ringing"}}
	updates <- call.Update{At: noon, Snapshot: call.Snapshot{ID: "c1", Phase: "ringing"}}
	updates <- heard("c1", "a person, please")
	updates <- call.Update{At: noon, Snapshot: call.Snapshot{ID: "c1"}, Entry: &call.Entry{Seq: 3, Kind: call.EntryTransfer, Text: "sip:13987654321@pbx"}}
	updates <- call.Update{At: noon, Snapshot: call.Snapshot{ID: "c1"}, Entry: &call.Entry{Seq: 4, Kind: call.EntryMoved}}
	done := record("")
	updates <- call.Update{At: noon, Snapshot: call.Snapshot{ID: "c1"}, Done: &done}
	close(updates)
	r.api.Hub.Follow(context.Background(), updates)
	for _, want := range []string{CallBegan + " c2", CallBegan + " c1", CallTurn + " c1", CallTransfer + " c1", CallChanged + " c1", CallEnded + " c1"} {
		e, raw := next(t, agent)
		if got := e.Type + " " + e.Call.ID; got != want || strings.Contains(raw, "13987654321") || strings.Contains(raw, "13812345678") {
			t.Errorf("%s, want %s: %s", got, want, raw)
		}
		if e.Type == CallTurn && e.Entry.Text != "a person, please" || e.Record != nil && len(e.Record.Entries) > 0 {
			t.Errorf("%s", raw)
		}
	}
	for _, want := range []string{CallBegan, CallTurn} { // c1 alone, and without words
		if e, raw := next(t, viewer); e.Type != want || e.Call.ID != "c1" || strings.Contains(raw, "please") {
			t.Errorf("%s: %s", want, raw)
		}
	}
	if e, raw := next(t, whole); e.Type != CallEnded || e.Record.Caller != "13812345678" {
		t.Errorf("%s", raw)
	}
	if d := r.audit.deeds; len(d) != 1 || d[0].Action != "numbers.read" || d[0].Target != "events" {
		t.Errorf("%+v", d)
	}
}

func TestEventsOfAQueue(t *testing.T) {
	w := wanted{queues: []string{"sales"}}
	for _, c := range []struct {
		e    Event
		want bool
	}{
		{Event{Queue: &Queue{Name: "sales"}}, true},
		{Event{Queue: &Queue{Name: "claims"}}, false},
		{Event{Agent: &Agent{Queues: []string{"claims", "sales"}}}, true},
		{Event{Agent: &Agent{}}, false},
		{Event{Call: &call.Snapshot{ID: "c1"}}, false},
	} {
		if w.has(c.e) != c.want {
			t.Errorf("%+v", c.e)
		}
	}
}

// A reader that does not read loses the oldest and is told how many; the others
// lose nothing.
func TestSlowReader(t *testing.T) {
	const events = 3 * backlog
	h := NewHub()
	slow, _ := h.join(wanted{})
	quick, _ := h.join(wanted{types: []string{CallEnded}})
	for i := range events {
		h.Publish(Event{Type: CallTurn, Lost: uint64(i)})
	}
	h.Publish(Event{Type: CallEnded})
	if len(slow.events) != backlog || slow.lost.Load() != events+1-backlog || h.Dropped() != events+1-backlog {
		t.Errorf("%d wait, %d lost, %d counted", len(slow.events), slow.lost.Load(), h.Dropped())
	}
	if len(quick.events) != 1 || quick.lost.Load() != 0 {
		t.Errorf("%d wait, %d lost", len(quick.events), quick.lost.Load())
	}
	if e := <-slow.events; e.Lost != events+1-backlog {
		t.Errorf("the oldest that is left is %d", e.Lost)
	}
	h.leave(slow)
	h.leave(quick)
	h.Close()

	r := newRig(t)
	s := httptest.NewServer(r.api)
	defer s.Close()
	conn, _, err := r.dial(s, access.Agent, "")
	if err != nil {
		t.Fatal(err)
	}
	joined(t, r.api.Hub, 1)
	long := strings.Repeat("x", 256<<10) // fills the sockets' buffers, and is not searched for numbers
	for range 400 {
		r.api.Hub.Publish(Event{Type: CallTurn, At: noon, Call: &call.Snapshot{ID: long}, Entry: &call.Entry{Kind: call.EntryHeard}})
	}
	got, lost := uint64(0), uint64(0)
	for got+lost < 400 {
		if e, _ := next(t, conn); e.Type == LostEvents {
			lost += e.Lost
		} else {
			got++
		}
	}
	if lost == 0 || lost != r.api.Hub.Dropped() || got+lost != 400 {
		t.Errorf("%d came, %d were lost, %d counted", got, lost, r.api.Hub.Dropped())
	}
}

func TestEventsEnd(t *testing.T) {
	r := newRig(t)
	s := httptest.NewServer(r.api)
	defer s.Close()
	conn, _, err := r.dial(s, access.Viewer, "")
	if err != nil {
		t.Fatal(err)
	}
	r.api.Hub.Close() // returns when the reader has gone
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, _, err := conn.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseGoingAway) {
		t.Errorf("%v", err)
	}
	if _, resp, err := r.dial(s, access.Viewer, ""); err == nil || resp.StatusCode != 503 {
		t.Errorf("a closed hub: %v", err)
	}
	if _, resp, err := r.dial(s, access.Viewer, "", "Authorization", "Bearer x"); err == nil || resp.StatusCode != 401 {
		t.Errorf("a wrong key: %v", err)
	}
	if _, resp, err := r.dial(s, access.Viewer, "", "Origin", "https://evil.example"); err == nil || resp.StatusCode < 400 {
		t.Errorf("a page elsewhere: %v", err)
	}
	if _, resp, err := r.dial(s, access.Viewer, "?type=odd"); err == nil || resp.StatusCode != 422 {
		t.Errorf("an unknown type: %v", err)
	}
}

func TestReadersAreBounded(t *testing.T) {
	h := NewHub()
	var all []*reader
	for range maxReaders {
		r, ok := h.join(wanted{})
		if !ok {
			t.Fatal("too few")
		}
		all = append(all, r)
	}
	if _, ok := h.join(wanted{}); ok {
		t.Error("one too many")
	}
	for _, r := range all {
		h.leave(r)
	}
	h.Close()
}

func TestSeenCallsAreBounded(t *testing.T) {
	h, seen := NewHub(), map[string]bool{}
	for i := range maxSeen + 10 {
		u := heard("", "")
		u.Snapshot.ID = string(rune(i)) + "x"
		h.publish(u, seen)
	}
	if len(seen) > maxSeen {
		t.Errorf("%d calls are remembered", len(seen))
	}
}
