package outbound

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/experiment"
	"github.com/parley-voice/parley/store"
)

// over is an attempt that came to its end, or was none.
type over struct {
	id      string
	k       campaign.Candidate // as it is now
	ending  ending
	rec     call.Record
	dialled bool
	refused string             // by which rule
	spoke   experiment.Variant // with the version that was spoken
}

// gate asks the store before the INVITE and at the answer, and tells the loop.
type gate struct {
	run     *run
	id      string
	dialled time.Time // set before the call ends, read after
}

// Dial has the attempt written down as dialled; an opt-out may have come first.
func (g *gate) Dial(ctx context.Context) error {
	now := time.Now()
	if err := g.run.cfg.Store.DialAttempt(ctx, now, g.id); err != nil {
		return err
	}
	g.dialled = now
	g.run.tell(step{id: g.id, at: now})
	return nil
}

// Answered ends a call whose person opted out while it rang. A database that fails
// does not: the person is on the telephone.
func (g *gate) Answered(ctx context.Context, at time.Time) error {
	g.run.tell(step{id: g.id, at: at, answered: true})
	ctx, done := context.WithTimeout(ctx, settleTime)
	defer done()
	err := g.run.cfg.Store.AnswerAttempt(ctx, at, g.id)
	if errors.Is(err, store.ErrStopped) {
		return err
	}
	if err != nil {
		g.run.log.Warn("that an attempt was answered was not written down", "call", g.id, "error", err)
	}
	return nil
}

// attempt reserves, calls, and keeps what came of it.
func (r *run) attempt(ctx context.Context, a campaign.Attempt, id string) over {
	k, out := a.Candidate, over{id: id}
	now := time.Now()
	if shut, refused := r.shut(ctx, now, k, id); refused != "" {
		out.refused, out.k = refused, r.keep(shut, id, now, nil)
		return out
	}
	request := a.Request(r.cfg.Holder)
	request.ID = id
	old, d, err := r.cfg.Store.Reserve(ctx, now, request, r.policy)
	switch {
	case errors.Is(err, store.ErrAttempted):
		return r.found(k, old)
	case err != nil: // whether it was reserved shows when it is asked again under the same id
		r.log.Warn("an attempt was not reserved", "call", id, "error", err)
		k.Due = now.Add(laterBy)
		out.k = r.keep(k, id, now, nil)
		return out
	case !d.Allowed:
		out.refused = string(d.Reasons[0].Code)
		next, todo := campaign.Denied(now, r.c, k, d)
		out.k = r.keep(next, id, now, todo)
		return out
	}
	k = k.Reserve()
	if k.Variant, err = r.variant(ctx, now, a); err != nil {
		return r.undialled(k, id, fmt.Errorf("which wording the person gets was not written down: %w", err))
	}
	if a.Variant.Version, err = r.cfg.Scripts.version(a.Variant); err != nil { // another was published a moment ago
		return r.undialled(k, id, err)
	}
	g := &gate{run: r, id: id}
	rec, err := r.call(ctx, a, g)
	if g.dialled.IsZero() {
		return r.undialled(k, id, err)
	}
	if err != nil {
		r.log.Error("the record of an attempt was not kept", "call", id, "error", err)
	}
	out.dialled, out.rec, out.ending, out.spoke = true, rec, endingOf(r.c, rec), a.Variant
	out.ending.result.At = g.dialled
	out.k = r.settle(k.Dial(g.dialled), id, out.ending)
	return out
}

// variant writes down which wording of an experiment a person gets, before the call,
// where reports find it. The first stays theirs in all counts, also when another is
// spoken since it was dropped.
func (r *run) variant(ctx context.Context, now time.Time, a campaign.Attempt) (string, error) {
	if len(r.c.Wording.Variants) < 2 {
		return a.Variant.Name, nil
	}
	held, err := r.cfg.Store.Assign(ctx, r.c.ID, a.Candidate.Person, a.Variant.Name, now)
	if err != nil || slices.ContainsFunc(r.c.Wording.Variants, func(v experiment.Variant) bool { return v.Name == held }) {
		return held, err
	}
	return a.Variant.Name, r.cfg.Store.Reassign(ctx, r.c.ID, a.Candidate.Person, a.Variant.Name, now) // of another version of the file
}

func (r *run) call(ctx context.Context, a campaign.Attempt, g *gate) (call.Record, error) {
	run, err := r.cfg.Phone.Place(call.Attempt{
		ID: g.id, To: a.Candidate.Number.Text, Trunk: a.Trunk, From: a.Caller, Script: a.Variant.Script, Hash: a.Variant.Version, Timeout: a.Ring, Pickup: r.detection(), Gate: g,
		Vars: r.vars(ctx, a),
	})
	if err != nil {
		return call.Record{}, err
	}
	return run(ctx)
}

// vars are what a script is given: the campaign, and what its needs name of the
// customer. A database that does not answer costs fallback lines, not the call.
func (r *run) vars(ctx context.Context, a campaign.Attempt) map[string]string {
	vars := map[string]string{"campaign.id": r.c.ID, "campaign.variant": a.Variant.Name, "customer.id": a.Candidate.Person}
	if r.cfg.Needs == nil {
		return vars
	}
	ctx, done := context.WithTimeout(ctx, knowTime)
	defer done()
	p, err := r.cfg.Store.Customer(ctx, a.Candidate.Person)
	if err != nil {
		r.log.Warn("what is known of a customer was not read", "customer", a.Candidate.Person, "error", err)
		return vars
	}
	for _, name := range r.cfg.Needs(a.Variant.Script) {
		if !strings.HasPrefix(name, campaign.OfCustomer) {
			continue
		}
		if text := campaign.Field(p, name, time.Now()); text != "" {
			vars[name] = text
		}
	}
	return vars
}

// undialled gives an attempt back that was not dialled: the person opted out first,
// or there was no line.
func (r *run) undialled(k campaign.Candidate, id string, err error) over {
	now := time.Now()
	why := "not dialled"
	if err != nil {
		why = err.Error()
	}
	e := ending{result: campaign.Result{Fate: campaign.Released}}
	lost := surely(func(ctx context.Context) error { return r.cfg.Store.ReleaseAttempt(ctx, now, id, why) })
	if errors.Is(lost, store.ErrStopped) { // it may have been
		e = ending{result: campaign.Result{Fate: campaign.Unknown}, fate: store.FateUnknown}
		lost = r.fated(now, id, e.fate)
	}
	r.complain(id, lost)
	next, todo := campaign.Next(now, r.c, k, e.result)
	if next.Due = later(next.Due, now.Add(laterBy)); errors.Is(err, store.ErrStopped) {
		next.Due = now // the rules say at once why not
	}
	return over{id: id, k: r.keep(next, id, now, todo), refused: "not_dialled"}
}

// found is an attempt that was made before: by a process that died, or by this one
// when it could not be written down what became of it.
func (r *run) found(k campaign.Candidate, old store.Attempt) over {
	now := time.Now()
	if open := old.State != store.AttemptEnded && old.State != store.AttemptReleased && old.State != store.AttemptCancelled; open &&
		old.Holder != r.cfg.Holder && r.pace.crowd().has(old.Holder) { // another node's call goes on: it is that one's to settle
		k.Due = now.Add(laterBy)
		return over{id: old.ID, k: r.keep(k, old.ID, now, nil), refused: "called_elsewhere"}
	}
	k = k.Reserve()
	e := ending{result: fateOf(old), fate: old.Fate}
	switch old.State {
	case store.AttemptReserved, store.AttemptDialled, store.AttemptAnswered: // its holder has let the claim go: it is dead
		e.fate = store.FateUnknown
		r.complain(old.ID, r.fated(now, old.ID, e.fate))
	case store.AttemptEnded:
		ctx, done := context.WithTimeout(context.Background(), settleTime)
		defer done()
		if rec, err := r.cfg.Store.Get(ctx, old.ID); err == nil && old.Fate != store.FateUnknown {
			e = endingOf(r.c, rec)
		}
	}
	next, todo := campaign.Next(now, r.c, k, e.result)
	r.log.Warn("an attempt of before was found; it is not made again", "call", old.ID, "fate", e.fate)
	return over{id: old.ID, k: r.keep(next, old.ID, now, todo), refused: "made_before"}
}

// settle ends an attempt that was dialled, and decides what follows.
func (r *run) settle(k campaign.Candidate, id string, e ending) campaign.Candidate {
	now := time.Now()
	r.complain(id, r.fated(now, id, e.fate))
	next, todo := campaign.Next(now, r.c, k, e.result)
	return r.keep(next, id, now, todo)
}

// fated writes down what became of an attempt.
func (r *run) fated(now time.Time, id string, fate store.Fate) error {
	return surely(func(ctx context.Context) error {
		_, err := r.cfg.Store.SettleAttempt(ctx, now, id, fate)
		return err
	})
}

// surely writes what must not be lost, and may be written twice: again when a database
// that is busy has kept it waiting for too long.
func surely(write func(context.Context) error) (err error) {
	for range settleTries {
		ctx, done := context.WithTimeout(context.Background(), settleTime)
		err = write(ctx)
		done()
		if err == nil || errors.Is(err, store.ErrStopped) {
			break
		}
	}
	return err
}

// keep ends the claim on a candidate.
func (r *run) keep(k campaign.Candidate, id string, now time.Time, todo []campaign.Follow) campaign.Candidate {
	ctx, done := context.WithTimeout(context.Background(), settleTime)
	defer done()
	if k.State == campaign.Waiting {
		one := []campaign.Candidate{k}
		r.agenda.chosen.add(r.schedule(ctx, now, one))
		k = one[0]
	}
	err := r.cfg.Store.SettleCandidate(ctx, r.cfg.Holder, k, store.Followed{Call: id, At: now, Todo: todo})
	r.complain(id, err)
	return k
}

func (r *run) complain(id string, err error) {
	if err != nil {
		r.log.Error("what came of an attempt was not written down; the next start finds it", "call", id, "error", fmt.Errorf("%w", err))
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
