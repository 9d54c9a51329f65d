package screen

import (
	"net/netip"
	"strconv"
	"strings"
)

// Canonical writes a checked message in the one form that is let through:
// unfolded, long header names, one address or Via per line, the top Via telling
// where it really came from, Content-Length as it is. toTag, when not empty, is
// added to a To without a tag: that gives every response to the request the
// same one, whoever makes it.
func (m *Message) Canonical(s Summary, src netip.AddrPort, nat bool, toTag string) []byte {
	var b strings.Builder
	b.Grow(512 + len(m.Body))
	if m.IsRequest() {
		b.WriteString(m.Method + " " + safeUser(m.URI) + " SIP/2.0\r\n")
	} else {
		b.WriteString("SIP/2.0 " + strconv.Itoa(m.Status) + " " + Clean(m.Reason) + "\r\n")
	}
	for i, v := range s.Vias {
		if i == 0 && m.IsRequest() {
			v.receivedFrom(src, nat)
		}
		line(&b, "Via", v.String())
	}
	to := s.To
	if m.IsRequest() && toTag != "" && to.Tag() == "" {
		to.Params = append(to.Params[:len(to.Params):len(to.Params)], Param{"tag", toTag})
	}
	line(&b, "From", plain(s.From).String())
	line(&b, "To", plain(to).String())
	line(&b, "Call-ID", s.CallID)
	line(&b, "CSeq", strconv.FormatUint(uint64(s.CSeq), 10)+" "+s.SeqMethod)
	for _, h := range m.Headers {
		m.header(&b, h)
	}
	line(&b, "Content-Length", strconv.Itoa(len(m.Body)))
	b.WriteString("\r\n")
	b.Write(m.Body)
	return []byte(b.String())
}

func (m *Message) header(b *strings.Builder, h Header) {
	switch h.Name {
	case "Via", "From", "To", "Call-ID", "CSeq", "Content-Length":
	case "Max-Forwards":
		n, err := strconv.Atoi(h.Value)
		if err == nil {
			line(b, h.Name, strconv.Itoa(min(n, 255)))
		}
	case "Contact", "Route", "Record-Route", "Refer-To":
		list, ok := ParseAddresses(h.Value)
		for _, a := range list {
			if ok && a.URI != "*" {
				line(b, h.Name, a.String())
			}
		}
	default:
		line(b, h.Name, h.Value)
	}
}

// plain drops From and To parameters whose values need quotes: the parser
// behind would write them back without.
func plain(a Address) Address {
	kept := a.Params[:0:0]
	for _, p := range a.Params {
		if !strings.Contains(p.Value, `"`) {
			kept = append(kept, p)
		}
	}
	a.Params = kept
	return a
}

// safeUser escapes the characters that are allowed in a user part but mean
// something else elsewhere in a URI (RFC 3261 §25.1 user-unreserved).
func safeUser(uri string) string {
	u, ok := ParseURI(uri)
	if !ok || !strings.ContainsAny(u.User, ";?/") {
		return uri
	}
	esc := strings.NewReplacer(";", "%3B", "?", "%3F", "/", "%2F").Replace(u.User)
	return u.Scheme + ":" + esc + strings.TrimPrefix(u.Rest, u.User)
}

func line(b *strings.Builder, name, value string) {
	b.WriteString(name)
	b.WriteString(": ")
	b.WriteString(Clean(value))
	b.WriteString("\r\n")
}

// Clean makes a value fit to stand in a header: CR, LF and other controls
// become spaces. Everything that we write into a message goes through it,
// wherever it comes from.
func Clean(s string) string {
	dirty := false
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] == 0x7f {
			dirty = true
			break
		}
	}
	if dirty {
		b := []byte(s)
		for i, c := range b {
			if c < ' ' || c == 0x7f {
				b[i] = ' '
			}
		}
		s = string(b)
	}
	return strings.TrimSpace(s)
}

// Reply answers a request without keeping any state (RFC 3261 §8.2.7), and says
// where to send it. ok is false for what must not be answered: ACK, and
// requests without a Via.
func (m *Message) Reply(s Summary, f *Fault, src netip.AddrPort, nat bool, toTag string) (data []byte, to netip.AddrPort, ok bool) {
	if f.Code == 0 || m.Method == "ACK" || !m.IsRequest() || m.Get("Via") == "" {
		return nil, to, false
	}
	var b strings.Builder
	b.WriteString("SIP/2.0 " + strconv.Itoa(f.Code) + " " + Clean(f.Reason) + "\r\n")
	to = src
	if len(s.Vias) > 0 {
		for i, v := range s.Vias {
			if i == 0 {
				v.receivedFrom(src, nat)
				to = v.replyTo(src)
				if _, asked := v.Params.Get("rport"); asked {
					v.setRport(src.Port())
				}
			}
			line(&b, "Via", v.String())
		}
	} else {
		for _, v := range m.All("Via") { // unreadable, so it goes back as it came
			line(&b, "Via", v)
		}
	}
	for _, name := range []string{"From", "To", "Call-ID", "CSeq"} {
		v := m.Get(name)
		if v == "" {
			continue
		}
		if name == "To" && toTag != "" && s.To.URI != "" && s.To.Tag() == "" {
			a := s.To
			a.Params = append(a.Params[:len(a.Params):len(a.Params)], Param{"tag", toTag})
			v = a.String()
		}
		line(&b, name, v)
	}
	for _, h := range f.Extra {
		line(&b, h.Name, h.Value)
	}
	b.WriteString("Content-Length: 0\r\n\r\n")
	return []byte(b.String()), to, true
}

func (v *Via) setRport(port uint16) {
	for i := range v.Params {
		if strings.EqualFold(v.Params[i].Name, "rport") {
			v.Params[i].Value = strconv.Itoa(int(port))
		}
	}
}
