package dialog

import (
	"fmt"
	"slices"
	"strings"
)

// vocabulary is every key that a script may use, by the block it stands in.
// docs/scripts.md explains each; a test holds the two together.
var vocabulary = map[string][]string{
	"script": {"script", "version", "language", "goal", "answer", "needs", "defaults", "intents", "slots",
		"always", "nodes", "fallback"},
	"answer":   {"after"},
	"need":     {"example", "default"},
	"defaults": {"barge_in", "silence", "no_match", "slow", "turns"},
	"barge_in": {"mode", "decide_within", "ignore", "always"},
	"rung":     {"after", "say", "go", "do", "set", "tag", "outcome", "end"},
	"no_match": {"limit", "say", "then"},
	"slow":     {"after", "say"},
	"turns":    {"limit", "then"},
	"intent":   {"examples", "keywords", "match", "not", "label"},
	"always_entry": {"examples", "keywords", "match", "not", "label", "priority", "key",
		"say", "go", "do", "set", "tag", "outcome", "end"},
	"slot": {"type", "length", "input", "terminator", "between", "retry"},
	"node": {"stage", "say", "again", "protect", "ask", "expect", "go", "keys", "set", "tag", "outcome", "do",
		"end", "transfer", "wait", "echo", "loop", "silence", "no_match"},
	"line":     {"text", "fallback", "clip", "variant", "notice"},
	"edge":     {"say", "go", "do", "set", "tag", "outcome", "end"},
	"do":       {"opt_out"},
	"transfer": {"queue", "agent", "sip", "style", "brief", "headers", "wait", "hold", "on_fail"},
	"echo":     {"audio", "digits"},
	"fallback": {"deaf", "menu", "operator", "keypad", "sorry", "handover", "last", "person"},
}

// Closed lists of values.
var (
	stages    = []string{"opening", "need", "offer", "close", "handoff"}
	shapes    = []string{"open", "yes_no", "choice", "digits"}
	slotTypes = []string{"digits", "yes_no"}
	inputs    = []string{"speech", "dtmf"}
	styles    = []string{"blind", "bridge"}
	notices   = []string{"recording"}
	optOuts   = []string{"phone", "all"}
	echoes    = []string{"audio", "digits", "both"}
	modes     = []string{"pause", "off"}
	targets   = []string{TargetStay, TargetHandoff, TargetClose}
)

// builtinIntents are understood without being defined.
var builtinIntents = []string{IntentAffirm, IntentDeny, IntentHesitate, IntentFilled, IntentElse}

// builtinVars are known without being needed or set.
var builtinVars = []string{"intent", "heard", "tags", "outcome", "call.id", "call.from", "call.to"}

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

// suggest is the hint for a word that is not in a list.
func suggest(word string, words []string) string {
	if near := nearest(word, words); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if len(words) == 0 {
		return ""
	}
	if len(words) > 20 {
		words = words[:20]
	}
	return "known: " + strings.Join(words, ", ")
}

// nearest is the word at the least edit distance, if it is near enough to be
// meant.
func nearest(word string, words []string) string {
	best, least := "", 1+max(1, len([]rune(word))/3)
	for _, w := range words {
		if d := distance([]rune(strings.ToLower(word)), []rune(strings.ToLower(w)), least); d < least {
			best, least = w, d
		}
	}
	return best
}

// distance is Damerau's: insertions, deletions, substitutions and swaps of
// neighbours. Words whose lengths differ by limit or more are given up.
func distance(a, b []rune, limit int) int {
	if max(len(a), len(b))-min(len(a), len(b)) >= limit || len(a) > 100 || len(b) > 100 {
		return limit
	}
	var before []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next := make([]int, len(b)+1)
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
