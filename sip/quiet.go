package sip

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// quiet is the logger that sipgo gets. It passes warnings and errors on, each
// kind at most once in a while, and takes out what may hold a caller's data:
// sipgo logs whole packets when it cannot read them.
type quiet struct {
	next  slog.Handler
	state *quietState
}

type quietState struct {
	mu   sync.Mutex
	seen map[string]*tally
}

type tally struct {
	until time.Time
	muted int
}

const (
	quietFor = 10 * time.Second
	maxKinds = 256
)

func newQuiet(next slog.Handler) quiet {
	return quiet{next: next, state: &quietState{seen: map[string]*tally{}}}
}

// secret attributes carry packets, URIs and headers.
var secret = map[string]bool{
	"data": true, "msg": true, "req": true, "res": true,
	"invite_request": true, "invite_response": true, "cancel_request": true, "sipmsg": true, "body": true,
}

// Enabled is slog.Handler's.
func (q quiet) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && q.next.Enabled(ctx, l)
}

// Handle is slog.Handler's.
func (q quiet) Handle(ctx context.Context, r slog.Record) error {
	muted, ok := q.state.pass(r.Time, r.Message)
	if !ok {
		return nil
	}
	out := slog.NewRecord(r.Time, r.Level, "sip stack: "+r.Message, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		out.AddAttrs(redact(a))
		return true
	})
	if muted > 0 {
		out.AddAttrs(slog.Int("muted", muted))
	}
	return q.next.Handle(ctx, out)
}

// maxAttr cuts texts: the parser quotes the line that it could not read.
const maxAttr = 80

func redact(a slog.Attr) slog.Attr {
	if secret[a.Key] {
		return slog.String(a.Key, "[redacted]")
	}
	s := a.Value.String()
	end := min(len(s), maxAttr)
	for _, mark := range []string{"'", `"`, "sip:", "sips:", "tel:", "@", "\r", "\n"} {
		if i := strings.Index(s[:end], mark); i >= 0 {
			end = i
		}
	}
	if end == len(s) {
		return a
	}
	return slog.String(a.Key, s[:end]+"[...]")
}

// WithAttrs is slog.Handler's.
func (q quiet) WithAttrs(as []slog.Attr) slog.Handler {
	return quiet{q.next.WithAttrs(as), q.state}
}

// WithGroup is slog.Handler's.
func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.next.WithGroup(name), q.state} }

func (s *quietState) pass(now time.Time, kind string) (muted int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.seen[kind]
	if t == nil {
		if len(s.seen) >= maxKinds {
			return 0, false
		}
		t = &tally{}
		s.seen[kind] = t
	}
	if now.Before(t.until) {
		t.muted++
		return 0, false
	}
	muted, t.muted, t.until = t.muted, 0, now.Add(quietFor)
	return muted, true
}
