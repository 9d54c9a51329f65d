package sim

import (
	"container/heap"
	"time"
)

type eventKind uint8

const (
	tick   eventKind = iota
	answer           // a person answers
	fail             // busy, no answer, a machine
	giveUp           // who answered has waited too long
	hangUp           // the talk is over
	free             // the wrap-up is over
)

type event struct {
	at   time.Duration // since the day began
	seq  int           // of two at once the earlier goes first
	kind eventKind
	of   int // which call, or which agent
}

// events is a heap by time.
type events []event

// add and next move events by heap.Fix: heap.Push and heap.Pop would allocate one each.
func (h *events) add(e event) {
	*h = append(*h, e)
	heap.Fix(h, len(*h)-1)
}

func (h *events) next() event {
	first, last := (*h)[0], len(*h)-1
	(*h)[0] = (*h)[last]
	*h = (*h)[:last]
	if last > 0 {
		heap.Fix(h, 0)
	}
	return first
}

func (h *events) Len() int { return len(*h) }
func (h *events) Less(i, j int) bool {
	a, b := &(*h)[i], &(*h)[j]
	if a.at != b.at {
		return a.at < b.at
	}
	return a.seq < b.seq
}
func (h *events) Swap(i, j int) { (*h)[i], (*h)[j] = (*h)[j], (*h)[i] }
func (h *events) Push(any)      { panic("add") }
func (h *events) Pop() any      { panic("next") }
