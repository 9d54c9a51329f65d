package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Message is a webhook's request that is to arrive at least once.
type Message struct {
	ID      string       `json:"id"`   // the receiver's key against doubles
	Hook    string       `json:"hook"` // which webhook of the configuration
	URL     string       `json:"url"`
	Payload []byte       `json:"payload"`
	Since   time.Time    `json:"since"`
	Due     time.Time    `json:"due"` // not to be tried before
	Tries   int          `json:"tries"`
	State   MessageState `json:"state"`
	Why     string       `json:"why,omitempty"` // what the last try came to
}

// MessageState is how far a message has come.
type MessageState string

// The states of a Message.
const (
	MessageDue MessageState = "due"
	Delivered  MessageState = "delivered"
	Refused    MessageState = "refused" // for good, or too often
)

const messageColumns = "id, hook, url, payload, since, due, tries, state, worker, lease, why"

// Post puts a message into the outbox, unless there is one of its id. It does not
// wait; what is written through the same Store later is not durable sooner.
// ErrBacklog tells that a broken database has too much waiting already.
func (s *Store) Post(m Message) error { return s.w.add(postJob(m)) }

// PostAll puts messages into the outbox and returns when they are durable. After
// an error they are kept in memory and written as soon as they can be.
func (s *Store) PostAll(ctx context.Context, all ...Message) error {
	for i, m := range all {
		if i == len(all)-1 { // the writer keeps the order: when the last is durable, all are
			return s.w.wait(ctx, postJob(m))
		}
		if err := s.Post(m); err != nil {
			return err
		}
	}
	return nil
}

// Posted tells that messages became durable since it was last asked.
func (s *Store) Posted() <-chan struct{} { return s.w.posted }

var insertMessage = insertOnce("outbox", messageColumns, 1)

func messageRow(m Message) []any {
	return []any{m.ID, m.Hook, m.URL, append([]byte{}, m.Payload...), m.Since.UnixNano(), m.Due.UnixNano(), 0, string(MessageDue), "", 0, ""}
}

func postJob(m Message) *job {
	return &job{kind: jobRow, id: "outbox/" + m.ID, posts: true, text: insertMessage, args: messageRow(m)}
}

// post puts messages into the outbox in the transaction of what they tell of: one is
// never without the other.
func (q queries) post(ctx context.Context, all ...Message) error {
	for _, m := range all {
		if _, err := q.exec(ctx, insertMessage, messageRow(m)...); err != nil {
			return fmt.Errorf("outbox: %w", err)
		}
	}
	return nil
}

// nudge has this process's sender look, if it has one; others look by themselves.
func (e *Editor) nudge(all []Message) {
	if len(all) == 0 {
		return
	}
	select {
	case e.posted <- struct{}{}:
	default:
	}
}

// ClaimMessages takes messages of a webhook ("": of any) that are due, the oldest
// first. No two workers get the same one.
func (e *Editor) ClaimMessages(ctx context.Context, hook string, c Claim) (all []Message, err error) {
	take := func(scan func(...any) error) error {
		m, err := message(scan)
		all = append(all, m)
		return err
	}
	if hook == "" {
		err = e.claim(ctx, "outbox", messageColumns, c, take, "state = ?", string(MessageDue))
	} else {
		err = e.claim(ctx, "outbox", messageColumns, c, take, "state = ? AND hook = ?", string(MessageDue), hook)
	}
	slices.SortFunc(all, func(a, b Message) int { return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.ID, b.ID)) })
	return all, err
}

// NextMessage is when the next message of a webhook is due, or the claim on it
// runs out; zero when none waits.
func (r *Reader) NextMessage(ctx context.Context, hook string) (time.Time, error) {
	var at sql.NullInt64
	err := r.db.q().row(ctx, "SELECT MIN(CASE WHEN lease > due THEN lease ELSE due END) FROM outbox WHERE hook = ? AND state = ?",
		hook, string(MessageDue)).Scan(&at)
	if err != nil {
		return time.Time{}, fmt.Errorf("outbox: %w", err)
	}
	return when(at), nil
}

// SettleMessage ends a worker's claim on a message: with MessageDue it is tried
// again at due. ErrLost tells that it is no longer the worker's.
func (e *Editor) SettleMessage(ctx context.Context, id, worker string, state MessageState, why string, due time.Time) error {
	return e.settle(ctx, "outbox", id, worker, string(state), why, due)
}

// HoldMessage ends a claim of a message that was not sent: it is due again, with as
// many tries as before.
func (e *Editor) HoldMessage(ctx context.Context, id, worker, why string, due time.Time) error {
	n, err := e.changes.q().exec(ctx, "UPDATE outbox SET state = ?, why = ?, due = ?, tries = tries - 1, worker = '', lease = 0 WHERE id = ? AND worker = ?",
		MessageDue, why, due.UnixNano(), id, worker)
	if err == nil && n == 0 {
		err = ErrLost
	}
	if err != nil {
		return fmt.Errorf("outbox: %s: %w", id, err)
	}
	return nil
}

// MessageFilter narrows a list of messages; zero fields do not.
type MessageFilter struct {
	Hook  string
	State MessageState
	After string // the id of the last one of the page before
	Limit int
}

// Messages lists those that a filter lets through, the latest first.
func (r *Reader) Messages(ctx context.Context, f MessageFilter) (all []Message, err error) {
	where, args := "1 = 1", []any{}
	if f.Hook != "" {
		where, args = where+" AND hook = ?", append(args, f.Hook)
	}
	if f.State != "" {
		where, args = where+" AND state = ?", append(args, string(f.State))
	}
	if f.After != "" {
		where, args = where+" AND (since, id) < (SELECT since, id FROM outbox WHERE id = ?)", append(args, f.After)
	}
	err = r.db.q().each(ctx, func(scan func(...any) error) error {
		m, err := message(scan)
		all = append(all, m)
		return err
	}, "SELECT "+messageColumns+" FROM outbox WHERE "+where+" ORDER BY since DESC, id DESC LIMIT ?", append(args, f.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	return all, nil
}

// Errors of messages.
var (
	ErrNoMessage = errors.New("no such message")
	ErrArrived   = errors.New("the message has arrived")
	ErrTrying    = errors.New("the message is being tried at this moment")
)

// RetryMessage makes a message that did not arrive due at now, with all its tries
// before it, and gives it: ErrNoMessage, ErrArrived or ErrTrying if not.
func (e *Editor) RetryMessage(ctx context.Context, id string, now time.Time) (m Message, err error) {
	err = e.changes.change(ctx, func(q queries) error {
		n, err := q.exec(ctx, "UPDATE outbox SET state = ?, due = ?, tries = 0, worker = '', lease = 0 WHERE id = ? AND state <> ? AND lease <= ?",
			string(MessageDue), now.UnixNano(), id, string(Delivered), now.UnixNano())
		if err != nil {
			return err
		}
		m, err = message(q.row(ctx, "SELECT "+messageColumns+" FROM outbox WHERE id = ?", id).Scan)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return fmt.Errorf("%w: %s", ErrNoMessage, id)
		case err != nil || n > 0:
			return err
		case m.State == Delivered:
			return ErrArrived
		}
		return ErrTrying
	})
	if err != nil {
		return m, fmt.Errorf("outbox: %w", err)
	}
	return m, nil
}

// ForgetMessages deletes what was posted before: they hold personal data, and
// nobody asks for them any more. Those that are still due stay.
func (e *Editor) ForgetMessages(ctx context.Context, delivered, refused time.Time) (int, error) {
	n, err := e.changes.q().exec(ctx, "DELETE FROM outbox WHERE state = ? AND since < ? OR state = ? AND since < ?",
		string(Delivered), delivered.UnixNano(), string(Refused), refused.UnixNano())
	if err != nil {
		return 0, fmt.Errorf("outbox: %w", err)
	}
	return n, nil
}

func message(scan func(...any) error) (m Message, err error) {
	var since, due, lease int64
	var worker string
	err = scan(&m.ID, &m.Hook, &m.URL, &m.Payload, &since, &due, &m.Tries, &m.State, &worker, &lease, &m.Why)
	m.Since, m.Due = time.Unix(0, since).UTC(), time.Unix(0, due).UTC()
	return m, err
}

// RefuseMessages gives up what waits for webhooks that are not among hooks.
func (e *Editor) RefuseMessages(ctx context.Context, hooks []string, why string) (int, error) {
	args := []any{string(Refused), why, string(MessageDue)}
	others := ""
	if len(hooks) > 0 {
		others = " AND hook NOT IN (" + marks(len(hooks)) + ")"
	}
	for _, h := range hooks {
		args = append(args, h)
	}
	n, err := e.changes.q().exec(ctx, "UPDATE outbox SET state = ?, why = ?, worker = '', lease = 0 WHERE state = ?"+others, args...)
	if err != nil {
		return 0, fmt.Errorf("outbox: %w", err)
	}
	return n, nil
}
