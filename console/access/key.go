package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"time"
)

// Key lets a program or a person use the API. The secret itself is kept nowhere.
type Key struct {
	ID      string // public: names the key in lists and in the audit log
	Name    string
	Role    Role
	Agent   string // whose key it is, for the actions on oneself; may be empty
	Hash    []byte // see Hash
	Made    time.Time
	Expires time.Time // zero: never
	Revoked time.Time // zero: not
	Used    time.Time // about; zero: never
}

// Keys reads keys.
type Keys interface {
	// Find gives a key by its id, or an error that is ErrUnknown.
	Find(ctx context.Context, id string) (Key, error)
	// Used notes when a key was used last.
	Used(ctx context.Context, id string, at time.Time) error
	// Any tells whether there ever was a key, revoked and expired ones included.
	Any(ctx context.Context) (bool, error)
}

// ErrUnknown tells that there is no such key.
var ErrUnknown = errors.New("no such key")

const (
	prefix      = "parley_" // lets scanners of repositories and logs find keys that leaked
	idBytes     = 6
	secretBytes = 32
)

// NewKey makes a secret and the id that finds it. Text is what the holder sends:
// parley_ID_SECRET.
func NewKey() (id, text string, hash []byte) {
	var b [idBytes + secretBytes]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	id = hex.EncodeToString(b[:idBytes])
	secret := base64.RawURLEncoding.EncodeToString(b[idBytes:])
	return id, prefix + id + "_" + secret, Hash(secret)
}

// Hash is what is kept of a secret. One round of SHA-256 is enough: a secret is 256
// random bits, not a password, and nobody can try them all, however fast the
// hash. A slow hash would only let strangers keep the processor busy.
func Hash(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// split takes a key's text apart.
func split(text string) (id, secret string, ok bool) {
	rest, ok := strings.CutPrefix(text, prefix)
	if !ok || len(text) > 128 {
		return "", "", false
	}
	id, secret, ok = strings.Cut(rest, "_")
	return id, secret, ok && len(id) == 2*idBytes && secret != ""
}

// opens tells whether a secret is this key's, in constant time, and why not.
func (k Key) opens(secret string, now time.Time) error {
	if subtle.ConstantTimeCompare(k.Hash, Hash(secret)) != 1 {
		return errWrong
	}
	if !k.Revoked.IsZero() {
		return errRevoked
	}
	if !k.Expires.IsZero() && !now.Before(k.Expires) {
		return errExpired
	}
	return nil
}

// State is a key's state in one word.
func (k Key) State(now time.Time) string {
	switch {
	case !k.Revoked.IsZero():
		return "revoked"
	case !k.Expires.IsZero() && !now.Before(k.Expires):
		return "expired"
	}
	return "valid"
}
