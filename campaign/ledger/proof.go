package ledger

import (
	"fmt"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Proof shows that an event is in the ledger, to one who has the public key and
// nothing else.
type Proof struct {
	Event Event            `json:"event"`
	Salt  []byte           `json:"salt"` // base64 in JSON
	Leaf  int64            `json:"leaf"` // counted from 0
	Path  tlog.RecordProof `json:"path"` // the hashes beside the way from the leaf to the root
	Head  string           `json:"head"` // signed
}

// Check gives the head that a proof leads to, or says why it proves nothing.
func (p Proof) Check(known note.Verifiers) (Head, error) {
	h, err := OpenHead(p.Head, known)
	if err != nil {
		return h, err
	}
	if len(p.Salt) != SaltSize {
		return h, fmt.Errorf("the salt has %d bytes, not %d", len(p.Salt), SaltSize)
	}
	if p.Leaf < 0 || p.Leaf >= h.Size {
		return h, fmt.Errorf("leaf %d is not among the %d under the head", p.Leaf, h.Size)
	}
	if err := tlog.CheckRecord(p.Path, h.Size, h.Root, p.Leaf, LeafHash(p.Salt, p.Event)); err != nil {
		return h, fmt.Errorf("the event, its salt and the path do not lead to the signed root: %w", err)
	}
	return h, nil
}

// Growth shows that the ledger under one head begins with the ledger under an
// earlier one: nothing of it was changed, taken out or put in between.
type Growth struct {
	From string         `json:"from"` // signed
	To   string         `json:"to"`   // signed
	Path tlog.TreeProof `json:"path"`
}

// Check gives both heads, or says why nothing is proven.
func (g Growth) Check(known note.Verifiers) (from, to Head, err error) {
	if from, err = OpenHead(g.From, known); err != nil {
		return from, to, fmt.Errorf("the earlier head: %w", err)
	}
	if to, err = OpenHead(g.To, known); err != nil {
		return from, to, fmt.Errorf("the later head: %w", err)
	}
	switch {
	case from.Size > to.Size:
		return from, to, fmt.Errorf("the later head has %d leaves, the earlier one %d: leaves are gone", to.Size, from.Size)
	case from.Size == 0: // everything grows out of nothing
		return from, to, nil
	}
	if err := tlog.CheckTree(g.Path, to.Size, to.Root, from.Size, from.Root); err != nil {
		return from, to, fmt.Errorf("the later ledger does not begin with the earlier one: %w", err)
	}
	return from, to, nil
}
