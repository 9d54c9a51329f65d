package audio

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/transcript"
)

const shop = `script: shop
slots: {tail: {type: digits, length: 4}}
nodes:
  hello: {stage: opening, say: Hello. Do you have an order?, go: {affirm: number, deny: bye}}
  number: {stage: need, say: Your number please., ask: tail, go: desk}
  desk: {stage: handoff, say: One moment., transfer: {queue: shop, on_fail: bye}}
  bye: {stage: close, say: Goodbye., outcome: done, end: finished}
`

const tests = `test: words, a noise, keys and nobody there
script: shop
steps:
  - noise: a cough
  - caller: Yes, I do.
  - press: "4271"
  - expect: {set: {tail: "4271"}, transfer: shop, said: One moment}
  - transfer: busy
  - bot: bye
  - expect: {outcome: done, ended: finished}
---
test: what goes otherwise is told
script: shop
steps:
  - caller: No, I do not.
  - expect: {node: number, said: thank you}
`

// The tests of a script are played over SIP and RTP, through the recogniser.
func TestPlayedByTelephone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "shop.yaml")
	if err := os.WriteFile(file, []byte(shop), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := dialog.LoadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	all, err := transcript.Load(strings.NewReader(tests), "shop.test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	stage, err := Open(t.Context(), config.Default().Speech, file, s, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := stage.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(stage.folder); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s was left behind", stage.folder)
		}
	}()
	good, err := stage.Play(t.Context(), all[0])
	if err != nil || len(good.Failures) > 0 {
		t.Fatalf("%v %q\n%v", err, good.Failures, good.Entries)
	}
	bad, err := stage.Play(t.Context(), all[1])
	if err != nil || len(bad.Failures) != 2 || !strings.Contains(bad.Failures[0], "shop.test.yaml:16: node: expected \"number\", got \"bye\"") {
		t.Errorf("%v %q", err, bad.Failures)
	}
}

func TestOnlyOurOwnTelephonesAreCalled(t *testing.T) {
	s, err := dialog.Load(strings.NewReader(strings.ReplaceAll(shop, "queue: shop", "sip: sip:4100@192.0.2.1")), "shop.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), config.Default().Speech, "shop.yaml", s, slog.Default()); err == nil || !strings.Contains(err.Error(), "192.0.2.1") {
		t.Errorf("%v", err)
	}
	s, err = dialog.Load(strings.NewReader("script: zh\nlanguage: zh-CN\nnodes: {a: {stage: close, say: 再见。, end: true}}\n"), "zh.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), config.Default().Speech, "zh.yaml", s, slog.Default()); err == nil || !strings.Contains(err.Error(), "zh-CN") {
		t.Errorf("%v", err)
	}
}

// A recogniser that is taken away fails at once, also while it is waited for,
// and is there again for the next call.
func TestBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBreaker()
		r := b.wrap(&asr.Fake{})
		s, err := r.Open(t.Context(), asr.Options{Rate: 8000})
		if err != nil {
			t.Fatal(err)
		}
		failed := make(chan error, 1)
		go func() {
			_, err := s.Next(t.Context())
			failed <- err
		}()
		synctest.Wait()
		b.trip()
		b.trip()
		if err := <-failed; !errors.Is(err, errBroken) {
			t.Errorf("%v", err)
		}
		if _, err := r.Open(t.Context(), asr.Options{Rate: 8000}); !errors.Is(err, errBroken) {
			t.Errorf("%v", err)
		}
		b.mend()
		again, err := r.Open(t.Context(), asr.Options{Rate: 8000})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(s.Close(), again.Close()); err != nil {
			t.Error(err)
		}
	})
}

func TestFactsOfAJournal(t *testing.T) {
	f := newFacts()
	updates := make(chan call.Update, 20)
	at := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	for i, e := range []call.Entry{
		{Kind: call.EntryMoved, Node: "hello", Stage: "opening"},
		{Kind: call.EntrySaid, Node: "hello", Text: "Hello."},
		{Kind: call.EntryHeard, Node: "hello", Text: "yes"},
		{Kind: call.EntryHeard, Node: "hello", Text: "yes", Intent: "affirm", Score: 0.9},
		{Kind: call.EntryMoved, Node: "desk", Stage: "handoff", Intent: "affirm"},
		{Kind: call.EntryNote, Text: "tag=angry"},
		{Kind: call.EntryTransfer, Text: "to queue shop"},
		{Kind: call.EntryNote, Text: "transfer=transfer failed: busy"},
		{Kind: call.EntryTransfer, Text: "done", Why: "the person left"},
	} {
		e.Seq, e.At = i+1, at.Add(time.Duration(i)*time.Second)
		if i > 2 {
			e.Seq-- // the fourth amends the third
		}
		updates <- call.Update{Entry: &e}
	}
	updates <- call.Update{Done: &call.Record{Outcome: "sold", Why: "the person hung up"}}
	close(updates)
	f.note(at.Add(1500*time.Millisecond), "caller", "yes")
	f.follow(updates)
	for key, want := range map[string][]string{"node": {"desk"}, "stage": {"handoff"}, "intent": {"affirm"}, "said": {"Hello."}, "tag": {"angry"},
		"transfer": {"shop"}, "outcome": {"sold"}, "ended": {"the person hung up", "transferred"}, "notice": nil} {
		if got := f.get(key, 0); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", key, got, want)
		}
	}
	if got := f.get("said", 2); got != nil {
		t.Errorf("said before the caller's act: %q", got)
	}
	lines := f.transcript()
	if len(lines) != 9 || lines[2].Who != "caller" || !strings.Contains(lines[3].Text, "understood affirm") || !f.ended() {
		t.Errorf("%+v", lines)
	}
	if next, ok := f.visited("desk", 0); !ok || next != 4 {
		t.Errorf("%d %v", next, ok)
	}
}

// Waiting ends with its time, with what it waits for, and with its context.
func TestUntil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &player{}
		began := time.Now()
		if err := p.until(t.Context(), time.Second, func() bool { return false }); err != nil || time.Since(began) != time.Second {
			t.Errorf("%v after %s", err, time.Since(began))
		}
		if err := p.until(t.Context(), time.Second, func() bool { return true }); err != nil {
			t.Error(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := p.until(ctx, time.Second, func() bool { return false }); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	})
}
