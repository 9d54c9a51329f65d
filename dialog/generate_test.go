package dialog

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// generator writes scripts that nobody would: every construct, in any order.
type generator struct {
	rnd   *rand.Rand
	b     strings.Builder
	nodes int
	both  bool // in two languages
}

// generated is a script that loads, the same for the same seed.
func generated(t *testing.T, seed uint64) *Script {
	t.Helper()
	g := generator{rnd: rand.New(rand.NewPCG(seed, 11))}
	g.nodes, g.both = 3+g.rnd.IntN(8), seed%3 == 0
	text := g.script()
	s, err := Load(strings.NewReader(text), fmt.Sprintf("generated %d", seed))
	if err != nil {
		t.Fatalf("seed %d does not load:\n%v\n%s", seed, err, text)
	}
	return s
}

func (g *generator) f(format string, args ...any) { fmt.Fprintf(&g.b, format, args...) }

func (g *generator) one(of ...string) string { return of[g.rnd.IntN(len(of))] }

func (g *generator) often(n int) bool { return g.rnd.IntN(n) > 0 }

// maybe is text in one case of n.
func (g *generator) maybe(n int, text string) string {
	if g.rnd.IntN(n) == 0 {
		return text
	}
	return ""
}

// node names any node, later only those after i.
func (g *generator) node() string { return fmt.Sprintf("n%d", g.rnd.IntN(g.nodes)) }

func (g *generator) later(i int) string {
	return fmt.Sprintf("n%d", i+1+g.rnd.IntN(g.nodes-i-1))
}

func (g *generator) script() string {
	g.f("script: generated\n%s", g.inBoth("language: [en-US, zh-CN]\n"))
	g.f("needs: {customer.name: {}, aov: {type: number, default: %d}, vip: {type: flag}, day: {type: date}}\n", g.rnd.IntN(9000))
	g.f("intents: {price: {keywords: [price]}, rest: {examples: [what else is there]}}\n")
	g.f("slots:\n  code: {type: digits, length: 4%s}\n  sure: {type: yes_no}\n  when: {type: %s%s}\n", g.one("", "-6"),
		g.one("date", "time", "number", "amount", "phone", "name", "text"), g.maybe(2, ", confirm: '{{value}}, is that right?'"))
	g.f("always:\n  human: {match: [person], key: 0, go: %s}\n  stop: {match: [stop], %sdo: {opt_out: phone}, go: close}\n", g.one(g.node(), "handoff"), g.maybe(2, "key: 9, "))
	g.f("  again: {match: [again], do: replay}\n  lost: {match: [lost], when: [{if: \"%s\", go: %s}], say: Well.}\n", g.condition(), g.node())
	g.f("%s", g.inBoth("  chinese: {match: [hours], key: 8, do: "+g.one("[{language: zh-CN}, replay]", "{language: zh-CN}, go: n0", "{language: zh-CN}, say: {en-US: Oh., zh-CN: 好。}")+"}\n"))
	g.f("%s", g.inBoth("  english: {match: [price], key: 7, do: [{language: en-US}, replay]}\n"))
	g.f("asides:\n  hours: {keywords: [hours], say: Nine to five., tag: asked%s}\n  louder: {keywords: [louder], do: replay}\n", g.maybe(2, ", do: {opt_out: all}"))
	g.f("defaults:\n  turns: {limit: %d, then: %s}\n", 3+g.rnd.IntN(20), g.one("handoff", "close", g.node()))
	g.f("  no_match: {limit: %d, then: %s}\n", 1+g.rnd.IntN(3), g.one("handoff", "close", g.node()))
	if g.often(3) {
		g.f("  silence: [{after: 3s, say: Hello?, %s}, {after: 2s, %s}]\n", g.one("tag: quiet", "do: {opt_out: phone}", "set: {aov: 7}"), g.one("end: true", "go: "+g.node(), "do: replay", "say: Still here?"))
	}
	g.f("  barge_in: {mode: %s, always: [person]}\n", g.one("pause", "off"))
	g.f("nodes:\n")
	for i := range g.nodes {
		g.step(i)
	}
	g.f("grade:\n  - {grade: A, if: \"%s\"}\n  - {grade: B, if: \"%s\"}\n  - {grade: C}\n", g.condition(), g.condition())
	g.f("%s", g.maybe(2, "fallback: {person: {queue: desk, on_fail: {say: Nobody., go: n0}}}\n"))
	return g.b.String()
}

func (g *generator) condition() string {
	atom := func() string {
		return g.one("aov > 5000", "vip", "known(customer.name)", "visits(n0) > 1", "reached(n1)", "said(price)", "times(rest) >= 2",
			"days_between(day, call.day) > 3", "length(customer.name) > 3", "true", "(aov ?? 1) < 2", "known(code)")
	}
	switch g.rnd.IntN(4) {
	case 0:
		return "not (" + atom() + ")"
	case 1:
		return atom() + " and " + atom()
	case 2:
		return atom() + " or " + atom()
	}
	return atom()
}

// inBoth is text in a script of two languages.
func (g *generator) inBoth(text string) string {
	if g.both {
		return text
	}
	return ""
}

func (g *generator) line() string {
	if g.both && g.often(2) {
		return g.one("{en-US: \"Hello {{customer.name}}.\", zh-CN: \"您好，{{customer.name | 您}}。\"}", "{zh-CN: [一。, {clip: a.wav}], en-US: One.}",
			"[{text: {en-US: \"I am {{day}}.\", zh-CN: \"{{day}}。\"}, fallback: {en-US: Some day., zh-CN: 某天。}}, {if: \"call.language == 'zh-CN'\", text: 中文。}]",
			"{clip: {en-US: a.wav, zh-CN: b.wav}}")
	}
	return g.one("Hello there.", "\"Hello {{customer.name}}.\"", "\"You have {{aov * 2 | some}} points. And {{vip}}.\"",
		"{clip: a.wav}", "{notice: recording}", "{if: \""+g.condition()+"\", text: Now and then.}", "{text: \"I am {{day}}.\", fallback: Some day.}",
		"[{variant: A, text: One.}, {variant: B, text: Two.}]", "[First., {if: vip, text: Second.}]")
}

func (g *generator) edge(i int) string {
	if g.both && !g.often(3) {
		return g.one("{do: [{language: zh-CN}, replay]}", "{do: {language: en-US}, say: {en-US: Well., zh-CN: 好。}}", "{do: {language: \"{{heard}}\"}, go: "+g.node()+"}",
			"{when: [{if: vip, do: {language: zh-CN}, say: {en-US: Yes., zh-CN: 是。}}], say: Hm., go: "+g.node()+"}")
	}
	return g.one(g.node(), g.node(), "stay", "close", "handoff",
		fmt.Sprintf("{say: %s, go: %s}", g.line(), g.node()),
		fmt.Sprintf("{say: Well., set: {aov: \"{{aov + 1}}\"}, tag: t%d}", i),
		fmt.Sprintf("{when: [{if: \"%s\", go: %s}, {if: \"%s\", say: Hm.}], go: %s}", g.condition(), g.node(), g.condition(), g.node()),
		"{do: {opt_out: phone}, outcome: refused, end: true}", "{do: replay}")
}

// step writes a node. Ways that nothing waits on lead forward only.
func (g *generator) step(i int) {
	last := i == g.nodes-1
	g.f("  n%d:\n    stage: %s\n", i, g.one("opening", "need", "offer", "close"))
	if g.often(5) {
		g.f("    say: %s\n", g.line())
	}
	if !last && g.rnd.IntN(3) == 0 {
		g.f("    when:\n      - {if: \"%s\", go: %s}\n      - {if: \"%s\", say: By the way., tag: aside}\n", g.condition(), g.later(i), g.condition())
	}
	g.f("%s", g.inBoth(g.maybe(6, "    do: {language: "+g.one("zh-CN", "en-US", "'{{call.language}}'")+"}\n")))
	g.f("%s%s%s", g.maybe(4, "    protect: 1s\n"), g.maybe(4, "    set: {day: 2026-05-01, vip: \"{{aov > 10}}\"}\n"), g.maybe(5, "    silence: none\n"))
	switch kind := g.rnd.IntN(9); {
	case last && kind < 5, kind == 0:
		g.f("    end: true\n")
	case last, kind == 1:
		g.f("    transfer: {queue: desk, style: %s, brief: \"{{tags | none}}\", on_fail: %s}\n", g.one("bridge", "blind", "attended"), g.edge(i))
	case kind == 2:
		g.f("    go: %s\n", g.later(i))
	case kind == 3:
		g.f("    wait: 2s\n    go: %s\n", g.node())
	case kind == 4:
		g.f("    ask: %s\n    go: {filled: %s, else: %s}\n", g.one("code", "sure", "when"), g.edge(i), g.edge(i))
	case kind == 5:
		g.f("    keys: {1: %s, 2: %s, \"*\": %s}\n", g.node(), g.edge(i), g.edge(i))
	default:
		g.f("    go: {affirm: %s, deny: %s, price: %s%s}\n%s", g.edge(i), g.edge(i), g.edge(i), g.maybe(2, ", else: "+g.edge(i)), g.maybe(3, "    keys: {1: affirm, 2: deny}\n"))
	}
}
