package store_test

import (
	"database/sql"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store/storetest"
)

// What the benchmark's tables hold: each customer owns two of five products and
// called ten times in 90 days; one call in ten asked about a product.
const (
	benchCustomers = 100_000
	benchCalls     = 1_000_000
)

// fill is understood by both databases; base is when the last call began.
var fill = []string{
	`INSERT INTO customers (id, folded, doc, updated, merged) WITH RECURSIVE n(i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < CUSTOMERS - 1)
		SELECT 'k' || i, 'name ' || i, '{"id":"k' || i || '","name":"Name ' || i || '","tags":["vip"],"products":["p' || ((i % 5) * 10) || '","p' || (((i + 1) % 5) * 10) || '"],"value":{"cents":500000,"currency":"CNY"}}', 0, '' FROM n`,
	`INSERT INTO numbers (number, customer) WITH RECURSIVE n(i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < CUSTOMERS - 1)
		SELECT '+86' || (13800000000 + i), 'k' || i FROM n`,
	`INSERT INTO customer_tags (tag, customer) WITH RECURSIVE n(i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < CUSTOMERS - 1)
		SELECT 'vip', 'k' || i FROM n`,
	`INSERT INTO past (call, number, called, began, ended, point, node, stage, hung_up, outcome, product, inbound)
		WITH RECURSIVE n(i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < CALLS - 1)
		SELECT 'c' || i, '+86' || (13800000000 + ((i * 7919) % CUSTOMERS)), '4001', BASE - ((i * 37) % 7776000) * 1000000000, BASE, 'ivr', 'menu', 'need', 1, '',
			CASE WHEN i % 10 = 0 THEN 'p' || (i % 50) END, 1 FROM n`,
	`INSERT INTO complaints (id, number, call, about, opened) WITH RECURSIVE n(i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < CUSTOMERS / 20)
		SELECT 'c' || i, '+86' || (13800000000 + i * 20), '', '', BASE FROM n`,
	"ANALYZE",
}

// BenchmarkFacts reads the facts of random callers, one in ten unknown, at
// 100,000 customers and 1,000,000 calls. Run it with -benchtime 5000x.
func BenchmarkFacts(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchFacts(b, "sqlite", filepath.Join(b.TempDir(), "records.db")) })
	b.Run("postgres", func(b *testing.B) { benchFacts(b, "pgx", storetest.Postgres(b)) })
}

func benchFacts(b *testing.B, driver, where string) {
	s := storetest.Open(b, where)
	defer s.Close()
	db, err := sql.Open(driver, where)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	replace := strings.NewReplacer("CUSTOMERS", strconv.Itoa(benchCustomers), "CALLS", strconv.Itoa(benchCalls), "BASE", "1772600767000000000")
	for _, text := range fill {
		if _, err := db.ExecContext(b.Context(), replace.Replace(text)); err != nil {
			b.Fatal(err)
		}
	}
	now := time.Unix(1772600767, 0)
	rnd := rand.New(rand.NewPCG(1, 2))
	var took []time.Duration
	b.ResetTimer()
	for range b.N {
		n := customer.Number{Text: "+86" + strconv.FormatInt(13800000000+rnd.Int64N(benchCustomers*10/9), 10), Kind: customer.Mobile, Country: "CN"}
		began := time.Now()
		f, err := s.Facts(b.Context(), n, now)
		if err != nil || f.Known && len(f.History.Enquiries) < 2 {
			b.Fatal(f, err)
		}
		took = append(took, time.Since(began))
	}
	b.StopTimer()
	slices.Sort(took)
	for name, share := range map[string]float64{"p50": 0.5, "p99": 0.99, "max": 1} {
		b.ReportMetric(float64(took[int(share*float64(len(took)-1))])/1e6, name+"-ms")
	}
}
