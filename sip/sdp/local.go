package sdp

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/parley-voice/parley/media"
)

// eventType is the payload type that we offer for telephone-event.
const eventType = 101

// Local is our side of one SDP session: its origin line keeps the same id, and
// the version grows by one whenever the rest changes (RFC 3264 §8).
type Local struct {
	id, version uint64
	last        string
}

// NewLocal starts a session; id should be unlikely to come twice.
func NewLocal(id uint64) *Local { return &Local{id: id & (1<<62 - 1)} }

// Offer describes what we can do: every codec, in order, and digits. now is what
// is agreed so far, if anything: its codec comes first and its payload type for
// digits stays (RFC 3264 §8.3.2).
func (l *Local) Offer(addr netip.AddrPort, codecs []media.Codec, now media.Params, dir media.Direction) []byte {
	var b strings.Builder
	codecs = slices.Clone(codecs)
	slices.SortStableFunc(codecs, func(x, y media.Codec) int {
		return inUse(y, now) - inUse(x, now)
	})
	eventType := cmp.Or(int(now.DTMF), eventType)
	formats := make([]string, 0, len(codecs)+1)
	for _, c := range codecs {
		formats = append(formats, strconv.Itoa(int(c.PayloadType)))
	}
	formats = append(formats, strconv.Itoa(eventType))
	fmt.Fprintf(&b, "m=audio %d RTP/AVP %s\r\n", addr.Port(), strings.Join(formats, " "))
	for _, c := range codecs {
		rtpmap(&b, c)
	}
	events(&b, uint8(eventType))
	fmt.Fprintf(&b, "a=ptime:20\r\na=%s\r\n", dir)
	return l.seal(addr, b.String())
}

// Answer accepts the media line chosen and refuses all others with port 0, in
// the order of the offer (RFC 3264 §6).
func (l *Local) Answer(addr netip.AddrPort, r *Remote, c Choice) []byte {
	var b strings.Builder
	for i := range r.lines {
		o := &r.lines[i]
		if i != c.Index {
			fmt.Fprintf(&b, "m=%s 0 %s %s\r\n", o.kind, o.proto, strings.Join(o.formats, " "))
			continue
		}
		p := c.Params
		fmt.Fprintf(&b, "m=audio %d %s %d", addr.Port(), o.proto, p.Codec.PayloadType)
		if p.DTMF != 0 {
			fmt.Fprintf(&b, " %d", p.DTMF)
		}
		b.WriteString("\r\n")
		rtpmap(&b, p.Codec)
		if p.DTMF != 0 {
			events(&b, p.DTMF)
		}
		if p.RTCPMux {
			b.WriteString("a=rtcp-mux\r\n")
		}
		fmt.Fprintf(&b, "a=ptime:20\r\na=%s\r\n", p.Direction)
	}
	return l.seal(addr, b.String())
}

func inUse(c media.Codec, now media.Params) int {
	if c.Name == now.Codec.Name {
		return 1
	}
	return 0
}

func rtpmap(b *strings.Builder, c media.Codec) {
	fmt.Fprintf(b, "a=rtpmap:%d %s/%d\r\n", c.PayloadType, c.Name, c.ClockRate)
}

func events(b *strings.Builder, pt uint8) {
	fmt.Fprintf(b, "a=rtpmap:%d telephone-event/8000\r\na=fmtp:%d 0-16\r\n", pt, pt)
}

// seal puts the session level before the media lines.
func (l *Local) seal(addr netip.AddrPort, media string) []byte {
	family := "IP4"
	ip := addr.Addr().Unmap()
	if ip.Is6() {
		family = "IP6"
	}
	body := fmt.Sprintf("s=-\r\nc=IN %s %s\r\nt=0 0\r\n%s", family, ip, media)
	if body != l.last {
		l.version++
		l.last = body
	}
	return fmt.Appendf(nil, "v=0\r\no=- %d %d IN %s %s\r\n%s", l.id, l.version, family, ip, body)
}
