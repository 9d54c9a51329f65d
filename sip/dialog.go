package sip

import (
	"crypto/rand"
	"net/netip"
	"slices"
	"strings"

	gosip "github.com/emiago/sipgo/sip"

	"github.com/parley-voice/parley/sip/screen"
)

// dialog is the state that RFC 3261 §12 keeps for a leg. sipgo's own is not
// used: it neither follows Contact updates nor keeps one To tag.
type dialog struct {
	callID              string
	localTag, remoteTag string
	local, remote       screen.Address // without tags
	target              string         // where the peer wants its requests
	routes              []string       // name-addrs, in the order they are to be sent
	seq                 uint32         // of our last request
	contact             string         // our Contact header
	network             string         // "UDP" or "TCP"
	source              netip.AddrPort // where the peer's last packet came from
	updates             bool           // the peer allows UPDATE
}

// uasDialog is made of an initial INVITE (RFC 3261 §12.1.1).
func uasDialog(req *gosip.Request, src netip.AddrPort) dialog {
	from, _ := screen.ParseAddress(req.From().Value())
	to, _ := screen.ParseAddress(req.To().Value())
	d := dialog{
		callID: req.CallID().Value(), localTag: to.Tag(), remoteTag: from.Tag(),
		local: untagged(to), remote: untagged(from), target: contactURI(req), seq: newSeq(),
		network: strings.ToUpper(req.Transport()), source: src,
	}
	if d.target == "" { // RFC 2543 peers need not send a Contact
		d.target = from.URI
	}
	d.routes = headerValues(req, "record-route")
	d.updates = allows(req, "UPDATE")
	return d
}

// confirm takes over what a 2xx to our INVITE says (RFC 3261 §12.1.2).
func (d *dialog) confirm(res *gosip.Response) {
	to, _ := screen.ParseAddress(res.To().Value())
	d.remoteTag = to.Tag()
	if t := contactURI(res); t != "" {
		d.target = t
	}
	d.routes = headerValues(res, "record-route")
	slices.Reverse(d.routes)
	d.updates = allows(res, "UPDATE")
}

// refresh takes a new remote target from a re-INVITE or UPDATE, or from a 2xx to
// one (RFC 3261 §12.2).
func (d *dialog) refresh(m gosip.Message) {
	if t := contactURI(m); t != "" {
		d.target = t
	}
}

// plan is where a request in the leg goes, and with what in its head (RFC 3261
// §12.2.1.1): loose routers are named in Route, a strict one takes the place of
// the Request-URI.
func (d *dialog) plan() (uri string, routes []string, next string) {
	if len(d.routes) == 0 {
		return d.target, nil, d.target
	}
	first, _ := screen.ParseAddress(d.routes[0])
	u, _ := screen.ParseURI(first.URI)
	if _, loose := u.Params.Get("lr"); loose {
		return d.target, d.routes, first.URI
	}
	return first.URI, append(slices.Clone(d.routes[1:]), "<"+d.target+">"), first.URI
}

// request makes a request of this leg with the next CSeq; ACK and CANCEL take a
// number of their own.
func (d *dialog) request(method string) *gosip.Request {
	if method != "ACK" && method != "CANCEL" {
		d.seq++
	}
	return d.requestAt(method, d.seq)
}

func (d *dialog) requestAt(method string, seq uint32) *gosip.Request {
	uri, routes, _ := d.plan()
	req := gosip.NewRequest(gosip.RequestMethod(method), verbatim(uri))
	for _, r := range routes {
		req.AppendHeader(header("Route", r))
	}
	req.AppendHeader(header("From", tagged(d.local, d.localTag)))
	req.AppendHeader(header("To", tagged(d.remote, d.remoteTag)))
	req.AppendHeader(header("Call-ID", d.callID))
	req.AppendHeader(&gosip.CSeqHeader{SeqNo: seq, MethodName: gosip.RequestMethod(method)})
	req.AppendHeader(header("Max-Forwards", "70"))
	if method != "BYE" && method != "CANCEL" {
		req.AppendHeader(header("Contact", d.contact))
	}
	return req
}

func tagged(a screen.Address, tag string) string {
	if tag != "" {
		a.Params = append(slices.Clone(a.Params), screen.Param{Name: "tag", Value: tag})
	}
	return a.String()
}

func untagged(a screen.Address) screen.Address {
	a.Params = slices.DeleteFunc(slices.Clone(a.Params), func(p screen.Param) bool { return strings.EqualFold(p.Name, "tag") })
	return a
}

// verbatim makes a Uri that is written out exactly as it came: a remote target
// must not change on the way through a parser.
func verbatim(uri string) gosip.Uri {
	scheme, rest, _ := strings.Cut(uri, ":")
	var u gosip.Uri
	if err := gosip.ParseUri("raw:"+screen.Clean(rest), &u); err != nil {
		return gosip.Uri{Scheme: "sip", Host: "invalid"}
	}
	u.Scheme = strings.ToLower(scheme)
	return u
}

// header makes a clean header, whatever the value was made of.
func header(name, value string) gosip.Header { return gosip.NewHeader(name, screen.Clean(value)) }

func headerValue(m gosip.Message, name string) string {
	if h := m.GetHeaders(name); len(h) > 0 {
		return screen.Clean(h[0].Value())
	}
	return ""
}

func headerValues(m gosip.Message, name string) []string {
	var out []string
	for _, h := range m.GetHeaders(name) {
		out = append(out, screen.Clean(h.Value()))
	}
	return out
}

func contactURI(m gosip.Message) string {
	a, ok := screen.ParseAddress(headerValue(m, "contact"))
	if u, good := screen.ParseURI(a.URI); !ok || !good || !u.IsSIP() {
		return ""
	}
	return a.URI
}

func allows(m gosip.Message, method string) bool {
	return slices.Contains(screen.Tokens(headerValues(m, "allow")), method)
}

// newSeq leaves room below 2^31 for any call (RFC 3261 §8.1.1.5).
func newSeq() uint32 {
	var b [2]byte
	_, _ = rand.Read(b[:]) // never fails, see crypto/rand
	return uint32(b[0])<<8 | uint32(b[1])
}

func newBranch() string { return "z9hG4bK" + rand.Text() }
