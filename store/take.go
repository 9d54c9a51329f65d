package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/feed"
)

// Take keeps a batch of what a source tells, and how far it was read, all in one
// transaction: each person one customer, found by the source's id or by a number;
// each event once. A row whose id and number belong to two people makes them one
// when the one with the id has no number of their own, else it is bad. The same
// batch again changes nothing.
func (e *Editor) Take(ctx context.Context, now time.Time, b feed.Batch) (kept feed.Kept, err error) {
	err = e.changes.change(ctx, func(q queries) error {
		kept = feed.Kept{Rows: b.Rows(), Bad: len(b.Bad), Refused: b.Refused, Problems: slices.Clone(b.Bad)}
		if err := q.alone(ctx, "customers"); err != nil {
			return err
		}
		t := &taking{q: q, source: b.Source, now: now, kept: &kept}
		if err := t.whose(ctx, b.Told); err != nil {
			return err
		}
		for _, told := range b.Told {
			if err := t.one(ctx, told); err != nil {
				return err
			}
		}
		return t.finish(ctx, b)
	})
	if err != nil {
		return feed.Kept{}, fmt.Errorf("source %s: %w", b.Source, err)
	}
	kept.Problems = kept.Problems[:min(len(kept.Problems), feed.MaxProblems)]
	return kept, nil
}

// deadLetterAge is how long it is kept which rows were not taken.
const deadLetterAge = 90 * 24 * time.Hour

// taking is one batch under way.
type taking struct {
	q          queries
	source     string
	now        time.Time
	kept       *feed.Kept
	byExternal map[string]string // to the customer
	byNumber   map[string]string
	told       map[string]string // what the batch has told of a customer, so as not to look again
	events     []customer.Event
	refs       []string // of events
}

// whose finds the customers that ids and numbers belong to, a few hundred a query.
func (t *taking) whose(ctx context.Context, told []feed.Told) (err error) {
	var externals, numbers []any
	for _, one := range told {
		if one.External != "" {
			externals = append(externals, one.External)
		}
		for _, n := range one.Profile.Numbers {
			numbers = append(numbers, n)
		}
	}
	const living = "CASE WHEN c.merged <> '' THEN c.merged ELSE c.id END"
	t.told = map[string]string{}
	t.byExternal, err = pairs(ctx, t.q, "SELECT x.id, "+living+" FROM externals AS x JOIN customers AS c ON c.id = x.customer WHERE x.source = ? AND x.id IN (", externals, t.source)
	if err != nil {
		return err
	}
	t.byNumber, err = pairs(ctx, t.q, "SELECT number, customer FROM numbers WHERE number IN (", numbers)
	return err
}

// pairs reads two columns for each of many keys.
func pairs(ctx context.Context, q queries, query string, keys []any, before ...any) (map[string]string, error) {
	out := map[string]string{}
	for len(keys) > 0 {
		n := min(500, len(keys))
		args := append(append([]any{}, before...), keys[:n]...)
		if err := q.each(ctx, func(scan func(...any) error) error {
			var k, v string
			err := scan(&k, &v)
			out[k] = v
			return err
		}, query+marks(n)+")", args...); err != nil {
			return nil, err
		}
		keys = keys[n:]
	}
	return out, nil
}

func (t *taking) bad(ref string, err error) {
	t.kept.Bad++
	t.kept.Problems = append(t.kept.Problems, feed.Rejected{Ref: ref, What: err.Error()})
}

// one takes a row.
func (t *taking) one(ctx context.Context, told feed.Told) error {
	id, clash, err := t.identify(ctx, told)
	if err != nil {
		return err
	}
	if clash != nil {
		t.bad(told.Ref, clash)
		return nil
	}
	if told.Event != nil { // before the person is made: a bad event makes nobody
		ev := *told.Event
		ev.Customer = "?"
		if err := ev.Check(); err != nil {
			t.bad(told.Ref, err)
			return nil
		}
	}
	if id, err = t.person(ctx, id, told); err != nil {
		return err
	}
	if told.Event != nil {
		ev := *told.Event
		ev.Customer = id
		t.events, t.refs = append(t.events, ev), append(t.refs, told.Ref)
	}
	return nil
}

// identify finds whom a row is about, "" for somebody new.
func (t *taking) identify(ctx context.Context, told feed.Told) (id string, clash, err error) {
	id = t.byExternal[told.External]
	for _, n := range told.Profile.Numbers {
		has := t.byNumber[n]
		switch {
		case has == "" || has == id:
		case id == "":
			id = has
		default:
			if id, clash, err = t.join(ctx, id, has, n); clash != nil || err != nil {
				return "", clash, err
			}
		}
	}
	return id, nil, nil
}

// join makes the customer who is known by an id alone the one with the number.
func (t *taking) join(ctx context.Context, id, has, number string) (string, error, error) {
	p, err := profile(ctx, t.q, id)
	if err != nil {
		return "", nil, err
	}
	if len(p.Numbers) > 0 {
		return "", fmt.Errorf("%w: %s is %s's, the row's id is %s's: merge them if they are one", ErrTaken, customer.Parse(number, "").Masked(), has, id), nil
	}
	if _, err := merge(ctx, t.q, has, id, t.now); err != nil {
		return "", nil, err
	}
	t.kept.Merged++
	for ext, owner := range t.byExternal {
		if owner == id {
			t.byExternal[ext] = has
		}
	}
	for i := range t.events {
		if t.events[i].Customer == id {
			t.events[i].Customer = has
		}
	}
	return has, nil, nil
}

// person makes or changes the customer, and notes the ids and numbers that lead
// there, however old the row is.
func (t *taking) person(ctx context.Context, id string, told feed.Told) (string, error) {
	p := told.Profile
	if p.ID = id; id == "" {
		if p.ID = uuid.NewString(); told.External != "" { // the same from the same rows
			p.ID = uuid.NewSHA1(uuid.NameSpaceOID, []byte(t.source+"\x00"+told.External)).String()
		}
		if _, err := profile(ctx, t.q, p.ID); err == nil { // erased at the source's id, or somebody else's by chance
			p.ID = uuid.NewString()
		} else if !errors.Is(err, ErrNoCustomer) {
			return "", err
		}
	}
	news := p.Name + "\x00" + p.Region + "\x00" + p.Language + "\x00" + fmt.Sprint(p.Tags)
	if known, again := t.told[p.ID]; id == "" || news != "\x00\x00\x00[]" && (!again || known != news) {
		kept := p
		if id != "" {
			kept.Numbers = nil // linked below
		}
		got, err := upsert(ctx, t.q, kept)
		if err != nil || got.Err != nil {
			return "", errors.Join(err, got.Err)
		}
		switch got.Change {
		case customer.Created:
			t.kept.Created++
		case customer.Updated:
			t.kept.Updated++
		}
		t.told[p.ID] = news
	}
	return p.ID, t.link(ctx, p.ID, told)
}

func (t *taking) link(ctx context.Context, id string, told feed.Told) error {
	for _, n := range told.Profile.Numbers {
		if t.byNumber[n] != "" {
			continue
		}
		if _, err := t.q.exec(ctx, insertOnce("numbers", "number, customer", 1), n, id); err != nil {
			return err
		}
		t.byNumber[n] = id
	}
	if told.External == "" || t.byExternal[told.External] != "" {
		return nil
	}
	t.byExternal[told.External] = id
	_, err := t.q.exec(ctx, insertOnce("externals", "source, id, customer", 2), t.source, told.External, id)
	return err
}

// finish keeps the events, the bad rows' places and how far the source was read.
func (t *taking) finish(ctx context.Context, b feed.Batch) error {
	var kept EventsKept
	if err := addEvents(ctx, t.q, t.now, t.events, &kept); err != nil {
		return err
	}
	t.kept.New, t.kept.Known = kept.New, kept.Known
	for _, p := range t.kept.Problems {
		if _, err := t.q.exec(ctx, insert("dead_letters", "source, ref, why, at", 2), b.Source, p.Ref, p.What, t.now.UnixNano()); err != nil {
			return err
		}
	}
	if len(t.kept.Problems) > 0 {
		if _, err := t.q.exec(ctx, "DELETE FROM dead_letters WHERE at < ?", t.now.Add(-deadLetterAge).UnixNano()); err != nil {
			return err
		}
	}
	_, err := t.q.exec(ctx, `INSERT INTO feeds (source, reached, at, told, fresh, known, bad, refused) VALUES (?,?,?,?,?,?,?,?)
		ON CONFLICT (source) DO UPDATE SET reached = CASE WHEN excluded.reached <> '' THEN excluded.reached ELSE feeds.reached END, at = excluded.at,
		told = feeds.told + excluded.told, fresh = feeds.fresh + excluded.fresh, known = feeds.known + excluded.known,
		bad = feeds.bad + excluded.bad, refused = feeds.refused + excluded.refused`,
		b.Source, b.Reached, t.now.UnixNano(), t.kept.Rows, t.kept.New, t.kept.Known, t.kept.Bad, t.kept.Refused)
	return err
}
