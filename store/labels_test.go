package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/store/storetest"
)

// TestLabels writes labels beside an open store, as a person does while the
// server runs.
func TestLabels(t *testing.T) { both(t, labels) }

func labels(t *testing.T, path string) {
	ctx := t.Context()
	s, err := store.Open(ctx, path, "CN")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, id := range []string{"a", "b"} {
		if err := s.Begin(ctx, storetest.Begun(id, storetest.T0)); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range storetest.Ended("a", storetest.T0).Entries {
		s.Append("a", e)
	}
	if err := s.Flush(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	l, err := store.OpenEditor(ctx, path, "CN")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	at := storetest.T0.Add(time.Hour)
	if _, err := l.Label(ctx, "a", 1, "feature", "Bo", at); err != nil {
		t.Fatal(err)
	}
	got, err := l.Label(ctx, "a@host", 1, "price", "Anna", at.Add(time.Minute))
	want := store.Label{Call: "a", Seq: 2, Turn: 1, Intent: "price", Who: "Anna", At: at.Add(time.Minute), Script: "member", Text: "多少钱", Taken: "price"}
	if err != nil || got != want {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
	// The record is written anew when its call ends; its labels stay.
	if err := s.Finish(ctx, storetest.Ended("a", storetest.T0)); err != nil {
		t.Fatal(err)
	}
	if err := s.Flush(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	for f, n := range map[store.LabelFilter]int{{}: 1, {Script: "member"}: 1, {Script: "x"}: 0, {Call: "a"}: 1, {Call: "b"}: 0} {
		all, err := s.Labels(ctx, f)
		if err != nil || len(all) != n || n == 1 && all[0] != want {
			t.Errorf("%+v: %+v, %v", f, all, err)
		}
	}
	for _, c := range []struct {
		call string
		turn int
		want error
	}{{"a", 0, store.ErrNoTurn}, {"a", 2, store.ErrNoTurn}, {"b", 1, store.ErrNoTurn}, {"c", 1, store.ErrNotFound}} {
		if _, err := l.Label(ctx, c.call, c.turn, "price", "Anna", at); !errors.Is(err, c.want) {
			t.Errorf("%s turn %d: %v, want %v", c.call, c.turn, err, c.want)
		}
	}
	if _, err := store.OpenEditor(ctx, path+"x", "CN"); err == nil {
		t.Error("labels were opened where there are no records")
	}
}
