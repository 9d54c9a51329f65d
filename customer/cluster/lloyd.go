package cluster

import (
	"math"
	"math/rand/v2"
)

// run is one start of K-means.
type run struct {
	points  []float64 // n rows of d
	n, d    int
	rnd     *rand.Rand
	centers []float64
	of      []int
	sizes   []int
	spread  float64
	steps   int
	settled bool
	margins
}

// margins tell which rows need not be looked at again.
type margins struct {
	upper, lower []float64 // of each row: how far its own centre is at most, any other at least
	shift, half  []float64 // of each centre: how far it moved; half the way to the next one
}

func (r *run) point(i int) []float64  { return r.points[i*r.d : (i+1)*r.d] }
func (r *run) center(c int) []float64 { return r.centers[c*r.d : (c+1)*r.d] }

func distance(a, b []float64) (sum float64) {
	b = b[:len(a)] // one check of bounds
	for i, v := range a {
		d := v - b[i]
		sum += d * d
	}
	return sum
}

// seed chooses the first centres: each a row, with a probability that grows with
// its squared distance from those chosen. Fewer than k when all rows lie on them.
func (r *run) seed(k int) {
	r.centers = append(r.centers, r.point(r.rnd.IntN(r.n))...)
	far := make([]float64, r.n)
	for i := range far {
		far[i] = math.Inf(1)
	}
	for c := 0; c+1 < k; c++ {
		sum := 0.0
		for i := range far {
			far[i] = min(far[i], distance(r.point(i), r.center(c)))
			sum += far[i]
		}
		if sum == 0 {
			break
		}
		at, next := r.rnd.Float64()*sum, -1
		for i, f := range far {
			if f > 0 {
				next = i
			}
			if at -= f; at < 0 && f > 0 {
				break
			}
		}
		r.centers = append(r.centers, r.point(next)...)
	}
}

// iterate gives each row to its nearest centre and moves the centres into the
// middle of their rows, until nothing moves.
func (r *run) iterate(most int) {
	k := len(r.centers) / r.d
	r.of, r.sizes, r.shift, r.half = make([]int, r.n), make([]int, k), make([]float64, k), make([]float64, k)
	r.upper, r.lower = make([]float64, r.n), make([]float64, r.n)
	for i := range r.of {
		r.of[i] = -1
	}
	for r.steps = 1; ; r.steps++ {
		if r.settled = !r.assign(); r.settled || r.steps == most {
			break
		}
		r.move()
	}
	r.spread = 0
	for i, c := range r.of {
		r.spread += distance(r.point(i), r.center(c))
	}
}

// slack makes up for the rounding of bounds.
const slack = 1e-9

// assign gives each row to its nearest centre, of equals the first. By Hamerly's
// bounds (2010) most rows need not be looked at: no other centre can be nearer
// than lower, nor than half the way from the row's own centre to the next one. A
// centre without rows takes the row farthest from its own, as long as there is one
// that is not alone.
func (r *run) assign() (moved bool) {
	k := len(r.sizes)
	for c := range k {
		r.half[c] = math.Inf(1)
		for other := range k {
			if other != c {
				r.half[c] = min(r.half[c], math.Sqrt(distance(r.center(c), r.center(other)))/2)
			}
		}
	}
	for i, c := range r.of {
		if c >= 0 {
			bound := max(r.half[c], r.lower[i]) - slack
			if r.upper[i] < bound {
				continue
			}
			if r.upper[i] = math.Sqrt(distance(r.point(i), r.center(c))); r.upper[i] < bound {
				continue
			}
		}
		moved = r.nearest(i) || moved
	}
	clear(r.sizes)
	for _, c := range r.of {
		r.sizes[c]++
	}
	for c, size := range r.sizes {
		if size == 0 {
			moved = r.adopt(c) || moved
		}
	}
	return moved
}

// nearest looks at all centres.
func (r *run) nearest(i int) (moved bool) {
	p := r.point(i)
	best, near, next := 0, math.Inf(1), math.Inf(1)
	for c := range r.sizes {
		switch d := distance(p, r.center(c)); {
		case d < near:
			best, near, next = c, d, near
		case d < next:
			next = d
		}
	}
	moved = r.of[i] != best
	r.of[i], r.upper[i], r.lower[i] = best, math.Sqrt(near), math.Sqrt(next)
	return moved
}

// adopt gives the empty cluster c the row that lies farthest from its centre.
func (r *run) adopt(c int) bool {
	best, far := -1, 0.0
	for i, of := range r.of {
		if d := distance(r.point(i), r.center(of)); d > far && r.sizes[of] > 1 {
			best, far = i, d
		}
	}
	if best < 0 {
		return false
	}
	r.sizes[r.of[best]]--
	r.of[best] = c
	r.sizes[c] = 1
	copy(r.center(c), r.point(best))
	for i := range r.lower { // a centre jumped: nothing is known of the second nearest
		r.lower[i] = 0
	}
	r.upper[best] = 0
	return true
}

// move puts each centre into the middle of its rows, and the bounds apart by as
// much as centres moved.
func (r *run) move() {
	sums := make([]float64, len(r.centers))
	for i, c := range r.of {
		for j, v := range r.point(i) {
			sums[c*r.d+j] += v
		}
	}
	most := 0.0
	for c, size := range r.sizes {
		if size == 0 {
			r.shift[c] = 0
			continue
		}
		middle := sums[c*r.d : (c+1)*r.d]
		for j := range middle {
			middle[j] /= float64(size)
		}
		r.shift[c] = math.Sqrt(distance(middle, r.center(c)))
		most = max(most, r.shift[c])
		copy(r.center(c), middle)
	}
	for i, c := range r.of {
		r.upper[i] += r.shift[c]
		r.lower[i] -= most
	}
}
