package classify

import "math/rand/v2"

// machines are linear support vector machines, one for each intent against all
// others. Weights of one feature lie in a row: weights[feature*classes+class].
type machines struct {
	classes int
	weights []float32
	bias    []float32
}

// trainMachines minimises the L2-regularised hinge loss in its dual, coordinate
// by coordinate (Hsieh et al., A Dual Coordinate Descent Method for Large-scale
// Linear SVM, ICML 2008). All intents take their step on an example together.
func (t tuning) trainMachines(s shape, docs []vector, labels []int32) machines {
	m := machines{s.classes, make([]float32, s.features*s.classes), make([]float32, s.classes)}
	duals := make([]float32, len(docs)*s.classes)
	order := make([]int, len(docs))
	for i := range order {
		order[i] = i
	}
	step := descent{cost: float32(t.cost), scores: make([]float32, s.classes), moves: make([]float32, s.classes)}
	random := rand.New(rand.NewPCG(1, 2)) // always the same: the answer must be
	for range t.epochs {
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			step.on(&m, docs[i], labels[i], duals[i*s.classes:(i+1)*s.classes])
		}
	}
	return m
}

// descent is the scratch space of one step.
type descent struct {
	cost   float32
	scores []float32
	moves  []float32
	moved  []int32
}

// on moves the dual variables of one example to their optimum, the others held.
func (d *descent) on(m *machines, v vector, label int32, duals []float32) {
	square := float32(1) // the bias is a feature of 1
	for _, x := range v.values {
		square += x * x
	}
	m.score(v, d.scores)
	d.moved = d.moved[:0]
	for c, s := range d.scores {
		y := float32(-1)
		if int32(c) == label {
			y = 1
		}
		old := duals[c]
		next := min(max(old-(y*s-1)/square, 0), d.cost)
		if next != old {
			duals[c] = next
			d.moves[c] = y * (next - old)
			d.moved = append(d.moved, int32(c))
		}
	}
	for _, c := range d.moved {
		m.bias[c] += d.moves[c]
	}
	for j, id := range v.ids {
		row := m.row(id)
		x := v.values[j]
		for _, c := range d.moved {
			row[c] += d.moves[c] * x
		}
	}
}

func (m *machines) row(id int32) []float32 {
	return m.weights[int(id)*m.classes : int(id+1)*m.classes]
}

// score is each machine's distance of a text from its border, positive inside.
func (m *machines) score(v vector, out []float32) {
	copy(out, m.bias)
	for j, id := range v.ids {
		x := v.values[j]
		row := m.row(id)[:len(out)]
		for c, w := range row {
			out[c] += w * x
		}
	}
}
