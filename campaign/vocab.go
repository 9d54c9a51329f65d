package campaign

import (
	"github.com/parley-voice/parley/campaign/experiment"
	"github.com/parley-voice/parley/campaign/pacing"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/campaign/timing"
	"github.com/parley-voice/parley/dialog/vocab"
)

// Values that are written the same way everywhere.
var (
	span  = vocab.Text.Called("time: 90s, 15m, 4h, 3d")
	share = vocab.Text.Called("share: 0.5%")
	day   = vocab.Text.Called("day, or day and time: 2026-11-23, 2026-11-23T09:00")
)

// words makes texts of the words of a closed list.
func words[T ~string](all ...T) []string {
	out := make([]string, len(all))
	for i, w := range all {
		out[i] = string(w)
	}
	return out
}

// unreached are the statuses that a rule of retry may be about.
var unreached = []pickup.Status{pickup.Busy, pickup.NoAnswer, pickup.Off, pickup.Unreachable, pickup.Machine, pickup.Refused,
	pickup.Blocked, pickup.Network, pickup.Suspended, pickup.Empty, pickup.Changed}

// vocabulary of a campaign's file; docs/campaigns.md shows it.
var vocabulary = vocab.Table{
	{Name: "campaign", Keys: []vocab.Key{
		{Name: "campaign", Value: vocab.Name, Default: vocab.Required, Doc: "the id, a part of each attempt's: never use it for another campaign"},
		{Name: "version", Value: vocab.Whole(1, 1_000_000), Default: "1", Doc: "raise it with every change"},
		{Name: "name", Value: vocab.Text, Default: "the id", Doc: "as people call it"},
		{Name: "purpose", Value: vocab.Name, Default: vocab.Required, Doc: "the consent that people must have given: `marketing`, `service`, ..."},
		{Name: "priority", Value: vocab.Whole(0, 100), Default: "50", Doc: "of two campaigns on one trunk the higher goes first"},
		{Name: "who", Value: vocab.Of("who"), Default: vocab.Required, Doc: "whom it calls"},
		{Name: "variants", Value: vocab.List(vocab.Of("variant")), Default: vocab.Required, Doc: "the wordings, the control first; one alone is no experiment"},
		{Name: "experiment", Value: vocab.Of("experiment"), Doc: "how variants are compared"},
		{Name: "line", Value: vocab.Of("line"), Default: vocab.Required, Doc: "how it calls"},
		{Name: "pacing", Value: vocab.Of("pacing"), Doc: "how many calls at once"},
		{Name: "when", Value: vocab.Of("when"), Default: vocab.Required, Doc: "when it calls"},
		{Name: "retry", Value: vocab.Of("retry"), Doc: "what follows from a call that reached nobody"},
		{Name: "outcomes", Value: vocab.Map(vocab.Either(vocab.Word(words(Meanings()...)...), vocab.Of("outcome"))), Default: "nothing follows", Doc: "what follows from an outcome of the script"},
		{Name: "stop", Value: vocab.Of("stop"), Doc: "what stops it"},
		{Name: "caps", Value: vocab.Of("caps"), Default: "those of the site", Doc: "stricter limits than those of the site; laxer ones change nothing"},
	}},
	{Name: "who", Keys: []vocab.Key{
		{Name: "segment", Value: vocab.Text.Called("condition or group"), Default: vocab.Required, Doc: "an expression over labels, or the name of a group (customers.md)"},
		{Name: "order", Value: vocab.Name, Default: "nobody first", Doc: "a label of numbers: who has more of it is called first"},
		{Name: "pilot", Value: share, Default: "100%", Doc: "share of them that is called; a larger one holds everybody of a smaller one"},
		{Name: "triggers", Value: vocab.List(vocab.Of("trigger")), Default: "none", Doc: "what makes a person of the segment due at once"},
		{Name: "window", Value: vocab.Word(words(Windows()...)...), Default: "at any time", Doc: "when a person of the segment is called: `new`: in the 24 hours after they joined; `repurchase`: on days 7 to 15 after their last purchase; `lost`: after 30 silent days (timing.md). Not with triggers"},
		{Name: "refill", Value: span, Default: "10m with a window, else never", Doc: "people who came into the segment or into their window since are taken up so often, 10m to 7d; the campaign goes on until its deadline then"},
	}},
	{Name: "trigger", Keys: []vocab.Key{
		{Name: "on", Value: vocab.Word(words(timing.Browsed, timing.Carted, timing.Bought)...), Default: vocab.Required, Doc: "what the person did"},
		{Name: "settle", Value: span, Default: "0s", Doc: "wait so long for a purchase, at most 60s"},
		{Name: "stale", Value: span, Default: "15m", Doc: "a signal that is heard of so late is let go"},
		{Name: "rest", Value: span, Default: "0s", Doc: "no second call of a person for a signal within it"},
	}},
	{Name: "variant", Keys: []vocab.Key{
		{Name: "name", Value: vocab.Name, Default: vocab.Required, Doc: "as reports call it"},
		{Name: "script", Value: vocab.Text.Called("name of a script"), Default: vocab.Required, Doc: "what is spoken"},
		{Name: "version", Value: vocab.Text.Called("hash"), Default: "the published one", Doc: "8 to 64 digits of the version's hash (`parley script history`): while another is published, nobody hears this variant"},
		{Name: "weight", Value: vocab.Whole(1, 1000), Default: "1", Doc: "share of the people, beside the others' weights"},
	}},
	{Name: "experiment", Keys: []vocab.Key{
		{Name: "metric", Value: vocab.Word(words(experiment.Answered, experiment.Converted)...), Default: "converted", Doc: "what decides"},
		{Name: "allocation", Value: vocab.Word(words(experiment.ByWeight, experiment.Bandit)...), Default: "weights", Doc: "fixed shares, or more to what does better"},
		{Name: "lasts", Value: span, Default: "14d", Doc: "whole weeks are best"},
		{Name: "effect", Value: share, Default: "3%", Doc: "the difference of rates that is worth finding"},
		{Name: "alpha", Value: share, Default: "5%", Doc: "share of false alarms that is borne"},
	}},
	{Name: "line", Keys: []vocab.Key{
		{Name: "trunk", Value: vocab.Name, Default: vocab.Required, Doc: "a trunk of the configuration"},
		{Name: "numbers", Value: vocab.List(vocab.Text).Called("telephone numbers"), Default: vocab.Required, Doc: "numbers that are shown, in international form; each person sees the same one again"},
		{Name: "per_number", Value: vocab.Whole(1, 1_000_000), Default: "no bound", Doc: "calls a day that one number may show"},
		{Name: "ring", Value: span, Default: "30s", Doc: "how long a telephone rings, 15s to 2m"},
		{Name: "queue", Value: vocab.Name, Default: "none", Doc: "agents who take the calls, or whom the script hands callers to"},
		{Name: "waiting", Value: vocab.Whole(1, 100), Default: "2", Doc: "no call is placed while so many callers wait in the queue for each agent"},
		{Name: "pickup", Value: vocab.Either(vocab.Word(words(Listens()...)...), vocab.Of("pickup")), Default: "listen", Doc: "how it is found out who picked up: `listen`: the script begins at once and is broken off for a machine; `wait`: it begins when that is known; `off`: whoever answers is a person"},
		{Name: "voicemail", Value: vocab.Either(vocab.Word(words(HangUp, GoOn)...), vocab.Of("voicemail")), Default: "hang_up", Doc: "with a machine: `hang_up` at once; `go_on`: the script goes on and sees `call.answered_by`; or a message behind its beep"},
	}},
	{Name: "pickup", Keys: []vocab.Key{
		{Name: "how", Value: vocab.Word(words(Listens()...)...), Default: vocab.Required, Doc: "as above"},
		{Name: "within", Value: span, Default: "3s", Doc: "for how long `wait` keeps a person waiting, and by when there is a first verdict, 1s to 5s"},
	}},
	{Name: "voicemail", Keys: []vocab.Key{
		{Name: "say", Value: vocab.Text, Doc: "the message, in the script's language; it has no variables"},
		{Name: "clip", Value: vocab.Text.Called("clip"), Doc: "the message as a recording: one that the script of every variant plays, so that it was reviewed with it"},
	}},
	{Name: "pacing", Keys: []vocab.Key{
		{Name: "mode", Value: vocab.Word(words(pacing.Modes()...)...), Default: "agentless", Doc: "`agentless`: the script talks; `progressive`: one call for each free agent; `predictive`: more, within the bound; `preview`: an agent asks for each"},
		{Name: "calls", Value: vocab.Whole(1, 100_000), Default: "100", Doc: "at once, ringing or talking"},
		{Name: "per_second", Value: vocab.Scalar.Called("number"), Default: "10", Doc: "attempts a second, 0.01 to 1000"},
		{Name: "abandoned", Value: share, Default: "3%", Doc: "of the people who answer: so many may meet no agent within 2 s; at most 3%"},
		{Name: "confidence", Value: share, Default: "95%", Doc: "of the limit that is held under `abandoned`"},
		{Name: "agents", Value: vocab.Whole(1, 10_000), Default: "15", Doc: "with fewer, predictive is progressive"},
		{Name: "overflow", Value: share, Default: "0%", Doc: "share of the people who answer that the script may talk to instead of an agent"},
	}},
	{Name: "when", Keys: []vocab.Key{
		{Name: "start", Value: day, Default: vocab.Required, Doc: "no call before"},
		{Name: "until", Value: day, Default: vocab.Required, Doc: "no call from then on; a day alone is called in to its end"},
		{Name: "timezone", Value: vocab.Text.Called("IANA time zone"), Default: vocab.Required, Doc: "of start, until and the days of reports: `Asia/Shanghai`"},
		{Name: "hours", Value: vocab.Map(vocab.List(vocab.Text)).Called("days, each with hours"), Default: "all that the law allows", Doc: "by the person's own wall clock: `mon-fri: [10:00-12:00, 14:00-18:00]`; they only narrow what the law allows"},
	}},
	{Name: "retry", Keys: append([]vocab.Key{
		{Name: "tries", Value: vocab.Whole(1, 20), Default: "3", Doc: "calls to one person, at most"},
	}, retryKeys()...)},
	{Name: "again", Keys: []vocab.Key{
		{Name: "after", Value: span, Default: "0s", Doc: "not before"},
		{Name: "slot", Value: vocab.Word(words(AnySlot, OtherSlot, NextDay)...), Default: "any", Doc: "`other`: another part of the week than this call; `next_day`: from the person's next day on"},
		{Name: "tries", Value: vocab.Whole(1, 20), Default: "no bound of its own", Doc: "not again after so many in a row"},
	}},
	{Name: "outcome", Keys: []vocab.Key{
		{Name: "means", Value: vocab.Word(words(Meanings()...)...), Default: vocab.Required, Doc: "`need`: an agent calls within 24h; `considering`: a promotion after 3d, within 24h; `refused`: low priority for 30d; `later`: the person is called again after 1d; `settled`: nothing"},
		{Name: "do", Value: vocab.Word(append(words(Deeds()...), "nothing")...), Default: "as it means", Doc: "what is done"},
		{Name: "queue", Value: vocab.Name, Default: "that of line", Doc: "of agents"},
		{Name: "channel", Value: vocab.Word(words(permit.SMS, permit.Email)...), Default: "sms", Doc: "of a promotion"},
		{Name: "template", Value: vocab.Name, Default: "the outcome", Doc: "of a promotion: what the other system sends"},
		{Name: "after", Value: span, Default: "as it means", Doc: "not before"},
		{Name: "within", Value: span, Default: "as it means", Doc: "the promise, from then on"},
	}},
	{Name: "stop", Keys: []vocab.Key{
		{Name: "complaints", Value: share, Default: "0.5%", Doc: "share of the people reached who complain or opt out: above it the campaign stops, and so does a variant"},
		{Name: "sample", Value: vocab.Whole(1, 1_000_000), Default: "200", Doc: "people reached before that is judged, unless there is hardly a doubt before"},
		{Name: "failures", Value: vocab.Of("failures"), Doc: "calls that fail"},
		{Name: "callers", Value: vocab.Of("callers"), Doc: "when a number that is shown rests"},
		{Name: "complete", Value: share, Default: "90%", Doc: "share of the fields that must be filled before it starts, at least 90%"},
		{Name: "fresh", Value: span, Default: "7d", Doc: "how old the data may be when it starts, at most 7d"},
		{Name: "worse", Value: share, Default: "20%", Doc: "share of its rates that a script's new version may lose before it is rolled back"},
		{Name: "rollback", Value: vocab.Word(words(Automatic, Ask)...), Default: "automatic", Doc: "`automatic`: the former version is published again and the campaign goes on with it; `ask`: the campaign pauses until a person does"},
	}},
	{Name: "failures", Keys: []vocab.Key{
		{Name: "share", Value: share, Default: "50%", Doc: "of the calls: the campaign pauses"},
		{Name: "calls", Value: vocab.Whole(2, 1000), Default: "5", Doc: "fewest that are judged"},
		{Name: "within", Value: span, Default: "120s", Doc: "that are looked at"},
		{Name: "pause", Value: span, Default: "1m", Doc: "before one call is tried; doubled each time that fails"},
	}},
	{Name: "callers", Keys: []vocab.Key{
		{Name: "sample", Value: vocab.Whole(10, 1_000_000), Default: "50", Doc: "calls before a number is judged"},
		{Name: "blocked", Value: share, Default: "10%", Doc: "highest share of them that networks do not let through"},
		{Name: "below", Value: share, Default: "50%", Doc: "lowest answer rate, as a share of the other numbers'"},
		{Name: "rest", Value: span, Default: "24h", Doc: "how long it rests"},
	}},
	{Name: "caps", Keys: []vocab.Key{
		{Name: "day", Value: vocab.Whole(1, 100), Doc: "attempts in 24 hours"},
		{Name: "week", Value: vocab.Whole(1, 100), Doc: "attempts in 7 days"},
		{Name: "refusal", Value: span, Doc: "how long a refusal keeps us away"},
		{Name: "complaint", Value: span, Doc: "how long a complaint does"},
	}},
}

// retryKeys has one key for each status, with its default in words.
func retryKeys() (all []vocab.Key) {
	doc := map[pickup.Status][2]string{
		pickup.Busy:        {"15m", "the line was busy"},
		pickup.NoAnswer:    {"{after: 4h, slot: other}", "nobody answered"},
		pickup.Off:         {"next_day", "the telephone was off"},
		pickup.Unreachable: {"{after: 4h, slot: other}", "out of coverage"},
		pickup.Machine:     {"{after: 4h, slot: other, tries: 2}", "a machine answered"},
		pickup.Refused:     {"30d", "the person declined the call; the priority is low then"},
		pickup.Blocked:     {"1d", "the network did not let it through"},
		pickup.Network:     {"{after: 15m, tries: 3}", "the network or the trunk failed"},
		pickup.Suspended:   {"never", "the number has no service; it is marked, for all campaigns"},
		pickup.Empty:       {"never", "there is no such number; it is marked"},
		pickup.Changed:     {"never", "another number stands for it; it is marked"},
	}
	for _, s := range unreached {
		all = append(all, vocab.Key{Name: string(s), Value: vocab.Either(span, vocab.Word("next_day", "never"), vocab.Of("again")),
			Default: "`" + doc[s][0] + "`", Doc: doc[s][1]})
	}
	return all
}

// Vocabulary is the table of every key that a campaign's file may use.
func Vocabulary() vocab.Table { return vocabulary }
