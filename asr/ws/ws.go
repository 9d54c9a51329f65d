// Package ws recognises speech with a WebSocket server of one's own: Vosk
// (alphacep/vosk-server) or FunASR (2-pass), which have models for Mandarin and
// many other languages.
package ws

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"github.com/parley-voice/parley/asr"
)

// Config of an Engine. Zero fields take the defaults in brackets.
type Config struct {
	URL       string // ws:// or wss://
	Protocol  string // "vosk" or "funasr"
	Header    http.Header
	Insecure  bool          // accept any certificate: FunASR's images come with one they signed themselves
	KeepAlive time.Duration // between two pings; a server silent for three is gone (5 s)
	Dial      time.Duration // longest connect and greeting (1 s)
	Deadline  time.Duration // longest wait for a turn's words, and for the network to take audio (2 s)
	Segments  asr.SegmenterConfig
	Now       func() time.Time
}

// Engine opens one connection per turn, ahead of it. It implements
// asr.Recognizer.
type Engine struct {
	*asr.Live
	cfg      Config
	protocol protocol
	dialer   websocket.Dialer
}

// New checks cfg; it does not connect. det finds the turns, so that onset and
// endpoint are those of every other engine.
func New(det asr.Detector, cfg Config) (*Engine, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Host == "" || u.Scheme != "ws" && u.Scheme != "wss" {
		return nil, fmt.Errorf("ws: url is %q: want ws://host:port or wss://host:port", cfg.URL)
	}
	p, ok := protocols[strings.ToLower(cfg.Protocol)]
	if !ok {
		return nil, fmt.Errorf("ws: protocol is %q: want vosk or funasr", cfg.Protocol)
	}
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{{&cfg.KeepAlive, 5 * time.Second}, {&cfg.Dial, time.Second}, {&cfg.Deadline, 2 * time.Second}} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	e := &Engine{cfg: cfg, protocol: p}
	e.dialer = websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: cfg.Dial, Subprotocols: p.subprotocols}
	if cfg.Insecure {
		e.dialer.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
	}
	e.Live = asr.NewLive(e, det, asr.LiveConfig{Name: p.name, Segmenter: cfg.Segments, Chunk: p.chunk,
		Dial: cfg.Dial, Deadline: cfg.Deadline, Now: cfg.Now})
	return e, nil
}

// Dial connects and greets the server. It implements asr.Hearer.
func (e *Engine) Dial(ctx context.Context, o asr.Options, partial func(string)) (asr.Hearing, error) {
	sock, resp, err := e.dialer.DialContext(ctx, e.cfg.URL, e.cfg.Header) //nolint:bodyclose // needs no closing, as its documentation says
	if err != nil {
		if resp != nil && errors.Is(err, websocket.ErrBadHandshake) {
			return nil, fmt.Errorf("%s answers %s instead of a WebSocket", e.cfg.URL, resp.Status)
		}
		return nil, fmt.Errorf("%s cannot be reached: %w", e.cfg.URL, err)
	}
	c := &conn{sock: sock, cfg: e.cfg, talk: e.protocol.begin(o), partial: partial,
		gone: make(chan struct{}), done: make(chan struct{})}
	if err := c.write(ctx, websocket.TextMessage, c.talk.hello()); err != nil {
		_ = sock.Close()
		return nil, fmt.Errorf("greeting %s: %w", e.cfg.URL, err)
	}
	c.start()
	return c, nil
}
