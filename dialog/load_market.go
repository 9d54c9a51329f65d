package dialog

import (
	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/dialog/market"
)

// spoken is a line, and where it stands.
type spoken struct {
	line Line
	at   *yaml.Node
	own  []string // variables that the machine gives: {{value}}, {{choice}}
}

// market reads whose law and custom the script keeps.
func (r *reader) market(v *yaml.Node) {
	name := r.name(v, "market")
	p, ok := market.Of(name)
	if name != "" && !ok {
		near := nearest(name, market.Names())
		if near == "" {
			r.wrong(v, suggest(name, market.Trades())+"; a country may follow: finance.cn", "there is no market %q", name)
			return
		}
		r.wrong(v, suggest(name, market.Names()), "there is no market %q", name)
		return
	}
	r.script.Market = p
	r.script.Defaults.Mood = p.MoodAllowed() // until defaults says otherwise
	r.refs = append(r.refs, ref{kind: "market", name: name, at: v})
}

// lawful holds the script to its market: words that must not be said, notices
// that must, wording that is fixed.
func (r *reader) lawful() {
	p := r.script.Market
	if p.Name == "" {
		return
	}
	for _, s := range r.spoken {
		for _, text := range []string{s.line.Text.Source, s.line.Fallback.Source} {
			if word, why, found := p.Says(text); found {
				r.fault(CodeMarket, s.at, "say it in another way, one that can be kept", "%q must not be said in the market %s: it %s", word, p.Name, why)
			}
		}
		if p.Fixed != nil {
			r.fixedWording(s)
		}
	}
	for _, notice := range p.Notices {
		if !r.gives(notice) {
			r.fault(CodeMarket, r.place("market"), "add {notice: "+notice+"} to the first node's say", "the market %s asks for the notice %q, and no part of the script gives it", p.Name, notice)
		}
	}
	for _, n := range r.script.Nodes {
		if at, ok := r.defined["node "+n.Name]; ok && n.Exit.Prose != nil && p.Fixed != nil {
			r.fault(CodeMarket, at, "write out what is to be said", "in the market %s only fixed wording is said: no language model speaks", p.Name)
		}
	}
}

// fixedWording refuses what makes a text other than the one that was approved.
func (r *reader) fixedWording(s spoken) {
	p := r.script.Market
	for _, piece := range s.line.Text.pieces {
		switch {
		case piece.expr != nil:
			r.fault(CodeMarket, r.Within(s.at, piece.offset), "write the words out, or take a variable that may be said", "in the market %s only fixed wording is said: no expressions", p.Name)
		case piece.name != "" && !known(p.Fixed.Variables, piece.name) && !known(s.own, piece.name):
			r.fault(CodeMarket, r.Within(s.at, piece.offset), suggest(piece.name, p.Fixed.Variables), "in the market %s a text cannot have the variable %q", p.Name, piece.name)
		}
	}
	if s.line.Variant != "" && s.line.Approved == "" {
		r.fault(CodeMarket, s.at, "add approved: who and when", "in the market %s each variant is approved before it is said", p.Name)
	}
}

func (r *reader) gives(notice string) bool {
	for _, s := range r.spoken {
		if s.line.Notice == notice {
			return true
		}
	}
	return false
}

// moodless refuses what asks how the caller sounds in a script that judges nobody.
func (r *reader) moodless(at *yaml.Node, offset int) {
	code, where, hint := CodeBadValue, "in this script", "remove it, or mood: false under defaults"
	if p := r.script.Market; p.Name != "" && !p.MoodAllowed() {
		code, where = CodeMarket, "in the market "+p.Name+" unless the script asks for it"
		hint = "remove it, or write mood: true under defaults where the callers have agreed to it"
	}
	r.fault(code, r.Within(at, offset), hint, "moods are not judged %s", where)
}

// place is where something that stands once was read.
func (r *reader) place(kind string) *yaml.Node {
	for _, ref := range r.refs {
		if ref.kind == kind {
			return ref.at
		}
	}
	return nil
}
