package intents

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"
	"time"

	"github.com/parley-voice/parley/dialog/intent/classify"
)

// sitting is one model and its answers.
type sitting struct {
	model        *classify.Model
	examples     int
	in, out      []answer
	load, answer time.Duration // CPU; of one answer
	detector     detected
}

// Report is the result. Shares are percent.
type Report struct {
	Bench string `json:"bench"`
	Train string `json:"train"`
	Test  string `json:"test"`
	OOS   string `json:"oos,omitempty"`
	Draws int    `json:"draws"`

	Intents   int `json:"intents"`
	Examples  int `json:"examples"`
	TestLines int `json:"test_lines"`
	OOSLines  int `json:"oos_lines"`

	Accuracy       float64 `json:"accuracy"`
	LowestAccuracy float64 `json:"lowest_accuracy"`
	Calibration    float64 `json:"calibration_error"`
	WorstCalib     float64 `json:"highest_calibration_error"`
	LoadCPU        float64 `json:"load_cpu_s"`
	AnswerCPU      float64 `json:"answer_cpu_ms"`

	Scope *Scope     `json:"out_of_scope,omitempty"`
	Live  Live       `json:"detector"`
	Bands []BandUse  `json:"bands"`
	Pairs []string   `json:"warnings,omitempty"`
	Notes []string   `json:"notes,omitempty"`
	sits  []*sitting // of each draw
}

// Scope is how well lines out of scope are told from those in scope, by the
// in-scope probability and by the confidence.
type Scope struct {
	AUROC           float64 `json:"auroc"`
	RightAt90       float64 `json:"in_scope_right_at_90_recall"`
	AUROCConfidence float64 `json:"auroc_by_confidence"`
	RightAt90Conf   float64 `json:"in_scope_right_at_90_recall_by_confidence"`
	Calibration     float64 `json:"calibration_error_with_out_of_scope"`
}

// BandUse is the share of each kind of line that fell into one band.
type BandUse struct {
	Band       string   `json:"band"`
	From       float64  `json:"from_confidence"`
	Right      float64  `json:"right"`
	Wrong      float64  `json:"wrong"`
	OutOfScope *float64 `json:"out_of_scope,omitempty"`
}

// warningsShown of the last draw's warnings.
const warningsShown = 10

func (r *Report) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

func (r *Report) add(s *sitting) { r.sits = append(r.sits, s) }

// mean sums the draws up.
func (r *Report) mean() {
	last := r.sits[len(r.sits)-1]
	r.Intents, r.Examples, r.TestLines, r.OOSLines = len(last.model.Intents()), last.examples, len(last.in), len(last.out)
	r.LowestAccuracy = 100
	n := float64(len(r.sits))
	for _, s := range r.sits {
		accuracy, calibration := 100*accuracy(s.in), 100*calibrationError(s.in)
		r.Accuracy += accuracy / n
		r.LowestAccuracy = min(r.LowestAccuracy, accuracy)
		r.Calibration += calibration / n
		r.WorstCalib = max(r.WorstCalib, calibration)
		r.LoadCPU += s.load.Seconds() / n
		r.AnswerCPU += s.answer.Seconds() * 1000 / n
	}
	r.scope()
	r.bands()
	r.live()
	for _, f := range []*float64{&r.Accuracy, &r.LowestAccuracy, &r.Calibration, &r.WorstCalib, &r.LoadCPU, &r.AnswerCPU} {
		*f = round(*f)
	}
	for i, w := range last.model.Warnings() {
		if i == warningsShown {
			r.note("%d more warnings", len(last.model.Warnings())-warningsShown)
			break
		}
		r.Pairs = append(r.Pairs, w.String())
	}
}

func (r *Report) scope() {
	if r.OOSLines == 0 {
		return
	}
	r.Scope = &Scope{}
	share := 100 / float64(len(r.sits))
	for _, s := range r.sits {
		r.Scope.AUROC += share * auroc(scores(s.in, byScope), scores(s.out, byScope))
		r.Scope.RightAt90 += share * rightAtRecall(s.in, s.out, 0.9, byScope)
		r.Scope.AUROCConfidence += share * auroc(scores(s.in, byConfidence), scores(s.out, byConfidence))
		r.Scope.RightAt90Conf += share * rightAtRecall(s.in, s.out, 0.9, byConfidence)
		r.Scope.Calibration += share * calibrationError(append(append([]answer(nil), s.in...), s.out...))
	}
	for _, f := range []*float64{&r.Scope.AUROC, &r.Scope.RightAt90, &r.Scope.AUROCConfidence, &r.Scope.RightAt90Conf, &r.Scope.Calibration} {
		*f = round(*f)
	}
}

// bands counts over all draws.
func (r *Report) bands() {
	var right, wrong, out, total [3]float64
	for _, s := range r.sits {
		for _, a := range s.in {
			if a.right {
				right[a.band]++
				total[0]++
			} else {
				wrong[a.band]++
				total[1]++
			}
		}
		for _, a := range s.out {
			out[a.band]++
			total[2]++
		}
	}
	from := r.sits[0].model.Bands()
	percent := func(n, of float64) float64 { return round(100 * n / max(of, 1)) }
	for _, b := range []classify.Band{classify.Accept, classify.Confirm, classify.Fallback} {
		u := BandUse{Band: b.String(), Right: percent(right[b], total[0]), Wrong: percent(wrong[b], total[1])}
		switch b {
		case classify.Accept:
			u.From = from.Accept
		case classify.Confirm:
			u.From = from.Confirm
		}
		if total[2] > 0 {
			share := percent(out[b], total[2])
			u.OutOfScope = &share
		}
		r.Bands = append(r.Bands, u)
	}
}

func (r *Report) table(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintf(t, "bench intents: %d intents, %d examples from %s; %d lines from %s\n", r.Intents, r.Examples, r.Train, r.TestLines, r.Test)
	row := func(name string, value float64, unit string) { fmt.Fprintf(t, "%s\t%.2f %s\n", name, value, unit) }
	row("accuracy", r.Accuracy, "%")
	row("calibration error", r.Calibration, "%")
	if r.Draws > 1 {
		row("lowest accuracy", r.LowestAccuracy, fmt.Sprintf("%% (of %d draws)", r.Draws))
		row("highest calibration error", r.WorstCalib, fmt.Sprintf("%% (of %d draws)", r.Draws))
	}
	if s := r.Scope; s != nil {
		row("out-of-scope AUROC", s.AUROC, fmt.Sprintf("%% (by confidence %.2f)", s.AUROCConfidence))
		row("in-scope right at 90 % out-of-scope recall", s.RightAt90, fmt.Sprintf("%% (by confidence %.2f)", s.RightAt90Conf))
		row("calibration error with out-of-scope lines", s.Calibration, "%")
	}
	fmt.Fprintf(t, "load\t%.3f s CPU\n", r.LoadCPU)
	fmt.Fprintf(t, "one answer\t%.3f ms CPU\n", r.AnswerCPU)
	for _, b := range r.Bands {
		fmt.Fprintf(t, "%s from %g\t%.1f %% of right answers, %.1f %% of wrong ones", b.Band, b.From, b.Right, b.Wrong)
		if b.OutOfScope != nil {
			fmt.Fprintf(t, ", %.1f %% out of scope", *b.OutOfScope)
		}
		fmt.Fprintln(t)
	}
	fmt.Fprintf(t, "detector, with rules\t%.1f %% right, %.1f %% asked back, %.1f %% not understood, %.1f %% wrong", r.Live.Right, r.Live.Asked, r.Live.Nothing, r.Live.Wrong)
	if r.OOSLines > 0 {
		fmt.Fprintf(t, "; out of scope %.1f %% taken, %.1f %% asked back", r.Live.Taken, r.Live.AskedOutside)
	}
	fmt.Fprintf(t, "; load %.3f s CPU, one answer %.3f ms\n", r.Live.LoadCPU, r.Live.AnswerCPU)
	for _, n := range r.Pairs {
		fmt.Fprintf(t, "warning: %s\n", n)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(t, "note: %s\n", n)
	}
	return t.Flush()
}

// round keeps four digits after the point. JSON has no NaN; 0 stands for it.
func round(f float64) float64 {
	if math.IsNaN(f) {
		return 0
	}
	return math.Round(f*1e4) / 1e4
}
