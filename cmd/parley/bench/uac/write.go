package uac

import (
	"fmt"
	"strings"
)

// request writes a request of this call. The INVITE's own ACK and CANCEL share
// its branch; everything else has a new one.
func (c *Call) request(method, uri, branch string, cseq int, to string, routes []string, body string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=%s;rport\r\nMax-Forwards: 70\r\n", method, uri, c.agent.local, branch)
	for _, r := range routes {
		fmt.Fprintf(&b, "Route: %s\r\n", r)
	}
	fmt.Fprintf(&b, "From: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %d %s\r\n", c.from, to, c.ID, cseq, method)
	if method == "INVITE" {
		fmt.Fprintf(&b, "Contact: <%s>\r\nAllow: INVITE, ACK, BYE, CANCEL, OPTIONS\r\nUser-Agent: parley-bench\r\n", c.contact())
	}
	if body != "" {
		b.WriteString("Content-Type: application/sdp\r\n")
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(body), body)
	return []byte(b.String())
}

func (c *Call) contact() string { return fmt.Sprintf("sip:%s@%s", c.req.From, c.agent.local) }

// reply answers a request (RFC 3261 §8.2.6).
func reply(m *message, code int, reason, contact, body string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "SIP/2.0 %d %s\r\n", code, reason)
	for _, h := range m.headers {
		switch h.name {
		case "via":
			fmt.Fprintf(&b, "Via: %s\r\n", h.value)
		case "record-route":
			fmt.Fprintf(&b, "Record-Route: %s\r\n", h.value)
		}
	}
	fmt.Fprintf(&b, "From: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %s\r\n", m.get("from"), m.get("to"), m.get("call-id"), m.get("cseq"))
	if contact != "" {
		fmt.Fprintf(&b, "Contact: %s\r\n", contact)
	}
	if body != "" {
		b.WriteString("Content-Type: application/sdp\r\n")
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(body), body)
	return []byte(b.String())
}
