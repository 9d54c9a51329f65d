package outbound

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/pacing"
	"github.com/parley-voice/parley/store"
)

// work is one tick: leases are renewed, the campaign is judged, calls are placed.
func (r *run) work(ctx context.Context, now time.Time) {
	if (len(r.live) > 0 || len(r.supply.ready) > 0) && now.Sub(r.pace.leased) > Lease/3 {
		r.pace.leased = now
		r.complain("", r.cfg.Store.RenewCandidates(ctx, r.cfg.Holder, r.c.ID, now.Add(Lease)))
	}
	if now.Sub(r.pace.kept) > keepEvery {
		r.remember(now)
		r.listen(ctx)
	}
	if r.halt.on {
		return
	}
	if !r.supply.served && now.Sub(r.supply.looked) > lookEvery {
		r.serve(ctx)
	}
	if !r.healthy(ctx, now) {
		return
	}
	r.heed(ctx, now)
	r.refill(ctx, now)
	crew := r.crew(now)
	if len(r.supply.ready) == 0 {
		r.seeEnd(ctx, now)
		return
	}
	if room := r.room(ctx, crew); room > 0 {
		r.place(ctx, now, crew, room)
	}
}

// healthy judges the campaign, and turns it off when it may not go on.
func (r *run) healthy(ctx context.Context, now time.Time) bool {
	if now.Sub(r.pace.judged) < lookEvery {
		return r.pace.health.Act == campaign.Run || r.pace.health.Act == campaign.Trial
	}
	r.pace.judged = now
	all := r.mem.with(r.pace.others)
	r.study(ctx, now, all.Tallies)
	was := r.pace.health.Act
	h := r.judge(now, &all)
	if unfit := h.Has(campaign.Incomplete) || h.Has(campaign.Stale); unfit && now.Sub(r.pace.found) > findEvery {
		// It waited for its day: what was imported since counts.
		if err := r.find(ctx, now); err != nil {
			r.log.Warn("the people of a campaign could not be found again", "error", err)
		}
		h = r.judge(now, &all)
	}
	if r.pace.health = h; !r.act(ctx, now, h) {
		r.pace.health.Act, r.pace.health.Until = campaign.Pause, now.Add(lookEvery)
		return false
	}
	for _, rest := range h.Resting {
		if rest.New {
			r.mem.caller(rest.Number).Rested = now
			r.log.Warn("a number is not shown for a while", "number", rest.Number, "until", rest.Until)
		}
	}
	switch {
	case h.Act == campaign.Run:
		r.mem.Filled = true
		if was == campaign.Pause || was == campaign.Trial {
			r.log.Info("the campaign goes on")
		}
		return true
	case h.Act == campaign.Trial:
		return true
	case h.Act == campaign.Stop:
		r.turn(ctx, now, store.CampaignStopped, reasons(h))
	case h.Until.IsZero():
		r.turn(ctx, now, store.CampaignPaused, reasons(h))
	case was != campaign.Pause:
		r.log.Warn("the campaign waits", "until", h.Until, "why", reasons(h))
		r.notice(now, "waits until "+h.Until.UTC().Format(time.RFC3339)+": "+reasons(h))
	}
	return false
}

func (r *run) judge(now time.Time, all *memory) campaign.Health {
	return campaign.Judge(now, r.c, campaign.Vitals{
		Running: all.Filled, Data: r.mem.Data, Approved: r.cfg.Scripts.approved, Reached: all.Reached, Looks: r.pace.looks,
		Words: r.pace.words(), Editions: r.judgedEditions(all.Spoken), Breaker: r.mem.Breaker, Callers: all.callers(now, r.c),
	})
}

func reasons(h campaign.Health) string {
	var all []string
	for _, w := range h.Why {
		all = append(all, w.Text)
	}
	return strings.Join(all, "; ")
}

// turn brings the campaign into another state, by itself.
func (r *run) turn(ctx context.Context, now time.Time, to store.CampaignState, why string) {
	row, err := r.cfg.Store.TurnCampaign(ctx, now, r.c.ID, []store.CampaignState{store.CampaignRunning}, to, store.Turn{Who: "parley", Why: why})
	if errors.Is(err, store.ErrTurn) {
		return // another node, or a person, was faster: the floor sees it
	}
	if err != nil {
		r.log.Warn("the campaign could not be brought into another state", "state", to, "why", why, "error", err)
		return
	}
	r.log.Warn("the campaign changed its state", "state", to, "why", why)
	if r.cfg.Told != nil {
		r.cfg.Told(Notice{row, now})
	}
	r.stand(halt{on: true, since: row.Since})
}

// notice tells of a campaign that is in the state it was in.
func (r *run) notice(now time.Time, why string) {
	if r.cfg.Told != nil {
		r.cfg.Told(Notice{store.Campaign{ID: r.c.ID, State: store.CampaignRunning, Who: "parley", Why: why, Since: now}, now})
	}
}

func (r *run) crew(now time.Time) Crew {
	if r.c.Line.Queue == "" || r.cfg.Agents == nil {
		return Crew{}
	}
	crew := r.cfg.Agents(now, r.c.Line.Queue)
	for _, took := range crew.Served {
		r.pace.Habits.Served(took)
	}
	promised := 0 // answered, and with no agent yet
	for _, a := range r.live {
		if !a.answered.IsZero() {
			promised++
		}
	}
	if now.Sub(r.pace.sampled) >= time.Minute {
		r.pace.sampled = now
		r.agenda.saw(now, crew.Ready+len(crew.Working), max(0, len(crew.Working)-promised))
	}
	crew.Ready = max(0, crew.Ready-max(0, promised-len(crew.Working)))
	return crew
}

// room is how many calls there may be beside those under way.
func (r *run) room(ctx context.Context, crew Crew) int {
	n := r.share(ctx)
	staffed := crew.Ready + len(crew.Working)
	switch {
	case r.pace.health.Act == campaign.Trial:
		n = min(n, 1)
		for _, a := range r.live {
			if a.dialled.IsZero() { // the trial call, and the breaker has not been told yet
				n = 0
			}
		}
	case r.c.Line.Queue != "" && r.c.Line.Waiting > 0 && crew.Waiting >= staffed*r.c.Line.Waiting:
		n, r.pace.why = 0, "enough callers wait for the agents"
	}
	return n
}

// seeEnd finishes a campaign of whom nobody is to be called any more.
func (r *run) seeEnd(ctx context.Context, now time.Time) {
	if len(r.live) > 0 || now.Sub(r.pace.idle) < lookEvery {
		return
	}
	r.pace.idle, r.pace.why = now, "nobody is due"
	_, next, err := r.cfg.Store.CountCandidates(ctx, r.c.ID)
	switch {
	case err != nil:
		r.log.Warn("a campaign's people could not be counted", "error", err)
	case next.IsZero() && len(r.c.Who.Triggers) == 0 && r.c.Who.Refill == 0: // else somebody may come until the deadline
		r.turn(ctx, now, store.CampaignFinished, "nothing more comes of anybody")
	}
}

// place calls as many as the pacer allows of those who were claimed.
func (r *run) place(ctx context.Context, now time.Time, crew Crew, room int) {
	s := pacing.State{Ready: crew.Ready, Working: crew.Working, Calls: len(r.live), Nodes: r.nodes()}
	for _, a := range r.live {
		if !a.dialled.IsZero() && a.answered.IsZero() {
			s.Ringing = append(s.Ringing, now.Sub(a.dialled))
		}
	}
	room = min(room, len(r.supply.ready))
	// What the pacer grants counts as placed: it grants no more than there are people.
	s.Calls = max(s.Calls, r.concurrent()-room)
	n, why := r.pace.Dial(now, s)
	if r.pace.why = why; n == 0 {
		return
	}
	plan := campaign.Plan(now, r.c, campaign.Room{
		Calls: n, Health: r.pace.health, Agents: campaign.Agents{Staffed: crew.Ready + len(crew.Working), Waiting: crew.Waiting},
		Tallies: slices.Collect(maps.Values(r.mem.with(r.pace.others).Tallies)), Seed: uint64(now.UnixNano()),
	}, r.supply.candidates())
	for _, a := range plan {
		t := r.supply.take(a.Candidate.Person)
		t.k = a.Candidate
		id := callID(a.ID)
		r.live[id] = &attempt{turn: t, caller: a.Caller}
		r.ends.wg.Go(func() { r.tell(r.attempt(ctx, a, id)) })
	}
	if len(plan) < n {
		r.putOff(ctx, now)
	}
}

// remember writes down what the campaign has learnt.
func (r *run) remember(now time.Time) {
	r.pace.kept = now
	r.mem.chose(r.agenda.chosen.taken())
	r.mem.Staff = r.agenda.seen()
	ctx, done := context.WithTimeout(context.Background(), settleTime)
	defer done()
	r.complain("", r.cfg.Store.RememberCampaign(ctx, r.c.ID, r.cfg.Holder, r.mem.text()))
}
