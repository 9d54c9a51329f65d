package ledger

import (
	"fmt"
	"strconv"
	"strings"
)

// KindErased is the kind of the event that tells which leaves were made unreadable;
// its Detail is that of Leaves. One that no such event names was tampered with.
const KindErased = "erased"

type leafRange struct{ from, to int64 }

// Leaves names leaves, which rise: "leaves 3 17 20-25".
func Leaves(all []int64) string {
	b := strings.Builder{}
	b.WriteString("leaves")
	for i := 0; i < len(all); {
		j := i
		for j+1 < len(all) && all[j+1] == all[j]+1 {
			j++
		}
		if fmt.Fprintf(&b, " %d", all[i]); j > i {
			fmt.Fprintf(&b, "-%d", all[j])
		}
		i = j + 1
	}
	return b.String()
}

func parseLeaves(s string) (all []leafRange, err error) {
	words := strings.Fields(s)
	if len(words) == 0 || words[0] != "leaves" {
		return nil, fmt.Errorf("%q does not begin with leaves", s)
	}
	for _, w := range words[1:] {
		first, last, more := strings.Cut(w, "-")
		from, err := strconv.ParseInt(first, 10, 64)
		to := from
		if err == nil && more {
			to, err = strconv.ParseInt(last, 10, 64)
		}
		if err != nil || to < from {
			return nil, fmt.Errorf("%q names no leaves", w)
		}
		all = append(all, leafRange{from, to})
	}
	return all, nil
}
