package main_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/media"
)

func TestServeEndsOnASignal(t *testing.T) {
	s := serve(t, t.TempDir(), plain)
	if code, body := s.get("/readyz"); code != 200 {
		t.Errorf("%d %s", code, body)
	}
	s.signal(syscall.SIGTERM)
	if code := s.end(); code != 0 {
		t.Errorf("exit code %d\n%s", code, s.text())
	}
}

// While Parley drains, talks go on, new calls get 503, and a second signal ends
// everything at once.
func TestDrain(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), plain)
	talk := s.calling("9196")
	if err := talk.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = talk.Process.Kill(); _ = talk.Wait() })
	eventually(t, "a call talks", func() bool {
		_, body := s.get("/api/v1/calls/live")
		return strings.Contains(body, `"phase":"talking"`)
	})
	s.signal(syscall.SIGTERM)
	eventually(t, "not ready", func() bool {
		code, body := s.get("/readyz")
		return code == 503 && strings.Contains(body, "draining")
	})
	var out bytes.Buffer
	refused := s.calling("9196")
	refused.Stdout = &out
	if err := refused.Run(); err == nil || !strings.Contains(out.String(), "503") {
		t.Errorf("a new call while draining: %v\n%s", err, &out)
	}
	if _, body := s.get("/api/v1/calls/live"); !strings.Contains(body, `"phase":"talking"`) {
		t.Errorf("the talk did not go on: %s", body)
	}
	s.signal(syscall.SIGTERM)
	if code := s.end(); code != 1 || !strings.Contains(s.text(), "1 calls were cut short") {
		t.Errorf("exit code %d\n%s", code, s.text())
	}
}

// One Parley calls another: both keep a record of the call, under one Call-ID.
func TestCallAndItsRecords(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), plain)
	cmd := s.calling("9197") // hangs up after 5 s
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	for _, want := range []string{"says     Hello.", "call       finished", "ended      by them", "script     quiet"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, &out)
		}
	}
	data := filepath.Join(cmd.Dir, "var")
	code, list, errs := run(t, nil, "calls", "list", "--json", "--data", data)
	var calls []call.Record
	if err := json.Unmarshal([]byte(list), &calls); code != 0 || err != nil || len(calls) != 1 {
		t.Fatalf("%d %v\n%s%s", code, err, list, errs)
	}
	var ours, theirs call.Record
	_, shown, _ := run(t, nil, "calls", "show", "latest", "--json", "--data", data)
	if err := json.Unmarshal([]byte(shown), &ours); err != nil {
		t.Fatalf("%v\n%s", err, shown)
	}
	var seen struct{ Live []call.Snapshot }
	eventually(t, "the other side is done", func() bool {
		_, body := s.get("/api/v1/calls/live")
		return json.Unmarshal([]byte(body), &seen) == nil && len(seen.Live) == 0
	})
	var body string
	eventually(t, "the other side's record", func() bool {
		code, body = s.get("/api/v1/calls/" + url.PathEscape(ours.CallID))
		return code == 200 && json.Unmarshal([]byte(body), &theirs) == nil && theirs.State == call.Finished
	})
	if ours.State != call.Finished || ours.Direction != "outbound" || theirs.Direction != "inbound" ||
		ours.CallID != theirs.CallID || theirs.Script != "line-test/hangup" || theirs.EndedBy != "us" {
		t.Errorf("ours %+v\ntheirs %+v", ours, theirs)
	}
	if talked := ours.Ended.Sub(ours.Answered).Seconds(); talked < 4 || talked > 15 || ours.Media.Received < 150 {
		t.Errorf("talked %.1f s, %d packets received", talked, ours.Media.Received)
	}
	if clip, err := media.ReadClip(ours.Recording); err != nil || clip.Duration().Seconds() < 4 {
		t.Errorf("recording %q: %v", ours.Recording, err)
	}
	_, text, _ := run(t, nil, "calls", "show", ours.CallID, "--data", data)
	if !strings.Contains(text, ours.ID) || !strings.Contains(text, "media: ") {
		t.Errorf("shown by Call-ID:\n%s", text)
	}
	if _, metrics := s.get("/metrics"); !strings.Contains(metrics, `parley_calls_total{direction="inbound",outcome=`) {
		t.Error("the call is not counted")
	}
}

// The doctor finds a trunk that answers, one that does not, and a taken port.
func TestDoctor(t *testing.T) {
	s := serve(t, t.TempDir(), plain)
	for name, c := range map[string]struct {
		config string
		code   int
		want   string
	}{
		"well":        {strings.Replace(plain, "match: [127.0.0.0/8]", "match: [127.0.0.0/8], host: \""+s.sip+"\"", 1), 0, "answers OPTIONS in"},
		"dead trunk":  {strings.Replace(plain, "match: [127.0.0.0/8]", "match: [127.0.0.0/8], host: \"127.0.0.1:9\"", 1), 1, "does not answer OPTIONS"},
		"port taken":  {strings.Replace(plain, "127.0.0.1:0]", s.sip+"]", 1), 1, "is taken"},
		"wrong files": {plain + "scripts: ./none\ndrafts: true\n", 1, "make it, or change scripts"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "parley.yaml")
			if err := os.WriteFile(path, []byte(c.config), 0o600); err != nil {
				t.Fatal(err)
			}
			code, out, errs := run(t, nil, "doctor", "--json", "-c", path)
			var report struct{ Healthy bool }
			if err := json.Unmarshal([]byte(out), &report); err != nil || report.Healthy != (c.code == 0) {
				t.Errorf("healthy %v, %v", report.Healthy, err)
			}
			if code != c.code || !strings.Contains(out, c.want) || errs != "" {
				t.Errorf("exit code %d, want %d and %q:\n%s%s", code, c.code, c.want, out, errs)
			}
		})
	}
}

// After a kill each call has exactly one record, and a recording that plays.
func TestKilledInMidCall(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := serve(t, dir, plain)
	talk := s.calling("9196")
	if err := talk.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = talk.Process.Kill(); _ = talk.Wait() })
	recording := filepath.Join(dir, "var", "recordings")
	eventually(t, "3 s are recorded", func() bool {
		info, err := os.Stat(wav(recording)) // still a .wav.part
		return err == nil && info.Size() > 3*32000
	})
	s.signal(syscall.SIGKILL)
	s.end()
	again := serve(t, dir, plain) // silences numbers in what the killed one recorded, and shows it
	if clip, err := media.ReadClip(wav(recording)); err != nil || clip.Duration().Seconds() < 2.9 {
		t.Errorf("the recording does not play: %v", err)
	}
	_, body := again.get("/api/v1/calls")
	var seen struct{ Calls []call.Record }
	if err := json.Unmarshal([]byte(body), &seen); err != nil {
		t.Fatal(err)
	}
	if len(seen.Calls) != 1 || seen.Calls[0].State != call.Interrupted || seen.Calls[0].EndedBy != "crash" || seen.Calls[0].Ended.IsZero() {
		t.Errorf("records after the kill: %+v", seen.Calls)
	}
}

// wav is the only recording below a folder.
func wav(dir string) string {
	var found string
	_ = filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err == nil && strings.Contains(filepath.Base(path), ".wav") {
			found = path
		}
		return nil
	})
	return found
}

// The whole job on real audio: a customer calls, is understood, asks for a
// person, and is put through to one who hears them.
func TestDemo(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	code, out, errs := run(t, []string{"NO_COLOR=1"}, "demo", "--once", "--data", data)
	if code != 0 || strings.Contains(out, "\x1b") {
		log, _ := os.ReadFile(filepath.Join(data, "parley.log"))
		t.Fatalf("exit code %d\n%s%s%s", code, out, errs, log)
	}
	for _, want := range []string{"ok  turns understood", "ok  transfer heard", "ok  record finished", "ok  recording kept", "human → to_person", "supervisor heard"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
}
