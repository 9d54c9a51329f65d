package store

import (
	"context"
	"errors"
	"fmt"
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

// Label keeps what a turn meant and gives the whole label. id is the record's or
// the SIP Call-ID; turn counts what was heard, from 1. ErrNotFound and ErrNoTurn
// tell what is not there.
func (l *Editor) Label(ctx context.Context, id string, turn int, intent, who string, at time.Time) (Label, error) {
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
	if _, err := l.changes.q().exec(ctx, "INSERT INTO labels (call, seq, intent, who, at) VALUES (?,?,?,?,?)",
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
	if there, err := r.db.q().has(ctx, "labels"); err != nil || !there {
		return nil, err // the file is older than labels
	}
	var all []Label
	err := r.db.q().each(ctx, func(scan func(...any) error) error {
		var l Label
		var at int64
		err := scan(&l.Call, &l.Seq, &l.Intent, &l.Who, &at, &l.Script, &l.Text, &l.Taken, &l.Turn)
		l.At = time.Unix(0, at).UTC()
		all = append(all, l)
		return err
	}, `
		SELECT l.call, l.seq, l.intent, l.who, l.at, c.script, e.text, e.intent,
			(SELECT COUNT(*) FROM entries AS b WHERE b.call = l.call AND b.kind = ?1 AND b.seq <= l.seq)
		FROM labels AS l JOIN calls AS c ON c.id = l.call JOIN entries AS e ON e.call = l.call AND e.seq = l.seq
		WHERE l.id = (SELECT MAX(id) FROM labels AS m WHERE m.call = l.call AND m.seq = l.seq)
			AND (?2 = '' OR l.call = ?2) AND (?3 = '' OR c.script = ?3)
		ORDER BY l.id`, string(call.EntryHeard), f.Call, f.Script)
	if err != nil {
		return nil, fmt.Errorf("records: labels: %w", err)
	}
	return all, nil
}
