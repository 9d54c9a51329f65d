package dialog

import (
	"slices"
	"strings"

	"github.com/parley-voice/parley/dialog/mood"
	"github.com/parley-voice/parley/dialog/vocab"
)

// vocabulary is every key that a script may use, by the block it stands in: the
// one table behind the check for unknown keys, the tables of docs/scripts.md and
// the JSON Schema. A new key is one line here and its case in the loader; then
// "go test ./dialog -run Reference -update" writes it into the page.
var vocabulary = vocab.Table{
	{Name: "script", Keys: []vocab.Key{
		key("script", vocab.Name, vocab.Required, "the script's name"),
		key("version", vocab.Whole(1, 1_000_000), "1", "counts up with each change; a live call keeps the version it began with"),
		key("language", vocab.List(vocab.Language), "en", "BCP 47 (`en`, `en-GB`, `zh-CN`): picks recognition, voice, number reading and built-in prompts (en, zh). Or a list of them; a call begins in the first (see Several languages)"),
		key("goal", vocab.Text, "", "what the call is for, in a sentence"),
		key("market", vocab.Name, "none", "the trade, and the country after a dot (`finance.cn`), whose law and custom the script keeps (see Markets)"),
		key("answer", vocab.Of("answer"), "at once", "how long to ring before an inbound call is answered"),
		key("needs", vocab.Map(vocab.Of("need")), "", "the variables that the script uses"),
		key("defaults", vocab.Of("defaults"), "see below", "ladders and manners for every node"),
		key("intents", vocab.Map(vocab.Of("intent")), "", "what a caller can mean"),
		key("slots", vocab.Map(vocab.Of("slot")), "", "values that a node can ask for"),
		key("always", vocab.Map(vocab.Of("always_entry")), "", "intents that are understood in every node"),
		key("asides", vocab.Map(vocab.Of("aside")), "", "questions that are answered wherever Parley listens, and then the conversation goes on where it was"),
		key("include", vocab.List(vocab.Text), "", "files (`shared/terms.part.yaml`) with more intents, slots, asides, always and nodes"),
		key("hotwords", phrases, "", "words that the recogniser should favour in every node: names of products, places, people"),
		key("grade", vocab.List(vocab.Of("grade")), "", "the call's grade, A to D: the first that holds when the call ends goes on record"),
		key("nodes", vocab.Map(vocab.Of("node")), vocab.Required, "the conversation; it begins at the first node"),
		key("fallback", vocab.Of("fallback"), "built in", "what is said when a part of Parley fails"),
	}},
	{Name: "answer", Keys: []vocab.Key{
		key("after", vocab.Time, "0s", "ring this long, at most 1m"),
	}},
	{Name: "need", Keys: []vocab.Key{
		key("type", vocab.Word(needTypes...), "`text`", "what kind of value it is. A value that does not fit counts as unknown, and the record says so"),
		key("example", vocab.Text, "", "a value for simulators and for reading times; a test gives its own"),
		key("default", vocab.Text, "", "the value when the caller's is unknown"),
	}},
	{Name: "grade", Keys: []vocab.Key{
		key("grade", vocab.Word(grades...), vocab.Required, "how good the call was, A is best"),
		key("if", vocab.Expr, "always", "a condition (see Expressions)"),
	}},
	{Name: "node", Keys: []vocab.Key{
		key("stage", vocab.Word(stages...), vocab.Required, "where in the conversation this is"),
		key("say", lines, "", "what is said on entering (see Lines)"),
		key("again", lines, "`say`", "what is said when the question is put again"),
		key("protect", vocab.Either(vocab.Time, vocab.Word("all")), "0s", "this long, or `all` of it, the prompt cannot be interrupted; words and keys meanwhile are kept and handled after; a yes or no among the words answers nothing, it came before the question"),
		key("ask", vocab.Name, "", "a slot to ask for; `go: {filled: next}`, or `go: next` for short"),
		key("expect", vocab.Word(shapes...), "worked out from `ask` and `go`", "the shape of the answer; `choice` is one of the intents' words. Closed shapes are answered sooner"),
		key("hotwords", phrases, "", "words that the recogniser should favour here, before those of the script. The options of the slot and the keywords of `go` and `always` join them"),
		key("endpoint", vocab.Time, "worked out from `expect` and `ask`", "the silence that ends an answer, 100ms to 3s"),
		key("when", cases, "", "ways onward under conditions, tried on entering: the first that holds is taken. See below"),
		key("go", vocab.Either(vocab.Target, vocab.Map(way)), "", "a node to go on to, or a map from intents to ways onward"),
		key("keys", vocab.Map(way), "", "DTMF: `{1: price, 2: features, \"*\": handoff}`: an intent of this node's `go`, a node, or a way onward. Also the DTMF menu when recognition is lost"),
		key("mood", vocab.Of("mood"), "", "ways for a caller who sounds impatient, hesitant or angry and whose words lead nowhere else, below"),
		key("set", vocab.Map(aTemplate), "", "`{need: price}`: gives variables values"),
		key("tag", vocab.List(vocab.Name), "", "a tag, or a list of them, for the record"),
		key("outcome", vocab.Name, "", "the call's outcome; the last one stands"),
		key("do", vocab.List(vocab.Of("do")), "", "`{opt_out: phone}` or `{language: en-US}`, below"),
		key("end", ending, "", "`true` or a reason in one word: hang up when everything said has been heard"),
		key("transfer", vocab.Of("transfer"), "", "hand the caller to a person, below"),
		key("fetch", vocab.Of("fetch"), "", "ask another system, then `go`, below"),
		key("llm", vocab.Of("llm"), "", "let a language model say something, then `go`, below"),
		key("wait", vocab.Time, "", "stay silent this long, then `go`, `end` or `transfer`"),
		key("echo", vocab.Either(vocab.Word(echoes...), vocab.Of("echo")), "", "send the caller's own sound or keys back"),
		key("loop", vocab.Truth, "`false`", "say it again and again, for ever"),
		key("silence", silence, "`defaults`", "this node's own silence ladder, or `none`"),
		key("no_match", vocab.Of("no_match"), "`defaults`", "this node's own settings of that ladder"),
	}},
	{Name: "mood", Keys: []vocab.Key{
		key(mood.Impatient, way, "", "they want it short: 快点, 说重点, get to the point, interruptions"),
		key(mood.Hesitant, way, "", "they waver: 再想想, 有点贵, not sure, um, well"),
		key(mood.Angry, way, "", "they are cross: 烦死了, ridiculous, fed up"),
	}},
	{Name: "echo", Keys: []vocab.Key{
		key("audio", vocab.Truth, "`false`", "send the caller's sound back"),
		key("digits", vocab.Truth, "`false`", "send the caller's keys back"),
	}},
	{Name: "line", Keys: []vocab.Key{
		key("text", aTemplate, "", "a text"),
		key("if", vocab.Expr, "always", "a condition: the part is left out unless it holds"),
		key("fallback", aText, "", "a fixed text said instead when a variable of `text` is unknown"),
		key("clip", vocab.Spoken(vocab.Clip), "", "a recording beside the script or below it: PCM 16 bit, A-law or mu-law"),
		key("variant", vocab.Name, "", "a label; of a list's labels one is chosen per call and kept, and the record says which"),
		key("notice", vocab.Word(notices...), "", "`recording`: says that the call is recorded; `ai`: that a machine is speaking; in the built-in words, or in `text` beside it. That it was heard goes on record"),
		key("approved", vocab.Text, "", "who approved the wording, and when; a market with fixed wording wants it of variants"),
	}},
	{Name: "edge", Keys: []vocab.Key{
		key("say", lines, "", "said first"),
		key("when", cases, "", "the first that holds takes the place of this way's `say`, `go` and `end`"),
		key("go", vocab.Target, "stay and listen on", "where to"),
		key("do", deeds, "", "`replay`: say the last prompt again; `{opt_out: phone}`; `{language: en-US}`; or a list: `[{language: en-US}, replay]`"),
		key("set", vocab.Map(aTemplate), "", "as in a node"),
		key("tag", vocab.List(vocab.Name), "", "as in a node"),
		key("outcome", vocab.Name, "", "as in a node"),
		key("end", ending, "", "end the call, as in a node"),
	}},
	{Name: "case", With: []string{"edge"}, Keys: []vocab.Key{
		key("if", vocab.Expr, "always", "a condition (see Expressions); only the last may go without"),
	}},
	{Name: "do", Keys: []vocab.Key{
		key("opt_out", vocab.Word(optOuts...), "", "never call again: this number, or by no channel at all"),
		key("language", vocab.Text, "", "go on in this language of the script, or in the one that a variable tells: `\"{{customer.language}}\"`"),
	}},
	{Name: "intent", Keys: []vocab.Key{
		key("examples", phrases, "", "what callers say. They match to the letter and inside longer words; the rest is learnt from them: five an intent are a start, ten are good, as callers say them"),
		key("keywords", phrases, "", "words that are enough by themselves, unless negated (\"I don't need it\" is not `need`). Learnt from, too"),
		key("match", phrases, "", "phrases that match anywhere: `(a|b)` either, `[a]` optional, `*` a gap of up to six words. At most 200 letters"),
		key("unless", phrases, "", "phrases that forbid the intent"),
		key("not", phrases, "", "another name for `unless`"),
		key("hear", vocab.Word(hearings...), "by sound from three Chinese syllables on", "`exact`: match letter by letter; `sound`: also Chinese words of two syllables or more that only sound alike (赚人工 for 转人工)"),
		key("description", aText, "", "what callers want who mean it, in a sentence; it counts as an example"),
		key("label", aText, "the first keyword or example", "what the DTMF menu calls it"),
	}},
	{Name: "always_entry", With: []string{"intent", "edge"}, Keys: []vocab.Key{
		key("priority", vocab.Whole(0, 100), "0", "the highest is tried first"),
		key("key", vocab.Digit, "none", "the DTMF key that means the same, in every node that does not use it"),
	}},
	{Name: "aside", With: []string{"intent"}, Keys: []vocab.Key{
		key("say", lines, "", "the answer; the node's question follows"),
		key("when", cases, "", "other answers under conditions: the first that holds takes the place of `say`"),
		key("do", deeds, "", "as in a way onward"),
		key("set", vocab.Map(aTemplate), "", "as in a node"),
		key("tag", vocab.List(vocab.Name), "", "as in a node"),
		key("outcome", vocab.Name, "", "as in a node"),
	}},
	{Name: "part", Keys: []vocab.Key{
		key("include", vocab.List(vocab.Text), "", "more files"),
		key("needs", vocab.Map(vocab.Of("need")), "", "as in a script"),
		key("intents", vocab.Map(vocab.Of("intent")), "", "as in a script"),
		key("slots", vocab.Map(vocab.Of("slot")), "", "as in a script"),
		key("always", vocab.Map(vocab.Of("always_entry")), "", "as in a script"),
		key("asides", vocab.Map(vocab.Of("aside")), "", "as in a script"),
		key("nodes", vocab.Map(vocab.Of("node")), "", "as in a script; they come after the script's own"),
	}},
	{Name: "slot", Keys: []vocab.Key{
		key("type", vocab.Word(slotTypes...), vocab.Required, "what kind of value it is"),
		key("length", vocab.Length, "1-32", "how many `digits`: `4` or `4-8`"),
		key("options", vocab.Either(vocab.Map(phrases), vocab.List(vocab.Text)), "", "what a `choice` is among: `{gold: [gold card, premium], basic: [basic]}`, each with the words that callers use, the first of which is read aloud; or a list of words"),
		key("min", vocab.Text, "", "the least `number` or `amount`, the first `date`, `time` (09:00) or day of a `datetime` (2026-03-31)"),
		key("max", vocab.Text, "", "the greatest or last one"),
		key("when", vocab.Word(tenses...), "either", "a date that is not there is refused, and one without a year is taken for the next or the last such day"),
		key("confirm", vocab.Either(vocab.Truth, aTemplate), "`false`", "read the value back and take it after a yes: `true` for the built-in words, or a text with `{{value}}`"),
		key("input", vocab.List(vocab.Word(inputs...)), "both; `speech` for names and texts", "how it may be given"),
		key("keypad", aText, "built in", "how to key it in, said when nothing can be heard"),
		key("terminator", vocab.Either(vocab.Digit, vocab.Word("none")), "`#`", "the key that ends what is keyed in"),
		key("between", vocab.Time, "3s", "the pause that ends what is keyed in, or digits said in several breaths"),
		key("retry", lines, "the no-match prompt", "said when the answer did not fit"),
	}},
	{Name: "defaults", Keys: []vocab.Key{
		key("barge_in", vocab.Either(vocab.Word(modes...), vocab.Of("barge_in")), "below", "what the caller's voice does while Parley speaks"),
		key("silence", silence, "asks after 6s, ends after 12s", "the ladder for a caller who says nothing, or `none`"),
		key("no_match", vocab.Of("no_match"), "below", "the ladder for words that mean nothing here"),
		key("slow", vocab.Of("slow"), "below", "the filler when understanding takes long"),
		key("turns", vocab.Either(vocab.Of("turns"), vocab.Word("none")), "below", "a bound on the caller's turns"),
		key("mood", vocab.Truth, "`true`, but by some markets", "judge how the caller sounds. `false` where the `market` says so, or the house: no node, text or condition may then use a mood"),
		key("understand", vocab.Of("understand"), "below", "what helps with a meaning that is in doubt"),
	}},
	{Name: "understand", Keys: []vocab.Key{
		key("llm", vocab.Truth, "`false`", "ask the language model of the configuration about a meaning in doubt, before the caller is asked"),
		key("within", vocab.Time, "600ms", "how long the model may take, 100ms to 1200ms; then the caller is asked"),
	}},
	{Name: "barge_in", Keys: []vocab.Key{
		key("mode", vocab.Word(modes...), "`pause`", "`pause`: speech pauses for a sound and goes on after a cough or a nod; `off`: words wait for the end of the prompt"),
		key("decide_within", vocab.Time, "400ms", "how long a pause waits for words. While the caller goes on talking it may take 2 s; then a question gives way and a statement goes on"),
		key("ignore", phrases, "uh-huh, mm, okay, 嗯, 对, ...", "nods: they never interrupt. One that could answer a yes/no question is no nod there"),
		key("always", phrases, "none", "words that interrupt at once, also a protected prompt"),
	}},
	{Name: "rung", With: []string{"edge"}, Keys: []vocab.Key{
		key("after", vocab.Time, vocab.Required, "how long the caller is silent first, at least 500ms"),
	}},
	{Name: "no_match", Keys: []vocab.Key{
		key("limit", vocab.Whole(1, 20), "2", "this many turns running that were not understood, and `then` happens"),
		key("say", lines, "`fallback.sorry`", "said before the question is put again"),
		key("then", vocab.Target, "`handoff`", "where to"),
	}},
	{Name: "slow", Keys: []vocab.Key{
		key("after", vocab.Time, "700ms", "how long understanding may take unnoticed"),
		key("say", lines, "built in", "fillers, taken in turn"),
	}},
	{Name: "turns", Keys: []vocab.Key{
		key("limit", vocab.Whole(1, 1000), "40", "how many turns"),
		key("then", vocab.Target, "`handoff`", "where to; a second time comes the last prompt"),
	}},
	{Name: "transfer", Keys: []vocab.Key{
		key("queue", vocab.Name, "", "a queue that the configuration names. Give exactly one of queue, agent and sip"),
		key("agent", vocab.Name, "", "a person that the configuration names"),
		key("sip", vocab.SIP, "", "an address: `sip:name@host`"),
		key("style", vocab.Word(styles...), "`bridge`", "`bridge`: ring the person and join; `warm`: tell the person who calls, join at key 1; `attended`: as warm, then REFER the caller's side to the person's phone, so that the call leaves here; `blind`: REFER the caller away"),
		key("brief", vocab.Template, "", "what the person is told, in the first language of the script"),
		key("headers", vocab.Map(aTemplate), "", "`X-` headers for the person's phone"),
		key("wait", vocab.Time, "30s", "how long to ring, 1s to 5m"),
		key("hold", vocab.Spoken(vocab.Clip), "ring-back", "a clip that the caller hears meanwhile"),
		key("on_fail", way, "the last prompt", "where to when nobody comes: a node or a way onward. The conversation keeps what it knows"),
		key("then", vocab.Target, "the call ends", "where to when the person has hung up and the caller has not; not with `blind` or `attended`"),
	}},
	{Name: "fetch", Keys: []vocab.Key{
		key("url", aTemplate, vocab.Required, "the address. Its host is fixed and must be among `lookups.hosts` of the configuration; values are escaped"),
		key("method", vocab.Word(methods...), "`GET`, with a body `POST`", "the HTTP method"),
		key("headers", vocab.Map(aTemplate), "", "headers; credentials are not among them"),
		key("secret", vocab.Name, "", "credentials, by their name under `lookups.secrets` of the configuration"),
		key("body", vocab.Map(aTemplate), "", "a JSON object of texts"),
		key("deadline", vocab.Time, "3s", "how long the answer may take, 100ms to 10s"),
		key("into", vocab.Map(vocab.Either(vocab.Text, vocab.Of("field"))), "", "variables that the answer gives, each with the path of its value: `order.items.0.name`"),
		key("not_found", way, "`on_fail`", "where to when there is no such thing (HTTP 404)"),
		key("on_fail", way, "`handoff`", "where to when there is no answer in time, or none that is of use"),
	}},
	{Name: "field", Keys: []vocab.Key{
		key("path", vocab.Text, vocab.Required, "where the value stands, names and numbers with dots"),
		key("type", vocab.Word(needTypes...), "`text`", "what kind of value it is; another kind counts as unknown"),
	}},
	{Name: "llm", Keys: []vocab.Key{
		key("goal", aTemplate, vocab.Required, "what it is to achieve with what it says"),
		key("facts", vocab.Spoken(vocab.List(vocab.Template)), "none", "all that it may state; one whose variable is unknown is left out. A figure that is in none of them is refused"),
		key("forbid", phrases, "none", "what it must not say: phrases as in `match`, or RE2 between slashes: `/lowest.*price/`"),
		key("sentences", vocab.Whole(1, 6), "2", "how many sentences it may say"),
		key("first", vocab.Time, "1500ms", "how long its first sentence may take, 300ms to 5s"),
		key("deadline", vocab.Time, "6s", "how long all of it may take, 1s to 20s"),
		key("memory", vocab.Whole(0, maxTalk), "6", "how many of the last things said it is told, by either side"),
		key("fallback", lines, vocab.Required, "said in its place when it fails, is too slow or may not say what it wants to"),
	}},
	{Name: "fallback", Keys: []vocab.Key{
		key("deaf", aText, "", "said once when recognition is lost"),
		key("menu", aTemplate, "", "one choice of the menu, with `{{choice}}` and `{{digit}}`"),
		key("operator", aText, "", "that 0 brings a person"),
		key("keypad", aText, "", "that a number is to be keyed in"),
		key("sorry", aText, "", "words were not understood"),
		key("confirm", aTemplate, "", "whether an intent was meant that is not sure, with `{{choice}}`"),
		key("read_back", aTemplate, "", "whether a value is right, with `{{value}}`"),
		key("handover", aText, "", "before the transfer to `person`"),
		key("last", aText, "", "before the end"),
		key("person", vocab.Of("transfer"), "", "a transfer, for scripts without a node of stage handoff"),
	}},
}

// blockKeys are the keys of each block: the table asked once.
var blockKeys = func() map[string][]string {
	all := map[string][]string{}
	for _, b := range vocabulary {
		all[b.Name] = vocabulary.Names(b.Name)
	}
	return all
}()

// Values that several blocks take.
var (
	phrases   = vocab.Spoken(vocab.List(vocab.Text))
	aText     = vocab.Spoken(vocab.Text)
	aTemplate = vocab.Spoken(vocab.Template)
	lines     = vocab.Spoken(vocab.List(vocab.Spoken(vocab.Either(vocab.Template, vocab.Of("line"))))).Called("lines")
	way       = vocab.Either(vocab.Target, vocab.Of("edge")).Called("way onward")
	deeds     = vocab.List(vocab.Either(vocab.Word("replay"), vocab.Of("do"))).Called("`replay` or `do` block, or a list of them")
	cases     = vocab.List(vocab.Of("case")).Called("list of cases")
	ending    = vocab.Either(vocab.Word("true"), vocab.Name)
	silence   = vocab.Either(vocab.List(vocab.Of("rung")), vocab.Word("none"))
)

// key is one line of the table.
func key(name string, value vocab.Value, standard, doc string) vocab.Key {
	return vocab.Key{Name: name, Value: value, Default: standard, Doc: doc}
}

// Vocabulary is the table of every key that a script may use.
func Vocabulary() vocab.Table { return vocabulary }

// Closed lists of values.
var (
	needTypes = []string{"text", "number", "date", "flag"}
	grades    = []string{"A", "B", "C", "D"}
	stages    = []string{"opening", "need", "offer", "close", "handoff"}
	shapes    = []string{"open", "yes_no", "choice", "digits"}
	slotTypes = []string{"digits", "yes_no", "number", "amount", "date", "time", "datetime", "phone", "name", "choice", "text"}
	tenses    = []string{"past", "future"}
	inputs    = []string{"speech", "dtmf"}
	methods   = []string{"GET", "POST", "PUT"}
	styles    = []string{"attended", "blind", "bridge", "warm"}
	notices   = []string{"recording", "ai"}
	optOuts   = []string{"phone", "all"}
	echoes    = []string{"audio", "digits", "both"}
	modes     = []string{"pause", "off"}
	hearings  = []string{HearExact, HearSound}
	targets   = []string{TargetStay, TargetHandoff, TargetClose}
)

// builtinIntents are understood without being defined.
var builtinIntents = []string{IntentAffirm, IntentDeny, IntentHesitate, IntentFilled, IntentElse}

// builtinVars are known without being needed or set.
var builtinVars = []string{"intent", "heard", "tags", "outcome", "call.id", "call.from", "call.to", "call.day", "call.language", "call.answered_by", "transfer.reason", "mood", "interruptions"}

func known(words []string, w string) bool { return slices.Contains(words, w) }

// article names a block in a sentence.
func article(block string) string {
	block = strings.ReplaceAll(strings.TrimSuffix(block, "_entry"), "_", " ")
	if block == "script" || block == "defaults" || block == "fallback" {
		return "the " + block + " block"
	}
	if strings.ContainsAny(block[:1], "aeiou") {
		return "an " + block
	}
	return "a " + block
}

func suggest(word string, words []string) string { return vocab.Suggest(word, words) }

func nearest(word string, words []string) string { return vocab.Nearest(word, words) }
