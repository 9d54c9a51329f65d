package lint

import (
	"slices"

	"github.com/parley-voice/parley/dialog"
)

// What is found beyond the loader.
const (
	CodeUnreachable      dialog.Code = "unreachable-node"
	CodeEndlessLoop      dialog.Code = "endless-loop"
	CodeCannotClose      dialog.Code = "cannot-close"
	CodeNoSilencePath    dialog.Code = "no-silence-path"
	CodeNoMatchPath      dialog.Code = "no-match-path"
	CodeNoPerson         dialog.Code = "no-person"
	CodeNeverGiven       dialog.Code = "variable-never-given"
	CodeLeftOut          dialog.Code = "may-be-left-out"
	CodeUnused           dialog.Code = "unused"
	CodeOverlap          dialog.Code = "overlapping-intents"
	CodeWordless         dialog.Code = "example-without-words"
	CodeTooFew           dialog.Code = "too-few-examples"
	CodeLongPrompt       dialog.Code = "long-prompt"
	CodeClosedOpening    dialog.Code = "closed-opening"
	CodeLateBenefit      dialog.Code = "late-benefit"
	CodeForbiddenWord    dialog.Code = "forbidden-word"
	CodeNoNotice         dialog.Code = "recording-without-notice"
	CodeLateNotice       dialog.Code = "late-notice"
	CodeChangedSinceSeen dialog.Code = "changed-since-review"
	CodeNotEquipped      dialog.Code = "language-not-set-up"
	CodeUntranslated     dialog.Code = "same-in-every-language"
)

// severities of every code.
var severities = map[dialog.Code]Severity{
	CodeUnreachable: Warning, CodeEndlessLoop: Warning, CodeCannotClose: Warning,
	CodeNoSilencePath: Warning, CodeNoMatchPath: Warning, CodeNoPerson: Advice,
	CodeNeverGiven: Warning, CodeLeftOut: Advice, CodeUnused: Advice,
	CodeOverlap: Warning, CodeWordless: Warning, CodeTooFew: Advice,
	CodeLongPrompt: Advice, CodeClosedOpening: Advice, CodeLateBenefit: Advice,
	CodeForbiddenWord: Warning, CodeNoNotice: Warning, CodeLateNotice: Warning, CodeChangedSinceSeen: Warning,
	CodeNotEquipped: Warning, CodeUntranslated: Advice,
}

func init() {
	for _, code := range dialog.Codes() {
		severities[code] = Error
	}
}

// Codes lists every code that a check can bring, sorted.
func Codes() []dialog.Code {
	var all []dialog.Code
	for code := range severities {
		all = append(all, code)
	}
	slices.Sort(all)
	return all
}

// SeverityOf is how bad findings of a code are.
func SeverityOf(code dialog.Code) Severity { return severities[code] }
