package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/parley-voice/parley/campaign/ledger"
)

// ledgerLock orders leaves. It is taken last of all locks and held until the commit.
const ledgerLock = "ledger"

// seal writes a transaction's events down, each as the next leaf of the ledger: the
// row with its salt, and the hashes that the leaf completes, two on the average. It
// comes last, so that the ledger's lock is held for these statements and the commit
// only, and whoever holds it waits for no other lock.
func (q queries) seal(ctx context.Context) error {
	if len(*q.events) == 0 {
		return nil
	}
	if err := q.alone(ctx, ledgerLock); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	size, err := q.ledgerSize(ctx)
	if err != nil {
		return err
	}
	fresh := map[int64]tlog.Hash{}
	read := tlog.HashReaderFunc(func(want []int64) ([]tlog.Hash, error) { return q.hashes(ctx, want, fresh) })
	var rows, hashes []any
	for _, e := range *q.events {
		e = e.cleaned()
		salt := make([]byte, ledger.SaltSize)
		_, _ = rand.Read(salt) // never fails: it ends the program rather
		added, err := tlog.StoredHashesForRecordHash(size, ledger.LeafHash(salt, e.leaf()), read)
		if err != nil {
			return fmt.Errorf("ledger: leaf %d: %w", size, err)
		}
		rows = append(rows, e.At.UnixNano(), string(e.Kind), e.Ref, e.Person, e.Number, e.Purpose, e.Channel, e.Source, e.Detail, size, salt)
		for i, at := 0, tlog.StoredHashIndex(0, size); i < len(added); i++ {
			fresh[at+int64(i)] = added[i]
			hashes = append(hashes, at+int64(i), added[i][:])
		}
		size++
	}
	if err := q.rows(ctx, "permit_events ("+eventColumns+", leaf, salt)", 11, rows); err != nil {
		return fmt.Errorf("permit events: %w", err)
	}
	if err := q.rows(ctx, "ledger_hashes (idx, hash)", 2, hashes); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	*q.events = nil
	return nil
}

// rows inserts as many rows at once as both databases take.
func (q queries) rows(ctx context.Context, into string, columns int, args []any) error {
	const most = 5000 // arguments of a statement; SQLite takes 32766, PostgreSQL 65535
	for len(args) > 0 {
		n := min(len(args)/columns, most/columns)
		one := ",(" + marks(columns) + ")"
		if _, err := q.exec(ctx, "INSERT INTO "+into+" VALUES "+strings.Repeat(one, n)[1:], args[:n*columns]...); err != nil {
			return err
		}
		args = args[n*columns:]
	}
	return nil
}

// ledgerSize is the number of leaves, by the last hash that was written.
func (q queries) ledgerSize(ctx context.Context) (int64, error) {
	last := int64(-1)
	if err := q.row(ctx, "SELECT COALESCE(MAX(idx), -1) FROM ledger_hashes").Scan(&last); err != nil {
		return 0, fmt.Errorf("ledger: %w", err)
	}
	if last < 0 {
		return 0, nil
	}
	level, n := tlog.SplitStoredHashIndex(last)
	return (n + 1) << level, nil
}

// hashes reads some, those of this transaction from memory.
func (q queries) hashes(ctx context.Context, want []int64, fresh map[int64]tlog.Hash) ([]tlog.Hash, error) {
	var ask []any
	for _, i := range want {
		if _, ok := fresh[i]; !ok {
			ask = append(ask, i)
		}
	}
	got := map[int64]tlog.Hash{}
	if len(ask) > 0 {
		if err := q.each(ctx, func(scan func(...any) error) error {
			var at int64
			var hash []byte
			err := scan(&at, &hash)
			got[at] = tlog.Hash(append(hash, make([]byte, tlog.HashSize)...)[:tlog.HashSize])
			return err
		}, "SELECT idx, hash FROM ledger_hashes WHERE idx IN ("+marks(len(ask))+")", ask...); err != nil {
			return nil, err
		}
	}
	out := make([]tlog.Hash, len(want))
	for i, at := range want {
		h, ok := fresh[at]
		if !ok {
			h, ok = got[at]
		}
		if !ok {
			return nil, fmt.Errorf("hash %d is gone: somebody changed the ledger; parley consent verify tells where", at)
		}
		out[i] = h
	}
	return out, nil
}

// cleaned is an event as the database will give it back.
func (e PermitEvent) cleaned() PermitEvent {
	texts := []any{string(e.Kind), e.Ref, e.Person, e.Number, e.Purpose, e.Channel, e.Source, e.Detail}
	clean(texts)
	e.Kind = EventKind(texts[0].(string))
	for i, to := range []*string{&e.Ref, &e.Person, &e.Number, &e.Purpose, &e.Channel, &e.Source, &e.Detail} {
		*to = texts[i+1].(string)
	}
	return e
}

// leaf is what the ledger commits to.
func (e PermitEvent) leaf() ledger.Event {
	return ledger.Event{
		At: e.At, Kind: string(e.Kind), Ref: e.Ref, Person: e.Person, Number: e.Number, Purpose: e.Purpose,
		Channel: e.Channel, Source: e.Source, Detail: e.Detail,
	}
}

const leafColumns = "seq, COALESCE(leaf, -1), salt, " + eventColumns

// scanEvent reads leafColumns.
func scanEvent(scan func(...any) error) (e PermitEvent, salt []byte, err error) {
	var at int64
	err = scan(&e.Seq, &e.Leaf, &salt, &at, &e.Kind, &e.Ref, &e.Person, &e.Number, &e.Purpose, &e.Channel, &e.Source, &e.Detail)
	e.At = time.Unix(0, at).UTC()
	return e, salt, err
}
