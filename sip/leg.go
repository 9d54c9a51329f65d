package sip

import (
	"context"
	"net/netip"
	"time"

	"github.com/parley-voice/parley/media"
)

// Dial says whom to call and how.
type Dial struct {
	Target      string            // "sip:user@host[:port][;transport=tcp]", or a number to be called at the trunk's host
	Trunk       string            // name; empty sends straight to Target's host
	From        string            // user part of our From; "parley" when empty
	Display     string            // display name of our From
	Headers     map[string]string // X-* only
	UserUser    string            // User-to-User (RFC 7433)
	Local       netip.AddrPort    // where we receive RTP
	Timeout     time.Duration     // until CANCEL; 0 means Config.NoAnswer
	MaxForwards int               // hops left, from the leg this one is bridged to; 0 means 70 (RFC 3261 §8.1.1.6)
}

// Dial sends an INVITE and returns. What becomes of it comes as the leg's
// events: Progress, Answered, and Ended with the code when it failed.
func (e *Endpoint) Dial(ctx context.Context, d Dial) (*Leg, error) { return nil, errUnbuilt }

// Leg is one SIP dialog (RFC 3261 §12) of one call, ours or theirs. Its methods
// may be called from any goroutine.
type Leg struct{}

// ID names the leg in this process; Call-ID is in Info.
func (l *Leg) ID() string { return "" }

// Info is what the INVITE told.
func (l *Leg) Info() Info { return Info{} }

// Events tells what happens to the leg. Ended comes last, then it closes. Take
// them: 64 fit, then digits and progress are dropped and counted.
func (l *Leg) Events() <-chan Event { return nil }

// Params is what the offer of an inbound INVITE would give; false if it had no
// SDP (the offer then goes out with Answer).
func (l *Leg) Params() (media.Params, bool) { return media.Params{}, false }

// Ring sends 180.
func (l *Leg) Ring(ctx context.Context) error { return errUnbuilt }

// Early sends 183 with our answer, so that audio can flow before Answer.
func (l *Leg) Early(ctx context.Context, local netip.AddrPort) error { return errUnbuilt }

// Answer sends 200 and returns when the ACK has come, with what was agreed (for
// an INVITE without SDP: the answer in the ACK).
func (l *Leg) Answer(ctx context.Context, local netip.AddrPort) (media.Params, error) {
	return media.Params{}, errUnbuilt
}

// Reject sends a final response of 300 to 699.
func (l *Leg) Reject(ctx context.Context, code int, reason string) error { return errUnbuilt }

// Refer asks the peer to call target (blind transfer, RFC 3515) and returns when
// it has accepted to try. What comes of it arrives as ReferProgress. headers
// (User-to-User, X-*) go into the Refer-To URI for the peer's INVITE.
func (l *Leg) Refer(ctx context.Context, target string, headers map[string]string) error {
	return errUnbuilt
}

// Hold puts the peer on hold (sendonly) or takes it back.
func (l *Leg) Hold(ctx context.Context, on bool) error { return errUnbuilt }

// Hangup ends the leg in the way its state asks for: CANCEL, a final response,
// or BYE with a Reason header (Q.850 cause and text; cause 0 sends none). It
// waits for the end within ctx and may be called again.
func (l *Leg) Hangup(ctx context.Context, cause int, text string) error { return errUnbuilt }
