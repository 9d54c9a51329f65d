package main_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/campaign/calendar"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// One who has the file and the public key sees that a call was allowed, announced and
// recorded; and after a byte was changed, that it was.
func TestConsentEvidence(t *testing.T) {
	dir, out := filepath.Join(t.TempDir(), "var"), t.TempDir()
	where, sound := filepath.Join(dir, "records.db"), filepath.Join(out, "c1.wav")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(sound, []byte("RIFF0123456789"), 0o600); err != nil {
		t.Fatal(err)
	}
	placed(t, where, sound)
	file, key := filepath.Join(out, "c1.zip"), filepath.Join(dir, "consent.pub")
	parley := func(code int, want string, args ...string) {
		t.Helper()
		got, stdout, stderr := run(t, nil, args...)
		if got != code || !strings.Contains(stdout+stderr, want) {
			t.Fatalf("parley %q: exit code %d, want %d and %q:\n%s%s", args, got, code, want, stdout, stderr)
		}
	}
	parley(0, "call c1, 5 proofs, with the recording", "consent", "evidence", "c1", "--out", file, "--reason", "complaint 7", "--recording", "--data", dir)
	parley(2, "exists", "consent", "evidence", "c1", "--out", file, "--reason", "complaint 7", "--data", dir)
	parley(0, "whole: call c1, 15 parts", "consent", "verify-evidence", file, "--key", key)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	i := bytes.Index(text, []byte("recording.wav")) + len("recording.wav") + 9 // zip's time of the file
	text[i+3] ^= 1
	forged := filepath.Join(out, "forged.zip")
	if err := os.WriteFile(forged, text, 0o600); err != nil {
		t.Fatal(err)
	}
	parley(1, "recording.wav: ", "consent", "verify-evidence", forged, "--key", key)
	parley(2, "no public key", "consent", "verify-evidence", file, "--key", sound)
}

// placed keeps a campaign's call to one who allowed it.
func placed(t *testing.T, where, sound string) {
	t.Helper()
	s, err := store.Open(t.Context(), where, "CN")
	if err != nil {
		t.Fatal(err)
	}
	book, err := calendar.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	ctx, number := t.Context(), "+8613800138000"
	at := time.Date(2026, 3, 4, 3, 0, 0, 0, time.UTC)
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err = s.Upsert(ctx, customer.Profile{ID: "p", Numbers: []string{number}, Updated: at.Add(-time.Hour),
		Consent: []customer.Consent{{Purpose: "marketing", State: customer.Granted, Basis: "consent", At: at.Add(-time.Hour)}}})
	check(err)
	_, d, err := s.Reserve(ctx, at, permit.Request{ID: "c1", Number: customer.Parse(number, "CN"), Purpose: "marketing", Holder: "me"}, permit.Standard(book))
	if err != nil || !d.Allowed {
		t.Fatal(d, err)
	}
	check(s.DialAttempt(ctx, at, "c1"))
	check(s.AnswerAttempt(ctx, at.Add(time.Second), "c1"))
	_, err = s.SettleAttempt(ctx, at.Add(time.Minute), "c1", "answered")
	check(err)
	check(s.Finish(ctx, call.Record{ID: "c1", Direction: "outbound", Called: number, Script: "offer", Began: at, Answered: at, Ended: at.Add(time.Minute), State: call.Finished,
		Recording: sound, Entries: []call.Entry{
			{Seq: 1, At: at, Kind: call.EntrySaid, Text: "This call is recorded."}, {Seq: 2, At: at, Kind: call.EntryNote, Text: "notice=recording"},
			{Seq: 3, At: at, Kind: call.EntryRecording, Text: sound, Why: "the caller has heard the notice"},
		}}))
	check(s.Flush(ctx, "c1"))
	check(s.Close())
}
