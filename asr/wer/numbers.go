package wer

import "strconv"

// numbers writes numbers in words as digits: "two thousand and five" as 2005,
// "one two three" as 1 2 3.
func numbers(w []string) []string {
	var out []string
	for i := 0; i < len(w); {
		n, used := number(w[i:])
		if used == 0 {
			out = append(out, w[i])
			i++
			continue
		}
		out = append(out, strconv.Itoa(n))
		i += used
	}
	return out
}

// number reads one number from the start of w and how many words it takes.
func number(w []string) (n, used int) {
	total := 0
	for {
		part, took := belowThousand(w[used:])
		if took == 0 {
			break
		}
		used += took
		scale, ok := 0, false
		if used < len(w) {
			scale, ok = scales[w[used]]
		}
		if !ok {
			return total + part, used
		}
		used++
		total += part * scale
		if used+1 < len(w) && w[used] == "and" { // "two thousand and five"
			if _, next := belowThousand(w[used+1:]); next > 0 {
				used++
			}
		}
	}
	return total, used
}

func belowThousand(w []string) (n, used int) {
	n, used = belowHundred(w)
	if used == 0 || used >= len(w) || w[used] != "hundred" || n == 0 || n > 9 {
		return n, used
	}
	n *= 100
	used++
	rest := used
	if rest < len(w) && w[rest] == "and" {
		rest++
	}
	if more, took := belowHundred(w[rest:]); took > 0 {
		return n + more, rest + took
	}
	return n, used
}

func belowHundred(w []string) (n, used int) {
	if len(w) == 0 {
		return 0, 0
	}
	if n, ok := units[w[0]]; ok {
		return n, 1
	}
	if n, ok := teens[w[0]]; ok {
		return n, 1
	}
	n, ok := tens[w[0]]
	if !ok {
		return 0, 0
	}
	if len(w) > 1 {
		if unit := units[w[1]]; unit > 0 {
			return n + unit, 2
		}
	}
	return n, 1
}
