package screen

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
)

// Tags makes tags that can be recognised without remembering them.
type Tags struct{ key []byte }

// NewTags needs a secret that lives as long as the endpoint.
func NewTags(secret []byte) Tags { return Tags{key: secret} }

// Local is the To tag of every response to this request. A retransmission gets
// the same one, and so does its CANCEL, which shares all four parts.
func (t Tags) Local(s Summary) string {
	return t.sum("uas", s.CallID, s.From.Tag(), strconv.FormatUint(uint64(s.CSeq), 10), topBranch(s))
}

// Ours is the From tag of a call that we place.
func (t Tags) Ours(callID string) string { return t.sum("uac", callID) }

func topBranch(s Summary) string {
	if len(s.Vias) == 0 {
		return ""
	}
	return s.Vias[0].Branch()
}

func (t Tags) sum(parts ...string) string {
	h := hmac.New(sha256.New, t.key)
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:12])
}
