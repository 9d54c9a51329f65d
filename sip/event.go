// Package sip is Parley's SIP user agent: trunks, legs, digest, SDP. It is the
// only importer of sipgo. A SIP dialog is called a leg everywhere in Parley.
package sip

import (
	"time"

	"github.com/parley-voice/parley/media"
)

// Event is one thing that happened to a leg, in order of CSeq. The sealed set is
// Progress, Answered, MediaChanged, Digit, ReferProgress, ReferAsked, Replaced and
// Ended; Ended is last, and the channel closes after it.
type Event interface{ legEvent() }

// Progress is a 1xx other than 100 to our INVITE. Early is set when it carried SDP.
type Progress struct {
	Code  int
	Cause int // Q.850, from a Reason header; 0 if none
	Early *media.Params
}

// Answered is the 2xx to our INVITE; the ACK has been sent.
type Answered struct{ Params media.Params }

// MediaChanged is a re-INVITE or UPDATE that has been answered, or the answer to
// one of ours: hold, resume, a new port or a new codec (RFC 3264 §8).
type MediaChanged struct{ Params media.Params }

// Digit came by SIP INFO (application/dtmf-relay or application/dtmf).
type Digit struct {
	Digit    byte
	Duration time.Duration
}

// ReferProgress is a NOTIFY of our REFER's subscription (RFC 3515 §2.4.5).
type ReferProgress struct {
	Code   int
	Reason string
	Final  bool
}

// Party is who did something.
type Party uint8

// The parties to a leg.
const (
	Us Party = iota + 1
	Them
	Network // a timeout or a transport failure
)

// String names the party in records.
func (p Party) String() string {
	switch p {
	case Us:
		return "us"
	case Them:
		return "them"
	case Network:
		return "network"
	}
	return "nobody"
}

// Ended is the leg's last event.
type Ended struct {
	By     Party
	Code   int    // final SIP status of an INVITE that failed; 0 after an answered call
	Cause  int    // Q.850 cause from a Reason header, 0 if none
	Reason string // in words, for the record
}

func (Progress) legEvent()      {}
func (Answered) legEvent()      {}
func (MediaChanged) legEvent()  {}
func (Digit) legEvent()         {}
func (ReferProgress) legEvent() {}
func (Ended) legEvent()         {}
