// Package sdp turns session descriptions into media.Params and back, by the
// offer/answer model of RFC 3264. It holds no state but the origin line of our
// own side.
//
// It reads what it needs, m=, c= and a= lines, by itself: strict parsers refuse
// what real peers send (no s= or t=, a= before t=, spaces in the o= user, bare
// LF, m=image), and all that is left after mending that is to split lines.
package sdp

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// What peers may send; more is refused.
const (
	maxBody  = 16 << 10
	maxLines = 400
	maxMedia = 16
	maxLine  = 1 << 10
)

// attribute is one a= line.
type attribute struct{ key, value string }

// section is the session level or one media description.
type section struct {
	media string     // the value of m=
	conn  bool       // there is a c=
	addr  netip.Addr // of c=; invalid when it is a name
	attrs []attribute
}

// scan cuts a description into its sections, the session level first.
func scan(body []byte) ([]section, error) {
	if len(body) > maxBody {
		return nil, fmt.Errorf("sdp: %d bytes, at most %d are read", len(body), maxBody)
	}
	out := []section{{}}
	lines := 0
	for line := range strings.FieldsFuncSeq(string(body), func(r rune) bool { return r == '\r' || r == '\n' }) {
		if lines++; lines > maxLines || len(line) > maxLine {
			return nil, errors.New("sdp: too many or too long lines")
		}
		if len(line) < 2 || line[1] != '=' {
			continue
		}
		value := strings.TrimSpace(line[2:])
		last := &out[len(out)-1]
		switch line[0] {
		case 'm':
			if len(out) > maxMedia {
				return nil, fmt.Errorf("sdp: more than %d media lines", maxMedia)
			}
			out = append(out, section{media: value})
		case 'c':
			last.connect(value)
		case 'a':
			key, v, _ := strings.Cut(value, ":")
			last.attrs = append(last.attrs, attribute{strings.TrimSpace(key), strings.TrimSpace(v)})
		}
	}
	if len(out) == 1 {
		return nil, errors.New("sdp: no media line")
	}
	return out, nil
}

// connect reads "IN IP4 addr[/ttl]". Names are not looked up: 488.
func (s *section) connect(value string) {
	s.conn = true
	f := strings.Fields(value)
	if len(f) != 3 || !strings.EqualFold(f[0], "IN") {
		return
	}
	host, _, _ := strings.Cut(f[2], "/")
	if a, err := netip.ParseAddr(host); err == nil && a.Zone() == "" {
		s.addr = a.Unmap()
	}
}

func (s *section) attr(key string) (string, bool) {
	for _, a := range s.attrs {
		if a.key == key {
			return a.value, true
		}
	}
	return "", false
}

// mediaLine reads "audio 49170[/2] RTP/AVP 0 8". A line that cannot be read is
// an error: it could not be answered in its place.
func mediaLine(value string) (kind string, port int, proto string, formats []string, err error) {
	f := strings.Fields(value)
	if len(f) < 4 || !plain(value) {
		return "", 0, "", nil, fmt.Errorf("sdp: bad media line %q", value)
	}
	digits, _, _ := strings.Cut(f[1], "/")
	n, err := strconv.ParseUint(digits, 10, 16)
	if err != nil {
		return "", 0, "", nil, fmt.Errorf("sdp: bad port in media line %q", value)
	}
	return f[0], int(n), f[2], f[3:], nil
}

// plain: nothing that must not stand in an answer.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' && s[i] != '\t' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}
