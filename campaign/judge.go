package campaign

import (
	"fmt"
	"strings"
	"time"

	"github.com/parley-voice/parley/campaign/experiment"
)

func (c *Campaign) times(h *Health, now time.Time) {
	form := func(t time.Time) string { return t.In(c.When.Zone).Format("2006-01-02 15:04 MST") }
	switch {
	case now.Before(c.When.Start):
		h.hold(Pause, c.When.Start, NotYet, "it begins on "+form(c.When.Start))
	case !now.Before(c.When.Deadline):
		h.hold(Stop, time.Time{}, DeadlineOver, "it was over on "+form(c.When.Deadline))
	}
}

// data keeps a campaign from starting with data that lack fields or are old.
func (c *Campaign) data(h *Health, now time.Time, v Vitals) {
	if v.Running {
		return
	}
	for _, cause := range c.Unfit(now, v.Data) {
		h.hold(Pause, time.Time{}, cause.Code, cause.Text)
	}
}

func days(d time.Duration) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", d.Hours()/24), ".0") + " days"
}

// wordings lists the variants that may be spoken.
func (c *Campaign) wordings(h *Health, now time.Time, v Vitals) {
	approved := func(w experiment.Variant) bool { return v.Approved != nil && v.Approved(w) }
	if len(v.Looks)+len(v.Words) > 0 && len(c.Wording.Variants) > 1 {
		h.Verdict = experiment.Decide(now, c.Wording, v.Looks, v.Words...)
	}
	dropped := h.Verdict.Dropped
	why := strings.Join(h.Verdict.Why, "; ")
	switch h.Verdict.Act {
	case experiment.Halt:
		h.hold(Stop, time.Time{}, Mismatch, "the experiment halts: "+why)
	case experiment.Adopt, experiment.Keep:
		for _, w := range c.Wording.Variants {
			if w.Name != h.Verdict.Variant {
				dropped = append(dropped, w.Name)
			}
		}
		h.note(Decided, fmt.Sprintf("%q is spoken to everybody: %s", h.Verdict.Variant, why))
	default:
		if len(dropped) > 0 {
			h.note(Dropped, strings.Join(dropped, ", ")+" is spoken to nobody: "+why)
		}
	}
	for _, w := range c.Wording.Variants {
		if !approved(w) {
			h.note(Unapproved, fmt.Sprintf("variant %q is spoken to nobody: no approved version of the script %q is what it names", w.Name, w.Script))
		}
	}
	if h.Variants = c.Wording.Usable(approved, dropped...); len(h.Variants) == 0 {
		h.hold(Pause, time.Time{}, Unapproved, "there is no variant that may be spoken: have one approved and published (parley script submit)")
	}
}

// complaints stops at a rate above the limit once enough people were reached, and
// before that when there is hardly a doubt.
func (c *Campaign) complaints(h *Health, v Vitals) {
	r := v.Reached
	enough := r.Trials >= c.Guard.Sample && r.Rate() > c.Guard.Complaints
	if r.Hits > 0 && (enough || experiment.Exceeds(r, c.Guard.Complaints) < 0.05) {
		h.hold(Stop, time.Time{}, Complaints, fmt.Sprintf("%d of %d people reached complained or opted out, %s is borne: change the wording or whom it calls, and start a new version", r.Hits, r.Trials, percent(c.Guard.Complaints)))
	}
}

// versions looks at scripts' versions that were just published.
func (c *Campaign) versions(h *Health, v Vitals) {
	for _, e := range v.Editions {
		if e.Told != "" {
			h.note(Worse, e.Told)
		}
		if e.Former == nil {
			continue
		}
		back := experiment.Watch(*e.Former, e.Present, experiment.Limits{Worse: c.Guard.Worse, Complaints: c.Guard.Complaints, Alpha: 0.01})
		why := strings.Join(back.Why, "; ")
		switch {
		case !back.Back:
		case c.Guard.Rollback == Ask:
			h.Asked = append(h.Asked, Return{e.Script, back})
			h.hold(Pause, time.Time{}, Worse, fmt.Sprintf("go back to version %.12s of %s (parley script rollback %s): %s", back.To, e.Script, e.Script, why))
		default:
			h.Back = append(h.Back, Return{e.Script, back})
			h.note(Worse, fmt.Sprintf("version %.12s of %s is published again: %s", back.To, e.Script, why))
		}
	}
}

func (c *Campaign) failing(h *Health, now time.Time, v Vitals) {
	switch act, until := v.Breaker.At(now); act {
	case Pause:
		h.hold(Pause, until, Failing, "calls fail: look at the trunk (parley doctor); one call is tried at "+until.In(c.When.Zone).Format("15:04:05"))
	case Trial:
		h.hold(Trial, until, Failing, "calls failed: one is tried")
	}
}

func percent(share float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.3f", 100*share), "0"), ".") + " %"
}
