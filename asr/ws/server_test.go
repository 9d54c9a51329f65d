package ws

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// server speaks one of the protocols as the real servers do, and hears lines
// instead of the audio.
type server struct {
	t    *testing.T
	http *httptest.Server
	url  string

	mu       sync.Mutex
	line     string // what a turn with sound says
	python   bool   // FunASR: the Python server's manners
	drop     int    // connections to drop at their third message of audio
	deaf     bool   // take everything, answer nothing
	accepted int
	greeted  []map[string]any
	conns    map[*websocket.Conn]bool
	wg       sync.WaitGroup
}

func newServer(t *testing.T, line string, serve func(*server, *websocket.Conn)) *server {
	s := &server{t: t, line: line, conns: make(map[*websocket.Conn]bool)}
	up := websocket.Upgrader{Subprotocols: []string{"binary"}}
	s.http = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sock, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		s.wg.Add(1)
		defer s.wg.Done()
		s.mu.Lock()
		s.accepted++
		s.conns[sock] = true
		s.mu.Unlock()
		serve(s, sock)
		_ = sock.Close()
		s.mu.Lock()
		delete(s.conns, sock)
		s.mu.Unlock()
	}))
	s.url = "ws" + strings.TrimPrefix(s.http.URL, "http")
	t.Cleanup(s.stop)
	return s
}

func (s *server) stop() {
	s.http.Close() // first, or a client that was dropped comes back
	s.kill()
	s.wg.Wait()
}

// kill drops every connection as a process that died does.
func (s *server) kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		_ = c.NetConn().Close()
	}
}

func (s *server) set(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

func (s *server) state() (line string, deaf, python bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.line, s.deaf, s.python
}

// dropNow tells whether this connection is one to drop.
func (s *server) dropNow(messages int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if messages == 3 && s.drop > 0 {
		s.drop--
		return true
	}
	return false
}

func (s *server) greeting(msg []byte) {
	var m map[string]any
	if err := json.Unmarshal(msg, &m); err != nil {
		s.t.Errorf("greeting %q: %v", msg, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.greeted = append(s.greeted, m)
}

// serveVosk follows asr_server.py: anything that is not the configuration or
// exactly {"eof" : 1} is audio, and each message of audio has one reply.
func serveVosk(s *server, c *websocket.Conn) {
	heard, messages := 0, 0
	for {
		kind, msg, err := c.ReadMessage()
		if err != nil {
			return
		}
		line, deaf, _ := s.state()
		if deaf {
			continue
		}
		var reply any
		switch {
		case kind == websocket.TextMessage && strings.Contains(string(msg), "config"):
			s.greeting(msg)
			continue
		case string(msg) == `{"eof" : 1}`:
			text := ""
			if heard > 1600 {
				text = line
			}
			_ = c.WriteJSON(map[string]any{"result": []any{}, "text": text})
			return // the real one ends the handler here, which closes the connection
		case kind == websocket.TextMessage:
			s.t.Errorf("the recogniser would choke on %q", msg)
			return
		default:
			heard += len(msg)
			if messages++; s.dropNow(messages) {
				_ = c.NetConn().Close()
				return
			}
			first, _, _ := strings.Cut(line, " ")
			reply = map[string]any{"partial": first}
		}
		_ = c.WriteJSON(reply)
	}
}

// serveFunASR follows the C++ 2-pass server: an offline result with is_final
// after is_speaking goes false. In the Python server's manner is_final says
// whether we still speak, and nothing is said when nothing is left to say.
func serveFunASR(s *server, c *websocket.Conn) {
	heard, messages := 0, 0
	for {
		kind, msg, err := c.ReadMessage()
		if err != nil {
			return
		}
		line, deaf, python := s.state()
		if deaf {
			continue
		}
		if kind == websocket.BinaryMessage {
			heard += len(msg)
			if messages++; s.dropNow(messages) {
				_ = c.NetConn().Close()
				return
			}
			if messages == 10 {
				first := []rune(line)
				_ = c.WriteJSON(map[string]any{"mode": "2pass-online", "text": string(first[:min(2, len(first))]), "wav_name": "parley", "is_final": python})
			}
			continue
		}
		var m struct {
			Speaking *bool `json:"is_speaking"`
			Mode     string
		}
		if err := json.Unmarshal(msg, &m); err != nil || m.Speaking == nil {
			s.t.Errorf("message %q: %v", msg, err)
			return
		}
		if *m.Speaking {
			s.greeting(msg)
			continue
		}
		text := ""
		if heard > 1600 {
			text = line
		}
		time.Sleep(5 * time.Millisecond)
		if text != "" || !python {
			_ = c.WriteJSON(map[string]any{"mode": "2pass-offline", "text": text, "wav_name": "parley", "is_final": !python})
		}
	}
}
