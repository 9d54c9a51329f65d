package dialog

import (
	"reflect"
	"time"

	"github.com/parley-voice/parley/dialog/words"
)

// maxHotwords bounds the words that a recogniser is told to favour; the nearest
// to the question come first.
const maxHotwords = 100

// Bounds of the silence that ends an answer.
const (
	minEndpoint = 100 * time.Millisecond
	maxEndpoint = 3 * time.Second
)

// listen tells the recogniser what is awaited, when that has changed.
func (m *Machine) listen(n *Node) {
	if !n.Listens() && m.ear.told.Shape == "open" && m.ear.told.Language == m.s.Language {
		return // what is said beside a statement needs nothing new
	}
	want := m.s.listen(n, m.ask.doubt != nil)
	if have := len(m.ask.digits); want.Max > have { // the rest of a number
		want.Min, want.Max = max(want.Min-have, 1), want.Max-have
	}
	if !reflect.DeepEqual(want, m.ear.told) {
		m.ear.told = want
		m.do(want)
	}
}

// listen is what a node awaits; confirming, a yes or no to a question that was
// put back.
func (s *Script) listen(n *Node, confirming bool) Listen {
	if !n.Listens() {
		return Listen{Language: s.Language, Shape: "open"}
	}
	l := Listen{Language: s.Language, Endpoint: n.Endpoint, Hotwords: s.hotwords(n)}
	l.Shape, l.Words = s.shape(n)
	if confirming {
		return Listen{Language: s.Language, Shape: "yes_no", Hotwords: l.Hotwords}
	}
	if l.Endpoint == 0 {
		l.Endpoint = s.endpoint(n)
	}
	if sl, asks := s.Slot(n.Ask); asks && sl.Type == "digits" && l.Shape == "digits" {
		l.Min, l.Max = sl.Min, sl.Max
	}
	return l
}

// shape is the answer that a node awaits, and its closed set of words.
func (s *Script) shape(n *Node) (string, []string) {
	sl, asks := s.Slot(n.Ask)
	expect := n.Expect
	if k := slotKinds[sl.Type]; asks && (expect == "" || k.shape != "open") {
		expect = k.shape
	}
	var closed []string
	switch {
	case !n.Listens():
		return "open", nil
	case expect == "yes_no", expect == "" && onlyYesNo(n):
		return "yes_no", nil // the recogniser knows what yes and no sound like
	case expect == "choice" && asks:
		for _, o := range sl.Options {
			closed = append(append(closed, o.Words...), o.Value)
		}
		return expect, closed
	case expect == "choice":
		for _, b := range n.Go {
			d, _ := s.Intent(b.Intent)
			closed = append(append(closed, d.Keywords...), d.Examples...)
		}
		return expect, closed
	case expect != "":
		return expect, nil
	}
	return "open", nil
}

// endpoint is the silence that ends an answer of the type that is asked for.
func (s *Script) endpoint(n *Node) time.Duration {
	sl, _ := s.Slot(n.Ask)
	return slotKinds[sl.Type].endpoint
}

// hotwords are the author's words for the node and the script, what its options
// and intents are called, and the keywords of what holds everywhere.
func (s *Script) hotwords(n *Node) []string {
	var all []string
	seen := map[string]bool{}
	add := func(list []string) {
		for _, w := range list {
			if key := words.Normal(w); key != "" && !seen[key] && len(all) < maxHotwords {
				seen[key] = true
				all = append(all, w)
			}
		}
	}
	add(n.Hotwords)
	if sl, ok := s.Slot(n.Ask); ok {
		for _, o := range sl.Options {
			add(append([]string{o.Value}, o.Words...))
		}
	}
	for _, b := range n.Go {
		d, _ := s.Intent(b.Intent)
		add(d.Keywords)
	}
	add(s.Hotwords)
	for _, a := range s.Always {
		add(a.Keywords)
	}
	return all
}

// onlyYesNo tells whether yes and no are all that a node's go takes.
func onlyYesNo(n *Node) bool {
	yes, no := false, false
	for _, b := range n.Go {
		switch b.Intent {
		case IntentAffirm:
			yes = true
		case IntentDeny:
			no = true
		case IntentElse:
		default:
			return false
		}
	}
	return yes && no
}
