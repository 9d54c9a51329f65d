package classify

// shape is how many features and intents there are, and which group each
// feature belongs to.
type shape struct {
	features int
	classes  int
	kinds    []kind
}

// ensemble is the four models, trained on the same examples.
type ensemble struct {
	votes    votes
	rarity   rarity
	machines machines
	profiles profiles
	examples *neighbours
	labels   []int32
	sizes    []int // examples of each intent, its name not counted
}

func (t tuning) train(s shape, l lessons) *ensemble {
	e := &ensemble{votes: t.votes, labels: l.labels, rarity: t.rarity(s.features, l.docs), sizes: make([]int, s.classes)}
	vectors := make([]vector, len(l.docs))
	for i, d := range l.docs {
		vectors[i] = t.vector(d, e.rarity, s.kinds)
		if !l.name[i] {
			e.sizes[l.labels[i]]++
		}
	}
	e.machines = t.trainMachines(s, vectors, l.labels)
	e.examples = indexed(s.features, vectors)
	e.profiles = t.profile(s, e.examples, l.labels)
	return e
}

// opinion is what the models say of a text, by intent.
type opinion struct {
	machine []float32
	bayes   []float64
	center  []float64 // cosine to the centroid
	nearest []float64 // cosine to the nearest example
	example []int32   // which that is, or -1
	logits  []float64 // the votes together
}

func (e *ensemble) judge(v vector) opinion {
	n := len(e.sizes)
	o := opinion{machine: make([]float32, n), bayes: make([]float64, n), center: make([]float64, n),
		nearest: make([]float64, n), example: make([]int32, n), logits: make([]float64, n)}
	if v.length == 0 {
		return o
	}
	e.machines.score(v, o.machine)
	e.profiles.compare(v, o.bayes, o.center)
	e.examples.nearest(v, e.labels, o.nearest, o.example)
	for k := range o.logits {
		o.logits[k] = e.votes.machines*float64(o.machine[k]) + e.votes.bayes*o.bayes[k] +
			e.votes.center*o.center[k] + e.votes.nearest*o.nearest[k]
	}
	return o
}
