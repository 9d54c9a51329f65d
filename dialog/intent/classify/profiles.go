package classify

import "math"

// profiles are what is typical of each intent: multinomial naive Bayes and the
// centroid of its examples. cells[from[f]:from[f+1]] are those of feature f.
type profiles struct {
	from  []int32
	cells []cell
	rest  []float64 // by intent: log probability of a feature that none of its examples holds
}

// cell is one feature in one intent.
type cell struct {
	class  int32
	bayes  float32 // log odds over rest
	center float32 // coordinate of the centroid, which has length 1
}

func (t tuning) profile(s shape, x *neighbours, labels []int32) profiles {
	p := profiles{from: make([]int32, s.features+1), rest: make([]float64, s.classes)}
	sums := make([]float64, s.classes) // of the feature at hand
	total, square := make([]float64, s.classes), make([]float64, s.classes)
	used := 0
	for id := range s.features {
		begin := len(p.cells)
		for _, e := range x.of(int32(id)) {
			k := labels[e.example]
			if sums[k] == 0 {
				p.cells = append(p.cells, cell{class: k})
			}
			sums[k] += float64(e.value)
		}
		for i := range p.cells[begin:] {
			c := &p.cells[begin+i]
			sum := sums[c.class]
			c.bayes, c.center = float32(math.Log((sum+t.smoothing)/t.smoothing)), float32(sum)
			total[c.class] += sum
			square[c.class] += sum * sum
			sums[c.class] = 0
		}
		if len(p.cells) > begin {
			used++
		}
		p.from[id+1] = int32(len(p.cells))
	}
	for i := range p.cells {
		c := &p.cells[i]
		c.center /= float32(math.Sqrt(square[c.class]))
	}
	for k := range p.rest {
		p.rest[k] = math.Log(t.smoothing) - math.Log(total[k]+t.smoothing*float64(used))
	}
	return p
}

func (p *profiles) of(id int32) []cell { return p.cells[p.from[id]:p.from[id+1]] }

// compare adds up the log probability of a text for each intent and the cosine
// to each centroid.
func (p *profiles) compare(v vector, bayes, center []float64) {
	mass := 0.0
	for j, id := range v.ids {
		x := v.values[j]
		mass += float64(x)
		for _, c := range p.of(id) {
			bayes[c.class] += float64(x * c.bayes)
			center[c.class] += float64(x * c.center)
		}
	}
	for k := range bayes {
		bayes[k] += mass * p.rest[k]
		center[k] /= v.length
	}
}
