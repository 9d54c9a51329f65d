package progress

// maxPast is how many soundings and gaps are remembered.
const maxPast = 16

// interval is a sounding, or the gap before the next; lengths in frames.
type interval struct {
	kind   kind // 0: a gap
	length int
}

// past is what was heard, the latest last.
type past struct {
	all   [maxPast]interval
	n     int
	count int // soundings so far
}

func (p *past) clear() { p.n = 0 }

func (p *past) add(i interval) {
	if p.n == maxPast {
		copy(p.all[:], p.all[1:])
		p.n--
	}
	p.all[p.n] = i
	p.n++
}

func (p *past) sounded(k kind, length int) { p.add(interval{k, length}); p.count++ }

// quiet is a gap that has ended.
func (p *past) quiet(length int) {
	if p.n > 0 {
		p.add(interval{0, length})
	}
}

// pattern is one region's tone. Its steps are ms of sound and of silence in turn,
// beginning with sound. What goes round for ever is certain when need intervals in
// a row fit, wherever it was joined; what is told from one sounding (need 0) is
// certain when all but the last step fit and the last has lasted for its length.
type pattern struct {
	tone   Tone
	region string
	kind   kind
	steps  []int
	need   int
}

var patterns = []pattern{
	{Ringback, "cn", hz450, []int{1000, 1500}, 0},
	{Busy, "cn", hz450, []int{350, 350}, 4},
	{Congestion, "cn", hz450, []int{700, 700}, 4},
	{Unobtainable, "cn", hz450, []int{100, 100, 100, 100, 100, 100, 400, 400}, 8},
	{Dial, "cn", hz450, []int{2000}, 0},
	{Ringback, "us", hz440and480, []int{2000, 1500}, 0},
	{Busy, "us", hz480and620, []int{500, 500}, 4},
	{Congestion, "us", hz480and620, []int{250, 250}, 4},
	{Dial, "us", hz350and440, []int{2000}, 0},
	{Ringback, "uk", hz400and450, []int{400, 200, 400, 1000}, 0},
	{Busy, "uk", hz400, []int{375, 375}, 6},
	{Congestion, "uk", hz400, []int{400, 350, 225, 525}, 6},
	{Unobtainable, "uk", hz400, []int{2000}, 0},
	{Ringback, "eu", hz425, []int{1000, 1500}, 0},
	{Busy, "eu", hz425, []int{500, 500}, 4},
	{Congestion, "eu", hz425, []int{250, 250}, 4},
	{Dial, "eu", hz425, []int{2000}, 0},
}

// fits allows a fifth of a step and 40 ms: timers of exchanges and our frames.
func fits(length, step int) bool {
	ms := length * 20
	slack := step/5 + 40
	return ms >= step-slack && ms <= step+slack
}

// match finds the pattern that has become certain at frame n.
func (p *past) match(n int, s *segmenter) (*pattern, bool) {
	var running interval
	if s.open {
		running = interval{s.kind, n - s.start}
	} else if p.n > 0 {
		running = interval{0, n - s.ended}
	} else {
		return nil, false
	}
	for i := range patterns {
		t := &patterns[i]
		if t.need == 0 && p.once(t, running) || t.need > 0 && p.around(t) {
			return t, true
		}
	}
	return nil, false
}

// once tells whether a pattern's last step is under way.
func (p *past) once(t *pattern, running interval) bool {
	end := len(t.steps) - 1
	if running.kind != t.kindAt(end) || running.length*20 < t.steps[end] || p.n < end {
		return false
	}
	for i := range end {
		iv := p.all[p.n-end+i]
		if iv.kind != t.kindAt(i) || !fits(iv.length, t.steps[i]) {
			return false
		}
	}
	return true
}

// around tells whether the last intervals fit, beginning at any step.
func (p *past) around(t *pattern) bool {
	if p.n < t.need {
		return false
	}
	got := p.all[p.n-t.need : p.n]
	for first := range t.steps {
		ok := true
		for i, iv := range got {
			step := (first + i) % len(t.steps)
			if iv.kind != t.kindAt(step) || !fits(iv.length, t.steps[step]) {
				ok = false
				break
			}
		}
		if ok {
			return true
		}
	}
	return false
}

func (t *pattern) kindAt(step int) kind {
	if step%2 == 0 {
		return t.kind
	}
	return 0
}
