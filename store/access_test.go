package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/parley-voice/parley/store"
)

func openAccess(t *testing.T, path string) *store.Access {
	t.Helper()
	a, err := store.OpenAccess(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

func TestKeysAreKept(t *testing.T) { both(t, keysKept) }

func keysKept(t *testing.T, path string) {
	ctx := t.Context()
	a := openAccess(t, path)
	if any, err := a.AnyKey(ctx); any || err != nil {
		t.Errorf("an empty file: %v %v", any, err)
	}
	now := time.Date(2026, 5, 4, 12, 0, 0, 7, time.UTC)
	k := store.Key{ID: "a1", Name: "Li Na", Role: "supervisor", Agent: "1001", Hash: []byte{1, 0, 2}, Made: now, Expires: now.Add(time.Hour)}
	if err := errors.Join(a.AddKey(ctx, k), a.AddKey(ctx, store.Key{ID: "b2", Made: now.Add(1), Hash: []byte{3}})); err != nil {
		t.Fatal(err)
	}
	if err := a.AddKey(ctx, k); err == nil {
		t.Error("two keys with one id")
	}
	other := openAccess(t, path) // a server reads what the command line changes
	if err := errors.Join(a.UsedKey(ctx, "a1", now.Add(2)), a.UsedKey(ctx, "a1", now.Add(1)),
		a.RevokeKey(ctx, "a1", now.Add(3)), a.RevokeKey(ctx, "a1", now.Add(4))); err != nil {
		t.Fatal(err)
	}
	k.Used, k.Revoked = now.Add(2), now.Add(3)
	got, err := other.Key(ctx, "a1")
	if err != nil || got.Name != k.Name || got.Role != k.Role || got.Agent != k.Agent || !slices.Equal(got.Hash, k.Hash) ||
		!got.Made.Equal(k.Made) || !got.Expires.Equal(k.Expires) || !got.Used.Equal(k.Used) || !got.Revoked.Equal(k.Revoked) {
		t.Errorf("%v\n got %+v\nwant %+v", err, got, k)
	}
	all, err := other.Keys(ctx)
	if err != nil || len(all) != 2 || all[0].ID != "a1" || !all[1].Expires.IsZero() || !all[1].Used.IsZero() {
		t.Errorf("%v %+v", err, all)
	}
	for _, err := range []error{a.RevokeKey(ctx, "c3", now), a.UsedKey(ctx, "c3", now), second(a.Key(ctx, "c3"))} {
		if !errors.Is(err, store.ErrNoKey) {
			t.Errorf("an unknown key: %v", err)
		}
	}
}

func TestOnlyTheOwnerReadsTheKeys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new folder", "access.db")
	openAccess(t, path)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}

func second(_ store.Key, err error) error { return err }

func TestDeedsAreKept(t *testing.T) { both(t, deedsKept) }

func deedsKept(t *testing.T, path string) {
	ctx := t.Context()
	a := openAccess(t, path)
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	for i, d := range []store.Deed{
		{Who: "li", Action: "calls.end", Target: "c1"},
		{Who: "li", Key: "k", Role: "admin", Action: "customers.tag", Target: "p1", Before: "a", After: "a, b", Reason: "asked", Source: "192.0.2.1", Request: "r"},
		{Who: "wang", Action: "calls.end", Target: "c2"},
	} {
		d.At = now.Add(time.Duration(i) * time.Minute)
		if err := a.Write(ctx, d); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		filter store.DeedFilter
		want   []string // targets
	}{
		{store.DeedFilter{}, []string{"c2", "p1", "c1"}},
		{store.DeedFilter{Limit: 1}, []string{"c2"}},
		{store.DeedFilter{Before: 3, Limit: 1}, []string{"p1"}},
		{store.DeedFilter{Who: "li"}, []string{"p1", "c1"}},
		{store.DeedFilter{Action: "calls.end", Who: "li"}, []string{"c1"}},
		{store.DeedFilter{Target: "p1"}, []string{"p1"}},
		{store.DeedFilter{Since: now.Add(time.Minute)}, []string{"c2", "p1"}},
		{store.DeedFilter{Until: now.Add(time.Minute)}, []string{"c1"}},
	} {
		found, err := openAccess(t, path).Deeds(ctx, c.filter)
		var got []string
		for _, d := range found {
			got = append(got, d.Target)
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v %v, want %v", c.filter, got, err, c.want)
		}
	}
	want := store.Deed{ID: 2, At: now.Add(time.Minute), Who: "li", Key: "k", Role: "admin", Action: "customers.tag", Target: "p1",
		Before: "a", After: "a, b", Reason: "asked", Source: "192.0.2.1", Request: "r"}
	if got, err := a.Deeds(ctx, store.DeedFilter{Target: "p1"}); err != nil || got[0] != want {
		t.Errorf("%v\n got %+v\nwant %+v", err, got, want)
	}
}
