package store_test

import (
	"fmt"
	"testing"

	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/store/storetest"
)

// BenchmarkOptOut keeps one opt-out of a number that is nobody's: a transaction with
// one event, beside a ledger that has 1000 leaves to begin with.
func BenchmarkOptOut(b *testing.B) {
	eachDatabase(b, func(b *testing.B, where string) {
		s := storetest.Open(b, where)
		defer s.Close()
		asked(b, s, 0, 1000)
		n := 0
		for b.Loop() {
			n++
			w := store.Word{ID: fmt.Sprint(n), Number: customer.Parse(fmt.Sprintf("+86139%08d", n), "CN").Text, Kind: store.NeverAgain}
			if _, err := s.OptOut(b.Context(), morning, w); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkVerify audits 100,000 leaves.
func BenchmarkVerify(b *testing.B) {
	eachDatabase(b, func(b *testing.B, where string) {
		by, known := notaryKey(b)
		s := storetest.Open(b, where)
		defer s.Close()
		var all []customer.Profile
		for i := range 100_000 {
			all = append(all, customer.Profile{
				ID: fmt.Sprintf("p%06d", i), Numbers: []string{fmt.Sprintf("+86138%08d", i)}, Updated: morning,
				Consent: []customer.Consent{{Purpose: "marketing", State: customer.Granted, Basis: "consent", At: morning}},
			})
		}
		if _, err := s.Upsert(b.Context(), all...); err != nil {
			b.Fatal(err)
		}
		if _, err := s.SignHead(b.Context(), morning, by, known); err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if r, err := s.Audit(b.Context(), known, nil, nil); err != nil || len(r.Findings) > 0 || r.Leaves != 100_000 {
				b.Fatal(r, err)
			}
		}
	})
}

func eachDatabase(b *testing.B, run func(*testing.B, string)) {
	b.Run("sqlite", func(b *testing.B) { run(b, b.TempDir()+"/records.db") })
	b.Run("postgres", func(b *testing.B) { run(b, storetest.Postgres(b)) })
}
