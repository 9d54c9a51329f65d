package store_test

import (
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/parley-voice/parley/campaign/ledger"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/store/storetest"
)

func notaryKey(t testing.TB) (note.Signer, note.Verifiers) {
	t.Helper()
	private, public, err := note.GenerateKey(rand.Reader, "parley.test")
	if err != nil {
		t.Fatal(err)
	}
	s, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(public)
	if err != nil {
		t.Fatal(err)
	}
	return s, note.VerifierList(v)
}

// asked keeps n people's consent, some of it at once.
func asked(t testing.TB, e *store.Store, from, n int) {
	t.Helper()
	var all []customer.Profile
	for i := from; i < from+n; i++ {
		all = append(all, customer.Profile{
			ID: fmt.Sprintf("p%05d", i), Numbers: []string{fmt.Sprintf("+86138%08d", i)}, Updated: morning,
			Consent: []customer.Consent{{Purpose: "marketing", State: customer.Granted, Basis: "consent", At: morning}},
		})
	}
	for len(all) > 0 {
		k := min(7, len(all))
		if _, err := e.Upsert(t.Context(), all[:k]...); err != nil {
			t.Fatal(err)
		}
		all = all[k:]
	}
}

func raw(t testing.TB, where string) *sql.DB {
	t.Helper()
	driver := "sqlite"
	if strings.HasPrefix(where, "postgres://") {
		driver = "pgx"
	} else {
		where = "file:" + strings.NewReplacer("%", "%25", "#", "%23", "?", "%3f", " ", "%20").Replace(where)
	}
	db, err := sql.Open(driver, where)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// What is done to a ledger behind Parley's back, and what the audit says of it.
var tampered = map[string]struct {
	do   []string
	want []string // leaf-leaf: a part of the text
	none bool     // without the pinned head, nothing is found
}{
	"nothing": {},
	"a flipped byte": {
		do:   []string{"UPDATE permit_events SET number = REPLACE(number, '+86138', '+86139') WHERE leaf = 7"},
		want: []string{"7-7: it was changed"},
	},
	"a flipped byte of a salt": {
		do:   []string{"UPDATE permit_events SET salt = (SELECT salt FROM permit_events WHERE leaf = 3) WHERE leaf = 4"},
		want: []string{"4-4: it was changed"},
	},
	"a flipped byte of a hash": {
		do:   []string{"UPDATE ledger_hashes SET hash = (SELECT hash FROM ledger_hashes WHERE idx = 0) WHERE idx = 7"}, // of leaf 4
		want: []string{"4-4: hash was changed"},
	},
	"a removed row": {
		do:   []string{"DELETE FROM permit_events WHERE leaf = 11"},
		want: []string{"11-11: its row is gone"},
	},
	"a removed row, the later ones moved up": {
		do:   []string{"DELETE FROM permit_events WHERE leaf = 27", "UPDATE permit_events SET leaf = leaf - 1 WHERE leaf > 27"},
		want: []string{"27-27: holds the event of leaf 28", "28-28: holds the event of leaf 29", "29-29: its row is gone"},
	},
	"a reordered pair": {
		do: []string{"UPDATE permit_events SET leaf = -2 WHERE leaf = 5", "UPDATE permit_events SET leaf = 5 WHERE leaf = 20",
			"UPDATE permit_events SET leaf = 20 WHERE leaf = -2"},
		want: []string{"5-5: holds the event of leaf 20", "20-20: holds the event of leaf 5"},
	},
	"a cut tail": {
		do:   []string{"DELETE FROM permit_events WHERE leaf >= 28", "DELETE FROM ledger_hashes WHERE idx > 52"}, // 28 leaves have 53 hashes
		want: []string{"28-29: the last 2 were cut off", "28-29: the last 2 were cut off"},
	},
	"a cut tail, and the heads with it": {
		do:   []string{"DELETE FROM permit_events WHERE leaf >= 28", "DELETE FROM ledger_hashes WHERE idx > 52", "DELETE FROM ledger_heads WHERE size > 28"},
		want: []string{"28-29: the last 2 were cut off"}, none: true,
	},
	"a row put in past the ledger": {
		do: []string{`INSERT INTO permit_events (at, kind, ref, person, number, purpose, channel, source, detail)
			VALUES (1, 'consent', '', '', '+8613900000000', 'marketing', '', '', 'granted')`},
		want: []string{"0-0: in no leaf"},
	},
	"a row that stands twice": {
		do: []string{`INSERT INTO permit_events (at, kind, ref, person, number, purpose, channel, source, detail, leaf, salt)
			SELECT at, kind, ref, person, number, purpose, channel, source, detail, leaf, salt FROM permit_events WHERE leaf = 9`},
		want: []string{"9-9: second row"},
	},
	"a row made unreadable": {
		do:   []string{"UPDATE permit_events SET salt = NULL, ref = '', person = '', number = '', source = '', detail = '' WHERE leaf = 2"},
		want: []string{"2-2: no event tells"},
	},
}

func TestTamperingIsFoundAndWhere(t *testing.T) {
	both(t, func(t *testing.T, where string) {
		by, known := notaryKey(t)
		for name, c := range tampered {
			t.Run(name, func(t *testing.T) {
				where := where
				if strings.HasPrefix(where, "postgres://") {
					where = storetest.Postgres(t)
				} else {
					where = file(t)
				}
				s := storetest.Open(t, where)
				defer s.Close()
				asked(t, s, 0, 21)
				if _, err := s.SignHead(t.Context(), morning, by, known); err != nil {
					t.Fatal(err)
				}
				asked(t, s, 21, 9)
				pin, err := s.SignHead(t.Context(), morning, by, known)
				if err != nil || pin.Size != 30 {
					t.Fatalf("%+v, %v", pin, err)
				}
				h, err := ledger.OpenHead(pin.Note, known)
				if err != nil {
					t.Fatal(err)
				}
				db := raw(t, where)
				for _, text := range c.do {
					if _, err := db.ExecContext(t.Context(), text); err != nil {
						t.Fatal(err)
					}
				}
				r, err := s.Audit(t.Context(), known, []ledger.Held{{Head: h, From: "the pinned head"}}, nil)
				if err != nil {
					t.Fatal(err)
				}
				matches(t, r, c.want)
				if r, err = s.Audit(t.Context(), known, nil, nil); err != nil || (len(r.Findings) == 0) != (c.none || len(c.do) == 0) {
					t.Errorf("without the pinned head: %+v, %v", r.Findings, err)
				}
			})
		}
	})
}

func matches(t *testing.T, r ledger.Report, want []string) {
	t.Helper()
	var got []string
	for _, f := range r.Findings {
		got = append(got, fmt.Sprintf("%d-%d: %s", f.From, f.To, f.Text))
	}
	ok := len(got) == len(want)
	for i := 0; ok && i < len(want); i++ {
		place, text, _ := strings.Cut(want[i], ": ")
		ok = strings.HasPrefix(got[i], place+": ") && strings.Contains(got[i], text)
	}
	if !ok {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Somebody writes the ledger anew from a leaf on, hashes, heads and all, but has not
// the key; and the pinned head of before is held against one that has another story.
func TestAForkIsFound(t *testing.T) {
	both(t, func(t *testing.T, where string) {
		by, known := notaryKey(t)
		s := storetest.Open(t, where)
		defer s.Close()
		asked(t, s, 0, 20)
		if _, err := s.SignHead(t.Context(), morning, by, known); err != nil {
			t.Fatal(err)
		}
		db := raw(t, where)
		keep, err := db.QueryContext(t.Context(), "SELECT idx, hash FROM ledger_hashes ORDER BY idx")
		if err != nil {
			t.Fatal(err)
		}
		kept := 0
		for keep.Next() {
			kept++
		}
		if err := errors.Join(keep.Err(), keep.Close()); err != nil {
			t.Fatal(err)
		}
		asked(t, s, 20, 10)
		pin, err := s.SignHead(t.Context(), morning, by, known)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"DELETE FROM permit_events WHERE leaf >= 20", fmt.Sprint("DELETE FROM ledger_hashes WHERE idx >= ", kept)} {
			if _, err := db.ExecContext(t.Context(), text); err != nil {
				t.Fatal(err)
			}
		}
		asked(t, s, 100, 12) // the other story, longer than the first
		if _, err := s.SignHead(t.Context(), morning, by, known); !errors.Is(err, store.ErrFork) {
			t.Errorf("the other story was signed: %v", err)
		}
		r, err := s.Audit(t.Context(), known, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		matches(t, r, []string{"20-29: written anew"})
		if _, err := db.ExecContext(t.Context(), "DELETE FROM ledger_heads WHERE size > 20"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.SignHead(t.Context(), morning, by, known); err != nil { // by one who has the key, even
			t.Fatal(err)
		}
		if r, err = s.Audit(t.Context(), known, nil, nil); err != nil || len(r.Findings) > 0 {
			t.Errorf("it hangs together, but for the pinned head: %+v, %v", r, err)
		}
		h, err := ledger.OpenHead(pin.Note, known)
		if err != nil {
			t.Fatal(err)
		}
		if r, err = s.Audit(t.Context(), known, []ledger.Held{{Head: h, From: "the pinned head"}}, nil); err != nil {
			t.Fatal(err)
		}
		matches(t, r, []string{"20-29: written anew"})
		g, err := s.ProveGrowth(t.Context(), h, pin.Note)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := g.Check(known); err == nil {
			t.Error("the fork proves that it grew from the pinned head")
		}
	})
}

// Every event of every kind is a leaf, in whatever process and order it was written,
// and each can be proven.
func TestEveryEventIsALeafAndProvable(t *testing.T) {
	both(t, func(t *testing.T, where string) {
		by, known := notaryKey(t)
		s := storetest.Open(t, where)
		defer s.Close()
		asked(t, s, 0, 40)
		first, err := s.SignHead(t.Context(), morning, by, known)
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for w := range 4 {
			all.Go(func() {
				for i := w; i < 40; i += 4 {
					n := customer.Parse(fmt.Sprintf("+86138%08d", i), "CN")
					if i%5 == 0 {
						if _, err := s.OptOut(t.Context(), morning, store.Word{Number: n.Text, Kind: store.NeverAgain, Source: "bad \xff text\x00"}); err != nil {
							t.Error(err)
						}
						continue
					}
					if err := s.Enquired(t.Context(), morning, fmt.Sprint("e", i), n, "test"); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if _, err := s.SignHead(t.Context(), morning, by, known); err != nil {
			t.Fatal(err)
		}
		r, err := s.Audit(t.Context(), known, nil, nil)
		if err != nil || len(r.Findings) > 0 || r.Leaves != 80 || r.Heads != 2 {
			t.Fatalf("%+v, %v", r, err)
		}
		events, err := s.PermitEvents(t.Context(), store.EventFilter{})
		if err != nil || len(events) != 80 || !slices.IsSortedFunc(events, func(a, b store.PermitEvent) int { return int(a.Leaf - b.Leaf) }) {
			t.Fatalf("%d events, %v; they are written in the order of their leaves", len(events), err)
		}
		for _, e := range events {
			p, err := s.Prove(t.Context(), e.Seq)
			if err != nil {
				t.Fatal(err)
			}
			if h, err := p.Check(known); err != nil || h.Size != 80 || p.Event.Number != e.Number {
				t.Fatalf("event %d: %+v, %v", e.Seq, h, err)
			}
		}
		h, err := ledger.OpenHead(first.Note, known)
		if err != nil {
			t.Fatal(err)
		}
		g, err := s.ProveGrowth(t.Context(), h, first.Note)
		if err != nil {
			t.Fatal(err)
		}
		if from, to, err := g.Check(known); err != nil || from.Size != 40 || to.Size != 80 {
			t.Errorf("growth from %d to %d, %v", from.Size, to.Size, err)
		}
		if _, err := s.Prove(t.Context(), 1<<40); !errors.Is(err, store.ErrNoEvent) {
			t.Errorf("an event that is none: %v", err)
		}
		asked(t, s, 50, 1)
		if _, err := s.Prove(t.Context(), events[79].Seq+1); err == nil || !strings.Contains(err.Error(), "sign one") {
			t.Errorf("before it is under a head: %v", err)
		}
	})
}
