package pickup

import (
	"fmt"
	"slices"
	"strings"

	"github.com/parley-voice/parley/media/amd"
	"github.com/parley-voice/parley/media/progress"
)

// Evidence is all that is known of one attempt, so far.
type Evidence struct {
	Answered bool
	Final    Final            // unless Answered
	Tones    []progress.Event // before the answer and after it
	Early    []string         // what was said before the answer
	Greeting []string         // what was said after it, until the verdict
	Timing   amd.Verdict
	Waited   Finding // Await's, of a person who was taken for a machine: timing without a beep says no more
}

// Judge tells what the evidence says. Before the answer announcements go before
// the network's cause, that before tones, these before the SIP code; a refusal
// that the callee's side signals goes before all. After it words go before
// timing, and a person is believed sooner than a machine.
func Judge(p *Phrases, e Evidence) Finding {
	if e.Answered {
		return p.answered(e)
	}
	return p.unanswered(e)
}

// Limits of belief.
const (
	enough   = 0.55 // a sign below it only stands in when there is no other
	strong   = 0.9  // words that decide who answered
	certain  = 0.95 // words that no person says at the answer
	hint     = 0.7  // words of which it takes two
	conflict = 0.15 // what a sign that says otherwise takes away
	rivalry  = 0.7  // how sure that one has to be
)

func (p *Phrases) unanswered(e Evidence) Finding {
	var signs []sign
	add := func(s sign, ok bool) {
		if ok {
			signs = append(signs, s)
		}
	}
	cause, known := e.Final.byCause()
	code, coded := e.Final.byCode()
	if s, ok := refusal(e.Final, cause, code); ok {
		signs = append(signs, s)
	}
	add(p.announced(e.Early, "announcement"))
	add(cause, known)
	add(p.announced([]string{e.Final.Text}, "reason text"))
	add(toned(e.Tones))
	rang := slices.ContainsFunc(e.Tones, func(t progress.Event) bool { return t.Tone == progress.Ringback })
	switch {
	case rang && coded && (code.status == Unreachable || code.status == NoAnswer):
		add(sign{NoAnswer, 0.75, "it rang, and then " + code.why}, true)
	default:
		add(code, coded)
	}
	return settle(signs)
}

// refusal is what only the callee's side can say; carriers play "busy" over it.
func refusal(f Final, cause, code sign) (sign, bool) {
	switch {
	case f.Ours || f.Network:
		return sign{}, false
	case f.Code == 607 || f.Code == 608:
		return code, true
	case f.Code == 603 && cause.status != Busy && cause.status != Empty:
		return code, true
	}
	return sign{}, false
}

// settle takes the first sign that is sure enough, or the surest of those that
// are not. Who says otherwise costs confidence.
func settle(signs []sign) Finding {
	if len(signs) == 0 {
		return Finding{Status: Unknown, Why: []string{"nothing is known"}}
	}
	best := slices.IndexFunc(signs, func(s sign) bool { return s.sure >= enough })
	if best < 0 {
		best = 0
		for i, s := range signs {
			if s.sure > signs[best].sure {
				best = i
			}
		}
	}
	f := Finding{Status: signs[best].status, Confidence: signs[best].sure, Why: []string{signs[best].why}}
	for i, s := range signs {
		switch {
		case i == best || slices.Contains(f.Why, s.why):
		case s.status == f.Status:
			f.Why = append(f.Why, s.why)
			f.Confidence = 1 - (1-f.Confidence)*(1-s.sure/2)
		default:
			f.Why = append(f.Why, "against it: "+s.why)
			if s.sure >= rivalry {
				f.Confidence -= conflict
			}
		}
	}
	f.Confidence = max(0.05, min(0.99, f.Confidence))
	return f
}

// order is which of two announced statuses is meant when both are heard: the one
// that says more of the number.
var order = []Status{Empty, Changed, Suspended, Off, Blocked, Refused, Busy, Unreachable, Network, NoAnswer}

// announced is what words say of a number.
func (p *Phrases) announced(said []string, what string) (best sign, ok bool) {
	text := strings.Join(said, " ")
	rank := len(order)
	for _, m := range p.Hear(text) {
		at := slices.Index(order, m.Status)
		if at < 0 {
			continue
		}
		if !ok || m.Sure > best.sure+0.05 || m.Sure > best.sure-0.05 && at < rank {
			best, rank, ok = sign{m.Status, m.Sure, fmt.Sprintf("%s: %q", what, m.Phrase)}, at, true
		}
	}
	return best, ok
}

// toned is what tones say of a number; the last one counts, ring-back only when
// there is no other.
func toned(tones []progress.Event) (sign, bool) {
	for _, t := range slices.Backward(tones) {
		var s sign
		switch t.Tone {
		case progress.Busy:
			s = sign{Busy, 0.8, ""}
		case progress.Congestion:
			s = sign{Network, 0.75, ""}
		case progress.Unobtainable:
			s = sign{Empty, 0.75, ""}
		case progress.Special:
			s = special[t.Code]
		default:
			continue
		}
		s.why = strings.TrimSpace(fmt.Sprintf("%s tone (%s) %s", t.Tone, t.Region, t.Code))
		return s, true
	}
	return sign{}, false
}

var special = map[progress.Code]sign{
	progress.Vacant: {Empty, 0.9, ""}, progress.Intercept: {Empty, 0.75, ""}, progress.Reorder: {Network, 0.85, ""},
	progress.NoCircuits: {Network, 0.9, ""}, "": {Unreachable, 0.5, ""},
}
