package segment

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// Hit is a customer who was found.
type Hit struct {
	Customer string  `json:"customer"`
	Score    float64 `json:"score"`
}

// Screening looks for a segment's customers among rows.
type Screening struct {
	Seen int // rows looked at
	Hits []Hit

	book *Book
	seg  *Segment
	by   string
	now  time.Time
}

// Screen begins a screening as of now. by is the label of a number that hits are
// ordered by, such as intent_score; who has no such label comes last.
func (b *Book) Screen(s *Segment, by string, now time.Time) *Screening {
	return &Screening{book: b, seg: s, by: by, now: now}
}

// Take looks at one row.
func (s *Screening) Take(r Row) {
	s.Seen++
	f := s.book.ask(r, s.now)
	if !s.seg.cond.True(f) {
		return
	}
	score := -1.0
	if text, ok := f.Value(s.by); ok {
		if v, err := strconv.ParseFloat(text, 64); err == nil {
			score = v
		}
	}
	s.Hits = append(s.Hits, Hit{r.Customer, score})
}

// Best are the hits, the highest score first and of equals the first by id; at
// most limit of them, all when it is 0.
func (s *Screening) Best(limit int) []Hit {
	slices.SortFunc(s.Hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Customer, b.Customer))
	})
	if limit > 0 && limit < len(s.Hits) {
		return s.Hits[:limit]
	}
	return s.Hits
}
