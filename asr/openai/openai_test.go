package openai

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/asr/asrtest"
	"github.com/parley-voice/parley/media"
)

const ms = time.Millisecond

// server answers as the transcription API does.
type server struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	takes  time.Duration
	forms  []map[string]string
	sounds []media.Frame
}

func newServer(t *testing.T, words string) *server {
	s := &server{status: http.StatusOK}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		status, takes := s.status, s.takes
		s.mu.Unlock()
		if r.Method != http.MethodPost || r.URL.Path != "/v1/audio/transcriptions" {
			http.NotFound(w, r)
			return
		}
		if r.Header.Get("Authorization") != "Bearer secret" {
			status = http.StatusUnauthorized
		}
		s.note(t, r)
		select {
		case <-time.After(takes):
		case <-r.Context().Done():
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		if status != http.StatusOK {
			_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"message": "no", "type": "invalid_request_error", "code": nil}})
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]string{"text": words})
	}))
	t.Cleanup(s.Close)
	return s
}

// note checks the form as a server would, and keeps it.
func (s *server) note(t *testing.T, r *http.Request) {
	file, header, err := r.FormFile("file")
	if err != nil {
		t.Errorf("form: %v", err)
		return
	}
	form := map[string]string{"name": header.Filename}
	for _, k := range []string{"model", "language", "prompt", "response_format"} {
		form[k] = r.FormValue(k)
	}
	sound, err := media.ReadWAV(file)
	if err != nil {
		t.Errorf("the file is no WAV: %v", err)
	}
	_, _ = io.Copy(io.Discard, file)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forms = append(s.forms, form)
	s.sounds = append(s.sounds, sound)
}

func (s *server) set(status int, takes time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status, s.takes = status, takes
}

func engine(t *testing.T, cfg Config) *Engine {
	if cfg.Key == "" {
		cfg.Key = "secret"
	}
	e, err := New(asrtest.Loudness(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

func TestBehaviour(t *testing.T) {
	asrtest.Suite(t, asrtest.Engine{Speech: asrtest.Babble(1200 * ms), Words: "hello there", Language: "en-US",
		New: func(t *testing.T) asr.Recognizer {
			return engine(t, Config{URL: newServer(t, "Hello there.").URL + "/v1"})
		}})
}

func TestRequest(t *testing.T) {
	srv := newServer(t, "退货")
	e := engine(t, Config{URL: srv.URL + "/v1/", Model: "small", NoGuess: true})
	s, err := e.Open(context.Background(), asr.Options{Language: "zh-CN", Hotwords: []string{"退货", "账单"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if err := asrtest.Play(s, 0, asrtest.Quiet(500*ms), asrtest.Babble(time.Second), asrtest.Quiet(time.Second)); err != nil {
		t.Fatal(err)
	}
	asrtest.Turn(t, s)
	srv.mu.Lock()
	defer srv.mu.Unlock()
	f := srv.forms[0]
	if len(srv.forms) != 1 || f["model"] != "small" || f["language"] != "zh" || f["prompt"] != "退货, 账单" || f["response_format"] != "json" || f["name"] != "turn.wav" {
		t.Errorf("%d requests, the first %v", len(srv.forms), f)
	}
	// 200 ms before the onset, the turn, 128 ms after it, 300 ms of faint noise.
	if got := srv.sounds[0]; got.Rate != 8000 || len(got.PCM) != 8*(200+1000+128+300) {
		t.Errorf("the sound has %d samples at %d Hz", len(got.PCM), got.Rate)
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	srv := newServer(t, "x")
	dead := httptest.NewServer(http.NotFoundHandler())
	dead.Close()
	for name, c := range map[string]struct {
		cfg    Config
		status int
		takes  time.Duration
		want   string
	}{
		"key":       {cfg: Config{URL: srv.URL + "/v1", Key: "wrong"}, status: 200, want: "refuses the key"},
		"path":      {cfg: Config{URL: srv.URL}, status: 200, want: "must end in /v1"},
		"rate":      {cfg: Config{URL: srv.URL + "/v1"}, status: 429, want: "too many requests"},
		"server":    {cfg: Config{URL: srv.URL + "/v1"}, status: 500, want: "500"},
		"dead":      {cfg: Config{URL: dead.URL + "/v1"}, want: "connection refused"},
		"too slow":  {cfg: Config{URL: srv.URL + "/v1", Deadline: 50 * ms}, status: 200, takes: 10 * time.Second, want: asr.ErrSlow.Error()},
		"not there": {cfg: Config{URL: "http://parley.invalid/v1"}, want: "parley.invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			srv.set(c.status, c.takes)
			_, err := engine(t, c.cfg).Decode(context.Background(), asr.Segment{PCM: make([]int16, 800), Rate: 8000})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
		})
	}
}

// A guess that fails is tried once more; a turn that fails twice ends the stream.
func TestAFailingServerFailsTheStream(t *testing.T) {
	srv := newServer(t, "x")
	srv.set(500, 0)
	s, err := engine(t, Config{URL: srv.URL + "/v1"}).Open(context.Background(), asr.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if err := asrtest.Play(s, 0, asrtest.Babble(time.Second), asrtest.Quiet(time.Second)); err != nil {
		t.Fatal(err)
	}
	for {
		tr, err := s.Next(context.Background())
		if err == nil && tr.Kind != asr.Final {
			continue
		}
		if err == nil || errors.Is(err, io.EOF) {
			t.Errorf("got %+v, %v", tr, err)
		}
		return
	}
}

func TestNewRefusesABadURL(t *testing.T) {
	for _, u := range []string{"api.openai.com/v1", "ftp://x/v1", "http://"} {
		if _, err := New(asrtest.Loudness(), Config{URL: u}); err == nil {
			t.Errorf("%q was taken", u)
		}
	}
}
