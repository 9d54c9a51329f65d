package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

func TestTagsAreReplacedOnce(t *testing.T) {
	both(t, func(t *testing.T, where string) {
		s, err := store.Open(t.Context(), where, "CN")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
		old := customer.Profile{ID: "p1", Name: "Wang Wei", Tags: []string{"vip"}, Updated: now}
		if _, err := s.Upsert(t.Context(), old); err != nil {
			t.Fatal(err)
		}
		if _, err := s.SetTags(t.Context(), "p1", []string{"other"}, nil, now); !errors.Is(err, store.ErrChanged) {
			t.Errorf("%v", err)
		}
		if _, err := s.SetTags(t.Context(), "p9", nil, nil, now); !errors.Is(err, store.ErrNoCustomer) {
			t.Errorf("%v", err)
		}
		p, err := s.SetTags(t.Context(), "p1", []string{"vip"}, []string{}, now.Add(time.Hour))
		if err != nil || len(p.Tags) != 0 || p.Name != "Wang Wei" {
			t.Errorf("%+v %v", p, err)
		}
		if found, err := s.Customers(t.Context(), store.Search{Tag: "vip"}); err != nil || len(found) != 0 {
			t.Errorf("%+v %v", found, err)
		}
		if _, err := s.Upsert(t.Context(), old); err != nil { // the same file again
			t.Fatal(err)
		}
		if p, err := s.Customer(t.Context(), "p1"); err != nil || len(p.Tags) != 0 {
			t.Errorf("an old import brought the tags back: %+v %v", p, err)
		}
	})
}

// Pages hold every record once, also of those that began at one instant.
func TestPagesOfRecords(t *testing.T) {
	both(t, func(t *testing.T, where string) {
		s, err := store.Open(t.Context(), where, "CN")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		began := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
		for i, id := range []string{"a", "b", "c", "d", "e"} {
			if err := s.Begin(t.Context(), call.Record{ID: id, Began: began.Add(time.Duration(i/3) * time.Minute)}); err != nil {
				t.Fatal(err)
			}
		}
		ids := func(f store.Filter) (out []string) {
			list, err := s.List(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range list {
				out = append(out, r.ID)
			}
			return out
		}
		var all []string
		var after store.Mark
		for range 4 {
			list, err := s.List(t.Context(), store.Filter{Limit: 2, After: after})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range list {
				all, after = append(all, r.ID), store.Mark{Began: r.Began, ID: r.ID}
			}
		}
		if !slices.Equal(all, []string{"e", "d", "c", "b", "a"}) {
			t.Errorf("pages: %v", all)
		}
		if got := ids(store.Filter{Until: began.Add(time.Minute)}); !slices.Equal(got, []string{"c", "b", "a"}) {
			t.Errorf("until: %v", got)
		}
	})
}
