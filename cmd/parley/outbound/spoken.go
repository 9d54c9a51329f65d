package outbound

import (
	"maps"
	"strings"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/experiment"
	"github.com/parley-voice/parley/campaign/timing"
)

// spoken counts persons by the version of a script that their first call spoke, and by
// the part of the week of that call. Later calls say more about the version before,
// which did not reach them, and other hours more about the hours.
type spoken map[string]map[int]experiment.Tally

func versionKey(script, hash string) string { return script + "@" + hash }

// spoke counts an attempt that was dialled, if it is the person's first.
func (m *memory) spoke(c *campaign.Campaign, script, hash string, k campaign.Candidate, e ending) {
	if k.Tries-k.Last.Void > 1 {
		return
	}
	if m.Spoken == nil {
		m.Spoken = spoken{}
	}
	key := versionKey(script, hash)
	if m.Spoken[key] == nil {
		m.Spoken[key] = map[int]experiment.Tally{}
	}
	part := timing.HourOf(e.result.At, person(k).Where).Part()
	one := e.tally(c)
	one.Variant, one.Assigned, one.Called = hash, 1, 1
	m.Spoken[key][part] = sum(m.Spoken[key][part], one)
}

// tally is what an ending adds to what came of its variant.
func (e ending) tally(c *campaign.Campaign) (t experiment.Tally) {
	if !e.person() {
		return t
	}
	t.Answered = 1
	bad := e.result.Wish != campaign.NoWish
	if bad {
		t.Complained = 1
	}
	switch meaning := meaningOf(c, e.result.Outcome); {
	case bad || meaning == campaign.Refusal:
		t.Negative = 1
	case meaning == campaign.Need:
		t.Converted = 1
	}
	return t
}

// like are the tallies of two versions of a script, the former's of the parts of the
// week in which the present one called.
func (s spoken) like(script, former, present string) (before, now experiment.Tally) {
	before.Variant, now.Variant = former, present
	past := s[versionKey(script, former)]
	for part, t := range s[versionKey(script, present)] {
		now = sum(now, t)
		old := past[part]
		old.Variant = former
		before = sum(before, old)
	}
	return before, now
}

// with counts both together.
func (s spoken) with(o spoken) spoken {
	all := spoken{}
	for _, one := range []spoken{s, o} {
		for key, parts := range one {
			merged := maps.Clone(all[key])
			if merged == nil {
				merged = map[int]experiment.Tally{}
			}
			for part, t := range parts {
				merged[part] = sum(merged[part], t)
			}
			all[key] = merged
		}
	}
	return all
}

// forget drops versions of a script that are neither published nor gone back to.
func (m *memory) forget(e edition) {
	maps.DeleteFunc(m.Spoken, func(key string, _ map[int]experiment.Tally) bool {
		return strings.HasPrefix(key, e.by.Script+"@") && key != versionKey(e.by.Script, e.by.Hash) && key != versionKey(e.by.Script, e.former)
	})
}
