package store_test

import (
	"database/sql"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/store/storetest"
)

const viewCalls = 90_000

// fillViews is understood by both databases: calls over 180 days, one in three placed
// and one in six unanswered, of 30,000 numbers and four entries each: what was
// heard, a product or a score, a queue, and who answered it.
var fillViews = []string{
	`INSERT INTO calls (id, call_id, direction, trunk, caller, called, script, version, language, began, answered, ended, state, outcome, ended_by, why, sip_code, cause, recording, media, grade, pickup)
		WITH RECURSIVE n(i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < CALLS - 1)
		SELECT 'c' || ((i * 7919) % CALLS), 'x', CASE WHEN i % 3 = 0 THEN 'outbound' ELSE 'inbound' END, '', '', '', 'sale', 1, 'zh', BASE + i * 172800000000,
			CASE WHEN i % 6 > 0 THEN BASE + i * 172800000000 END, BASE + i * 172800000000 + 90000000000, CASE WHEN i % 6 > 0 THEN 'finished' ELSE 'failed' END,
			CASE WHEN i % 7 = 0 THEN 'booked' ELSE 'unclear' END, '', '', 0, 0, '', '{}', 'B', CASE WHEN i % 3 = 0 THEN '{"status":"human"}' ELSE '' END FROM n`,
	`INSERT INTO past (call, number, called, began, ended, point, node, stage, hung_up, outcome, product, inbound)
		SELECT id, '+86' || (13800000000 + began / 172800000000 % 30000), '', began, ended, 'ivr', '', '', 1, '', CASE WHEN answered IS NOT NULL THEN 'p1' END,
			CASE WHEN direction = 'inbound' THEN 1 ELSE 0 END FROM calls`,
	`INSERT INTO entries (call, seq, at, kind, turn, node, origin, stage, text, intent, score, why, timing)
		SELECT c.id, s.seq, c.began + CAST(s.seq AS BIGINT) * 1000000000, s.kind, 0, '', s.origin, '', s.text, '', 0, '', s.timing FROM calls AS c CROSS JOIN (
			SELECT 1 AS seq, 'heard' AS kind, '' AS origin, 'I waited for long' AS text, NULL AS timing UNION ALL SELECT 2, 'note', '', 'score=8', NULL
			UNION ALL SELECT 3, 'transfer', '', 'to queue help', NULL UNION ALL SELECT 4, 'served', 'help', 'anna', '{"wait_ms":9000,"talk_ms":60000.5}') AS s
		WHERE c.answered IS NOT NULL`,
	"ANALYZE",
}

// BenchmarkViews gathers what a report needs and reads every figure of it: of the
// period, of the one before and of the steps along it. Run it with -benchtime 1x.
func BenchmarkViews(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchViews(b, "sqlite", filepath.Join(b.TempDir(), "records.db")) })
	b.Run("postgres", func(b *testing.B) { benchViews(b, "pgx", storetest.Postgres(b)) })
}

func benchViews(b *testing.B, driver, where string) {
	s := storetest.Open(b, where)
	defer s.Close()
	if err := s.KeepTerms(b.Context(), townTerms("Asia/Shanghai")); err != nil {
		b.Fatal(err)
	}
	db, err := sql.Open(driver, where)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	base := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano()
	replace := strings.NewReplacer("CALLS", strconv.Itoa(viewCalls), "BASE", strconv.FormatInt(base, 10))
	for _, text := range fillViews {
		if _, err := db.ExecContext(b.Context(), replace.Replace(text)); err != nil {
			b.Fatal(err)
		}
	}
	for _, c := range []struct {
		grain, fine              store.Grain
		now, before, first, last string
		since, until             time.Time
	}{
		{store.Day, store.Day, "2026-05-13", "2026-05-12", "2026-04-30", "2026-05-13", on(4, 29), on(5, 14)},
		{store.Week, store.Day, "2026-W20", "2026-W19", "2026-05-11", "2026-05-17", on(5, 3), on(5, 18)},
		{store.Quarter, store.Week, "2026-Q2", "2026-Q1", "2026-W14", "2026-W27", on(1, 1), on(7, 8)},
	} {
		b.Run(string(c.grain), func(b *testing.B) {
			for range b.N {
				g, err := s.Gather(b.Context(), c.since, c.until)
				if err != nil {
					b.Fatal(err)
				}
				rows := 0
				for _, v := range store.Views() {
					if !v.Periodic() {
						continue
					}
					for _, p := range [][2]string{{c.now, c.now}, {c.before, c.before}} {
						rows += figuresOf(b, g, v, c.grain, p[0], p[1])
					}
					rows += figuresOf(b, g, v, c.fine, c.first, c.last)
				}
				_ = g.Close()
				if rows < 40 {
					b.Fatalf("only %d rows: the calls do not try it", rows)
				}
			}
		})
	}
}

func on(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC)
}

func figuresOf(b *testing.B, g *store.Gathered, v store.View, grain store.Grain, first, last string) int {
	f, err := g.Figures(b.Context(), v, grain, first, last)
	if err != nil {
		b.Fatal(err)
	}
	return len(f.Rows)
}
