package outbound

import (
	"database/sql"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/segment"
	"github.com/parley-voice/parley/customer/label"
	"github.com/parley-voice/parley/store/storetest"
)

// crowded fills a SQLite file: 100,000 customers with a number, consent, a purchase on
// one of the last 40 days and two visits since.
var crowded = []string{
	`INSERT INTO customers (id, folded, doc, updated, merged) WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
		SELECT 'k' || i, 'name ' || i, '{"id":"k' || i || '","name":"Name ' || i || '","tags":["vip"],"updated":"2026-03-03T00:00:00Z","consent":[{"purpose":"marketing","state":"granted","basis":"consent","at":"2026-01-01T00:00:00Z"}]}', 0, '' FROM n`,
	`INSERT INTO numbers (number, customer) WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
		SELECT '+86' || (13800000000 + i), 'k' || i FROM n`,
	`INSERT INTO events (customer, at, source, id, kind, cents, currency, category, product, channel, discount, score, mood, lasted, words)
		WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 299999)
		SELECT 'k' || (i % 100000), NOW - (((i * 7919) % 40) * 86400 + i % 3600) * 1000000000, 'shop', 'e' || i,
			CASE WHEN i < 100000 THEN 'order' ELSE 'browse' END, CASE WHEN i < 100000 THEN 10000 ELSE 0 END, CASE WHEN i < 100000 THEN 'CNY' ELSE '' END,
			'c', 'p', 'app', 0, 0, '', 0, '' FROM n`,
	"ANALYZE",
}

// BenchmarkRefill takes up who came into a campaign's window, of 100,000 customers. Run
// it with -benchtime 1x.
func BenchmarkRefill(b *testing.B) {
	where := filepath.Join(b.TempDir(), "records.db")
	s := storetest.Open(b, where)
	defer s.Close()
	db, err := sql.Open("sqlite", where)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	for _, text := range crowded {
		if _, err := db.ExecContext(b.Context(), strings.ReplaceAll(text, "NOW", "1772589600000000000")); err != nil {
			b.Fatal(err)
		}
	}
	now := morning
	if _, err := s.PortraitAll(b.Context(), label.Options{Now: now, Currency: "CNY"}, nil, nil); err != nil {
		b.Fatal(err)
	}
	c, err := campaign.Load(strings.NewReader(strings.Replace(spring, "segment: all", "segment: reachable, window: repurchase", 1)), "spring.yaml")
	if err != nil {
		b.Fatal(err)
	}
	book, err := segment.Default()
	if err != nil {
		b.Fatal(err)
	}
	if _, err := s.StartCampaign(b.Context(), now, c.ID, spring, "li"); err != nil {
		b.Fatal(err)
	}
	people := People{Book: book, Country: "CN"}
	fill, refill := people.Fill(s.Editor), people.Refill(s.Editor)
	for b.Loop() {
		for _, step := range []struct {
			name string
			at   time.Time
			fill Fill
		}{{"first", now, fill}, {"again", now.Add(campaign.RefillEvery), refill}, {"next-day", now.AddDate(0, 0, 1), refill}} {
			timed, began, spent := 0, time.Now(), processor(b)
			got, err := step.fill(b.Context(), step.at, c, func(all []campaign.Candidate) { timed += len(all) })
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(time.Since(began).Seconds(), step.name+"-s")
			b.ReportMetric(float64(got.Added), step.name+"-people")
			b.ReportMetric((processor(b) - spent).Seconds(), step.name+"-cpu-s")
			if timed != got.Added {
				b.Errorf("%s: the times of %d people were chosen, %d came in", step.name, timed, got.Added)
			}
		}
	}
}

// processor is the time that this process had of a processor.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
