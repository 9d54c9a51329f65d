package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/parley-voice/parley/campaign/ledger"
)

const auditPage = 2000 // leaves read at once

// Audit recomputes the whole ledger and holds it against every head that was kept,
// and against those that were pinned elsewhere. It sees one moment, and keeps
// nobody from writing. told, if there is one, hears how many leaves are done.
func (r *Reader) Audit(ctx context.Context, known note.Verifiers, pinned []ledger.Held, told func(int64)) (ledger.Report, error) {
	tx, err := r.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: r.db.d.still})
	if err != nil {
		return ledger.Report{}, fmt.Errorf("ledger: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // it only reads
	report, err := in(tx, r.db.d).audit(ctx, known, pinned, told)
	if err != nil {
		return ledger.Report{}, fmt.Errorf("ledger: %w", err)
	}
	return report, nil
}

func (q queries) audit(ctx context.Context, known note.Verifiers, pinned []ledger.Held, told func(int64)) (ledger.Report, error) {
	held := slices.Clone(pinned)
	var bad []string
	for after := int64(0); ; {
		page, err := q.heads(ctx, after, auditPage)
		if err != nil {
			return ledger.Report{}, err
		}
		for _, s := range page {
			after = s.Size
			h, err := ledger.OpenHead(s.Note, known)
			if err == nil && h.Size != s.Size {
				err = fmt.Errorf("it is about %d leaves", h.Size)
			}
			if err != nil {
				bad = append(bad, fmt.Sprintf("the kept head of %d leaves cannot be trusted: %v", s.Size, err))
				continue
			}
			held = append(held, ledger.Held{Head: h, From: "the head signed at " + h.At.UTC().Format(time.RFC3339)})
		}
		if len(page) < auditPage {
			break
		}
	}
	a := ledger.NewAudit(held)
	for _, text := range bad {
		a.Stray(0, 0, text)
	}
	size, err := q.ledgerEnd(ctx)
	if err != nil {
		return ledger.Report{}, err
	}
	if err := q.strays(ctx, a); err != nil {
		return ledger.Report{}, err
	}
	for from := int64(0); from < size; from += auditPage {
		if err := q.auditPage(ctx, a, from, min(from+auditPage, size)); err != nil {
			return ledger.Report{}, err
		}
		if told != nil {
			told(min(from+auditPage, size))
		}
	}
	return a.End(), nil
}

// ledgerEnd is the number of leaves by rows or by hashes, whichever has more.
func (q queries) ledgerEnd(ctx context.Context) (int64, error) {
	size, err := q.ledgerSize(ctx)
	if err != nil {
		return 0, err
	}
	rows := int64(0)
	err = q.row(ctx, "SELECT COALESCE(MAX(leaf), -1) + 1 FROM permit_events").Scan(&rows)
	return max(size, rows), err
}

// strays tells of rows that came after the ledger began and are not in it.
func (q queries) strays(ctx context.Context, a *ledger.Audit) error {
	return q.each(ctx, func(scan func(...any) error) error {
		var seq int64
		err := scan(&seq)
		a.Stray(0, seq, "the row is in no leaf: it was put in past the ledger, or taken out of it")
		return err
	}, "SELECT seq FROM permit_events WHERE leaf IS NULL AND seq > (SELECT MIN(seq) FROM permit_events WHERE leaf IS NOT NULL) OR leaf < 0 ORDER BY seq LIMIT ?",
		ledger.MostFindings)
}

// auditPage gives the audit the leaves from..to-1.
func (q queries) auditPage(ctx context.Context, a *ledger.Audit, from, to int64) error {
	hashes := map[int64]tlog.Hash{}
	err := q.each(ctx, func(scan func(...any) error) error {
		var at int64
		var hash []byte
		err := scan(&at, &hash)
		if len(hash) == tlog.HashSize {
			hashes[at] = tlog.Hash(hash)
		} else {
			hashes[at] = tlog.Hash{}
		}
		return err
	}, "SELECT idx, hash FROM ledger_hashes WHERE idx >= ? AND idx < ?", tlog.StoredHashIndex(0, from), tlog.StoredHashIndex(0, to))
	if err != nil {
		return err
	}
	rows := map[int64]ledger.Row{}
	err = q.each(ctx, func(scan func(...any) error) error {
		e, salt, err := scanEvent(scan)
		if first, twice := rows[e.Leaf]; twice {
			a.Stray(e.Leaf, e.Seq, fmt.Sprintf("a second row stands at it, beside row %d", first.Seq))
			return err
		}
		rows[e.Leaf] = ledger.Row{Seq: e.Seq, Event: e.leaf(), Salt: salt}
		return err
	}, "SELECT "+leafColumns+" FROM permit_events WHERE leaf >= ? AND leaf < ? ORDER BY leaf, seq", from, to)
	if err != nil {
		return err
	}
	for leaf := from; leaf < to; leaf++ {
		row := rows[leaf]
		row.Leaf = leaf
		for at := tlog.StoredHashIndex(0, leaf); at < tlog.StoredHashIndex(0, leaf+1); at++ {
			h, ok := hashes[at]
			if !ok {
				break
			}
			row.Hashes = append(row.Hashes, h)
		}
		a.Add(row)
	}
	return nil
}
