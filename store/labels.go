package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/parley-voice/parley/call"
)

// ErrNoTurn tells that a call has no such turn of the caller.
var ErrNoTurn = errors.New("no such turn")

// Label is what somebody says a turn of a caller meant.
type Label struct {
	Call   string    `json:"call"` // the record's own ID
	Seq    int       `json:"seq"`  // of the line in its journal
	Turn   int       `json:"turn"` // 1 is the first thing that was heard
	Intent string    `json:"intent"`
	Who    string    `json:"who"`
	At     time.Time `json:"at"`

	Script string `json:"script"`
	Text   string `json:"text"`  // what was heard
	Taken  string `json:"taken"` // the intent that was understood at the time
}

// Labels writes labels beside a server that writes records.
type Labels struct {
	*Reader
	db *sql.DB
}

// OpenLabels opens the records at path to write labels. The file must be there.
func OpenLabels(ctx context.Context, path string) (*Labels, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("there are no records at %s: %w", path, err)
	}
	db, err := connect(ctx, path, 1)
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, db, "migrations/*.sql"); err != nil {
		return nil, errors.Join(fmt.Errorf("records %s: %w", path, err), db.Close())
	}
	r, err := Read(ctx, path)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Labels{Reader: r, db: db}, nil
}

// Close ends the writing.
func (l *Labels) Close() error { return errors.Join(l.db.Close(), l.Reader.Close()) }

// Add keeps what a turn meant and gives the whole label. id is the record's or
// the SIP Call-ID; turn counts what was heard, from 1. ErrNotFound and ErrNoTurn
// tell what is not there.
func (l *Labels) Add(ctx context.Context, id string, turn int, intent, who string, at time.Time) (Label, error) {
	r, err := l.Get(ctx, id)
	if err != nil {
		return Label{}, err
	}
	heard := heardIn(r)
	if turn < 1 || turn > len(heard) {
		return Label{}, fmt.Errorf("%w: the caller of %s has %d turns, not %d", ErrNoTurn, r.ID, len(heard), turn)
	}
	e := heard[turn-1]
	out := Label{Call: r.ID, Seq: e.Seq, Turn: turn, Intent: intent, Who: who, At: at.UTC(), Script: r.Script, Text: e.Text, Taken: e.Intent}
	if _, err := l.db.ExecContext(ctx, "INSERT INTO labels (call, seq, intent, who, at) VALUES (?,?,?,?,?)",
		out.Call, out.Seq, intent, who, at.UnixNano()); err != nil {
		return Label{}, fmt.Errorf("records: label: %w", err)
	}
	return out, nil
}

func heardIn(r call.Record) (out []call.Entry) {
	for _, e := range r.Entries {
		if e.Kind == call.EntryHeard {
			out = append(out, e)
		}
	}
	return out
}

// LabelFilter chooses labels; zero fields choose all.
type LabelFilter struct{ Call, Script string }

// Labels are the labels that count, the latest of each turn, oldest first.
func (r *Reader) Labels(ctx context.Context, f LabelFilter) ([]Label, error) {
	var there int
	if err := r.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM sqlite_master WHERE name = 'labels'").Scan(&there); err != nil || there == 0 {
		return nil, err // the file is older than labels
	}
	rows, err := r.db.QueryContext(ctx, `
		SELECT l.call, l.seq, l.intent, l.who, l.at, c.script, e.text, e.intent,
			(SELECT COUNT(*) FROM entries AS b WHERE b.call = l.call AND b.kind = ?1 AND b.seq <= l.seq)
		FROM labels AS l JOIN calls AS c ON c.id = l.call JOIN entries AS e ON e.call = l.call AND e.seq = l.seq
		WHERE l.id = (SELECT MAX(id) FROM labels AS m WHERE m.call = l.call AND m.seq = l.seq)
			AND (?2 = '' OR l.call = ?2) AND (?3 = '' OR c.script = ?3)
		ORDER BY l.id`, call.EntryHeard, f.Call, f.Script)
	if err != nil {
		return nil, fmt.Errorf("records: labels: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []Label
	for rows.Next() {
		var l Label
		var at int64
		if err := rows.Scan(&l.Call, &l.Seq, &l.Intent, &l.Who, &at, &l.Script, &l.Text, &l.Taken, &l.Turn); err != nil {
			return nil, fmt.Errorf("records: labels: %w", err)
		}
		l.At = time.Unix(0, at).UTC()
		all = append(all, l)
	}
	return all, rows.Err()
}
