package screen

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// Summary is what the checks found in the headers that every message has.
type Summary struct {
	Vias      []Via
	From, To  Address
	CallID    string
	CSeq      uint32
	SeqMethod string
}

// single header fields must stand once (RFC 3261 §7.3.1; RFC 4475 §3.3.8).
var single = []string{"From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Type", "Event", "Refer-To"}

// addressed header fields hold addresses; the value says how many lines.
var addressed = []string{"Contact", "Route", "Record-Route", "Refer-To"}

const mismatch = "CSeq method does not match"

// Check holds the headers to the grammar and to each other. The Summary is as
// full as they allow, also on a Fault.
func (m *Message) Check() (s Summary, fault *Fault) {
	note := func(ok bool, reason string) {
		if !ok && fault == nil {
			fault = bad(reason)
		}
	}
	for _, v := range m.All("Via") {
		vias, ok := ParseVias(v)
		note(ok, "Bad Via")
		s.Vias = append(s.Vias, vias...)
	}
	note(len(s.Vias) > 0, "Missing Via")
	for _, name := range single {
		note(len(m.All(name)) < 2, "More than one "+name)
	}
	var ok bool
	s.From, ok = ParseAddress(m.Get("From"))
	note(ok && s.From.URI != "*", "Bad or missing From")
	s.To, ok = ParseAddress(m.Get("To"))
	note(ok && s.To.URI != "*", "Bad or missing To")
	if !ok {
		s.To = Address{} // an answer then carries it back as it came
	}
	s.CallID = m.Get("Call-ID")
	note(s.CallID != "" && visible(s.CallID), "Bad or missing Call-ID")
	s.CSeq, s.SeqMethod, ok = parseCSeq(m.Get("CSeq"))
	note(ok, "Bad or missing CSeq")
	if m.IsRequest() {
		note(s.SeqMethod == m.Method, mismatch)
		s.giveBranch()
		m.checkRequest(note)
	}
	return s, fault
}

// giveBranch makes a transaction id for requests of RFC 2543, which have none:
// from what INVITE, ACK and CANCEL share (RFC 3261 §17.2.3).
func (s *Summary) giveBranch() {
	if len(s.Vias) == 0 || s.Vias[0].Branch() != "" {
		return
	}
	sum := sha256.Sum256([]byte(s.CallID + "\x00" + s.From.Tag() + "\x00" + strconv.FormatUint(uint64(s.CSeq), 10) + "\x00" + s.Vias[0].String()))
	top := &s.Vias[0]
	top.Params = append(top.Params[:len(top.Params):len(top.Params)], Param{"branch", "z9hG4bK" + hex.EncodeToString(sum[:12])})
}

func (m *Message) checkRequest(note func(bool, string)) {
	u, ok := ParseURI(m.URI)
	note(ok && u.Headers == "", "Bad Request-URI")
	for _, name := range addressed {
		for _, v := range m.All(name) {
			list, ok := ParseAddresses(v)
			star := ok && list[0].URI == "*"
			note(ok && (!star || m.Method == "REGISTER"), "Bad "+name)
		}
	}
	if v := m.Get("Max-Forwards"); v != "" {
		_, err := strconv.ParseUint(v, 10, 31)
		note(err == nil, "Bad Max-Forwards")
	}
}

// parseCSeq wants a number below 2^31 and a method (RFC 3261 §8.1.1.5).
func parseCSeq(v string) (uint32, string, bool) {
	l := &lexer{s: v}
	digits := l.run(func(c byte) bool { return c >= '0' && c <= '9' })
	before := l.pos
	l.space()
	method := l.token()
	n, err := strconv.ParseUint(digits, 10, 31)
	return uint32(n), method, err == nil && l.pos > before && method != "" && l.done()
}

// visible: neither white space nor controls.
func visible(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] == 0x7f {
			return false
		}
	}
	return true
}

// Tokens splits a comma-separated header (Require, Supported, Allow, Accept)
// and cuts parameters off.
func Tokens(values []string) []string {
	var out []string
	for _, v := range values {
		for t := range strings.SplitSeq(v, ",") {
			t, _, _ = strings.Cut(t, ";")
			if t = strings.TrimSpace(t); t != "" {
				out = append(out, t)
			}
		}
	}
	return out
}
