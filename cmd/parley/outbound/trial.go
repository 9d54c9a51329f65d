package outbound

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/experiment"
	"github.com/parley-voice/parley/dialog/review"
	"github.com/parley-voice/parley/store"
)

// itself is who decides when nobody does.
const itself = "parley"

// trial is what is known of a campaign's wordings beside its tallies. The store has the
// looks that were taken and what was decided: all nodes go by the same.
type trial struct {
	looks    []experiment.Look
	decided  []store.Decided // of this version of the campaign
	editions map[string]edition
	seq      int64 // of the reviews that editions are of; -1 before they were read
	asked    time.Time
	failed   time.Time // when going back did not work
}

// recallTrial reads what was looked at and decided before.
func (r *run) recallTrial(ctx context.Context) (err error) {
	r.pace.seq = -1
	if len(r.c.Wording.Variants) < 2 {
		return nil
	}
	r.pace.looks, err = r.cfg.Store.Looks(ctx, r.c.ID, r.mem.Version)
	return err
}

// study reads what was decided and published meanwhile, and takes the look of the day.
func (r *run) study(ctx context.Context, now time.Time, tallies map[string]experiment.Tally) {
	if now.Sub(r.pace.asked) < lookEvery {
		return
	}
	r.pace.asked = now
	err := r.publications(ctx)
	if err == nil && len(r.c.Wording.Variants) > 1 {
		if r.pace.decided, err = r.decisions(ctx); err == nil {
			err = r.look(ctx, now, tallies)
		}
	}
	if err != nil && ctx.Err() == nil {
		r.log.Warn("what was decided of a campaign's wordings cannot be read; what is known counts", "error", err)
	}
}

func (r *run) decisions(ctx context.Context) (mine []store.Decided, err error) {
	all, err := r.cfg.Store.Decisions(ctx, r.c.ID)
	if err != nil {
		return r.pace.decided, err
	}
	return slices.DeleteFunc(all, func(d store.Decided) bool { return d.Version != r.mem.Version }), nil
}

// look takes one look a day at the variants, of the campaign's zone: what is looked at
// more often is no less true, and the store need not keep it.
func (r *run) look(ctx context.Context, now time.Time, tallies map[string]experiment.Tally) error {
	y, m, d := now.In(r.c.When.Zone).Date()
	from := time.Date(y, m, d, 0, 0, 0, 0, r.c.When.Zone)
	if n := len(r.pace.looks); len(tallies) < 2 || n > 0 && !r.pace.looks[n-1].At.Before(from) {
		return nil
	}
	l := experiment.Look{At: now}
	for _, name := range slices.Sorted(maps.Keys(tallies)) {
		l.Tallies = append(l.Tallies, tallies[name])
	}
	if _, err := r.cfg.Store.TakeLook(ctx, r.c.ID, r.mem.Version, from, l); err != nil {
		return err
	}
	looks, err := r.cfg.Store.Looks(ctx, r.c.ID, r.mem.Version) // another node may have been first
	if err == nil {
		r.pace.looks = looks
	}
	return err
}

// words are what was decided of the experiment.
func (t *trial) words() (all []experiment.Word) {
	for _, d := range t.decided {
		all = append(all, d.Word)
	}
	return all
}

// write keeps what the experiment came to, once, before it takes effect.
func (r *run) write(ctx context.Context, now time.Time, v experiment.Decision) error {
	why := strings.Join(v.Why, "; ")
	for _, name := range v.Dropped {
		if err := r.decide(ctx, Turned{Decided: store.Decided{Word: experiment.Word{At: now, Act: experiment.Drop, Variant: name, Who: itself, Why: why}}}); err != nil {
			return err
		}
	}
	if v.Act == "" || v.Act == experiment.Continue {
		return nil
	}
	return r.decide(ctx, Turned{Decided: store.Decided{Word: experiment.Word{At: now, Act: v.Act, Variant: v.Variant, Who: itself, Why: why}}})
}

func (r *run) decide(ctx context.Context, t Turned) error {
	w := t.Word
	if slices.ContainsFunc(r.pace.decided, func(d store.Decided) bool {
		return d.Act == w.Act && d.Variant == w.Variant && !d.At.Before(t.Since) && (w.Act != experiment.GoBack || d.At.Equal(w.At))
	}) {
		return nil
	}
	t.Campaign, t.Version = r.c.ID, r.mem.Version
	var tell []store.Message
	if r.cfg.Scripts.Tell != nil {
		tell = r.cfg.Scripts.Tell(t)
	}
	fresh, err := r.cfg.Store.DecideOnce(ctx, t.Decided, tell...)
	if err != nil {
		return err
	}
	if r.pace.decided = append(r.pace.decided, t.Decided); fresh {
		r.log.Warn("a campaign decided of its wordings", "act", w.Act, "of", w.Variant, "why", w.Why)
	}
	return nil
}

// scripts are those that the variants speak.
func (r *run) scripts() (names []string) {
	for _, v := range r.c.Wording.Variants {
		if !slices.Contains(names, v.Script) {
			names = append(names, v.Script)
		}
	}
	return names
}

// publications reads which versions are published, if an act of a review changed it,
// and keeps that this campaign's alarm went back, whichever node did and however it ended.
func (r *run) publications(ctx context.Context) error {
	seq, err := r.cfg.Scripts.seq(ctx)
	if err != nil || seq == r.pace.seq {
		return err
	}
	all, err := r.cfg.Scripts.editions(ctx, r.scripts())
	if err != nil {
		return err
	}
	for _, e := range all {
		if r.wentBack(e) {
			w := experiment.Word{At: e.by.At, Act: experiment.GoBack, Variant: e.by.Script, Who: Alarm, Why: e.by.Note}
			if err := r.decide(ctx, r.versions(w, e.by.At, e.before, e.by.Hash)); err != nil {
				return err
			}
		}
		r.mem.forget(e)
	}
	r.pace.editions, r.pace.seq = all, seq
	return nil
}

// wentBack tells that this version of the campaign went back by itself.
func (r *run) wentBack(e edition) bool {
	return e.by.Act == review.Rollback && e.by.Who == Alarm && strings.HasPrefix(e.by.Note, r.signature())
}

// signature begins the note of a rollback by this version of the campaign.
func (r *run) signature() string {
	return fmt.Sprintf("campaign %s, version %d: ", r.c.ID, r.mem.Version)
}

// judgedEditions are the versions as Judge looks at them: first calls of persons, the
// former version's in the parts of the week in which the present one called.
func (r *run) judgedEditions(spoken spoken) (all []campaign.Edition) {
	for _, script := range r.scripts() {
		e, ok := r.pace.editions[script]
		if !ok {
			continue
		}
		out := campaign.Edition{Script: script}
		if r.wentBack(e) {
			out.Told = fmt.Sprintf("version %s of %s was published again on %s: %s", review.Short(e.by.Hash), script,
				e.by.At.In(r.c.When.Zone).Format("2006-01-02 15:04 MST"), e.by.Note)
		}
		if e.former != "" {
			if former, present := spoken.like(script, e.former, e.by.Hash); former.Called > 0 {
				out.Former, out.Present = &former, present
			}
		}
		all = append(all, out)
	}
	return all
}

// act carries out what was judged: decisions are written down, a version that does worse
// is gone back from. False when the campaign has to wait for it.
func (r *run) act(ctx context.Context, now time.Time, h campaign.Health) bool {
	if err := r.write(ctx, now, h.Verdict); err != nil {
		r.log.Warn("a decision of an experiment was not written down; no call is placed before it is", "error", err)
		return false
	}
	for _, back := range h.Asked {
		e := r.pace.editions[back.Script]
		w := experiment.Word{At: now, Act: experiment.AskBack, Variant: back.Script, Who: Alarm, Why: noted(r.signature() + strings.Join(back.Why, "; "))}
		if err := r.decide(ctx, r.versions(w, e.by.At, e.by.Hash, back.To)); err != nil {
			r.log.Warn("that a person is to go back to a script's former version was not written down; tried again", "script", back.Script, "error", err)
			return false
		}
	}
	for _, back := range h.Back {
		if now.Sub(r.pace.failed) < laterBy || !r.goBack(ctx, now, back) {
			return false
		}
	}
	for script, e := range r.pace.editions { // what was gone back from is not spoken until the other is there
		if hash, ok := r.cfg.Scripts.Spoken(script); ok && e.by.Act == review.Rollback && hash != e.by.Hash {
			r.pace.why = fmt.Sprintf("version %s of %s was published again and is being loaded", review.Short(e.by.Hash), script)
			return false
		}
	}
	return true
}

// versions is a word about a script's versions; what was said before since is of another.
func (r *run) versions(w experiment.Word, since time.Time, from, to string) Turned {
	t := Turned{Decided: store.Decided{Word: w, Since: since}, Script: w.Variant, From: from, To: to}
	for _, v := range r.c.Wording.Variants {
		if v.Script == t.Script {
			t.Variants = append(t.Variants, v.Name)
		}
	}
	return t
}

func (r *run) goBack(ctx context.Context, now time.Time, back campaign.Return) bool {
	why := r.signature() + strings.Join(back.Why, "; ")
	done, err := r.cfg.Scripts.goBack(ctx, now, r.pace.editions[back.Script], why)
	if err == nil {
		err = r.publications(ctx)
	}
	if err != nil {
		r.pace.failed = now
		r.log.Error("a script's former version was not published again; no call is placed before it is, tried again in a minute", "script", back.Script, "error", err)
		return false
	}
	if done {
		r.log.Warn("a script's former version was published again", "script", back.Script, "version", review.Short(back.To), "why", why)
		r.notice(now, fmt.Sprintf("went back to version %s of %s: %s", review.Short(back.To), back.Script, strings.Join(back.Why, "; ")))
	}
	return true
}
