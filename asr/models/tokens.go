package models

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// Moonshine's vocabulary is Llama's 32000 pieces and 768 special ones.
const (
	llamaPieces     = 32000
	moonshinePieces = 32768
)

// tokens writes Moonshine's tokens.txt from the script of llama-tokenizer-js:
// one line "base64(piece) id" each. The script holds the pieces, one a line, in
// one base64 string.
func tokens(script []byte) ([]byte, error) {
	const begin = `const llama_vocab_base64 = "`
	_, rest, ok := bytes.Cut(script, []byte(begin))
	if !ok {
		return nil, errors.New("no vocabulary in the tokenizer's script")
	}
	coded, _, ok := bytes.Cut(rest, []byte(`"`))
	if !ok {
		return nil, errors.New("the tokenizer's vocabulary has no end")
	}
	text, err := base64.StdEncoding.DecodeString(string(coded))
	if err != nil {
		return nil, fmt.Errorf("the tokenizer's vocabulary: %w", err)
	}
	pieces := strings.Split(string(text), "\n")
	if len(pieces) != llamaPieces {
		return nil, fmt.Errorf("the tokenizer's vocabulary has %d pieces, not %d", len(pieces), llamaPieces)
	}
	for i := len(pieces); i < moonshinePieces; i++ {
		pieces = append(pieces, fmt.Sprintf("<<ST_%d>>", i-llamaPieces))
	}
	var out bytes.Buffer
	for i, p := range pieces {
		fmt.Fprintf(&out, "%s %d\n", base64.StdEncoding.EncodeToString([]byte(p)), i)
	}
	return out.Bytes(), nil
}
