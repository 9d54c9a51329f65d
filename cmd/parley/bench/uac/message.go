// Package uac is the lean SIP side of parley bench's callers: INVITE, ACK,
// CANCEL and BYE over one UDP socket, hand-written. A full user agent costs the
// generator about as much as the server under test, on the same two cores; this
// one leaves them to the server. It speaks enough to call through a
// proxy that records its route, and no more: no TCP, no digest.
package uac

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
)

// header is one header line; names are in lower case and in the long form.
type header struct{ name, value string }

// message is a SIP request or response as it came.
type message struct {
	method  string // request; "" for a response
	code    int    // response
	reason  string
	headers []header
	body    []byte
}

var compact = map[string]string{"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length", "c": "content-type"}

// parse reads a datagram as one message (RFC 3261 §7).
func parse(b []byte) (*message, error) {
	head, body, found := bytes.Cut(b, []byte("\r\n\r\n"))
	if !found {
		return nil, errors.New("no end of headers")
	}
	lines := strings.Split(string(head), "\r\n")
	m := &message{body: body}
	if err := m.first(lines[0]); err != nil {
		return nil, err
	}
	for _, line := range lines[1:] {
		if line != "" && (line[0] == ' ' || line[0] == '\t') && len(m.headers) > 0 {
			m.headers[len(m.headers)-1].value += " " + strings.TrimSpace(line)
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, errors.New("header line without a colon")
		}
		name = strings.ToLower(strings.TrimSpace(name))
		if long, ok := compact[name]; ok {
			name = long
		}
		m.headers = append(m.headers, header{name, strings.TrimSpace(value)})
	}
	return m, nil
}

func (m *message) first(line string) error {
	if rest, ok := strings.CutPrefix(line, "SIP/2.0 "); ok {
		code, reason, _ := strings.Cut(rest, " ")
		n, err := strconv.Atoi(code)
		if err != nil || n < 100 || n > 699 {
			return errors.New("bad status code")
		}
		m.code, m.reason = n, reason
		return nil
	}
	f := strings.Fields(line)
	if len(f) != 3 || f[2] != "SIP/2.0" {
		return errors.New("neither a request nor a response")
	}
	m.method = f[0]
	return nil
}

// get gives the first header of that name.
func (m *message) get(name string) string {
	for _, h := range m.headers {
		if h.name == name {
			return h.value
		}
	}
	return ""
}

// all gives every value of a header that may be a list, in order.
func (m *message) all(name string) []string {
	var vs []string
	for _, h := range m.headers {
		if h.name != name {
			continue
		}
		depth, start := 0, 0
		for i, c := range h.value {
			switch {
			case c == '<':
				depth++
			case c == '>':
				depth--
			case c == ',' && depth <= 0:
				vs = append(vs, strings.TrimSpace(h.value[start:i]))
				start = i + 1
			}
		}
		vs = append(vs, strings.TrimSpace(h.value[start:]))
	}
	return vs
}

// cseq gives the CSeq's number and method.
func (m *message) cseq() (int, string) {
	number, method, _ := strings.Cut(m.get("cseq"), " ")
	n, _ := strconv.Atoi(number)
	return n, strings.TrimSpace(method)
}

// uri is the address inside a Contact or Route value.
func uri(value string) string {
	if _, rest, ok := strings.Cut(value, "<"); ok {
		value, _, _ = strings.Cut(rest, ">")
		return value
	}
	value, _, _ = strings.Cut(value, ";")
	return strings.TrimSpace(value)
}

// tag is the tag of a From or To value.
func tag(value string) string {
	_, params, _ := strings.Cut(value, ">")
	if !strings.Contains(value, ">") {
		params = value
	}
	for p := range strings.SplitSeq(params, ";") {
		if v, ok := strings.CutPrefix(strings.TrimSpace(p), "tag="); ok {
			return v
		}
	}
	return ""
}
