package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
)

//go:embed migrations/*.sql migrations/reviews/*.sql migrations/access/*.sql
var migrations embed.FS

// The sets of tables, each with a version of its own.
const (
	setRecords = "migrations"
	setReviews = "migrations/reviews"
	setAccess  = "migrations/access"
)

// migrate brings a set of tables to this program's version, by the steps in its
// folder, each in a transaction. SQLite counts them in PRAGMA user_version,
// PostgreSQL in the table parley_schema.
func migrate(ctx context.Context, db database, set string) error {
	files, err := fs.Glob(migrations, set+"/*.sql") // sorted
	if err != nil {
		return err
	}
	have, err := db.d.version(ctx, db.q(), set)
	if err != nil {
		return err
	}
	if have > len(files) {
		return fmt.Errorf("%w (version %d, this one knows %d); use that one", ErrNewer, have, len(files))
	}
	for i := have; i < len(files); i++ {
		if err := step(ctx, db, set, files[i], i+1); err != nil {
			return fmt.Errorf("migration %s: %w", files[i], err)
		}
	}
	return nil
}

func step(ctx context.Context, db database, set, file string, version int) error {
	text, err := migrations.ReadFile(file)
	if err != nil {
		return err
	}
	return db.change(ctx, func(q queries) error {
		have, err := db.d.version(ctx, q, set) // another process may have taken the step meanwhile
		if err != nil || have >= version {
			return err
		}
		if _, err := q.on.ExecContext(ctx, db.d.schema.Replace(string(text))); err != nil {
			return err
		}
		return db.d.arrived(ctx, q, set, version)
	})
}
