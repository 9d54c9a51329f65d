package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/parley-voice/parley/campaign/ledger"
)

// Errors of the ledger.
var (
	ErrNoEvent   = errors.New("no such event")
	ErrNoLeaf    = errors.New("the event is from before the ledger, or was erased: there is nothing to prove")
	ErrFork      = errors.New("leaves that were signed are no longer there: parley consent verify tells which")
	ErrEmpty     = errors.New("the ledger is empty")
	ErrNewerHead = errors.New("the head has more leaves than the ledger")
	ErrNoHead    = errors.New("no signed head holds the event yet: sign one")
)

// SignedHead is a head of the ledger, and its note.
type SignedHead struct {
	Size int64     `json:"size"`
	At   time.Time `json:"at"`
	Note string    `json:"note"`
}

// SignHead signs the ledger as it is and keeps the head; one that has not grown
// since keeps the head that it has. ErrEmpty: there is nothing to sign. ErrFork: the
// leaves under the last head that known keys signed are no longer what they were, and
// nothing is signed over that.
func (e *Editor) SignHead(ctx context.Context, now time.Time, by note.Signer, known note.Verifiers) (h SignedHead, err error) {
	err = e.changes.patiently(ctx, func(q queries) error {
		size, err := q.ledgerSize(ctx)
		if err != nil {
			return err
		}
		if size == 0 {
			return ErrEmpty
		}
		if h, err = q.head(ctx, "size = ?", size); err == nil || !errors.Is(err, ErrEmpty) {
			return err
		}
		if err := q.unchanged(ctx, size, known); err != nil {
			return err
		}
		root, err := tlog.TreeHash(size, q.tree(ctx))
		if err != nil {
			return err
		}
		h = SignedHead{Size: size, At: now.UTC()}
		if h.Note, err = (ledger.Head{Size: size, Root: root, At: now}).Sign(by); err != nil {
			return err
		}
		_, err = q.exec(ctx, insertOnce("ledger_heads", "size, at, note", 1), size, now.UnixNano(), h.Note)
		return err
	})
	if err != nil {
		return SignedHead{}, fmt.Errorf("ledger: %w", err)
	}
	return h, nil
}

// unchanged holds the ledger against the last head. One by a key that is not known
// any more says nothing.
func (q queries) unchanged(ctx context.Context, size int64, known note.Verifiers) error {
	last, err := q.head(ctx, "size > 0")
	if errors.Is(err, ErrEmpty) {
		return nil
	}
	if err != nil {
		return err
	}
	h, err := ledger.OpenHead(last.Note, known)
	if err != nil {
		return nil //nolint:nilerr // a key that is not known any more
	}
	if h.Size > size {
		return fmt.Errorf("%w: the head of %s has %d, the ledger %d", ErrFork, h.At.Format(time.RFC3339), h.Size, size)
	}
	if root, err := tlog.TreeHash(h.Size, q.tree(ctx)); err != nil || root != h.Root {
		return errors.Join(fmt.Errorf("%w since the head of %s", ErrFork, h.At.Format(time.RFC3339)), err)
	}
	return nil
}

// tree reads hashes as tlog asks for them.
func (q queries) tree(ctx context.Context) tlog.HashReader {
	return tlog.HashReaderFunc(func(want []int64) ([]tlog.Hash, error) { return q.hashes(ctx, want, nil) })
}

// head is the largest one that matches, or ErrEmpty.
func (q queries) head(ctx context.Context, where string, args ...any) (h SignedHead, err error) {
	var at int64
	err = q.row(ctx, "SELECT size, at, note FROM ledger_heads WHERE "+where+" ORDER BY size DESC LIMIT 1", args...).Scan(&h.Size, &at, &h.Note)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrEmpty
	}
	h.At = time.Unix(0, at).UTC()
	return h, err
}

// Heads lists signed heads of more than so many leaves, the smallest first.
func (r *Reader) Heads(ctx context.Context, after int64, limit int) (all []SignedHead, err error) {
	return r.db.q().heads(ctx, after, limit)
}

func (q queries) heads(ctx context.Context, after int64, limit int) (all []SignedHead, err error) {
	err = q.each(ctx, func(scan func(...any) error) error {
		var h SignedHead
		var at int64
		err := scan(&h.Size, &at, &h.Note)
		h.At = time.Unix(0, at).UTC()
		all = append(all, h)
		return err
	}, "SELECT size, at, note FROM ledger_heads WHERE size > ? ORDER BY size LIMIT ?", after, limit)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	return all, nil
}

// LatestHead is the largest signed head, or ErrEmpty.
func (r *Reader) LatestHead(ctx context.Context) (SignedHead, error) {
	return r.db.q().head(ctx, "size > 0")
}

// Prove shows that an event (PermitEvent.Seq) is in the ledger, under the largest
// signed head. ErrNoEvent, ErrNoLeaf, or another error when no head holds it yet.
func (r *Reader) Prove(ctx context.Context, seq int64) (p ledger.Proof, err error) {
	q := r.db.q()
	var event PermitEvent
	found := false
	err = q.each(ctx, func(scan func(...any) error) (err error) {
		found = true
		event, p.Salt, err = scanEvent(scan)
		return err
	}, "SELECT "+leafColumns+" FROM permit_events WHERE seq = ?", seq)
	switch {
	case err != nil:
		return p, fmt.Errorf("ledger: %w", err)
	case !found:
		return p, fmt.Errorf("%w: %d", ErrNoEvent, seq)
	case event.Leaf < 0 || p.Salt == nil:
		return p, fmt.Errorf("%w: %d", ErrNoLeaf, seq)
	}
	h, err := q.head(ctx, "size > ?", event.Leaf)
	if errors.Is(err, ErrEmpty) {
		err = ErrNoHead
	}
	if err == nil {
		p.Event, p.Leaf, p.Head = event.leaf(), event.Leaf, h.Note
		p.Path, err = tlog.ProveRecord(h.Size, event.Leaf, q.tree(ctx))
	}
	if err != nil {
		return p, fmt.Errorf("ledger: %w", err)
	}
	return p, nil
}

// ProveGrowth shows that the ledger grew from one head, of so many leaves, to the
// largest signed one.
func (r *Reader) ProveGrowth(ctx context.Context, from ledger.Head, text string) (g ledger.Growth, err error) {
	q := r.db.q()
	h, err := q.head(ctx, "size > 0")
	if err == nil && from.Size > h.Size {
		err = fmt.Errorf("%w: %d and %d", ErrNewerHead, from.Size, h.Size)
	}
	if g.From, g.To = text, h.Note; err == nil && from.Size > 0 {
		g.Path, err = tlog.ProveTree(h.Size, from.Size, q.tree(ctx))
	}
	if err != nil {
		return ledger.Growth{}, fmt.Errorf("ledger: %w", err)
	}
	return g, nil
}
