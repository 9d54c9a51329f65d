package dialog

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"github.com/parley-voice/parley/dialog/expr"
	"github.com/parley-voice/parley/dialog/values"
)

// voice is what is being said.
type voice struct {
	id      int
	pending []saying // oldest first
	paused  bool
	guarded bool // the prompt cannot be interrupted
	mute    bool
	pauses  int // in this node, for sounds that held no words
	fails   int // running
	fillers int
}

type saying struct {
	id      int
	filler  bool
	parts   []Part
	notices []string
	loop    bool
}

func (m *Machine) speaking() bool { return len(m.voice.pending) > 0 }

// prompting tells whether more than a filler is being said.
func (m *Machine) prompting() bool {
	return slices.ContainsFunc(m.voice.pending, func(s saying) bool { return !s.filler })
}

func (m *Machine) say(parts []Part, notices []string, loop bool) {
	if len(parts) == 0 {
		return
	}
	m.resume()
	m.rememberOurs(parts)
	m.queue(parts, notices, loop)
}

// queue says parts behind what is being said, also while that is paused.
func (m *Machine) queue(parts []Part, notices []string, loop bool) {
	if len(parts) == 0 {
		return
	}
	m.stop(TimerSilence)
	m.voice.id++
	m.voice.pending = append(m.voice.pending, saying{id: m.voice.id, parts: parts, notices: notices, loop: loop})
	m.do(Say{ID: m.voice.id, Node: m.Node(), Parts: slices.Clone(parts), Loop: loop})
}

// hush drops everything being said.
func (m *Machine) hush() {
	if m.speaking() {
		m.do(Hush{})
	}
	m.voice.pending, m.voice.paused, m.voice.guarded = nil, false, false
	m.stop(TimerBarge, TimerProtect)
	if m.composing() {
		m.written() // who is interrupted says no more
	}
}

// hushPrompt drops what is being said, unless it is only a filler: that ends by
// itself and the answer follows it.
func (m *Machine) hushPrompt() {
	if m.prompting() || m.voice.paused {
		m.hush()
	}
}

func (m *Machine) spoken(id int) {
	for len(m.voice.pending) > 0 && m.voice.pending[0].id <= id {
		for _, n := range m.voice.pending[0].notices {
			m.do(Note{Key: "notice", Value: n})
		}
		m.voice.pending = m.voice.pending[1:]
		m.voice.fails = 0
	}
	m.said()
}

// said tidies up when the last word has left.
func (m *Machine) said() {
	if m.speaking() {
		return
	}
	m.voice.pending, m.voice.paused, m.voice.guarded = nil, false, false
	m.stop(TimerBarge, TimerProtect)
}

// sayFailed goes on as if it had been said; when it happens twice running, a
// person takes over.
func (m *Machine) sayFailed(id int, why string) {
	i := slices.IndexFunc(m.voice.pending, func(s saying) bool { return s.id == id })
	if i < 0 {
		return
	}
	m.voice.pending = slices.Delete(m.voice.pending, i, i+1)
	m.do(Note{Key: "trouble", Value: "could not speak: " + clean(why)})
	m.said()
	m.voice.fails++
	if k := m.at.then.kind; m.voice.fails >= 2 && (k == thenListen || k == thenGo || k == thenWait) {
		m.person("speech fails")
	}
}

func (m *Machine) goMute(why string) {
	if !m.voice.mute {
		m.voice.mute = true
		m.do(Note{Key: "trouble", Value: "no speech synthesis: " + clean(why)})
	}
}

// parts fills in the lines that this call says. Lines that lack a variable say
// their fallback; without one, the sentences that lack nothing.
func (m *Machine) parts(lines []Line) (parts []Part, notices []string) {
	lines = m.fitting(lines)
	variant := m.variant(lines)
	for _, l := range lines {
		if l.Variant != "" && l.Variant != variant {
			continue
		}
		if l.Notice != "" {
			notices = append(notices, l.Notice)
		}
		if l.Clip != "" {
			parts = append(parts, Part{Clip: l.Clip})
			continue
		}
		if p := m.part(l); p.Text != "" {
			parts = append(parts, p)
		}
	}
	return parts, notices
}

// fitting are the lines whose condition holds.
func (m *Machine) fitting(lines []Line) []Line {
	return slices.DeleteFunc(slices.Clone(lines), func(l Line) bool { return !m.holds(l.If) })
}

func (m *Machine) part(l Line) Part {
	if l.Text.Fixed() {
		return m.s.fixedPart(l.Text)
	}
	text, missing := l.Text.fill(m.value, m.aloudAs)
	if m.forbidden(text) {
		return m.s.fixedPart(l.Fallback)
	}
	switch {
	case m.voice.mute, len(missing) > 0 && !l.Fallback.Empty():
		// Only rendered lines can be played when mute, and the fallback is one.
		return m.s.fixedPart(l.Fallback)
	case len(missing) > 0:
		m.do(Note{Key: "problem", Value: "unknown variable " + missing[0] + " in node " + m.Node()})
		text, _ = l.Text.fillWhole(m.value, m.aloudAs)
	}
	return Part{Text: tidy(text), Language: m.s.Language}
}

// forbidden tells whether a text came to hold words that the market forbids, by a
// value in it.
func (m *Machine) forbidden(text string) bool {
	word, _, found := m.s.Market.Says(text)
	if found {
		m.do(Note{Key: "problem", Value: fmt.Sprintf("not said in node %s: %q", m.Node(), word)})
	}
	return found
}

// aloudAs is a value as the caller hears it: a slot's value and a date are read
// out, not spelled in their canonical form.
func (m *Machine) aloudAs(name string, kind expr.Type, v string) string {
	if sl, is := m.s.Slot(name); is {
		return m.aloud(sl, v)
	}
	if typ, is := m.s.typed()[name]; is {
		kind = typ
	}
	switch {
	case kind != expr.Date:
		return v
	case strings.Contains(v, "T"):
		return values.Spoken("datetime", v, values.Options{Language: m.s.Language, Now: m.step.now})
	}
	return values.Spoken("date", v, values.Options{Language: m.s.Language, Now: m.step.now})
}

// tidy joins lines and spaces of a filled text; its length is the author's
// matter, the values in it are bounded already.
func tidy(text string) string {
	out := make([]rune, 0, len(text))
	space := false
	for _, r := range text {
		if r == ' ' || r == '\n' || r == '\t' || r == '\r' {
			space = len(out) > 0
			continue
		}
		if space {
			out = append(out, ' ')
			space = false
		}
		out = append(out, r)
	}
	return string(out)
}

// variant picks one label of the lines, the same for the whole call.
func (m *Machine) variant(lines []Line) string {
	var labels []string
	for _, l := range lines {
		if l.Variant != "" && !known(labels, l.Variant) {
			labels = append(labels, l.Variant)
		}
	}
	if len(labels) == 0 {
		return ""
	}
	h := fnv.New64a()
	h.Write([]byte(strconv.FormatUint(m.seed, 16) + "/" + m.Node()))
	picked := labels[h.Sum64()%uint64(len(labels))]
	m.do(Note{Key: "variant", Value: m.Node() + "/" + picked})
	return picked
}
