package routing

import (
	"slices"

	"github.com/parley-voice/parley/dialog/vocab"
)

// vocabulary is every key of a file of rules: the loader's check, the reference in
// docs/routing.md and the JSON Schema are made from it.
var vocabulary = vocab.Table{
	{Name: "routes", Keys: []vocab.Key{
		key("routes", vocab.Name, vocab.Required, "the table's name, for records and messages"),
		key("version", vocab.Whole(1, 1_000_000), "1", "counts changes; decisions name it"),
		key("language", vocab.Language, "`en`", "of greetings that name none"),
		key("market", vocab.Name, "none", "whose notices a greeting begins with, such as that the call is recorded ([Markets](scripts.md#markets)); a script has its own"),
		key("timezone", vocab.Text, "`UTC`", "whose wall clock counts: `Asia/Shanghai`"),
		key("hours", vocab.Map(vocab.List(vocab.Text)).Called("days, each with hours"), "always", "when people work: `mon-fri: 09:00-18:00`, `sat: [09:00-12:00, 13:00-16:00]`"),
		key("holidays", vocab.List(vocab.Text), "", "days on which nobody works: `2026-10-01` or `2026-10-01..2026-10-07`"),
		key("workdays", vocab.List(vocab.Text), "", "days worked although they are under `holidays` or at a weekend; a weekend without hours has those of Monday"),
		key("channels", vocab.Map(vocab.Of("channel")).Called("called numbers, each with a `channel` block"), "", "what each called number tells"),
		key("words", vocab.Map(vocab.List(vocab.Text)).Called("classes, each with a list of words"), "", "words to be heard in mid-call: `complaint: [complain, terrible]`"),
		key("queues", vocab.List(vocab.Name), vocab.Required, "the queues that rules may name"),
		key("skills", vocab.List(vocab.Name), "", "the skills that rules may name"),
		key("overflow", vocab.Of("overflow"), "never", "when a region counts as overflowing"),
		key("rules", vocab.List(vocab.Of("rule")), vocab.Required, "asked in this order when the telephone rings; the first that holds decides"),
		key("during", vocab.List(vocab.Of("rule")), "", "asked in this order in mid-call, whenever something new is known"),
		key("default", vocab.Of("default"), vocab.Required, "where a call goes that no rule is for"),
	}},
	{Name: "channel", Keys: []vocab.Key{
		key("name", vocab.Text, vocab.Required, "as greetings say it"),
		key("topic", vocab.Name, "", "what callers of this number want"),
	}},
	{Name: "overflow", Keys: []vocab.Key{
		key("below", vocab.Whole(1, 100), vocab.Required, "percent: a region overflows when fewer of its calls are answered"),
		key("until", vocab.Whole(1, 100), "`below` + 5", "percent: it goes on until more are answered"),
		key("sample", vocab.Whole(1, 1_000_000), "20", "with fewer calls than this, a region does not overflow"),
	}},
	{Name: "rule", With: []string{"default"}, Keys: []vocab.Key{
		key("id", vocab.Name, vocab.Required, "its name, in reasons and records"),
		key("when", vocab.Expr, "always", "the condition"),
		key("at", vocab.Word("now", "handoff"), "`now`", "under `during` only: put the caller through at once, or only when the script hands the caller over"),
	}},
	{Name: "default", Keys: []vocab.Key{
		key("to", vocab.Of("to"), vocab.Required, "where the call goes"),
		key("overflow", vocab.Of("to"), "", "where the call goes instead while the caller's region overflows"),
		key("priority", vocab.Whole(0, 100), "50", "in the queue: the higher one is served first"),
		key("skills", vocab.List(vocab.Of("step")), "", "what the agent must be able to do; later steps replace earlier ones as the caller waits"),
		key("promise", vocab.Of("promise"), "", "the longest wait"),
		key("greeting", vocab.Either(vocab.Template, vocab.Map(vocab.Template)).Called("text with `{{fact}}`, or one for each language"), "", "what the caller hears first"),
		key("context", vocab.List(vocab.Word(contexts...)), "", "what the agent is given with the call"),
		key("follow_up", vocab.Time, "", "somebody must come back to the caller within this time"),
	}},
	{Name: "to", Keys: []vocab.Key{
		key("script", vocab.Name, "", "a script"),
		key("queue", vocab.Name, "", "one of `queues`"),
		key("agent", vocab.Name, "", "one person"),
		key("number", vocab.Text, "", "a telephone number or SIP address"),
		key("voicemail", vocab.Name, "", "a mailbox"),
		key("reject", vocab.Whole(400, 699), "", "no answer, with this SIP code: 486 is busy, 603 declined"),
	}},
	{Name: "step", Keys: []vocab.Key{
		key("after", vocab.Time, "0s", "once the caller has waited this long"),
		key("need", vocab.List(vocab.Name), vocab.Required, "an agent with all of these; `[]` is anybody"),
	}},
	{Name: "promise", Keys: []vocab.Key{
		key("within", vocab.Time, vocab.Required, "the caller waits no longer than this"),
		key("else", vocab.Of("to"), vocab.Required, "where the call goes then"),
	}},
}

// contexts are what can go with a call to an agent.
var contexts = []string{"profile", "purchases", "history", "complaints", "transcript", "recording", "known_fix"}

// Contexts lists what can be named under context.
func Contexts() []string { return slices.Clone(contexts) }

// Vocabulary is the table of every key that a file of rules may use.
func Vocabulary() vocab.Table { return vocabulary }

// blockKeys are the keys of each block: the table asked once.
var blockKeys = func() map[string][]string {
	all := map[string][]string{}
	for _, b := range vocabulary {
		all[b.Name] = vocabulary.Names(b.Name)
	}
	return all
}()

func key(name string, value vocab.Value, standard, doc string) vocab.Key {
	return vocab.Key{Name: name, Value: value, Default: standard, Doc: doc}
}
