package ledger

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Head is the ledger as of a moment: so many leaves, under this root. Who has a
// signed one can hold the ledger to it for ever.
type Head struct {
	Size int64
	Root tlog.Hash
	At   time.Time
}

// Sign writes a head as a signed note in the layout of checkpoints (C2SP
// tlog-checkpoint): the signer's name, the size, the root in base64; and a line of
// our own, the time.
func (h Head) Sign(by note.Signer) (string, error) {
	text := fmt.Sprintf("%s\n%d\n%s\nat %s\n", by.Name(), h.Size, h.Root, h.At.UTC().Format(time.RFC3339Nano))
	signed, err := note.Sign(&note.Note{Text: text}, by)
	return string(signed), err
}

// ErrHead tells that a text is no head that one of the known keys signed.
var ErrHead = errors.New("no signed head")

// OpenHead reads a signed head. An unknown key is an error.
func OpenHead(text string, known note.Verifiers) (h Head, err error) {
	n, err := note.Open([]byte(strings.TrimLeft(text, "\r\n")), known)
	if err != nil {
		return h, fmt.Errorf("%w: %w", ErrHead, err)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) < 5 || !slices.ContainsFunc(n.Sigs, func(s note.Signature) bool { return s.Name == lines[0] }) {
		return h, fmt.Errorf("%w: it does not begin with the signer's name, the size, the root and the time", ErrHead)
	}
	if h.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || h.Size < 0 || strconv.FormatInt(h.Size, 10) != lines[1] {
		return h, fmt.Errorf("%w: the size %q is no number", ErrHead, lines[1])
	}
	if h.Root, err = tlog.ParseHash(lines[2]); err != nil {
		return h, fmt.Errorf("%w: the root cannot be read: %w", ErrHead, err)
	}
	at, _ := strings.CutPrefix(lines[3], "at ")
	if h.At, err = time.Parse(time.RFC3339Nano, at); err != nil {
		return h, fmt.Errorf("%w: the time cannot be read: %w", ErrHead, err)
	}
	return h, nil
}
