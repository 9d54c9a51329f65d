package ws

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/parley-voice/parley/asr"
)

// maxMessage bounds what a server may send at once.
const maxMessage = 1 << 20

// conn is the connection of one turn. It implements asr.Hearing.
type conn struct {
	sock    *websocket.Conn
	cfg     Config
	partial func(string)
	wg      sync.WaitGroup
	once    sync.Once
	gone    chan struct{} // closed when reading ended
	done    chan struct{} // closed when the turn's words are complete

	mu   sync.Mutex
	talk talk
	last time.Time // when the server was last heard
	err  error     // why reading ended
}

func (c *conn) start() {
	c.sock.SetReadLimit(maxMessage)
	c.alive()
	c.sock.SetPongHandler(func(string) error { c.alive(); return nil })
	c.wg.Go(c.read)
	c.wg.Go(c.ping)
}

// alive puts off the moment when a silent server counts as gone.
func (c *conn) alive() {
	now := time.Now()
	_ = c.sock.SetReadDeadline(now.Add(3 * c.cfg.KeepAlive))
	c.mu.Lock()
	c.last = now
	c.mu.Unlock()
}

func (c *conn) read() {
	defer close(c.gone)
	for {
		kind, msg, err := c.sock.ReadMessage()
		if err != nil {
			c.mu.Lock()
			c.err = err
			if c.talk.closed() {
				c.finish()
			}
			c.mu.Unlock()
			return
		}
		c.alive()
		if kind != websocket.TextMessage {
			continue
		}
		c.mu.Lock()
		said, complete, err := c.talk.reply(msg)
		if err != nil {
			c.err = err
			c.mu.Unlock()
			return
		}
		if complete {
			c.finish()
		}
		c.mu.Unlock()
		if said != "" {
			c.partial(said)
		}
	}
}

// finish tells that the words are complete; mu is held.
func (c *conn) finish() { c.once.Do(func() { close(c.done) }) }

// ping keeps idle connections open through proxies, and finds dead ones.
func (c *conn) ping() {
	tick := time.NewTicker(c.cfg.KeepAlive)
	defer tick.Stop()
	for {
		select {
		case <-c.gone:
			return
		case <-tick.C:
			_ = c.sock.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second))
		}
	}
}

// Write sends audio.
func (c *conn) Write(ctx context.Context, pcm []int16) error {
	data := make([]byte, 2*len(pcm))
	for i, v := range pcm {
		binary.LittleEndian.PutUint16(data[2*i:], uint16(v))
	}
	c.mu.Lock()
	c.talk.sent()
	c.mu.Unlock()
	return c.write(ctx, websocket.BinaryMessage, data)
}

// write sends one message by ctx's deadline, the configured one at most: a
// server that does not take audio must not hold up the call.
func (c *conn) write(ctx context.Context, kind int, data []byte) error {
	by := time.Now().Add(c.cfg.Deadline)
	if d, ok := ctx.Deadline(); ok && d.Before(by) {
		by = d
	}
	_ = c.sock.SetWriteDeadline(by)
	return c.sock.WriteMessage(kind, data)
}

// Finish says goodbye and waits for the words.
func (c *conn) Finish(ctx context.Context) (string, error) {
	c.mu.Lock()
	bye := c.talk.bye()
	c.mu.Unlock()
	if err := c.write(ctx, websocket.TextMessage, bye); err != nil {
		return "", err
	}
	begin := time.Now()
	// The answer to this tells a server with nothing to say from a dead one.
	_ = c.sock.WriteControl(websocket.PingMessage, nil, begin.Add(time.Second))
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-c.done:
			return c.words(), nil
		case <-tick.C:
			if c.settled(begin) {
				return c.words(), nil
			}
		case <-c.gone:
			select {
			case <-c.done: // it hung up because all was said
				return c.words(), nil
			default:
			}
			c.mu.Lock()
			defer c.mu.Unlock()
			return "", fmt.Errorf("the server left before its words: %w", orEOF(c.err))
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.Canceled) {
				return "", ctx.Err()
			}
			return "", asr.ErrSlow
		}
	}
}

func (c *conn) words() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.talk.words()
}

func (c *conn) settled(begin time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last.After(begin) && c.talk.settled(time.Since(begin))
}

func orEOF(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Gone is closed when the server cannot be reached any more.
func (c *conn) Gone() <-chan struct{} { return c.gone }

// Close says goodbye in WebSocket's way and waits for both goroutines.
func (c *conn) Close() error {
	_ = c.sock.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(100*time.Millisecond))
	err := c.sock.Close()
	c.wg.Wait()
	return err
}
