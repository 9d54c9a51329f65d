package media

import (
	"fmt"
	"net/netip"
)

// agreed is what Params mean on the wire. It is immutable: an Update puts
// another in its place, and the pacer takes it up at its next tick.
type agreed struct {
	params Params
	law    *law
	rtp    target // as signalled
	rtcp   target
}

// agree checks p and makes its targets for a socket bound to local.
func agree(p Params, local netip.Addr) (*agreed, error) {
	l := lawOf(p.Codec)
	switch {
	case l == nil:
		return nil, fmt.Errorf("%w: %q (it speaks PCMU and PCMA)", ErrCodec, p.Codec.Name)
	case p.Codec.ClockRate != TelephoneRate:
		return nil, fmt.Errorf("%w: %s at %d Hz (its clock is 8000 Hz)", ErrCodec, p.Codec.Name, p.Codec.ClockRate)
	case p.Codec.PayloadType > 127 || p.DTMF > 127:
		return nil, fmt.Errorf("media: payload type %d is above 127", max(p.Codec.PayloadType, p.DTMF))
	case p.DTMF != 0 && p.DTMF == p.Codec.PayloadType:
		return nil, fmt.Errorf("media: payload type %d is agreed for both %s and telephone-event", p.DTMF, p.Codec.Name)
	}
	p.Remote = unmap(p.Remote)
	p.RemoteRTCP = unmap(p.RemoteRTCP)
	a := &agreed{params: p, law: l, rtp: targetOf(p.Remote, local)}
	control := p.RemoteRTCP
	if p.RTCPMux {
		control = p.Remote
	} else if !control.IsValid() && p.Remote.Port() < 0xffff {
		control = netip.AddrPortFrom(p.Remote.Addr(), p.Remote.Port()+1)
	}
	a.rtcp = targetOf(control, local)
	return a, nil
}

func unmap(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

// receives tells whether the peer may send audio in this direction.
func (d Direction) receives() bool { return d == SendRecv || d == RecvOnly }

// decodes finds the companding of a received payload type: the agreed one, or
// the other static G.711 type, which some peers send in spite of the answer.
func (a *agreed) decodes(pt uint8) *law {
	switch pt {
	case a.params.Codec.PayloadType:
		return a.law
	case PCMU.PayloadType:
		return muLaw
	case PCMA.PayloadType:
		return aLaw
	}
	return nil
}
