package experiment

import "fmt"

// Limits say how much worse than the former version a script may be before it is
// taken back.
type Limits struct {
	Worse      float64 `json:"worse" yaml:"worse"`           // share of a rate that may be lost or gained: 0.2
	Complaints float64 `json:"complaints" yaml:"complaints"` // highest complaint rate borne
	Alpha      float64 `json:"alpha" yaml:"alpha"`           // false alarms over all rates and looks
}

// DefaultLimits allow a fifth, and one false alarm in a hundred versions.
var DefaultLimits = Limits{Worse: 0.2, Complaints: 0.005, Alpha: 0.01}

// Rollback is whether to go back to the former version, and why.
type Rollback struct {
	Back bool     `json:"back"`
	To   string   `json:"to,omitempty"` // the former version
	Why  []string `json:"why"`
}

// Watch compares a version that was just published with the one before, as often
// as one likes. It goes back when the answer or conversion rate fell, or the
// negative rate rose, by more than Limits.Worse of what it was, or complaints
// exceed their limit. "What it was" is the side of the former rate's 95 %
// interval that is kinder to the new version, so that a former version of few
// persons blames nobody. now holds the persons of the new version since it was
// published, former those of the old one over a time like it.
func Watch(former, now Tally, l Limits) Rollback {
	r := Rollback{To: former.Variant}
	level := l.Alpha / 4
	fell := func(name string, was, is Arm) {
		low, _ := was.Wilson(1.96)
		floor := low * (1 - l.Worse)
		if p := Exceeds(Arm{is.Trials - is.Hits, is.Trials}, 1-floor); floor > 0 && p <= level {
			r.back("%s rate fell to %.1f %% (%d of %d), below %.1f %%: it was %.1f %% (p %.2g)", name, is, floor, was, p)
		}
	}
	fell("answer", former.AnswerRate(), now.AnswerRate())
	fell("conversion", former.ConversionRate(), now.ConversionRate())
	was, is := former.NegativeRate(), now.NegativeRate()
	_, high := was.Wilson(1.96)
	if ceiling := high * (1 + l.Worse); was.Trials > 0 {
		if p := Exceeds(is, ceiling); p <= level {
			r.back("%s rate rose to %.1f %% (%d of %d), above %.1f %%: it was %.1f %% (p %.2g)", "negative", is, ceiling, was, p)
		}
	}
	if c := now.ComplaintRate(); c.Hits > 0 {
		if p := Exceeds(c, l.Complaints); p <= level {
			r.back("%s rate is %.2f %% (%d of %d), above %.2f %%: it was %.2f %% (p %.2g)", "complaint", c, l.Complaints, former.ComplaintRate(), p)
		}
	}
	if !r.Back {
		r.Why = []string{fmt.Sprintf("%d persons called, and no rate is worse than it may be", now.Called)}
	}
	return r
}

func (r *Rollback) back(format, rate string, is Arm, limit float64, was Arm, p float64) {
	r.Back = true
	r.Why = append(r.Why, fmt.Sprintf(format, rate, 100*is.Rate(), is.Hits, is.Trials, 100*limit, 100*was.Rate(), p))
}
