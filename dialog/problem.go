package dialog

import "github.com/parley-voice/parley/dialog/vocab/strictyaml"

// Problem is one thing wrong with a script: where, what, and what to do.
type Problem = strictyaml.Problem

// Problems is everything wrong with a script, in the order of the lines.
type Problems = strictyaml.Problems

// Code says of which kind a problem is; docs/linter.md has a paragraph on each.
type Code = strictyaml.Code

// MaxBytes bounds one file.
const MaxBytes = strictyaml.MaxBytes

// What the loader refuses. dialog/lint finds more.
const (
	CodeNotYAML                = strictyaml.NotYAML
	CodeUnknownKey             = strictyaml.UnknownKey
	CodeDuplicateKey           = strictyaml.DuplicateKey
	CodeBadValue               = strictyaml.BadValue
	CodeBadExpression     Code = "bad-expression"
	CodeUndefinedNode     Code = "undefined-node"
	CodeUndefinedIntent   Code = "undefined-intent"
	CodeUndefinedSlot     Code = "undefined-slot"
	CodeUndefinedVariable Code = "undefined-variable"
	CodeUndefinedClip     Code = "undefined-clip"
	CodeMissingStage      Code = "missing-stage"
	CodeLeadsNowhere      Code = "leads-nowhere"
	CodeMarket            Code = "against-market"
	CodeBusyCircle        Code = "busy-circle"
	CodeMissingLanguage   Code = "missing-language"
	CodeUnknownLanguage   Code = "unknown-language"
)

// Codes lists what the loader refuses.
func Codes() []Code {
	return []Code{CodeNotYAML, CodeUnknownKey, CodeDuplicateKey, CodeBadValue, CodeBadExpression, CodeUndefinedNode, CodeUndefinedIntent,
		CodeUndefinedSlot, CodeUndefinedVariable, CodeUndefinedClip, CodeMissingStage, CodeLeadsNowhere, CodeMarket, CodeBusyCircle,
		CodeMissingLanguage, CodeUnknownLanguage}
}
