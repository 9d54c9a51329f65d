package classify

// neighbours finds the examples that are most like a text: an inverted index,
// entries[from[f]:from[f+1]] are the examples that hold feature f.
type neighbours struct {
	from    []int32
	entries []entry
	lengths []float64 // of the examples
}

type entry struct {
	example int32
	value   float32
}

func indexed(features int, docs []vector) *neighbours {
	x := &neighbours{from: make([]int32, features+1)}
	for _, v := range docs {
		x.lengths = append(x.lengths, v.length)
		for _, id := range v.ids {
			x.from[id+1]++
		}
	}
	for id := range features {
		x.from[id+1] += x.from[id]
	}
	x.entries = make([]entry, x.from[features])
	next := append([]int32(nil), x.from...)
	for i, v := range docs {
		for j, id := range v.ids {
			x.entries[next[id]] = entry{int32(i), v.values[j]}
			next[id]++
		}
	}
	return x
}

func (x *neighbours) of(id int32) []entry { return x.entries[x.from[id]:x.from[id+1]] }

// nearest fills in the highest cosine among each intent's examples, and which
// example it was; -1 when none has a feature in common.
func (x *neighbours) nearest(v vector, labels []int32, cosine []float64, which []int32) {
	dots := make([]float32, len(x.lengths))
	for j, id := range v.ids {
		value := v.values[j]
		for _, e := range x.of(id) {
			dots[e.example] += value * e.value
		}
	}
	for k := range which {
		which[k] = -1
	}
	for i, d := range dots {
		k := labels[i]
		if c := float64(d) / (v.length * x.lengths[i]); c > cosine[k] {
			cosine[k], which[k] = min(c, 1), int32(i)
		}
	}
}
