package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Campaign is a campaign that was started, and how it stands. Whoever runs it reads
// its state here, so that it can be paused from anywhere.
type Campaign struct {
	ID      string        `json:"id"`
	Version int           `json:"version"` // of Doc, from 1
	Doc     string        `json:"doc"`     // YAML, as it was started
	State   CampaignState `json:"state"`
	Why     string        `json:"why,omitempty"`
	Who     string        `json:"who"` // brought it into this state
	Ringing Ringing       `json:"ringing,omitempty"`
	Filled  int           `json:"filled"` // the version whose people are its candidates
	Began   time.Time     `json:"began"`
	Since   time.Time     `json:"since"` // in this state
	Data    string        `json:"-"`     // how good those of its people are, in the runner's words
}

// CampaignState is how a campaign stands.
type CampaignState string

// The states of a Campaign. A paused one can go on, a stopped one can be started
// anew; one is finished when nothing more comes of anybody.
const (
	CampaignRunning  CampaignState = "running"
	CampaignPaused   CampaignState = "paused"
	CampaignStopped  CampaignState = "stopped"
	CampaignFinished CampaignState = "finished"
)

// Ringing is what becomes of calls that ring when a campaign is paused or stopped.
type Ringing string

// The ways with calls that ring.
const (
	LetRing    Ringing = ""       // they go on
	CancelRing Ringing = "cancel" // they are hung up; talks go on
)

// Errors of campaigns.
var (
	ErrNoCampaign = errors.New("no such campaign was started")
	ErrTurn       = errors.New("the campaign cannot do that now")
)

const campaignColumns = "id, version, doc, state, why, who, ringing, filled, began, since, data"

// StartCampaign starts a campaign with a text, or lets it go on. With another text
// than before its version rises, and its people are looked for again; those who
// have an outcome keep it.
func (e *Editor) StartCampaign(ctx context.Context, now time.Time, id, doc, who string) (c Campaign, err error) {
	err = e.changes.patiently(ctx, func(q queries) error {
		if err := q.alone(ctx, "campaign "+id); err != nil {
			return err
		}
		c, err = q.campaign(ctx, id)
		switch {
		case errors.Is(err, ErrNoCampaign):
			c = Campaign{ID: id, Version: 1, Doc: doc, Began: now.UTC()}
		case err != nil:
			return err
		case c.State == CampaignRunning:
			return fmt.Errorf("%w: %s runs already", ErrTurn, id)
		case c.Doc != doc:
			c.Version, c.Doc = c.Version+1, doc
		case c.State != CampaignPaused:
			c.Filled = 0 // who has come since is looked for
		}
		c.State, c.Why, c.Who, c.Ringing, c.Since = CampaignRunning, "", who, LetRing, now.UTC()
		return q.keepCampaign(ctx, c)
	})
	return c, inCampaigns(err)
}

// TurnCampaign brings a campaign from one of some states into another: ErrTurn when
// it is in none of them. ringing tells what becomes of calls that ring.
func (e *Editor) TurnCampaign(ctx context.Context, now time.Time, id string, from []CampaignState, to CampaignState, t Turn) (c Campaign, err error) {
	err = e.changes.patiently(ctx, func(q queries) error {
		if err := q.alone(ctx, "campaign "+id); err != nil {
			return err
		}
		if c, err = q.campaign(ctx, id); err != nil {
			return err
		}
		if !slices.Contains(from, c.State) {
			return fmt.Errorf("%w: %s is %s", ErrTurn, id, c.State)
		}
		c.State, c.Why, c.Who, c.Ringing, c.Since = to, t.Why, t.Who, t.Ringing, now.UTC()
		return q.keepCampaign(ctx, c)
	})
	return c, inCampaigns(err)
}

// Turn is who turns a campaign, and why.
type Turn struct {
	Who, Why string
	Ringing  Ringing
}

// Campaign reads one, or ErrNoCampaign.
func (r *Reader) Campaign(ctx context.Context, id string) (Campaign, error) {
	c, err := r.db.q().campaign(ctx, id)
	return c, inCampaigns(err)
}

// Campaigns lists them in order of id.
func (r *Reader) Campaigns(ctx context.Context) ([]Campaign, error) {
	all, err := r.db.q().campaigns(ctx, "1 = 1")
	return all, inCampaigns(err)
}

// RememberCampaign keeps what a node has learnt about a campaign.
func (e *Editor) RememberCampaign(ctx context.Context, id, node, memory string) error {
	_, err := e.changes.q().exec(ctx, insert("campaign_memories", "campaign, node, memory", 2), id, node, memory)
	return inCampaigns(err)
}

// CampaignMemories is what each node has learnt about a campaign, by its name.
func (r *Reader) CampaignMemories(ctx context.Context, id string) (map[string]string, error) {
	all := map[string]string{}
	err := r.db.q().each(ctx, func(scan func(...any) error) error {
		var node, memory string
		err := scan(&node, &memory)
		all[node] = memory
		return err
	}, "SELECT node, memory FROM campaign_memories WHERE campaign = ?", id)
	return all, inCampaigns(err)
}

func (q queries) keepCampaign(ctx context.Context, c Campaign) error {
	_, err := q.exec(ctx, insert("campaigns", campaignColumns, 1), c.ID, c.Version, c.Doc, string(c.State), c.Why, c.Who, string(c.Ringing),
		c.Filled, c.Began.UnixNano(), c.Since.UnixNano(), c.Data)
	return err
}

func (q queries) campaign(ctx context.Context, id string) (Campaign, error) {
	all, err := q.campaigns(ctx, "id = ?", id)
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("%w: %s", ErrNoCampaign, id)
	}
	if err != nil {
		return Campaign{}, err
	}
	return all[0], nil
}

func (q queries) campaigns(ctx context.Context, where string, args ...any) (all []Campaign, err error) {
	err = q.each(ctx, func(scan func(...any) error) error {
		var c Campaign
		var began, since int64
		err := scan(&c.ID, &c.Version, &c.Doc, &c.State, &c.Why, &c.Who, &c.Ringing, &c.Filled, &began, &since, &c.Data)
		c.Began, c.Since = time.Unix(0, began).UTC(), time.Unix(0, since).UTC()
		all = append(all, c)
		return err
	}, "SELECT "+campaignColumns+" FROM campaigns WHERE "+where+" ORDER BY id", args...)
	return all, err
}

func inCampaigns(err error) error {
	if err != nil {
		return fmt.Errorf("campaigns: %w", err)
	}
	return nil
}
