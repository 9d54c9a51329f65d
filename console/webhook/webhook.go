// Package webhook tells other systems what happens: each event is a signed request
// (Standard Webhooks, standardwebhooks.com) that is sent again until it has arrived.
// What is to be sent lies in an outbox; this package decides and sends.
package webhook

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/parley-voice/parley/egress"
)

// Type is what an event tells.
type Type string

// The types of events.
const (
	CallOffered  Type = "call.offered"   // a person's phone is about to ring
	CallEnded    Type = "call.ended"     // the record is written
	CallbackDue  Type = "callback.due"   // somebody was promised a call
	VoicemailIn  Type = "voicemail.left" // a message was left
	ComplaintIn  Type = "complaint.made" // the caller complained, or somebody told of it
	DoNotCall    Type = "do_not_call.set"
	ConsentGone  Type = "consent.withdrawn" // by an answer on record; opt-outs are DoNotCall
	CustomerNote Type = "customer.noted"
	FollowUpLate Type = "follow_up.overdue"  // nobody has done in time what is owed
	FollowUpDone Type = "follow_up.settled"  // somebody did, or said why not
	FollowUpOpen Type = "follow_up.reopened" // its message did not arrive after all
	MessageSend  Type = "message.send"       // the receiver is to send an SMS or a mail
	LabelsSet    Type = "customer.labels"
	DriftMade    Type = "report.drift"           // a month is over
	Decided      Type = "experiment.decided"     // a wording is adopted, kept, dropped, or all are halted
	RolledBack   Type = "experiment.rolled_back" // a script's former version is published again, or a person is asked to
)

// Types lists the types of events.
func Types() []Type {
	return []Type{CallOffered, CallEnded, CallbackDue, VoicemailIn, ComplaintIn, DoNotCall, ConsentGone, CustomerNote, FollowUpLate, FollowUpDone, FollowUpOpen, MessageSend, LabelsSet, DriftMade, Decided, RolledBack}
}

// Field is personal data that a hook is sent only when it is to have it.
type Field string

// The fields.
const (
	Numbers Field = "numbers" // telephone numbers whole; otherwise the middle digits are masked
	Names   Field = "names"   // the customer's name; with Words also the brief
	Words   Field = "words"   // what was said and heard
	Money   Field = "money"   // the customer's average order
	Notes   Field = "notes"   // the customer's custom fields, the text of a complaint or a note, what was done about it
	Profile Field = "profile" // labels that rest on consent to profiling
)

// Fields lists the fields.
func Fields() []Field { return []Field{Numbers, Names, Words, Money, Notes, Profile} }

// Hook is a receiver.
type Hook struct {
	Name    string
	URL     string
	Secret  string // whsec_ and the key in base64
	Events  []Type
	Fields  []Field
	Timeout time.Duration
	Private bool // may be at a private address, and over http
}

// The bounds of a secret's key, as Standard Webhooks has them, in bytes.
const (
	minKey = 24
	maxKey = 64
)

// Check tells why a hook cannot be used; hint is what to do. Which address a name
// leads to is looked at when it is dialled.
func (h Hook) Check() (field, what, hint string) {
	u, err := url.Parse(h.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return "url", fmt.Sprintf("%q is no https:// address", h.URL), ""
	case u.Scheme == "http" && !h.Private:
		return "url", "personal data does not go over http", "write https://, or set allow_private: true for a receiver in the house"
	case u.User != nil || u.Fragment != "":
		return "url", "a user, a password or a #fragment in it is not sent", "leave it out; the signature tells who sends"
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && !h.Private && !egress.Public(ip) {
		return "url", ip.String() + " is a private address", "set allow_private: true if it is meant"
	}
	key, ok := strings.CutPrefix(h.Secret, "whsec_")
	raw, err := decode(key)
	if !ok || err != nil || len(raw) < minKey || len(raw) > maxKey {
		return "secret", fmt.Sprintf("the secret is not whsec_ and %d to %d bytes in base64", minKey, maxKey), `make one: echo "whsec_$(openssl rand -base64 32)"`
	}
	return "", "", ""
}

// Wants tells whether a hook is to be told of a type.
func (h Hook) Wants(t Type) bool { return slices.Contains(h.Events, t) }

func (h Hook) sees(f Field) bool { return slices.Contains(h.Fields, f) }

// sign gives the value of webhook-signature.
func (h Hook) sign(id string, at time.Time, body []byte) (string, error) {
	w, err := standardwebhooks.NewWebhook(h.Secret)
	if err != nil {
		return "", err
	}
	return w.Sign(id, at, body)
}

// MessageID names an event for one hook; the same event always has the same, so
// that it is posted once and its receiver can tell doubles.
func MessageID(hook string, e Event) string {
	sum := sha256.Sum256([]byte(hook + "\x00" + string(e.Type) + "\x00" + e.Key))
	return "msg_" + hex.EncodeToString(sum[:14])
}
