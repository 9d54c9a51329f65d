// Package vocab describes a closed vocabulary of YAML keys: which block takes
// which key, what kind of value it has, and what it is for. One table serves the
// loader's check, the reference in the docs and the JSON Schema for editors.
package vocab

import "slices"

// Table is every block of a language. The first is the file itself.
type Table []Block

// Block is a mapping with a closed list of keys.
type Block struct {
	Name string
	With []string // blocks whose keys it takes too
	Keys []Key
}

// Key is one key of a block, told in a line.
type Key struct {
	Name    string
	Value   Value
	Default string // as the reference tells it; Required when it cannot be left out
	Doc     string
}

// Required stands where the default of a key would stand.
const Required = "required"

// Kind is the kind of a value.
type Kind string

// The kinds. The words are those of the reference.
const (
	KindText     Kind = "text"
	KindTemplate Kind = "text with variables"
	KindName     Kind = "name"
	KindTarget   Kind = "node"
	KindClip     Kind = "WAV file"
	KindSIP      Kind = "SIP address"
	KindLanguage Kind = "language tag"
	KindLength   Kind = "number or range"
	KindTime     Kind = "time"
	KindWhole    Kind = "number"
	KindTruth    Kind = "true"
	KindDigit    Kind = "key"
	KindExpr     Kind = "condition"
	KindScalar   Kind = "value"
	KindAny      Kind = "value or block"
	KindWord     Kind = "word"
	KindBlock    Kind = "block"
	KindList     Kind = "list"
	KindMap      Kind = "names"
	KindEither   Kind = "either"
	KindSpoken   Kind = "spoken"
)

// Value is what a key takes. The zero Value is no value at all.
type Value struct {
	Kind     Kind
	Block    string   // of KindBlock
	Words    []string // of KindWord
	Min, Max int      // of KindWhole
	Of       []Value  // element of KindList, value of KindMap and KindSpoken, ways of KindEither
	Label    string   // what the reference calls it, when it has a name of its own
}

// Values that need nothing more said.
var (
	Text     = Value{Kind: KindText}     // words as they stand
	Template = Value{Kind: KindTemplate} // words with {{variables}}
	Name     = Value{Kind: KindName}     // an author's own name
	Target   = Value{Kind: KindTarget}   // a node's name, or a word that stands for one
	Clip     = Value{Kind: KindClip}     // a file beside the script
	SIP      = Value{Kind: KindSIP}      // sip:name@host
	Language = Value{Kind: KindLanguage} // BCP 47
	Length   = Value{Kind: KindLength}   // 4 or 4-8
	Time     = Value{Kind: KindTime}     // 700ms, 6s, 1m30s
	Truth    = Value{Kind: KindTruth}    // true or false
	Digit    = Value{Kind: KindDigit}    // 0 to 9, * and #
	Expr     = Value{Kind: KindExpr}     // a condition
	Scalar   = Value{Kind: KindScalar}   // a text, a number or a truth
	Any      = Value{Kind: KindAny}      // whatever JSON can hold
)

// Word is one of a closed list.
func Word(words ...string) Value { return Value{Kind: KindWord, Words: words} }

// Whole is a whole number in a range.
func Whole(from, to int) Value { return Value{Kind: KindWhole, Min: from, Max: to} }

// Of is a block of the table.
func Of(block string) Value { return Value{Kind: KindBlock, Block: block} }

// List is a list, or one element alone.
func List(of Value) Value { return Value{Kind: KindList, Of: []Value{of}} }

// Map has names of the author's choice as keys.
func Map(of Value) Value { return Value{Kind: KindMap, Of: []Value{of}} }

// Either is one of several ways to write a value.
func Either(ways ...Value) Value { return Value{Kind: KindEither, Of: ways} }

// Spoken is a value that may be given for each language: {zh-CN: ..., en-US: ...}.
func Spoken(v Value) Value { return Value{Kind: KindSpoken, Of: []Value{v}} }

// Called gives a value a name of its own for the reference.
func (v Value) Called(label string) Value {
	v.Label = label
	return v
}

// Block finds a block by name.
func (t Table) Block(name string) (Block, bool) {
	i := slices.IndexFunc(t, func(b Block) bool { return b.Name == name })
	if i < 0 {
		return Block{}, false
	}
	return t[i], true
}

// Keys lists the keys of a block, its own first.
func (t Table) Keys(name string) []Key {
	b, ok := t.Block(name)
	if !ok {
		return nil
	}
	all := slices.Clone(b.Keys)
	for _, other := range b.With {
		for _, k := range t.Keys(other) {
			if !slices.ContainsFunc(all, func(own Key) bool { return own.Name == k.Name }) {
				all = append(all, k)
			}
		}
	}
	return all
}

// Names lists the names of a block's keys.
func (t Table) Names(name string) []string {
	keys := t.Keys(name)
	all := make([]string, len(keys))
	for i, k := range keys {
		all[i] = k.Name
	}
	return all
}
