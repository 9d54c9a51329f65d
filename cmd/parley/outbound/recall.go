package outbound

import (
	"context"
	"maps"

	"github.com/parley-voice/parley/campaign/experiment"
	"github.com/parley-voice/parley/store"
)

// recall reads what this node and others have learnt about the campaign.
func (r *run) recall(ctx context.Context, row store.Campaign) error {
	all, err := r.cfg.Store.CampaignMemories(ctx, row.ID)
	if err != nil {
		return err
	}
	r.mem = recall(all[r.cfg.Holder], row)
	r.agenda = newAgenda(r.c, r.mem)
	r.mem.ledger(&r.pace.Ledger)
	r.hear(all)
	return r.recallTrial(ctx)
}

// listen reads what others have learnt meanwhile.
func (r *run) listen(ctx context.Context) {
	if !r.cfg.Shared {
		return
	}
	all, err := r.cfg.Store.CampaignMemories(ctx, r.c.ID)
	if err != nil {
		r.log.Warn("what other nodes have learnt cannot be read", "error", err)
		return
	}
	r.hear(all)
}

func (r *run) hear(all map[string]string) {
	r.pace.others = nil
	for node, text := range all {
		if node != r.cfg.Holder {
			r.pace.others = append(r.pace.others, recall(text, store.Campaign{Version: r.mem.Version}))
		}
	}
}

// with is what all nodes know: what is counted, counted together. The breaker stays
// each node's own, whose trunk it is that fails; so do agents, who are on one node.
func (m *memory) with(others []memory) memory {
	all := *m
	if len(others) == 0 {
		return all
	}
	all.Callers, all.Tallies = map[string]*shown{}, map[string]experiment.Tally{}
	for _, o := range append([]memory{*m}, others...) {
		for number, s := range o.Callers {
			all.caller(number).add(s)
		}
		for name, t := range o.Tallies {
			all.Tallies[name] = sum(all.Tallies[name], t)
		}
	}
	for _, o := range others {
		all.Spoken = all.Spoken.with(o.Spoken)
		all.Filled = all.Filled || o.Filled
		all.Reached.Hits += o.Reached.Hits
		all.Reached.Trials += o.Reached.Trials
	}
	return all
}

func (s *shown) add(o *shown) {
	s.Rested = later(s.Rested, o.Rested)
	days := maps.Clone(s.Days)
	for day, d := range o.Days {
		old := days[day]
		days[day] = dayOf{old.Calls + d.Calls, old.Answered + d.Answered, old.Blocked + d.Blocked}
	}
	s.Days = days
}

func sum(a, b experiment.Tally) experiment.Tally {
	return experiment.Tally{Variant: b.Variant, Assigned: a.Assigned + b.Assigned, Called: a.Called + b.Called, Answered: a.Answered + b.Answered,
		Converted: a.Converted + b.Converted, Negative: a.Negative + b.Negative, Complained: a.Complained + b.Complained}
}
