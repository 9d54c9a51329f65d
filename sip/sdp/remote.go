package sdp

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/parley-voice/parley/media"
)

// ErrNoCommonCodec asks for 488 (RFC 3261 §21.4.26).
var ErrNoCommonCodec = errors.New("sdp: no audio stream with a codec that we speak")

// Remote is a peer's description, offer or answer.
type Remote struct{ lines []line }

// line is one media description.
type line struct {
	section
	kind, proto string
	port        int
	formats     []string
	dir         media.Direction
}

// Parse reads a description. Errors are to be answered 400 or 488.
func Parse(body []byte) (*Remote, error) {
	sections, err := scan(body)
	if err != nil {
		return nil, err
	}
	session := sections[0]
	sessionDir, _ := direction(session.attrs)
	r := &Remote{}
	for _, s := range sections[1:] {
		l := line{section: s}
		if l.kind, l.port, l.proto, l.formats, err = mediaLine(s.media); err != nil {
			return nil, err
		}
		if !l.conn {
			l.addr = session.addr
		}
		var set bool
		if l.dir, set = direction(s.attrs); !set {
			l.dir = sessionDir
		}
		r.lines = append(r.lines, l)
	}
	return r, nil
}

func direction(attrs []attribute) (media.Direction, bool) {
	for _, a := range attrs {
		for _, d := range []media.Direction{media.SendRecv, media.SendOnly, media.RecvOnly, media.Inactive} {
			if a.key == d.String() {
				return d, true
			}
		}
	}
	return media.SendRecv, false
}

// mirror is the same stream seen from the other end. In media.Direction bit 0
// means "does not receive" and bit 1 "does not send".
func mirror(d media.Direction) media.Direction { return d>>1&1 | d&1<<1 }

// Choice is what of a Remote is taken: which media line, and as what.
type Choice struct {
	Index  int
	Params media.Params
}

// Choose picks the first audio stream that we can speak. Codecs are tried in
// our order of preference for an offer, in theirs for an answer, where the
// peer has already chosen. wish is what we would like to do with the stream.
func (r *Remote) Choose(codecs []media.Codec, wish media.Direction, answer bool) (Choice, error) {
	for i := range r.lines {
		l := &r.lines[i]
		if l.kind != "audio" || l.port <= 0 || l.port > 65535 || l.proto != "RTP/AVP" && l.proto != "RTP/AVPF" || !l.addr.IsValid() {
			continue
		}
		codec, ok := l.codec(codecs, answer)
		if !ok {
			continue
		}
		return Choice{Index: i, Params: l.params(codec, wish)}, nil
	}
	return Choice{}, ErrNoCommonCodec
}

func (l *line) params(codec media.Codec, wish media.Direction) media.Params {
	p := media.Params{Codec: codec, DTMF: l.telephoneEvent(), Direction: mirror(l.dir) | wish}
	_, p.RTCPMux = l.attr("rtcp-mux")
	if ms, err := strconv.Atoi(first(l.attr("ptime"))); err == nil && ms > 0 && ms <= 200 {
		p.PTime = time.Duration(ms) * time.Millisecond
	}
	if l.addr.IsUnspecified() { // hold as RFC 2543 had it
		p.Direction |= media.RecvOnly
		return p
	}
	p.Remote = netip.AddrPortFrom(l.addr, uint16(l.port))
	if v, ok := l.attr("rtcp"); ok && !p.RTCPMux { // RFC 3605
		p.RemoteRTCP = rtcpAddr(v, l.addr)
	}
	return p
}

func rtcpAddr(v string, addr netip.Addr) netip.AddrPort {
	f := strings.Fields(v)
	if len(f) == 0 {
		return netip.AddrPort{}
	}
	port, err := strconv.ParseUint(f[0], 10, 16)
	if err != nil || port == 0 {
		return netip.AddrPort{}
	}
	if len(f) == 4 {
		if a, err := netip.ParseAddr(f[3]); err == nil {
			addr = a
		}
	}
	return netip.AddrPortFrom(addr, uint16(port))
}

func first(s string, _ bool) string { return s }

// codec matches the formats with what we speak.
func (l *line) codec(codecs []media.Codec, answer bool) (media.Codec, bool) {
	if answer {
		for _, f := range l.formats {
			if c, ok := l.match(f, codecs); ok {
				return c, true
			}
		}
		return media.Codec{}, false
	}
	for _, want := range codecs {
		for _, f := range l.formats {
			if c, ok := l.match(f, []media.Codec{want}); ok {
				return c, true
			}
		}
	}
	return media.Codec{}, false
}

// match looks one format up, by rtpmap or, for static payload types without
// one, by number (RFC 3551 table 4).
func (l *line) match(format string, codecs []media.Codec) (media.Codec, bool) {
	pt, err := strconv.ParseUint(format, 10, 7)
	if err != nil {
		return media.Codec{}, false
	}
	name, rate, mapped := l.rtpmap(format)
	for _, c := range codecs {
		if mapped && strings.EqualFold(name, c.Name) && rate == c.ClockRate || !mapped && uint8(pt) == c.PayloadType && pt < 96 {
			c.PayloadType = uint8(pt)
			return c, true
		}
	}
	return media.Codec{}, false
}

func (l *line) rtpmap(format string) (name string, rate int, ok bool) {
	for _, a := range l.attrs {
		if a.key != "rtpmap" {
			continue
		}
		pt, enc, _ := strings.Cut(a.value, " ")
		if pt != format {
			continue
		}
		parts := strings.Split(strings.TrimSpace(enc), "/")
		if len(parts) < 2 {
			return "", 0, false
		}
		rate, _ = strconv.Atoi(parts[1])
		return parts[0], rate, true
	}
	return "", 0, false
}

// telephoneEvent is the payload type of RFC 4733 events at 8 kHz, 0 for none.
func (l *line) telephoneEvent() uint8 {
	for _, f := range l.formats {
		if name, rate, ok := l.rtpmap(f); ok && strings.EqualFold(name, "telephone-event") && rate == 8000 {
			if pt, err := strconv.ParseUint(f, 10, 7); err == nil && pt >= 96 {
				return uint8(pt)
			}
		}
	}
	return 0
}
