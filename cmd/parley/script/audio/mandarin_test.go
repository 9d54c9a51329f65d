package audio

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/transcript"
)

// prompter speaks Vosk's protocol and answers each turn that has sound in it with
// the next of its lines: what a recogniser for Mandarin would have heard.
func prompter(t *testing.T, lines []string) (url string) {
	t.Helper()
	var next atomic.Int64
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer c.Close()
		heard := 0
		for {
			kind, msg, err := c.ReadMessage()
			switch {
			case err != nil:
				return
			case kind == websocket.BinaryMessage:
				heard += len(msg)
				_ = c.WriteJSON(map[string]string{"partial": ""})
			case strings.Contains(string(msg), "eof"):
				text := ""
				if n := int(next.Load()); heard > 3200 && n < len(lines) {
					text = lines[n]
					next.Add(1)
				}
				_ = c.WriteJSON(map[string]string{"text": text})
				return
			}
		}
	}))
	t.Cleanup(s.Close)
	return "ws" + strings.TrimPrefix(s.URL, "http")
}

// Mandarin is tested by telephone as English is, once a recogniser hears it: the
// test of a pack, spoken by a Mandarin voice, and heard by a server of one's own.
func TestMandarinByTelephone(t *testing.T) {
	t.Parallel()
	const file = "../../../../scripts/survey.zh.yaml"
	s, err := dialog.LoadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(strings.TrimSuffix(file, ".yaml") + ".test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := transcript.Load(f, "survey.zh.test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, step := range all[0].Steps {
		if step.Kind == "caller" {
			lines = append(lines, step.Text)
		}
	}
	speech := config.Default().Speech
	speech.ASR.Engine, speech.ASR.Protocol, speech.ASR.URL = "ws", "vosk", prompter(t, lines)
	stage, err := Open(t.Context(), speech, file, s, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := stage.Close(); err != nil {
			t.Error(err)
		}
	}()
	r, err := stage.Play(t.Context(), all[0])
	if err != nil || len(r.Failures) > 0 {
		t.Errorf("%v %q\n%v", err, r.Failures, r.Entries)
	}
}
