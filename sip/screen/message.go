// Package screen reads SIP messages off the wire before anything else does. It
// holds them to the grammar of RFC 3261 §25, answers what RFC 4475 wants
// answered, and writes the good ones out again in one canonical form, so that
// the parser behind it never meets a folded line, a compact name, a stray LF or
// a second Content-Length.
//
// Everything here is pure: bytes in, bytes and verdicts out.
package screen

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// MaxMessage is the longest message that is read, in bytes.
const MaxMessage = 65535

// maxHeaders bounds the header lines of a message.
const maxHeaders = 256

// Message is one SIP request (Method is set) or response (Status is set) with
// unfolded header values and canonical header names.
type Message struct {
	Method  string
	URI     string
	Version string // "SIP/2.0"
	Status  int
	Reason  string
	Headers []Header
	Body    []byte
}

// Header is one header field line.
type Header struct{ Name, Value string }

// Fault says what is wrong with a message. Code is the status to answer a
// request with; 0 means to drop it without a word.
type Fault struct {
	Code   int
	Reason string
	Extra  []Header // header fields the answer must carry: Allow, Accept, Unsupported
}

// Error makes Fault an error.
func (f *Fault) Error() string { return strconv.Itoa(f.Code) + " " + f.Reason }

func bad(reason string) *Fault { return &Fault{Code: 400, Reason: reason} }

// IsRequest tells a request from a response.
func (m *Message) IsRequest() bool { return m.Method != "" }

// Get returns the first value of a header, by canonical name, or "".
func (m *Message) Get(name string) string {
	for i := range m.Headers {
		if m.Headers[i].Name == name {
			return m.Headers[i].Value
		}
	}
	return ""
}

// All returns the values of every line of a header, by canonical name.
func (m *Message) All(name string) []string {
	var out []string
	for i := range m.Headers {
		if m.Headers[i].Name == name {
			out = append(out, m.Headers[i].Value)
		}
	}
	return out
}

// Set replaces the first line of a header or adds one.
func (m *Message) Set(name, value string) {
	for i := range m.Headers {
		if m.Headers[i].Name == name {
			m.Headers[i].Value = value
			return
		}
	}
	m.Headers = append(m.Headers, Header{name, value})
}

// Delete takes every line of a header out, whatever the case of its name.
func (m *Message) Delete(name string) {
	m.Headers = slices.DeleteFunc(m.Headers, func(h Header) bool { return strings.EqualFold(h.Name, name) })
}

// Read parses one datagram. On a Fault the message still holds what could be
// read, so that an answer can be made of it; it is nil when nothing could.
func Read(data []byte) (*Message, *Fault) {
	data = bytes.TrimLeft(data, "\r\n") // RFC 3261 §7.5
	if len(data) == 0 || len(data) > MaxMessage {
		return nil, &Fault{Reason: "empty or too long"}
	}
	head, body := data, []byte(nil)
	if i := bytes.Index(data, crlf2); i >= 0 {
		head, body = data[:i], data[i+4:]
	}
	head = bytes.TrimSuffix(head, crlf)
	line, rest, _ := bytes.Cut(head, crlf)
	m, fault := startLine(string(line))
	if m == nil {
		return nil, fault
	}
	if f := m.readHeaders(rest); fault == nil {
		fault = f
	}
	if f := m.readBody(body); fault == nil {
		fault = f
	}
	return m, fault
}

var crlf, crlf2 = []byte("\r\n"), []byte("\r\n\r\n")

// startLine wants exactly one SP between the three parts (RFC 3261 §7.1). A
// line that is nearly a request still gives a Message so that it can be
// answered 400.
func startLine(line string) (*Message, *Fault) {
	if strings.HasPrefix(line, "SIP/") {
		return statusLine(line)
	}
	fields := strings.Fields(line)
	if len(fields) < 3 || !strings.HasPrefix(strings.ToUpper(fields[len(fields)-1]), "SIP/") || !isToken(fields[0]) {
		return nil, &Fault{Reason: "not SIP"}
	}
	m := &Message{Method: fields[0], URI: fields[1], Version: fields[len(fields)-1]}
	switch {
	case len(fields) != 3 || line != strings.Join(fields, " "):
		return m, bad("Bad Request-Line")
	case !strings.EqualFold(m.Version, "SIP/2.0"):
		return m, &Fault{Code: 505, Reason: "Version Not Supported"}
	}
	m.Version = "SIP/2.0"
	return m, nil
}

func statusLine(line string) (*Message, *Fault) {
	drop := &Fault{Reason: "bad Status-Line"}
	version, rest, ok := strings.Cut(line, " ")
	code, reason, ok2 := strings.Cut(rest, " ")
	status, err := strconv.Atoi(code)
	if !ok || !ok2 || version != "SIP/2.0" || len(code) != 3 || err != nil || status < 100 || status > 699 {
		return nil, drop
	}
	return &Message{Version: version, Status: status, Reason: reason}, nil
}

func (m *Message) readHeaders(data []byte) *Fault {
	var fault *Fault
	for len(data) > 0 {
		var line []byte
		line, data, _ = bytes.Cut(data, crlf)
		if len(line) == 0 {
			continue
		}
		if line[0] == ' ' || line[0] == '\t' { // folded, RFC 3261 §7.3.1
			if n := len(m.Headers); n > 0 {
				m.Headers[n-1].Value = strings.TrimSpace(m.Headers[n-1].Value + " " + string(bytes.Trim(line, " \t")))
			}
			continue
		}
		name, value, ok := strings.Cut(string(line), ":")
		name = strings.TrimRight(name, " \t")
		if !ok || !isToken(name) {
			fault = bad("Bad header line")
			continue
		}
		if len(m.Headers) == maxHeaders {
			return bad("Too many headers")
		}
		m.Headers = append(m.Headers, Header{canonicalName(name), strings.Trim(value, " \t")})
	}
	for _, h := range m.Headers {
		if fault == nil && strings.ContainsAny(h.Value, "\r\n") { // a bare CR or LF would split our own headers
			fault = bad("Bare CR or LF in " + h.Name)
		}
	}
	return fault
}

// readBody cuts the body to Content-Length; in a datagram a missing one means
// up to the end (RFC 3261 §18.3).
func (m *Message) readBody(data []byte) *Fault {
	n, fault := m.contentLength()
	switch {
	case fault != nil:
		return fault
	case n < 0:
		m.Body = data
	case n > len(data):
		return bad("Content-Length over the end of the message")
	default:
		m.Body = data[:n]
	}
	return nil
}

// contentLength is -1 when there is none.
func (m *Message) contentLength() (int, *Fault) {
	values := m.All("Content-Length")
	if len(values) == 0 {
		return -1, nil
	}
	n, err := strconv.ParseUint(values[0], 10, 31)
	if len(values) > 1 || err != nil {
		return 0, bad("Bad Content-Length")
	}
	return int(n), nil
}
