package main

import "github.com/parley-voice/parley/cmd/parley/campaigns"

// CampaignCmd is parley campaign.
type CampaignCmd = campaigns.Command
