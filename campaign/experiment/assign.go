package experiment

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
)

// Assign gives a person's variant of an experiment, by weighted rendezvous
// hashing (Thaler and Ravishankar 1998, with the weights of Schindelhauer and
// Schomaker 2005): each variant draws -ln(u)/weight from a hash of experiment,
// person and variant, and the least draw has the person. So
//
//   - the same person gets the same variant, on any machine, in any order;
//   - a variant that is added takes its share of persons from the others, and
//     nobody moves between the others;
//   - a variant that is dropped gives its persons away, and nobody else moves;
//   - more weight for one variant only moves persons to it;
//   - two experiments share persons independently of each other.
//
// False when no variant has weight. A person who was called keeps the variant on
// record; this is for those who have none yet.
func Assign(experiment, person string, among []Variant) (Variant, bool) {
	best, least := -1, math.Inf(1)
	for i, v := range among {
		if v.Weight <= 0 || math.IsNaN(v.Weight) {
			continue
		}
		if draw := -math.Log(uniform(experiment, person, v.Name)) / v.Weight; draw < least {
			best, least = i, draw
		}
	}
	if best < 0 {
		return Variant{}, false
	}
	return among[best], true
}

// uniform is a number in (0, 1) that depends on the words alone. A length goes
// before each, so that ("ab", "c") and ("a", "bc") differ.
func uniform(words ...string) float64 {
	var b []byte
	for _, w := range words {
		b = binary.AppendUvarint(b, uint64(len(w)))
		b = append(b, w...)
	}
	sum := sha256.Sum256(b)
	return (float64(binary.BigEndian.Uint64(sum[:8])>>11) + 0.5) / (1 << 53)
}
