package e2e

import (
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
)

// queueScript greets and puts the caller into a queue.
const queueScript = `script: desk
language: en-US
nodes:
  hello: {stage: opening, say: Thank you for calling., go: through}
  through:
    stage: handoff
    say: I put you through.
    transfer: {queue: desk, brief: "Ms Wang, about her watch.", on_fail: sorry}
  sorry: {stage: close, say: Nobody is free. Goodbye., outcome: nobody, end: true}
`

// floor starts a server with a queue and agents at the addresses given.
func floor(t *testing.T, data string, agents ...string) *server {
	t.Helper()
	text := "queues: {desk: {ring: 8s, brief: 15s, wrap_up: 1s, unstaffed: false, callback: {after: 0s}}}\nagents:\n"
	for i, at := range agents {
		text += fmt.Sprintf("  \"%d\": {address: %q, queues: [desk], always: true}\n", 1001+i, at)
	}
	return start(t, setup{
		data: data, numbers: `  "9200": desk`, scripts: map[string]string{"desk.yaml": queueScript}, more: text,
		speech: "{asr: {engine: none}}",
	})
}

// TestAgentsTakeCalls has a real telephone refuse and another hear the brief and
// press 1; the caller is never without sound for a second.
func TestAgentsTakeCalls(t *testing.T) {
	t.Parallel()
	first, second := startBaresip(t, ""), startBaresip(t, "")
	s := floor(t, "", first.URI, second.URI)
	began := time.Now()
	p := ring(t, s, "9200")
	until(t, 15*time.Second, "the first agent is not rung", func() bool { return first.Saw("CALL_INCOMING") })
	first.Do("hangup", "") // declines
	until(t, 15*time.Second, "the second agent is not rung", func() bool { return second.Saw("CALL_INCOMING") })
	second.Accept()
	until(t, 10*time.Second, "the second agent's call is not established", func() bool { return second.Saw("CALL_ESTABLISHED") })
	time.Sleep(3 * time.Second) // listens to the brief
	if got := s.phase(); got != "transferring" {
		t.Errorf("phase %q during the brief", got)
	}
	p.hum(tones(time.Second, 440))
	second.Do("sndcode", "1")
	time.Sleep(200 * time.Millisecond)
	second.Do("sndcode", "\x04")
	until(t, 5*time.Second, "they are not joined", func() bool { return s.phase() == "joined" })
	joined := time.Now()
	p.hears(joined.Add(500*time.Millisecond), 3*time.Second, "the agent")
	if gap, at := p.gap(began.Add(3 * time.Second)); gap > time.Second {
		t.Errorf("%s without sound for the caller, %s after the join", gap, at.Sub(joined))
	} else {
		t.Logf("longest silence for the caller: %s, %s after the join", gap, at.Sub(joined))
	}
	p.hangup()
	r := s.only()
	if r.Outcome != "transferred" || r.EndedBy != "them" {
		t.Errorf("outcome %q, ended by %q", r.Outcome, r.EndedBy)
	}
	var steps []string
	for _, e := range r.Entries {
		if e.Kind == call.EntryTransfer {
			steps = append(steps, e.Text)
		}
	}
	for _, want := range []string{"back in line", "joined " + second.URI, "done"} {
		if !slices.Contains(steps, want) {
			t.Errorf("the record does not say %q: %q", want, steps)
		}
	}
	until(t, 5*time.Second, "the agent's call was left up", func() bool { return second.Saw("CALL_CLOSED") })
}

// TestAgentLogsInByTelephone has a real telephone register, dial the code to log
// in, and take a call under its name; then log out.
func TestAgentLogsInByTelephone(t *testing.T) {
	t.Parallel()
	s := start(t, setup{
		numbers: `  "9200": desk`, scripts: map[string]string{"desk.yaml": queueScript},
		speech: "{asr: {engine: none}}",
		more: `registrar: {}
queues: {desk: {ring: 8s, brief: 0s, wrap_up: 1s, unstaffed: false, callback: {after: 0s}}}
agents: {"1001": {address: "1001", password: secret, queues: [desk]}}
`})
	agent := startBaresip(t, fmt.Sprintf("<sip:1001@%s>;auth_user=1001;auth_pass=secret;regint=60", s.sip))
	until(t, 10*time.Second, "the telephone does not register", func() bool { return strings.Contains(agent.Said(), "[1 binding]") })
	p := ring(t, s, "9200")
	until(t, 10*time.Second, "the caller does not wait", func() bool { return s.phase() == "transferring" })
	agent.Do("dial", s.uri("*11"))
	until(t, 15*time.Second, "the agent is not rung after the login", func() bool { return agent.Saw("CALL_INCOMING") })
	agent.Accept()
	until(t, 10*time.Second, "they are not joined", func() bool { return slices.Contains(s.phases(), "joined") })
	p.hears(time.Now(), 5*time.Second, "the agent")
	p.hangup()
}

// TestWaitingCallersSurviveKill kills the server while a caller waits. After the
// next start the caller is called back, once an agent is there.
func TestWaitingCallersSurviveKill(t *testing.T) {
	t.Parallel()
	data := t.TempDir() + "/data"
	s := floor(t, data)
	const number = "+8613800138000"
	ringAt(t, s.uri("9200"), number)
	until(t, 10*time.Second, "the caller does not wait", func() bool { return s.phase() == "transferring" })
	time.Sleep(time.Second)
	s.kill()
	agent := startBaresip(t, "")
	second := floor(t, data, agent.URI)
	until(t, 20*time.Second, "no agent is rung for the caller who waited", func() bool { return agent.Saw("CALL_INCOMING") })
	if records := second.calls(); len(records) != 2 || records[1].State != call.Interrupted || records[0].Called != number {
		t.Errorf("records: %+v", records)
	}
	agent.Do("hangup", "")
}

// gap is the longest time without sound after an instant, and when it began.
func (p *phone) gap(after time.Time) (longest time.Duration, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := after
	for _, s := range p.heard {
		if s.at.Before(after) {
			continue
		}
		if d := s.at.Sub(last); d > longest {
			longest, at = d, last
		}
		last = s.at
	}
	return longest, at
}

// phases are those of all live calls.
func (s *server) phases() (all []string) {
	s.t.Helper()
	var list struct{ Live []call.Snapshot }
	if err := s.get("/api/v1/calls/live", &list); err != nil {
		s.t.Fatal(err)
	}
	for _, c := range list.Live {
		all = append(all, c.Phase)
	}
	return all
}

// TestSupervisorTakesOver has a supervisor's telephone listen to a conversation
// and take it over, asked for through the API.
func TestSupervisorTakesOver(t *testing.T) {
	t.Parallel()
	agent, boss := startBaresip(t, ""), startBaresip(t, "")
	s := start(t, setup{
		numbers: `  "9200": desk`, scripts: map[string]string{"desk.yaml": queueScript}, speech: "{asr: {engine: none}}",
		more: fmt.Sprintf(`queues: {desk: {ring: 8s, brief: 0s, wrap_up: 1s, callback: {after: 0s}}}
agents:
  "1001": {address: %q, queues: [desk], always: true}
  "1": {address: %q, queues: [desk], roles: [supervisor]}
`, agent.URI, boss.URI)})
	p := ring(t, s, "9200")
	until(t, 15*time.Second, "the agent is not rung", func() bool { return agent.Saw("CALL_INCOMING") })
	agent.Accept()
	until(t, 10*time.Second, "they are not joined", func() bool { return s.phase() == "joined" })
	id := s.live().ID
	key := s.key("supervisor") // from now on every request needs one
	s.post(key, "/api/v1/calls/"+id+"/join", `{"way":"listen","ring":"1"}`, 202)
	until(t, 15*time.Second, "the supervisor is not rung", func() bool { return boss.Saw("CALL_INCOMING") })
	boss.Accept()
	until(t, 10*time.Second, "the supervisor's call is not established", func() bool { return boss.Saw("CALL_ESTABLISHED") })
	time.Sleep(time.Second)
	s.post(key, "/api/v1/calls/"+id+"/join", `{"way":"takeover","ring":"1"}`, 202)
	until(t, 10*time.Second, "the agent is not released", func() bool { return agent.Saw("CALL_CLOSED") })
	p.hears(time.Now().Add(500*time.Millisecond), 5*time.Second, "the supervisor")
	p.hangup()
	until(t, 10*time.Second, "the supervisor's call was left up", func() bool { return boss.Saw("CALL_CLOSED") })
	r := s.only()
	said := fmt.Sprint(r.Entries)
	for _, mode := range []string{"listen", "take_over"} {
		if !strings.Contains(said, mode) {
			t.Errorf("the record does not say %q: %s", mode, said)
		}
	}
}

// key makes a key of the API.
func (s *server) key(role string) string {
	s.t.Helper()
	out, err := exec.Command(program, "keys", "add", "--role", role, "--name", "test", "-c", s.dir+"/parley.yaml").Output()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, w := range strings.Fields(string(out)) {
		if strings.HasPrefix(w, "parley_") {
			return w
		}
	}
	s.t.Fatalf("no key in %q", out)
	return ""
}

// post sends JSON with a key and wants a status.
func (s *server) post(key, path, body string, want int) {
	s.t.Helper()
	req, err := http.NewRequest(http.MethodPost, s.http+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != want {
		text, _ := io.ReadAll(resp.Body)
		s.t.Fatalf("POST %s: %s, want %d: %s", path, resp.Status, want, text)
	}
}
