// Package unsubscribe is the page on which a person who got a message opts out, by
// one click and without a key of the API: the link in the message is the key.
package unsubscribe

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"
	"time"
)

// Path is where links begin, behind the public address.
const Path = "/u/"

// Life is how long a link is good for. Mailers must honour one for 30 days at least
// (16 CFR 316.5); people find old messages.
const Life = 2 * 365 * 24 * time.Hour

// Errors of links.
var (
	errForged  = errors.New("the link was not made here")
	errExpired = errors.New("the link has expired")
)

// A link holds the message's id, when it ends, and a MAC of both (HMAC-SHA-256,
// half of it): nothing in it is about the person, for whom and for what it is stands
// in the message's attempt. It is short, since a text message pays for each letter.
const (
	idSize   = 12
	macSize  = 16
	linkSize = idSize + 4 + macSize
	idPrefix = "msg-"
)

// Links makes links, and reads those that it made.
type Links struct {
	Base string // https://HOST, without a slash at its end
	Key  []byte
}

// To is the link for a message that is sent at now; "" for one that has no id of ours.
func (l Links) To(message string, now time.Time) string {
	text, ok := strings.CutPrefix(message, idPrefix)
	id, err := hex.DecodeString(text)
	if !ok || err != nil || len(id) != idSize {
		return ""
	}
	body := binary.BigEndian.AppendUint32(id, uint32(now.Add(Life).Unix())) // until 2106
	return l.Base + Path + base64.RawURLEncoding.EncodeToString(append(body, l.mac(body)...))
}

func (l Links) mac(body []byte) []byte {
	h := hmac.New(sha256.New, l.Key)
	h.Write([]byte("parley unsubscribe 1\x00"))
	h.Write(body)
	return h.Sum(nil)[:macSize]
}

// read gives the message that a link's last part is for; of an expired one too.
func (l Links) read(token string, now time.Time) (message string, err error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != linkSize {
		return "", errForged
	}
	body, mac := raw[:idSize+4], raw[idSize+4:]
	if !hmac.Equal(mac, l.mac(body)) {
		return "", errForged
	}
	message = idPrefix + hex.EncodeToString(body[:idSize])
	if now.Unix() >= int64(binary.BigEndian.Uint32(body[idSize:])) {
		return message, errExpired
	}
	return message, nil
}
