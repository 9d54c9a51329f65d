package intent

import (
	"context"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/mask"
)

// Judge is asked about a turn whose meaning is in doubt. It is bounded by ctx.
type Judge interface {
	Judge(ctx context.Context, q Question) (Verdict, error)
}

// Question is what a Judge needs to know.
type Question struct {
	Text       string // what the caller said, numbers masked
	Language   string
	Candidates []Candidate
}

// Candidate is one of the intents that the turn may have meant.
type Candidate struct {
	Name        string
	Description string
	Examples    []string
}

// Verdict is a Judge's answer. Intent is one of the candidates, or "" for none
// of them. Sure is false when the caller should be asked all the same.
type Verdict struct {
	Intent string
	Sure   bool
}

// scoreJudged is that of a meaning which a Judge is sure of.
const scoreJudged = 0.7

// maxShown bounds the examples of a candidate.
const maxShown = 6

// WithJudge is the detector with a Judge for the doubts of scripts that ask for
// one.
func (d *Detector) WithJudge(j Judge) *Detector {
	out := *d
	out.judge = j
	return &out
}

// AsksModel tells whether the script asks for a language model.
func (d *Detector) AsksModel() bool { return d.doubts.Model }

// judged puts a doubt to the Judge. Whatever goes wrong, the doubt stands, and
// the caller is asked.
func (d *Detector) judged(ctx context.Context, q dialog.Query, in dialog.Intent, open []string) dialog.Intent {
	if !in.Doubt || !d.doubts.Model || d.judge == nil {
		return in
	}
	short, cancel := context.WithTimeout(ctx, d.doubts.Within)
	defer cancel()
	v, err := d.judge.Judge(short, Question{Text: mask.Text(q.Text), Language: q.Language, Candidates: d.candidates(open)})
	known := v.Intent == ""
	for _, name := range open {
		known = known || name == v.Intent && name != dialog.IntentFilled
	}
	switch {
	case err != nil:
		in.Why += "; the model: " + err.Error()
	case !known:
		in.Why += "; the model answered something else"
	case v.Intent == "" && v.Sure:
		return dialog.Intent{Why: "nothing, says the model; " + in.Why}
	case v.Intent == "":
		in.Why += "; the model is not sure either"
	case !v.Sure:
		in.Name, in.Why = v.Intent, "the model would say "+v.Intent+"; "+in.Why
	default:
		return dialog.Intent{Name: v.Intent, Score: scoreJudged, Why: "the model says " + v.Intent + "; " + in.Why}
	}
	return in
}

// candidates describes the open intents. A value is no candidate: no model may
// make one up.
func (d *Detector) candidates(open []string) []Candidate {
	var all []Candidate
	for _, name := range open {
		if name == dialog.IntentFilled {
			continue
		}
		c := Candidate{Name: name, Description: builtinDescriptions[name]}
		if def, ok := d.defs[name]; ok {
			if def.Description != "" {
				c.Description = def.Description
			} else if c.Description == "" {
				c.Description = def.Label
			}
			c.Examples = append(append(c.Examples, def.Examples...), def.Keywords...)
			c.Examples = c.Examples[:min(len(c.Examples), maxShown)]
		}
		all = append(all, c)
	}
	return all
}

var builtinDescriptions = map[string]string{
	dialog.IntentAffirm:   "says yes, agrees, wants what was offered",
	dialog.IntentDeny:     "says no, refuses, does not want what was offered",
	dialog.IntentHesitate: "is undecided, wants to think about it",
}
