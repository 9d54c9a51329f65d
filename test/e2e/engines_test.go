package e2e

import (
	"encoding/binary"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/parley-voice/parley/cmd/parley/bench/measure"
	"github.com/parley-voice/parley/test/rig"
)

// vosk is a server of the Vosk protocol that "hears" the same words whenever a
// sound ends.
type vosk struct {
	url   string
	http  *http.Server
	mu    sync.Mutex
	words string
	conns []*websocket.Conn
	wait  sync.WaitGroup
}

func startVosk(t *testing.T, words string) *vosk {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	v := &vosk{url: "ws://" + l.Addr().String(), words: words}
	v.http = &http.Server{Handler: http.HandlerFunc(v.serve)}
	v.wait.Go(func() { _ = v.http.Serve(l) })
	t.Cleanup(v.kill)
	return v
}

// hear has it hear other words from now on.
func (v *vosk) hear(words string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.words = words
}

func (v *vosk) heard() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.words
}

// kill ends the server and cuts every connection, as the end of its process would.
func (v *vosk) kill() {
	_ = v.http.Close()
	v.mu.Lock()
	for _, c := range v.conns {
		_ = c.NetConn().Close()
	}
	v.mu.Unlock()
	v.wait.Wait()
}

func (v *vosk) serve(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{}
	c, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer c.Close()
	v.mu.Lock()
	v.conns = append(v.conns, c)
	v.mu.Unlock()
	loud, quiet := 0, 0 // samples
	for {
		kind, b, err := c.ReadMessage()
		if err != nil {
			return
		}
		if kind != websocket.BinaryMessage {
			if strings.Contains(string(b), "eof") {
				words := ""
				if loud > 0 { // else they were told already
					words = v.heard()
				}
				text, _ := json.Marshal(map[string]string{"text": words})
				_ = c.WriteMessage(websocket.TextMessage, text)
				return
			}
			continue
		}
		pcm := make([]int16, len(b)/2)
		for i := range pcm {
			pcm[i] = int16(binary.LittleEndian.Uint16(b[2*i:]))
		}
		answer := map[string]any{"partial": ""}
		switch {
		case measure.Level(pcm) > 500:
			loud, quiet = loud+len(pcm), 0
			answer["partial"] = v.heard()
		case loud > 0:
			if quiet += len(pcm); quiet > 3200 {
				answer = map[string]any{"text": v.heard()}
				loud, quiet = 0, 0
			}
		}
		text, err := json.Marshal(answer)
		if err != nil || c.WriteMessage(websocket.TextMessage, text) != nil {
			return
		}
	}
}

// voices is an OpenAI-compatible speech server that says everything as a tone.
type voices struct {
	url  string
	http *http.Server
	wait sync.WaitGroup
	mu   sync.Mutex
	said []string
}

func startVoices(t *testing.T) *voices {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	v := &voices{url: "http://" + l.Addr().String() + "/v1"}
	v.http = &http.Server{Handler: http.HandlerFunc(v.serve)}
	v.wait.Go(func() { _ = v.http.Serve(l) })
	t.Cleanup(v.kill)
	return v
}

func (v *voices) kill() {
	_ = v.http.Close()
	v.wait.Wait()
}

func (v *voices) serve(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Input string `json:"input"`
	}
	if json.NewDecoder(r.Body).Decode(&q) != nil {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	v.mu.Lock()
	v.said = append(v.said, q.Input)
	v.mu.Unlock()
	w.Header().Set("Content-Type", "audio/pcm")
	// 24 kHz, 40 ms for each letter.
	for i := range len(q.Input) * 960 {
		s := int16(8000)
		if i/40%2 == 0 {
			s = -8000
		}
		if binary.Write(w, binary.LittleEndian, s) != nil {
			return
		}
	}
}

// heard tells whether a text with these words was asked for.
func (v *voices) heard(words string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, s := range v.said {
		if strings.Contains(s, words) {
			return true
		}
	}
	return false
}

// person is a telephone that takes every call, by sipp.
func person(t *testing.T) (uri string) {
	t.Helper()
	addr := rig.FreeAddr(t)
	return "sip:person@" + runUAS(t, addr)
}

// soon is how long a caller may be left without a prompt.
const soon = 2 * time.Second
