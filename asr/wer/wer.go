// Package wer measures recognisers: the word error rate of what was heard
// against what was said, as the field counts it (substitutions, deletions and
// insertions of the cheapest alignment, over the words said), after both were
// normalised. Han characters count as words, which makes it the character error
// rate for Chinese.
package wer

import (
	"fmt"
	"sort"
	"strings"
)

// Score counts the words of one or many texts.
type Score struct {
	Words         int `json:"words"` // said
	Substitutions int `json:"substitutions"`
	Deletions     int `json:"deletions"`
	Insertions    int `json:"insertions"`
}

// Errors is the sum of all kinds.
func (s Score) Errors() int { return s.Substitutions + s.Deletions + s.Insertions }

// Rate is errors over words said, 0 when nothing was said or heard. It can
// exceed 1.
func (s Score) Rate() float64 {
	if s.Words == 0 {
		return float64(s.Errors())
	}
	return float64(s.Errors()) / float64(s.Words)
}

func (s Score) plus(o Score) Score {
	return Score{s.Words + o.Words, s.Substitutions + o.Substitutions, s.Deletions + o.Deletions, s.Insertions + o.Insertions}
}

// Edit is one difference: Said or Heard is empty for insertions and deletions.
type Edit struct {
	Said  string `json:"said"`
	Heard string `json:"heard"`
}

// Compare aligns what was said with what was heard.
func Compare(said, heard string) (Score, []Edit) { return align(Normalize(said), Normalize(heard)) }

func align(said, heard []string) (Score, []Edit) {
	// cost[i][j]: the first i said words against the first j heard ones.
	cost := make([][]int, len(said)+1)
	for i := range cost {
		cost[i] = make([]int, len(heard)+1)
		cost[i][0] = i
	}
	for j := range cost[0] {
		cost[0][j] = j
	}
	for i, s := range said {
		for j, h := range heard {
			replace := cost[i][j]
			if s != h {
				replace++
			}
			cost[i+1][j+1] = min(replace, cost[i][j+1]+1, cost[i+1][j]+1)
		}
	}
	score := Score{Words: len(said)}
	var edits []Edit
	for i, j := len(said), len(heard); i > 0 || j > 0; {
		switch {
		case i > 0 && j > 0 && said[i-1] == heard[j-1] && cost[i][j] == cost[i-1][j-1]:
			i, j = i-1, j-1
		case i > 0 && j > 0 && cost[i][j] == cost[i-1][j-1]+1:
			score.Substitutions++
			edits = append(edits, Edit{said[i-1], heard[j-1]})
			i, j = i-1, j-1
		case i > 0 && cost[i][j] == cost[i-1][j]+1:
			score.Deletions++
			edits = append(edits, Edit{said[i-1], ""})
			i--
		default:
			score.Insertions++
			edits = append(edits, Edit{"", heard[j-1]})
			j--
		}
	}
	for a, b := 0, len(edits)-1; a < b; a, b = a+1, b-1 {
		edits[a], edits[b] = edits[b], edits[a]
	}
	return score, edits
}

// Miss is one text that was not heard as it was said.
type Miss struct {
	Name  string `json:"name"`
	Said  string `json:"said"`
	Heard string `json:"heard"`
	Edits []Edit `json:"edits"`
}

// Report gathers texts.
type Report struct {
	Score
	Texts  int    `json:"texts"`
	Misses []Miss `json:"misses"`
}

// Add counts one text under a name.
func (r *Report) Add(name, said, heard string) {
	score, edits := Compare(said, heard)
	r.Score = r.plus(score)
	r.Texts++
	if len(edits) > 0 {
		r.Misses = append(r.Misses, Miss{name, said, heard, edits})
	}
}

// String is the rate on the first line, then every miss, the worst first.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "WER %.2f %%: %d errors (%d substituted, %d deleted, %d inserted) in %d words of %d texts, %d of them without error\n",
		100*r.Rate(), r.Errors(), r.Substitutions, r.Deletions, r.Insertions, r.Words, r.Texts, r.Texts-len(r.Misses))
	misses := append([]Miss(nil), r.Misses...)
	sort.SliceStable(misses, func(i, j int) bool { return len(misses[i].Edits) > len(misses[j].Edits) })
	for _, m := range misses {
		fmt.Fprintf(&b, "  %s\n    said  %s\n    heard %s\n    ", m.Name, m.Said, m.Heard)
		for i, e := range m.Edits {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "%s→%s", or(e.Said, "∅"), or(e.Heard, "∅"))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func or(s, empty string) string {
	if s == "" {
		return empty
	}
	return s
}
