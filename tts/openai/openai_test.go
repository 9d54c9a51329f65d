package openai

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/tts"
	"github.com/parley-voice/parley/tts/ttstest"
)

type speech struct {
	Model  string  `json:"model"`
	Input  string  `json:"input"`
	Voice  string  `json:"voice"`
	Format string  `json:"response_format"`
	Speed  float64 `json:"speed"`
}

// server speaks the protocol: a tone of 50 ms a character at 24 kHz, flushed in
// pieces that do not end on a sample.
type server struct {
	*httptest.Server
	mu  sync.Mutex
	got []speech
}

func newServer(t *testing.T) *server {
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(s.speech))
	t.Cleanup(s.Close)
	return s
}

func (s *server) speech(w http.ResponseWriter, r *http.Request) {
	var q speech
	if r.Method != http.MethodPost || r.URL.Path != "/v1/audio/speech" || r.Header.Get("Authorization") != "Bearer secret" {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"error":{"message":"Incorrect API key","type":"invalid_request_error"}}`)
		return
	}
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil || q.Format != "pcm" || q.Input == "" {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.got = append(s.got, q)
	s.mu.Unlock()
	if q.Speed == 0 {
		q.Speed = 1
	}
	var b []byte
	for i := range int(float64(len([]rune(q.Input))*24000/20) / q.Speed) {
		b = binary.LittleEndian.AppendUint16(b, uint16(int16(6000*math.Sin(float64(i)/10))))
	}
	w.Header().Set("Content-Type", "audio/pcm")
	for len(b) > 0 {
		n := min(9001, len(b))
		if _, err := w.Write(b[:n]); err != nil {
			return
		}
		w.(http.Flusher).Flush()
		b = b[n:]
	}
}

func engine(t *testing.T, cfg Config) *Engine {
	t.Helper()
	e, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestBehaves(t *testing.T) {
	s := newServer(t)
	for _, whole := range []bool{false, true} {
		e := engine(t, Config{URL: s.URL + "/v1/", Key: "secret", Whole: whole})
		ttstest.Suite(t, e, ttstest.Config{})
		ttstest.Suite(t, e, ttstest.Config{Language: "zh-CN"})
	}
}

func TestRequests(t *testing.T) {
	s := newServer(t)
	e := engine(t, Config{URL: s.URL + "/v1", Key: "secret", Model: "kokoro", Voice: "af_bella"})
	f := ttstest.Collect(t, e, tts.Utterance{Text: "Use SAVE8. It is new. Bye.", Speed: 9})
	want := []speech{{"kokoro", "Use S, A, V, E, 8.", "af_bella", "pcm", 4}, {"kokoro", "It is new. Bye.", "af_bella", "pcm", 4}}
	if len(s.got) != 2 || s.got[0] != want[0] || s.got[1] != want[1] {
		t.Errorf("asked %+v", s.got)
	}
	if f.Rate != 24000 {
		t.Errorf("%d Hz", f.Rate)
	}
	ttstest.Collect(t, e, tts.Utterance{Text: "Hi.", Voice: "af_sky", Speed: 1})
	if s.got[2] != (speech{"kokoro", "Hi.", "af_sky", "pcm", 0}) {
		t.Errorf("asked %+v", s.got[2])
	}
}

func TestGroupKeepsUnderTheLimit(t *testing.T) {
	pieces := strings.Fields(strings.Repeat(strings.Repeat("x", 200)+" ", 50))
	for _, whole := range []bool{false, true} {
		out := group(pieces, whole)
		if strings.Join(out, " ") != strings.Join(pieces, " ") || len(out) < 4 {
			t.Errorf("%d requests", len(out))
		}
		for _, r := range out {
			if len(r) > maxInput {
				t.Errorf("a request of %d characters", len(r))
			}
		}
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	s := newServer(t)
	kinds := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/mp3/audio/speech":
			w.Header().Set("Content-Type", "audio/mpeg")
			_, _ = w.Write(make([]byte, 1000))
		case "/page/audio/speech":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(w, "<html>welcome")
		case "/cut/audio/speech":
			w.Header().Set("Content-Length", "100000")
			_, _ = w.Write(make([]byte, 1000))
		case "/wav/audio/speech":
			w.Header().Set("Content-Type", "audio/wav")
			_, _ = io.WriteString(w, "RIFX")
		case "/busy/audio/speech":
			http.Error(w, `{"error":{"message":"slow down"}}`, http.StatusTooManyRequests)
		default:
			http.NotFound(w, r)
		}
	}))
	defer kinds.Close()
	for _, c := range []struct{ url, key, want string }{
		{s.URL + "/v1", "wrong", "check the key"},
		{kinds.URL + "/mp3", "", "answers audio/mpeg"},
		{kinds.URL + "/page", "", "answers text/html"},
		{kinds.URL + "/cut", "", "unexpected EOF"},
		{kinds.URL + "/wav", "", "WAV stream"},
		{kinds.URL + "/busy", "", "limit is reached"},
		{kinds.URL + "/nothing", "", "404"},
		{"http://127.0.0.1:1/v1", "", "refused"},
	} {
		err := engine(t, Config{URL: c.url, Key: c.key}).Speak(t.Context(), tts.Utterance{Text: "Hello."}, func(media.Frame) error { return nil })
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.url) {
			t.Errorf("%s: got %v, want a word of %q", c.url, err, c.want)
		}
		if err != nil && c.key != "" && strings.Contains(err.Error(), c.key) {
			t.Errorf("the key stands in %v", err)
		}
	}
	for _, cfg := range []Config{{URL: "localhost:8880"}, {URL: "ftp://x/v1"}, {URL: "http://x", Rate: 5}, {URL: "%"}} {
		if _, err := New(cfg); err == nil {
			t.Errorf("%+v passes", cfg)
		}
	}
}

func TestWAVAnswersAreRead(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "audio/wav")
		pcm := make([]int16, 8000)
		for i := range pcm {
			pcm[i] = int16(5000 * math.Sin(float64(i)/5))
		}
		_ = media.WriteWAV(w, 16000, 1, pcm)
	}))
	defer srv.Close()
	f := ttstest.Collect(t, engine(t, Config{URL: srv.URL}), tts.Utterance{Text: "Hello."})
	if f.Rate != 16000 || f.Duration() < 490*time.Millisecond {
		t.Errorf("%v at %d Hz", f.Duration(), f.Rate)
	}
}

// A server that accepts and then says nothing is what Guard is for.
func TestGuardEndsAHangingServer(t *testing.T) {
	release := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	defer srv.Close()
	defer close(release)
	g := tts.Guard(engine(t, Config{URL: srv.URL}), tts.GuardConfig{FirstAudio: 50 * time.Millisecond})
	err := g.Speak(t.Context(), tts.Utterance{Text: "Hello."}, func(media.Frame) error { return nil })
	if !errors.Is(err, tts.ErrSlow) {
		t.Errorf("got %v", err)
	}
}
