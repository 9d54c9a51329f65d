package routes

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/dialog/market"
	"github.com/parley-voice/parley/routing"
	"github.com/parley-voice/parley/tts"
)

// Maker makes a script from its text fit for calls. The utterances are what can be
// rendered ahead.
type Maker func(name, text string) (*call.Script, []tts.Utterance, error)

// Home is the queue where an agent takes calls, "" for an agent of none.
type Home func(agent string) string

// edition is a table in use and the scripts that its rules stand for: a rule that
// leads to people, or to a voicemail, is a greeting and a transfer.
type edition struct {
	table   *routing.Table
	scripts map[string]*call.Script
	ahead   []tts.Utterance
}

// folder is where the scripts of rules are, by name.
const folder = "routes/"

// scriptOf names the script of a rule in a language.
func scriptOf(rule string, overflowed bool, language string) string {
	name := folder + rule
	if overflowed {
		name += "/overflow"
	}
	return name + "." + language
}

// Outcomes of calls that came to nobody.
const (
	VoicemailWanted = "voicemail_wanted"
	CallbackWanted  = "callback_wanted"
)

// words are what the house says where the table does not.
var words = map[string]struct{ greet, sorry, closed string }{
	"en": {"One moment, please. I am putting you through.",
		"I am sorry that nobody can take your call now. We have noted that you called. Please try again a little later. Goodbye.",
		"Thank you for calling. Nobody can take your call now."},
	"zh": {"请稍等，正在为您转接。",
		"非常抱歉，现在没有人能接听您的电话。我们已记录您的来电，请稍后再拨。再见。",
		"感谢您的来电。现在没有人能接听您的电话。"},
}

// compile makes the scripts of a table. An error names the rule.
func compile(t *routing.Table, maker Maker, home Home) (*edition, error) {
	e := &edition{table: t, scripts: map[string]*call.Script{}}
	if maker == nil {
		return e, nil
	}
	for _, r := range t.Rules {
		for _, language := range t.Languages(r) {
			for _, over := range []bool{false, true} {
				to := r.To
				if over {
					if r.Overflow == nil {
						continue
					}
					to = *r.Overflow
				}
				if !to.Person() && to.Kind != routing.Voicemail {
					continue
				}
				name := scriptOf(r.ID, over, language)
				s, ahead, err := maker(name, text(t, r, to, language, home))
				if err != nil {
					return nil, fmt.Errorf("the rule %s of the table %s cannot speak %s: %w", r.ID, t.ID, language, err)
				}
				e.scripts[name], e.ahead = s, append(e.ahead, ahead...)
			}
		}
	}
	return e, nil
}

type node map[string]any

// text is a rule's script.
func text(t *routing.Table, r routing.Rule, to routing.Target, language string, home Home) string {
	base, _, _ := strings.Cut(strings.ToLower(language), "-")
	house, ok := words[base]
	if !ok {
		house = words["en"] // the loader of scripts tells that it has no such language
	}
	needs := node{"brief": node{}}
	head := node{"script": "routes." + r.ID, "version": t.Version, "language": language, "needs": needs}
	if t.Market != "" {
		head["market"] = t.Market
	}
	say := []any{}
	if p, ok := market.Of(t.Market); ok {
		for _, notice := range p.Notices {
			say = append(say, node{"notice": notice})
		}
	}
	greeting, fixed := t.Text(r.Greeting, language)
	switch {
	case greeting == "" && to.Kind == routing.Voicemail:
		greeting = house.closed
	case greeting == "":
		greeting = house.greet
	case !fixed || strings.Contains(greeting, "}}"):
		greeting = "{{greeting}}"
		needs["greeting"] = node{"default": house.greet}
	}
	say = append(say, node{"text": greeting})
	wanted := CallbackWanted
	if to.Kind == routing.Voicemail {
		wanted = VoicemailWanted
	}
	nodes := node{
		"greet":  node{"stage": "handoff", "say": say, "transfer": transfer(to, home)},
		"nobody": node{"stage": "close", "say": house.sorry, "outcome": wanted, "end": "nobody"},
	}
	out, err := yaml.Marshal(head)
	if err == nil {
		var body []byte
		// "greet" comes before "nobody": the first node is the beginning
		body, err = yaml.Marshal(node{"nodes": nodes})
		out = append(out, body...)
	}
	if err != nil { // texts and numbers always encode
		panic(err)
	}
	return string(out)
}

// transfer is the way to the people of a target.
func transfer(to routing.Target, home Home) node {
	n := node{"brief": "{{brief}}", "on_fail": "nobody"}
	switch queue := home.of(to); {
	case queue != "":
		n["queue"] = queue
	case to.Kind == routing.Agent:
		n["agent"] = to.Name
	default:
		n["agent"] = string(to.Kind) // the Router says which number or mailbox
	}
	return n
}

// of is the queue where callers wait for the people of a target, "" for none.
func (h Home) of(to routing.Target) string {
	switch {
	case to.Kind == routing.Queue:
		return to.Name
	case to.Kind == routing.Agent && h != nil:
		return h(to.Name)
	}
	return ""
}
