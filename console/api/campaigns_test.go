package api

import (
	"context"
	"time"
)

// fakeCampaigns holds one.
type fakeCampaigns struct{}

func (f fakeCampaigns) Campaigns(ctx context.Context) ([]Campaign, error) {
	c, err := f.Campaign(ctx, "spring")
	return []Campaign{c}, err
}

func (fakeCampaigns) Campaign(_ context.Context, id string) (Campaign, error) {
	if id != "spring" {
		return Campaign{}, ErrNotFound
	}
	return Campaign{ID: id, Version: 1, State: "running", Who: "li", Began: noon, Since: noon, Next: noon.Add(time.Minute),
		People: []CampaignPeople{{State: "waiting", Status: "busy", People: 1, Tries: 1}}, Live: &CampaignLive{Ringing: 1, Attempts: map[string]int{"busy": 1}}}, nil
}

func (f fakeCampaigns) Turn(ctx context.Context, id string, t TurnCampaign) (Campaign, error) {
	c, err := f.Campaign(ctx, id)
	c.State, c.Why, c.Who = map[string]string{"start": "running", "pause": "paused", "stop": "stopped"}[t.Do], t.Why, t.Who
	return c, err
}

func (fakeCampaigns) Members(context.Context, string, MemberQuery) ([]CampaignMember, error) {
	return []CampaignMember{{Person: "p1", Number: "+8613812345678", State: "waiting", Tries: 1, Due: noon, Status: "busy"}}, nil
}
