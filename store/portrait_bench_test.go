package store_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/parley-voice/parley/customer/label"
	"github.com/parley-voice/parley/store/storetest"
)

// fillEvents is understood by both databases: fifty events for each customer, of
// five kinds, over 400 days.
var fillEvents = []string{
	fill[0], fill[1],
	`INSERT INTO events (customer, at, source, id, kind, cents, currency, category, product, channel, discount, score, mood, lasted, words)
		WITH RECURSIVE n(i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < EVENTS - 1)
		SELECT 'k' || ((i * 7919) % CUSTOMERS), BASE - ((i * 37) % 34560000) * 1000000000, 'shop', 'e' || i,
			CASE i % 5 WHEN 0 THEN 'order' WHEN 1 THEN 'browse' WHEN 2 THEN 'cart' WHEN 3 THEN 'enquiry' ELSE 'browse' END,
			CASE WHEN i % 5 = 0 THEN (i * 31) % 900000 ELSE 0 END, CASE WHEN i % 5 = 0 THEN 'CNY' ELSE '' END,
			'c' || (i % 12), 'p' || (i % 300), 'app', i % 2, 0, '', 0, '' FROM n`,
	"ANALYZE",
}

// BenchmarkPortraitAll computes the labels of PARLEY_BENCH_CUSTOMERS customers
// (10,000) with fifty events each, once: run it with -benchtime 1x.
func BenchmarkPortraitAll(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchPortraits(b, "sqlite", filepath.Join(b.TempDir(), "records.db")) })
	b.Run("postgres", func(b *testing.B) { benchPortraits(b, "pgx", storetest.Postgres(b)) })
}

func benchPortraits(b *testing.B, driver, where string) {
	customers := 10_000
	if n, err := strconv.Atoi(os.Getenv("PARLEY_BENCH_CUSTOMERS")); err == nil && n > 0 {
		customers = n
	}
	s := storetest.Open(b, where)
	defer s.Close()
	db, err := sql.Open(driver, where)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	replace := strings.NewReplacer("CUSTOMERS", strconv.Itoa(customers), "EVENTS", strconv.Itoa(50*customers), "BASE", "1772600767000000000")
	for _, text := range fillEvents {
		if _, err := db.ExecContext(b.Context(), replace.Replace(text)); err != nil {
			b.Fatal(err)
		}
	}
	spent := cpuTime(b)
	for b.Loop() {
		run, err := s.PortraitAll(b.Context(), label.Options{Now: time.Unix(1772600767, 0), Currency: "CNY"}, nil, nil)
		if err != nil || run.Customers != customers || run.Events != 50*customers {
			b.Fatal(run, err)
		}
	}
	b.ReportMetric((cpuTime(b)-spent).Seconds()/float64(b.N)/float64(50*customers)*1e5, "cpu-s/100k-events")
}

// cpuTime is what this process has used: other work on the machine does not count.
// That of PostgreSQL's processes does not either.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
