package tts

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/parley-voice/parley/media"
)

// shownErrors is how many lines an error of Render names.
const shownErrors = 5

// Render makes the lines ahead, Workers at a time, and remembers them as fixed:
// one that is lost later is kept again when it is next spoken. Lines that stand
// already cost a look. It goes on after a line that fails and names the failed
// ones in its error; a cancelled context ends it early. A disk that cannot be
// written is not an error: the lines live in memory and Stats counts it.
func (c *Cache) Render(ctx context.Context, lines []Utterance) error {
	todo := c.remember(lines)
	jobs := make(chan int)
	r := &rendering{cache: c, total: len(todo)}
	var wg sync.WaitGroup
	for range min(c.cfg.Workers, len(todo)) {
		wg.Go(func() {
			for i := range jobs {
				r.line(ctx, todo[i])
			}
		})
	}
	for i := range todo {
		select {
		case jobs <- i:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(jobs)
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("tts: rendering stopped after %d of %d lines: %w", r.done, r.total, err)
	}
	return r.err()
}

// Mark remembers lines as fixed without making them: each is kept when it is first
// spoken.
func (c *Cache) Mark(lines []Utterance) { c.remember(lines) }

// remember marks the lines as fixed and gives each different one once.
func (c *Cache) remember(lines []Utterance) []Utterance {
	seen := map[string]bool{}
	var todo []Utterance
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, u := range lines {
		key := c.key(u)
		if seen[key] || strings.TrimSpace(u.Text) == "" {
			continue
		}
		seen[key] = true
		if len(c.fixed) < maxFixed {
			c.fixed[key] = struct{}{}
		}
		todo = append(todo, u)
	}
	return todo
}

// rendering is one Render at work.
type rendering struct {
	cache *Cache
	total int

	mu     sync.Mutex
	done   int
	failed int
	errs   []error // the first shownErrors
}

func (r *rendering) line(ctx context.Context, u Utterance) {
	err := r.cache.renderOne(ctx, u)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done++
	if err != nil {
		if r.failed++; len(r.errs) < shownErrors {
			r.errs = append(r.errs, fmt.Errorf("%q: %w", firstWords(u.Text), err))
		}
	}
	if r.cache.cfg.Progress != nil {
		r.cache.cfg.Progress(Progress{Done: r.done, Total: r.total, Line: u, Err: err})
	}
}

func (c *Cache) renderOne(ctx context.Context, u Utterance) error {
	key := c.key(u)
	if c.find(key) != nil {
		return nil
	}
	sounds, _, err := c.speakAndKeep(ctx, key, u, func(media.Frame) error { return nil })
	if err != nil {
		return err
	}
	if sounds == 0 {
		return fmt.Errorf("the voice for %q gives no sound for it: does it read that language?", u.Language)
	}
	return nil
}

func (r *rendering) err() error {
	if r.failed == 0 {
		return nil
	}
	return fmt.Errorf("tts: %d of %d lines could not be rendered: %w", r.failed, r.total, errors.Join(r.errs...))
}

func firstWords(text string) string {
	if r := []rune(text); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return text
}
