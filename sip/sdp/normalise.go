// Package sdp turns session descriptions into media.Params and back, by the
// offer/answer model of RFC 3264. It holds no state but the origin line of our
// own side.
package sdp

import (
	"errors"
	"fmt"
	"strings"
)

// What peers may send; more is refused before it is parsed.
const (
	maxBody  = 16 << 10
	maxLines = 400
	maxMedia = 16
	maxLine  = 1 << 10
)

// normalise writes a description in the order and completeness that a strict
// parser wants: real peers leave s= and t= out, put a= before t=, spaces into
// the o= user, and use bare LF. Lines that do not matter to us are dropped.
func normalise(body []byte) (string, error) {
	if len(body) > maxBody {
		return "", fmt.Errorf("sdp: %d bytes, at most %d are read", len(body), maxBody)
	}
	text := strings.ReplaceAll(strings.ReplaceAll(string(body), "\r\n", "\n"), "\r", "\n")
	head := section{}
	var media []*section
	lines := 0
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRight(line, " \t")
		if len(line) < 2 || line[1] != '=' {
			continue
		}
		if lines++; lines > maxLines || len(line) > maxLine {
			return "", errors.New("sdp: too many or too long lines")
		}
		kind, value := line[0], strings.TrimLeft(line[2:], " \t")
		if kind == 'm' {
			if len(media) == maxMedia {
				return "", fmt.Errorf("sdp: more than %d media lines", maxMedia)
			}
			media = append(media, &section{name: value})
			continue
		}
		if len(media) > 0 {
			media[len(media)-1].add(kind, value)
		} else {
			head.add(kind, value)
		}
	}
	var b strings.Builder
	b.WriteString("v=0\r\no=" + origin(head.origin) + "\r\ns=-\r\n")
	head.write(&b, true)
	for _, m := range media {
		b.WriteString("m=" + strings.Join(strings.Fields(m.name), " ") + "\r\n")
		m.write(&b, false)
	}
	return b.String(), nil
}

// section is the session level or one media description.
type section struct {
	name, origin, connection string
	attributes               []string
}

func (s *section) add(kind byte, value string) {
	switch {
	case kind == 'o' && s.origin == "":
		s.origin = value
	case kind == 'c' && s.connection == "":
		s.connection = strings.Join(strings.Fields(value), " ")
	case kind == 'a' && value != "":
		s.attributes = append(s.attributes, value)
	}
}

func (s *section) write(b *strings.Builder, session bool) {
	if s.connection != "" {
		b.WriteString("c=" + s.connection + "\r\n")
	}
	if session {
		b.WriteString("t=0 0\r\n")
	}
	for _, a := range s.attributes {
		b.WriteString("a=" + a + "\r\n")
	}
}

// origin makes six fields of what there is: the last five are the ones that
// mean something, all before them is the user name.
func origin(s string) string {
	f := strings.Fields(s)
	if len(f) < 5 {
		return "- 0 0 IN IP4 0.0.0.0"
	}
	tail := f[len(f)-5:]
	for _, n := range tail[:2] {
		if n == "" || strings.Trim(n, "0123456789") != "" || len(n) > 19 {
			return "- 0 0 IN IP4 0.0.0.0"
		}
	}
	return "- " + strings.Join(tail, " ")
}
