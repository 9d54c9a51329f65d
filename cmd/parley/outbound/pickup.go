package outbound

import (
	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/campaign"
)

// detection is how the campaign's calls find out who picked up. A message that may
// not be said is not left.
func (r *run) detection() call.Detection {
	p := r.c.Line.Pickup
	d := call.Detection{Listen: p.How != campaign.TakeAll, Wait: p.How == campaign.Wait, Within: p.Within}
	switch {
	case p.Machine == campaign.GoOn:
		d.Machine = call.GoOn
	case p.Machine == campaign.LeaveMessage && (p.Say == "" || r.cfg.Sayable == nil || r.cfg.Sayable(p.Say)):
		d.Machine, d.Message, d.Clip = call.Leave, p.Say, p.Clip
	}
	return d
}
