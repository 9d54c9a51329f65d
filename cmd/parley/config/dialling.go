package config

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// TrunkFor is the trunk by which agents reach a number, by agent_rules.dial; false
// when they do not. Of several patterns that hold the number the one with the most
// fixed digits decides.
func (r AgentRules) TrunkFor(number string) (trunk string, ok bool) {
	for _, pattern := range r.patterns() {
		if matches(pattern, number) {
			return r.Dial[pattern], true
		}
	}
	return "", false
}

// patterns are those of dial, the most exact first.
func (r AgentRules) patterns() []string {
	fixed := func(p string) int { return len(strings.Trim(strings.ReplaceAll(p, "x", ""), ".")) }
	return slices.SortedFunc(maps.Keys(r.Dial), func(a, b string) int {
		return cmp.Or(fixed(b)-fixed(a), strings.Compare(a, b))
	})
}

// matches holds a number to a pattern: x is any digit, a dot at the end any
// further ones, at least one.
func matches(pattern, number string) bool {
	head, open := strings.CutSuffix(pattern, ".")
	if len(number) < len(head) || !open && len(number) != len(head) || open && len(number) == len(head) {
		return false
	}
	for i := range len(number) {
		switch c := number[i]; {
		case i < len(head) && head[i] != 'x':
			if c != head[i] {
				return false
			}
		case c < '0' || c > '9':
			return false
		}
	}
	return true
}

func (c *Config) checkDial(fail failer) {
	for pattern, trunk := range c.AgentRules.Dial {
		at := join("agent_rules.dial", pattern)
		if head := strings.TrimSuffix(pattern, "."); head == "" || strings.Trim(head, "0123456789x+*#") != "" {
			fail(at, "write digits, x for any digit, and a dot at the end for any more: 1xxxxxxxxxx, 00.", "%q is no pattern of numbers", pattern)
		}
		names := []string{}
		for _, t := range c.Trunks {
			if t.Host != "" {
				names = append(names, t.Name)
			}
		}
		if !slices.Contains(names, trunk) {
			fail(at, Suggest(trunk, names), "numbers %s: no trunk with a host is named %q", pattern, trunk)
		}
	}
}
