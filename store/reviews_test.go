package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/parley-voice/parley/dialog/review"
	"github.com/parley-voice/parley/store"
)

func openReviews(t *testing.T, path string) *store.Reviews {
	t.Helper()
	r, err := store.OpenReviews(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func bundle(t *testing.T, text string) review.Bundle {
	t.Helper()
	b, err := review.Pack(fstest.MapFS{"s.yaml": {Data: []byte(text)}}, "s.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestReviewsAreKept(t *testing.T) { both(t, kept) }

func kept(t *testing.T, path string) {
	r := openReviews(t, path)
	b := bundle(t, "script: s")
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	event := func(who string, act review.Act) review.Event {
		return review.Event{Script: "s", Hash: b.Hash, Who: who, Act: act, At: now}
	}
	steps := []error{
		r.Submit(t.Context(), b, event("li", "")),
		r.Record(t.Context(), event("wang", review.Approve)),
		r.Record(t.Context(), event("li", review.Publish)),
	}
	if err := errors.Join(steps...); err != nil {
		t.Fatal(err)
	}
	if err := r.Record(t.Context(), event("wang", review.Approve)); !errors.Is(err, review.ErrState) {
		t.Errorf("a published version is approved again: %v", err)
	}
	if err := r.Submit(t.Context(), b, review.Event{Script: "other", Who: "li", At: now}); err == nil {
		t.Error("one version belongs to two scripts")
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	again := openReviews(t, path)
	past, err := again.History(t.Context(), "s")
	if err != nil || len(past) != 3 || past[1] != event("wang", review.Approve) {
		t.Fatalf("history %v, %v", past, err)
	}
	hashes, seq, err := again.Published(t.Context())
	if err != nil || hashes["s"] != b.Hash || seq != 3 {
		t.Errorf("published %v, seq %d, %v", hashes, seq, err)
	}
	if names, err := again.Scripts(t.Context()); err != nil || len(names) != 1 || names[0] != "s" {
		t.Errorf("scripts %v, %v", names, err)
	}
	if seq, err := again.Seq(t.Context()); seq != 3 || err != nil {
		t.Errorf("seq %d, %v", seq, err)
	}
	got, err := again.Version(t.Context(), "s", b.Hash[:8])
	if err != nil || got.Hash != b.Hash {
		t.Fatalf("version %v, %v", got.Hash, err)
	}
	if _, err := got.Open(); err != nil {
		t.Error(err)
	}
	for _, hash := range []string{"zz", b.Hash + "0"} {
		if _, err := again.Version(t.Context(), "s", hash); !errors.Is(err, store.ErrNoVersion) {
			t.Errorf("%s: %v", hash, err)
		}
	}
}

// Who goes back from a version that is published no more changes nothing.
func TestReviewsReplaceWhatIsPublished(t *testing.T) {
	both(t, func(t *testing.T, where string) {
		r := openReviews(t, where)
		var hashes []string
		for _, text := range []string{"script: a", "script: b", "script: c"} {
			b := bundle(t, text)
			hashes = append(hashes, b.Hash)
			if err := errors.Join(r.Submit(t.Context(), b, review.Event{Script: "s", Who: "li"}),
				r.Record(t.Context(), review.Event{Script: "s", Hash: b.Hash, Who: "wang", Act: review.Approve}),
				r.Record(t.Context(), review.Event{Script: "s", Hash: b.Hash, Who: "li", Act: review.Publish})); err != nil {
				t.Fatal(err)
			}
		}
		back := review.Event{Script: "s", Hash: hashes[0], Who: "alarm", Note: "worse"}
		if err := r.Replace(t.Context(), hashes[1], back); !errors.Is(err, review.ErrState) {
			t.Errorf("b is published no more: %v", err)
		}
		if err := r.Replace(t.Context(), hashes[2], back); err != nil {
			t.Error(err)
		}
		past, err := r.History(t.Context(), "s")
		if err != nil || len(past) != 10 || past[9].Act != review.Rollback || review.Current(past) != hashes[0] {
			t.Errorf("%+v, %v", past, err)
		}
	})
}

// Many approve one version at once, from two processes' worth of connections.
func TestOneApprovalWins(t *testing.T) { both(t, oneApproval) }

func oneApproval(t *testing.T, path string) {
	r := openReviews(t, path)
	b := bundle(t, "script: s")
	if err := r.Submit(t.Context(), b, review.Event{Script: "s", Who: "li"}); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	errs := make(chan error, 16)
	for i := range cap(errs) {
		from := r
		if i%2 == 1 {
			from = openReviews(t, path)
		}
		wg.Go(func() {
			errs <- from.Record(t.Context(), review.Event{Script: "s", Hash: b.Hash, Act: review.Approve, Who: fmt.Sprint("w", i)})
		})
	}
	wg.Wait()
	close(errs)
	won := 0
	for err := range errs {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, review.ErrState):
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d approvals were taken", won)
	}
}
