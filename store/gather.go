package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"
	"time"
)

// Gathered are the calls of one stretch of time, read once into temporary tables of
// one connection: every view of a report then looks at those, not at the journals
// again. Nobody else sees them, and Close takes them away.
type Gathered struct {
	conn *sql.Conn
	q    queries
}

// Gather reads the calls that began at or after from and before until, and their
// waits. They take about 300 bytes of memory for each call while the report is made.
func (r *Reader) Gather(ctx context.Context, from, until time.Time) (*Gathered, error) {
	conn, err := r.db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("reports: %w", err)
	}
	g := &Gathered{conn: conn, q: queries{on: conn, d: r.db.d}}
	if err := g.fill(ctx, from, until); err != nil {
		_ = g.Close()
		return nil, fmt.Errorf("reports: %w", err)
	}
	return g, nil
}

// fill makes tables of the two views that all others count, and those others anew
// upon them: both databases look for a name among temporary tables first.
func (g *Gathered) fill(ctx context.Context, from, until time.Time) error {
	texts := []string{
		// A statement that makes a table takes no arguments in PostgreSQL.
		fmt.Sprintf("CREATE TEMP TABLE kpi_calls AS SELECT * FROM kpi_calls WHERE began >= %d AND began < %d", from.UnixNano(), until.UnixNano()),
		"CREATE INDEX kpi_calls_began ON kpi_calls (began)",
	}
	first := "PRAGMA temp_store = MEMORY" // no numbers of persons in a file that nobody overwrites
	if g.q.d.dollars {
		first = "SET jit = off" // to compile so many subqueries takes PostgreSQL seconds, to run them less than one
	}
	texts = append([]string{first}, texts...)
	for _, v := range Views() {
		switch v.Name {
		case "kpi_calls":
		case "kpi_waits":
			_, query, _ := strings.Cut(v.sql, " AS\n")
			texts = append(texts, "CREATE TEMP TABLE kpi_waits AS "+g.q.d.schema.Replace(query), "CREATE INDEX kpi_waits_began ON kpi_waits (began)")
		default:
			texts = append(texts, strings.Replace(g.q.d.schema.Replace(v.sql), "CREATE VIEW", "CREATE TEMP VIEW", 1))
		}
	}
	if g.q.d.dollars {
		texts = append(texts, "ANALYZE kpi_calls", "ANALYZE kpi_waits") // nobody else does for temporary tables
	}
	for _, text := range texts {
		if _, err := g.q.on.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// Figures reads what a view says of the periods first to last, by their names. They
// lie in the time that was gathered.
func (g *Gathered) Figures(ctx context.Context, v View, grain Grain, first, last string) (Figures, error) {
	return g.q.figures(ctx, v, grain, first, last)
}

// Close ends the connection, and the tables with it.
func (g *Gathered) Close() error {
	_ = g.conn.Raw(func(any) error { return driver.ErrBadConn }) // the pool closes such a one, and does not lend it again
	return nil
}
