// Package ledger makes what happened to people's consent provable: an append-only
// Merkle tree (RFC 6962, by golang.org/x/mod/sumdb/tlog) whose leaves are salted
// commitments to events, tree heads signed as notes, proofs that stand alone, and
// the audit that says which row is not what it was. No disk, no clock: rows, salts
// and times come in.
package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// Event is what one leaf commits to. Its time is kept to the nanosecond, in UTC.
type Event struct {
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"`
	Ref     string    `json:"ref,omitempty"`
	Person  string    `json:"person,omitempty"`
	Number  string    `json:"number,omitempty"`
	Purpose string    `json:"purpose,omitempty"`
	Channel string    `json:"channel,omitempty"`
	Source  string    `json:"source,omitempty"`
	Detail  string    `json:"detail,omitempty"`
}

// version begins every encoding: another layout gets another one.
const version = 1

func (e *Event) texts() [8]*string {
	return [8]*string{&e.Kind, &e.Ref, &e.Person, &e.Number, &e.Purpose, &e.Channel, &e.Source, &e.Detail}
}

// Encode is the one way to write an event down: the version, the time as 8 bytes of
// Unix nanoseconds, big-endian, and each text behind its length as a uvarint. No two
// events have one encoding, and no event has two.
func (e Event) Encode() []byte {
	b := binary.BigEndian.AppendUint64([]byte{version}, uint64(e.At.UnixNano()))
	for _, text := range e.texts() {
		b = append(binary.AppendUvarint(b, uint64(len(*text))), *text...)
	}
	return b
}

var errEncoding = errors.New("these bytes are no encoded event")

// Decode reads what Encode wrote, and nothing else.
func Decode(b []byte) (e Event, err error) {
	if len(b) < 9 || b[0] != version {
		return e, errEncoding
	}
	e.At = time.Unix(0, int64(binary.BigEndian.Uint64(b[1:]))).UTC()
	b = b[9:]
	for _, text := range e.texts() {
		n, read := binary.Uvarint(b)
		if read <= 0 || read > 1 && b[read-1] == 0 || n > uint64(len(b)-read) { // a longer way to write the same length
			return Event{}, errEncoding
		}
		*text, b = string(b[read:read+int(n)]), b[read+int(n):]
	}
	if len(b) > 0 {
		return Event{}, errEncoding
	}
	return e, nil
}

// SaltSize is the bytes of a salt. It comes from a source of randomness: who has the
// leaf's hash and guesses the event, a telephone number for one, must not be able to
// see that the guess is right once the salt is gone.
const SaltSize = 32

// LeafHash is the hash of the leaf that commits to an event by a salt.
func LeafHash(salt []byte, e Event) tlog.Hash {
	h := sha256.New()
	h.Write([]byte("parley consent leaf\n"))
	h.Write(salt)
	h.Write(e.Encode())
	return tlog.RecordHash(h.Sum(nil))
}

// Erased tells whether nothing is left in an event that could be about a person.
func (e Event) Erased() bool {
	return e.Ref == "" && e.Person == "" && e.Number == "" && e.Source == "" && e.Detail == ""
}
