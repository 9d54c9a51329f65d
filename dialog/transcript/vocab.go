package transcript

import "github.com/parley-voice/parley/dialog/vocab"

// vocabulary is every key of a test file: the check for unknown keys, the tables
// of docs/scripts.md and the JSON Schema come from it.
var vocabulary = vocab.Table{
	{Name: "test", Keys: []vocab.Key{
		key("test", vocab.Text, vocab.Required, "what it shows"),
		key("script", vocab.Name, "the script beside it", "the script's name"),
		key("with", vocab.Map(vocab.Scalar), "", "variables; `call.language` is the language to begin in"),
		key("seed", vocab.Whole(0, 1_000_000_000), "0", "picks variants"),
		key("clock", vocab.Text, "1970", "when the call begins: `2026-03-05T10:00`"),
		key("steps", vocab.List(vocab.Either(vocab.Of("step"), vocab.Word("hangup"))).Called("list of steps"), vocab.Required, "what happens and what is expected, one after the other"),
		key("always_expect", vocab.Of("always_expect"), "", "what must hold all the time"),
	}},
	{Name: "always_expect", Keys: []vocab.Key{
		key("dead_air_under", vocab.Time, "2s", "the most silence that the script did not ask for"),
	}},
	{Name: "step", Keys: []vocab.Key{
		key("bot", vocab.Name, "", "the node was passed since the last `bot`, or is the present one"),
		key("caller", vocab.Text, "", "the caller hears the prompt out, then says this"),
		key("barge_in", vocab.Text, "", "the caller says this while Parley speaks"),
		key("press", vocab.Text, "", "keys"),
		key("silence", vocab.Time, "", "the caller says nothing for this long"),
		key("noise", vocab.Text, "", "a sound without words; the text is a remark"),
		key("transfer", vocab.Text, "", "how the transfer ends: `ok`: the person comes, and hangs up after the talk; `busy`, ..."),
		key("fetch", vocab.Either(vocab.Map(vocab.Any), vocab.Word(answerLate, answerBroken), vocab.Whole(100, 599)), "", "what the other system answers: its values, an HTTP status, `late` or `broken`"),
		key("llm", vocab.List(vocab.Text), "", "what the model says, a sentence each; `late` or `broken`"),
		key("deaf", vocab.Text, "", "recognition is lost; the text is a remark"),
		key("mute", vocab.Text, "", "synthesis is lost; the text is a remark"),
		key("hangup", vocab.Truth, "", "the caller hangs up; `- hangup` will do"),
		key("expect", vocab.Of("expect"), "", "what must have come of it"),
	}},
	{Name: "expect", Keys: []vocab.Key{
		key("node", vocab.Name, "", "where the conversation is"),
		key("stage", vocab.Name, "", "the stage of that node"),
		key("said", vocab.List(vocab.Text), "", "texts that Parley has said since the caller's last act, or parts of them"),
		key("intent", vocab.Name, "", "the last intent that led somewhere"),
		key("outcome", vocab.Name, "", "the call's outcome so far"),
		key("language", vocab.Language, "", "the language that the conversation is in"),
		key("tag", vocab.List(vocab.Name), "", "tags on record"),
		key("opt_out", vocab.Name, "", "an opt-out on record"),
		key("transfer", vocab.Text, "", "the queue, agent or address that a transfer went to"),
		key("ended", vocab.Either(vocab.Truth, vocab.Text), "", "whether the call is over, or the reason"),
		key("set", vocab.Map(vocab.Scalar), "", "`{name: value}`: variables that were set"),
		key("notice", vocab.List(vocab.Name), "", "notices that were heard"),
	}},
}

func key(name string, value vocab.Value, standard, doc string) vocab.Key {
	return vocab.Key{Name: name, Value: value, Default: standard, Doc: doc}
}

// Vocabulary is the table of every key of a test file.
func Vocabulary() vocab.Table { return vocabulary }
