package call

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/sip"
)

// Leg is one SIP dialog as a call uses it, inbound or outbound. *sip.Leg is one.
type Leg interface {
	ID() string
	Info() sip.Info
	// Events brings what happens to the leg; sip.Ended is last, and the channel
	// closes after it.
	Events() <-chan sip.Event
	// Refer asks the peer to call target itself (RFC 3515); progress comes as
	// sip.ReferProgress.
	Refer(ctx context.Context, target string, headers map[string]string) error
	// Hangup ends the leg in whatever way its state asks for. Idempotent.
	Hangup(ctx context.Context, cause int, text string) error
}

// Inbound is a leg that called us and waits for a final response.
type Inbound interface {
	Leg
	// Params is what the offer allows; false when the INVITE had no SDP.
	Params() (media.Params, bool)
	Ring(ctx context.Context) error
	// Answer sends the 200 and returns when the ACK came.
	Answer(ctx context.Context, local netip.AddrPort) (media.Params, error)
	Reject(ctx context.Context, code int, reason string) error
}

// Dialer places outbound legs; the outcome comes as the leg's events.
type Dialer interface {
	Dial(ctx context.Context, d sip.Dial) (Leg, error)
	// Introduce asks the caller's side to take our place at the person's phone
	// (REFER with Replaces, RFC 5589 §7); progress comes to caller as
	// sip.ReferProgress.
	Introduce(ctx context.Context, caller, person Leg, headers map[string]string) error
}

// Phone makes a Dialer of an endpoint.
func Phone(e *sip.Endpoint) Dialer { return phone{e} }

type phone struct{ endpoint *sip.Endpoint }

func (p phone) Dial(ctx context.Context, d sip.Dial) (Leg, error) {
	leg, err := p.endpoint.Dial(ctx, d)
	if err != nil {
		return nil, err // not a nil *sip.Leg in a Leg
	}
	return leg, nil
}

func (phone) Introduce(ctx context.Context, caller, person Leg, headers map[string]string) error {
	from, ok := caller.(*sip.Leg)
	to, also := person.(*sip.Leg)
	if !ok || !also {
		return fmt.Errorf("legs of another endpoint cannot be introduced: %T and %T", caller, person)
	}
	return from.ReferReplaces(ctx, to, headers)
}

var _ Inbound = (*sip.Leg)(nil)
