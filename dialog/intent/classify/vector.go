package classify

import "math"

// tuning is every number of the method.
type tuning struct {
	groups    [kinds]float64 // weight of each group of features
	unseen    float64        // weight of a feature that no example holds
	idfPower  float64
	cost      float64 // C of the support vector machines
	epochs    int
	smoothing float64 // alpha of naive Bayes
	votes     votes
}

// votes weigh the four models.
type votes struct{ machines, bayes, center, nearest float64 }

// method is what measured best in cross-validation; docs/intents.md has the
// table.
var method = tuning{
	groups:    [kinds]float64{wordGrams: 1, letterGrams: 1.3, soundGrams: 0.9},
	unseen:    1.5,
	idfPower:  0.5,
	cost:      2,
	epochs:    12,
	smoothing: 0.03,
	votes:     votes{machines: 4, bayes: 0.2, center: 1.5, nearest: 1},
}

// vector is a text's weighed features, in the order of their numbers.
type vector struct {
	ids      []int32
	values   []float32
	length   float64 // Euclidean, features that no example holds included
	coverage float64 // share of the squared length that examples hold
}

// rarity weighs features by how few of the examples hold them.
type rarity struct {
	idf    []float64 // 0 for a feature that no example holds
	unseen float64   // squared weight of such a feature
}

func (t tuning) rarity(features int, docs []doc) rarity {
	holders := make([]int, features)
	for _, d := range docs {
		for _, id := range d.ids {
			holders[id]++
		}
	}
	weight := func(n int) float64 {
		return math.Pow(math.Log(float64(1+len(docs))/float64(1+n))+1, t.idfPower)
	}
	r := rarity{idf: make([]float64, features), unseen: t.unseen * weight(0) * weight(0)}
	for id, n := range holders {
		if n > 0 {
			r.idf[id] = weight(n)
		}
	}
	return r
}

// vector weighs a text: (1+ln tf)·idf, then each group brought to its own
// length, so that the many letters do not drown the few words. What no example
// holds counts in the length only: it makes the text less like all of them.
func (t tuning) vector(d doc, r rarity, of []kind) vector {
	var squares [kinds]float64
	for k, n := range d.unknown {
		squares[k] = float64(n) * r.unseen
	}
	v := vector{ids: make([]int32, 0, len(d.ids)), values: make([]float32, 0, len(d.ids))}
	for i, id := range d.ids {
		x := 1 + math.Log(float64(d.counts[i]))
		if r.idf[id] == 0 {
			squares[of[id]] += x * x * r.unseen
			continue
		}
		x *= r.idf[id]
		squares[of[id]] += x * x
		v.ids, v.values = append(v.ids, id), append(v.values, float32(x))
	}
	var scale [kinds]float64
	all := 0.0
	for k, s := range squares {
		if s > 0 {
			scale[k] = t.groups[k] / math.Sqrt(s)
			all += t.groups[k] * t.groups[k]
		}
	}
	known := 0.0
	for i, id := range v.ids {
		x := float64(v.values[i]) * scale[of[id]]
		known += x * x
		v.values[i] = float32(x)
	}
	if all > 0 {
		v.length, v.coverage = math.Sqrt(all), min(known/all, 1)
	}
	return v
}
