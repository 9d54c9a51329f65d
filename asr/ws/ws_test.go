package ws

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/asr/asrtest"
)

const ms = time.Millisecond

var babble = asrtest.Babble(1200 * ms)

// both runs a test against both protocols, FunASR in both manners.
func both(t *testing.T, test func(t *testing.T, protocol, words string, start func(*testing.T) *server)) {
	for _, c := range []struct {
		name, protocol, words string
		serve                 func(*server, *websocket.Conn)
		python                bool
	}{
		{"vosk", "vosk", "hello there", serveVosk, false},
		{"funasr c++", "funasr", "转人工谢谢", serveFunASR, false},
		{"funasr python", "funasr", "转人工谢谢", serveFunASR, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			test(t, c.protocol, c.words, func(t *testing.T) *server {
				s := newServer(t, c.words, c.serve)
				s.python = c.python
				return s
			})
		})
	}
}

func engine(t *testing.T, url, protocol string) *Engine {
	e, err := New(asrtest.Loudness(), Config{URL: url, Protocol: protocol})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func open(t *testing.T, e asr.Recognizer) asr.Stream {
	s, err := e.Open(context.Background(), asr.Options{Rate: asrtest.Rate, Hotwords: []string{"退货"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func say(t *testing.T, s asr.Stream, sounds ...[]int16) {
	if err := asrtest.Play(s, 2*ms, sounds...); err != nil {
		t.Fatal(err)
	}
}

func TestBehaviour(t *testing.T) {
	both(t, func(t *testing.T, protocol, words string, start func(*testing.T) *server) {
		asrtest.Suite(t, asrtest.Engine{Speech: babble, Words: words,
			New: func(t *testing.T) asr.Recognizer { return engine(t, start(t).url, protocol) }})
	})
}

func TestGreetings(t *testing.T) {
	both(t, func(t *testing.T, protocol, _ string, start func(*testing.T) *server) {
		srv := start(t)
		s := open(t, engine(t, srv.url, protocol))
		say(t, s, babble, asrtest.Quiet(time.Second))
		asrtest.Turn(t, s)
		srv.mu.Lock()
		defer srv.mu.Unlock()
		g := srv.greeted[0]
		if protocol == "vosk" {
			if c, _ := g["config"].(map[string]any); c["sample_rate"] != 8000.0 {
				t.Errorf("greeting %v", g)
			}
			return
		}
		if g["mode"] != "2pass" || g["audio_fs"] != 8000.0 || g["wav_format"] != "pcm" || g["is_speaking"] != true || g["hotwords"] != `{"退货":20}` {
			t.Errorf("greeting %v", g)
		}
	})
}

// A server that dies within a turn hears the turn again from its beginning.
func TestTurnSurvivesADroppedConnection(t *testing.T) {
	both(t, func(t *testing.T, protocol, words string, start func(*testing.T) *server) {
		srv := start(t)
		srv.set(func() { srv.drop = 1 })
		s := open(t, engine(t, srv.url, protocol))
		say(t, s, asrtest.Quiet(300*ms), babble, asrtest.Quiet(time.Second))
		turn := asrtest.Turn(t, s)
		if got := turn[len(turn)-1].Text; got != words {
			t.Errorf("heard %q, want %q", got, words)
		}
	})
}

func TestTwoDropsInATurnFailTheStream(t *testing.T) {
	both(t, func(t *testing.T, protocol, _ string, start func(*testing.T) *server) {
		srv := start(t)
		srv.set(func() { srv.drop = 2 })
		s := open(t, engine(t, srv.url, protocol))
		say(t, s, babble, asrtest.Quiet(time.Second))
		failed(t, s)
	})
}

// failed waits for the stream's error.
func failed(t *testing.T, s asr.Stream) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for {
		tr, err := s.Next(ctx)
		if ctx.Err() != nil {
			t.Fatal("the stream did not fail")
		}
		if err != nil {
			return err
		}
		if tr.Kind == asr.Final {
			t.Fatalf("heard %+v from a broken server", tr)
		}
	}
}

// A restart between two turns goes unnoticed.
func TestServerRestartsBetweenTurns(t *testing.T) {
	both(t, func(t *testing.T, protocol, words string, start func(*testing.T) *server) {
		srv := start(t)
		s := open(t, engine(t, srv.url, protocol))
		for range 2 {
			say(t, s, asrtest.Quiet(300*ms), babble, asrtest.Quiet(time.Second))
			turn := asrtest.Turn(t, s)
			if got := turn[len(turn)-1].Text; got != words {
				t.Errorf("heard %q, want %q", got, words)
			}
			srv.kill()
		}
	})
}

func TestKilledServerFailsTheStream(t *testing.T) {
	both(t, func(t *testing.T, protocol, _ string, start func(*testing.T) *server) {
		srv := start(t)
		s := open(t, engine(t, srv.url, protocol))
		srv.stop()
		say(t, s, babble, asrtest.Quiet(time.Second))
		if err := failed(t, s); !strings.Contains(err.Error(), "cannot be reached") {
			t.Errorf("got %v", err)
		}
	})
}

// A server that takes audio and says nothing is a failed server.
func TestDeafServerFailsTheStream(t *testing.T) {
	srv := newServer(t, "x", serveVosk)
	e, err := New(asrtest.Loudness(), Config{URL: srv.url, Protocol: "vosk", Deadline: 200 * ms})
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, e)
	srv.set(func() { srv.deaf = true })
	say(t, s, babble, asrtest.Quiet(time.Second))
	if err := failed(t, s); !errors.Is(err, asr.ErrSlow) {
		t.Errorf("got %v, want ErrSlow", err)
	}
}

func TestOpenFailsFastAndClearly(t *testing.T) {
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for _, c := range []struct{ url, want string }{
		{"ws" + strings.TrimPrefix(plain.URL, "http"), "404"},
		{"ws" + strings.TrimPrefix(closed.URL, "http"), "cannot be reached"},
	} {
		e := engine(t, c.url, "vosk")
		if _, err := e.Open(context.Background(), asr.Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.url, err, c.want)
		}
	}
}

func TestNewRefusesBadConfig(t *testing.T) {
	for _, c := range []Config{{URL: "http://x", Protocol: "vosk"}, {URL: "ws://", Protocol: "vosk"}, {URL: "::", Protocol: "vosk"}, {URL: "ws://x", Protocol: "kaldi"}} {
		if _, err := New(asrtest.Loudness(), c); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
}

func TestIdleConnectionsArePinged(t *testing.T) {
	pings := make(chan bool, 10)
	srv := newServer(t, "x", func(_ *server, c *websocket.Conn) {
		pong := c.PingHandler()
		c.SetPingHandler(func(s string) error { pings <- true; return pong(s) })
		for {
			if _, _, err := c.ReadMessage(); err != nil {
				return
			}
		}
	})
	e, err := New(asrtest.Loudness(), Config{URL: srv.url, Protocol: "vosk", KeepAlive: 20 * ms})
	if err != nil {
		t.Fatal(err)
	}
	open(t, e)
	for range 2 {
		select {
		case <-pings:
		case <-time.After(10 * time.Second):
			t.Fatal("no ping")
		}
	}
}

func FuzzReplies(f *testing.F) {
	f.Add([]byte(`{"partial" : "a"}`))
	f.Add([]byte(`{"text" : "a b", "result": []}`))
	f.Add([]byte(`{"alternatives":[{"text":"a","confidence":1}]}`))
	f.Add([]byte(`{"mode":"2pass-offline","text":"您好","is_final":true}`))
	f.Add([]byte(`{"mode":"2pass-online","text":"您","is_final":false,"stamp_sents":""}`))
	f.Fuzz(func(_ *testing.T, msg []byte) {
		for _, p := range protocols {
			k := p.begin(asr.Options{})
			_, _, _ = k.reply(msg)
			k.bye()
			_, _, _ = k.reply(msg)
			k.words()
		}
	})
}
