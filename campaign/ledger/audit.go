package ledger

import (
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// Row is what is stored of one leaf. Seq is 0 when the row is gone, Salt nil when it
// was erased, Hashes short when some are gone: the leaf's own, and those of the
// subtrees that it completes, from the lowest up.
type Row struct {
	Leaf   int64
	Seq    int64
	Event  Event
	Salt   []byte
	Hashes []tlog.Hash
}

// Finding is one thing that is not as it was written. From and To are the first and
// the last leaf that it may be about; Seq is the row, or 0.
type Finding struct {
	From int64  `json:"from"`
	To   int64  `json:"to"`
	Seq  int64  `json:"row,omitempty"`
	Text string `json:"text"`
}

// Report is what an audit found.
type Report struct {
	Leaves   int64     `json:"leaves"`
	Erased   int64     `json:"erased"` // leaves whose events nobody can read any more
	Heads    int       `json:"heads"`  // that were held against it
	Root     tlog.Hash `json:"root"`
	Findings []Finding `json:"findings"`
	More     int       `json:"more,omitempty"` // findings beyond the first MostFindings
}

// MostFindings bounds a report: after a removed row all later ones may stand wrong.
const MostFindings = 1000

// Audit recomputes a ledger, row by row in the order of leaves. It needs memory for
// the wrong rows only.
type Audit struct {
	report Report
	heads  []Held
	good   int64 // leaves under the largest head that fits

	tree   []node              // the complete subtrees so far, the largest first
	hole   bool                // a leaf's hash is gone: no root can be told any more
	wrong  []wrongRow          // rows that are not what their leaf commits to
	lost   map[tlog.Hash]int64 // leaves whose rows are gone, by their hashes
	pair   [2]pairRow          // of the even leaf and the odd one after it
	erased []int64             // leaves without salt
	named  []leafRange         // leaves that events tell were erased
}

// Held is a head to hold the ledger against, and where it comes from.
type Held struct {
	Head
	From string
}

type node struct {
	level int
	hash  tlog.Hash
}

type wrongRow struct {
	leaf, seq   int64
	event, kept tlog.Hash // of the row's event, and of the leaf
}

// pairRow is one of two leaves under one parent.
type pairRow struct {
	event tlog.Hash
	wrong bool
}

// NewAudit begins; heads come in any order.
func NewAudit(heads []Held) *Audit {
	heads = slices.Clone(heads)
	slices.SortStableFunc(heads, func(a, b Held) int { return int(min(max(a.Size-b.Size, -1), 1)) })
	a := &Audit{heads: heads, lost: map[tlog.Hash]int64{}}
	a.hold()
	return a
}

func (a *Audit) find(from, to, seq int64, format string, args ...any) {
	if len(a.report.Findings) == MostFindings {
		a.report.More++
		return
	}
	a.report.Findings = append(a.report.Findings, Finding{from, to, seq, fmt.Sprintf(format, args...)})
}

// Stray tells of a row that no leaf commits to, or of a leaf's second row.
func (a *Audit) Stray(leaf, seq int64, text string) { a.find(leaf, leaf, seq, "%s", text) }

// Add takes the next leaf's row.
func (a *Audit) Add(r Row) {
	var kept tlog.Hash // the leaf's hash as it was stored
	hashed := len(r.Hashes) > 0
	if hashed {
		kept = r.Hashes[0]
	}
	event, readable := kept, r.Seq != 0 && r.Salt != nil
	if readable {
		event = LeafHash(r.Salt, r.Event)
	}
	switch {
	case r.Seq == 0 && !hashed:
		a.hole = true
		a.find(r.Leaf, r.Leaf, 0, "its row and its hash are gone: they were removed")
	case r.Seq == 0:
		a.lost[kept] = r.Leaf
		a.find(r.Leaf, r.Leaf, 0, "its row is gone: it was removed")
	case !readable:
		a.report.Erased++
		a.erased = append(a.erased, r.Leaf)
		if !r.Event.Erased() {
			a.find(r.Leaf, r.Leaf, r.Seq, "it has no salt, but holds text that nothing vouches for")
		}
		a.hole = a.hole || !hashed
	case !hashed:
		a.find(r.Leaf, r.Leaf, r.Seq, "its hash is gone: it was removed; the row is taken for true")
		kept = event
	case event != kept:
		a.wrong = append(a.wrong, wrongRow{r.Leaf, r.Seq, event, kept})
	}
	if readable && r.Event.Kind == KindErased {
		named, err := parseLeaves(r.Event.Detail)
		if err != nil {
			a.find(r.Leaf, r.Leaf, r.Seq, "it tells of an erasure, but not of which leaves: %v", err)
		}
		a.named = append(a.named, named...)
	}
	a.pair[r.Leaf%2] = pairRow{event, readable && hashed && event != kept}
	a.grow(r, kept)
	a.report.Leaves = r.Leaf + 1
	a.hold()
}

// grow adds a leaf's hash to the tree. Each hash above is checked against the two
// below it as they were stored, so that one that is wrong is told where it is.
func (a *Audit) grow(r Row, hash tlog.Hash) {
	for level := 0; ; level++ {
		last := len(a.tree) - 1
		if last < 0 || a.tree[last].level != level {
			a.tree = append(a.tree, node{level, hash})
			return
		}
		above := tlog.NodeHash(a.tree[last].hash, hash)
		a.tree = a.tree[:last]
		if hash = above; level+1 >= len(r.Hashes) {
			if len(r.Hashes) > 0 {
				a.find((r.Leaf>>(level+1))<<(level+1), r.Leaf, 0, "a hash above them is gone: it was removed")
			}
			continue
		}
		kept := r.Hashes[level+1]
		if above == kept {
			continue
		}
		hash = kept
		if level == 0 && tlog.NodeHash(a.pair[0].event, a.pair[1].event) == kept { // the rows are right, a leaf's hash is not
			a.rehash(r.Leaf)
			continue
		}
		a.find((r.Leaf>>(level+1))<<(level+1), r.Leaf, 0, "the hash above them does not fit those below: hashes were changed")
	}
}

// rehash blames the hashes of a pair instead of their rows.
func (a *Audit) rehash(odd int64) {
	for i := max(0, len(a.wrong)-2); i < len(a.wrong); i++ {
		if w := a.wrong[i]; w.leaf >= odd-1 && a.pair[w.leaf%2].wrong {
			a.find(w.leaf, w.leaf, w.seq, "its hash was changed; the row is what was written")
		}
	}
	a.wrong = slices.DeleteFunc(a.wrong, func(w wrongRow) bool { return w.leaf >= odd-1 })
}

// root is that of the tree so far.
func (a *Audit) root() tlog.Hash {
	if len(a.tree) == 0 {
		h, _ := tlog.TreeHash(0, nil) // of nothing: reads nothing
		return h
	}
	h := a.tree[len(a.tree)-1].hash
	for i := len(a.tree) - 2; i >= 0; i-- {
		h = tlog.NodeHash(a.tree[i].hash, h)
	}
	return h
}

// hold compares the tree so far with the heads of its size.
func (a *Audit) hold() {
	for len(a.heads) > 0 && a.heads[0].Size == a.report.Leaves {
		h := a.heads[0]
		a.heads = a.heads[1:]
		a.report.Heads++
		switch {
		case a.hole:
			a.find(a.good, h.Size-1, 0, "%s cannot be held against them: hashes are gone", h.From)
		case a.root() == h.Root:
			a.good = h.Size
		default:
			a.find(a.good, max(a.good, h.Size-1), 0, "they are not those that %s signed: the ledger was written anew, or this is another one", h.From)
		}
	}
}

// End gives the report.
func (a *Audit) End() Report {
	at := a.lost
	for _, w := range a.wrong {
		at[w.kept] = w.leaf
	}
	for _, w := range a.wrong {
		if leaf, ok := at[w.event]; ok {
			a.find(w.leaf, w.leaf, w.seq, "the row holds the event of leaf %d: rows were reordered", leaf)
			continue
		}
		a.find(w.leaf, w.leaf, w.seq, "the row is not what was written: it was changed")
	}
	for _, leaf := range a.erased {
		if !slices.ContainsFunc(a.named, func(r leafRange) bool { return r.from <= leaf && leaf <= r.to }) {
			a.find(leaf, leaf, 0, "it was made unreadable, and no event tells of an erasure")
		}
	}
	for _, h := range a.heads { // larger than the ledger is
		a.report.Heads++
		a.find(a.report.Leaves, h.Size-1, 0, "%s has %d leaves, the ledger %d: the last %d were cut off", h.From, h.Size, a.report.Leaves, h.Size-a.report.Leaves)
	}
	slices.SortStableFunc(a.report.Findings, func(x, y Finding) int { return int(min(max(x.From-y.From, -1), 1)) })
	a.report.Root = a.root()
	return a.report
}
