package sip

import (
	"net/url"
	"strconv"
	"strings"

	gosip "github.com/emiago/sipgo/sip"

	"github.com/parley-voice/parley/sip/screen"
)

// learn fills Info from an INVITE. What only the network may say is believed
// only of a trusted trunk (RFC 3325 §2).
func (i *Info) learn(req *gosip.Request, trusted bool) {
	i.Called = user(req.Recipient.String())
	from, _ := screen.ParseAddress(req.From().Value())
	i.Caller, i.Name = user(from.URI), displayName(from)
	i.UserAgent = headerValue(req, "user-agent")
	i.MaxForwards = number(headerValue(req, "max-forwards"))
	u, _ := screen.ParseURI(from.URI)
	i.Withheld = strings.EqualFold(u.Host, "anonymous.invalid") || strings.EqualFold(i.Caller, "anonymous")
	for _, p := range strings.FieldsFunc(headerValue(req, "privacy"), func(r rune) bool { return r == ';' || r == ',' }) {
		p = strings.ToLower(strings.TrimSpace(p))
		i.Withheld = i.Withheld || p == "id" || p == "user" || p == "header"
	}
	if !trusted {
		return
	}
	for _, v := range headerValues(req, "p-asserted-identity") {
		list, _ := screen.ParseAddresses(v)
		for _, a := range list {
			if n := user(a.URI); n != "" {
				i.Caller = n
				if d := displayName(a); d != "" {
					i.Name = d
				}
				break
			}
		}
	}
	i.UserUser = headerValue(req, "user-to-user")
	i.Diverted = diverted(req)
	for _, h := range req.Headers() {
		if n := h.Name(); len(n) > 2 && strings.EqualFold(n[:2], "X-") {
			if i.Headers == nil {
				i.Headers = map[string]string{}
			}
			if len(i.Headers) < 32 {
				i.Headers[n] = screen.Clean(h.Value())
			}
		}
	}
}

// retarget finds the number that was dialled when the Request-URI is only the
// contact that we registered: P-Called-Party-ID (RFC 7315 §4.2), else To.
func (i *Info) retarget(req *gosip.Request) {
	for _, v := range []string{headerValue(req, "p-called-party-id"), req.To().Value()} {
		if a, ok := screen.ParseAddress(v); ok && user(a.URI) != "" {
			i.Called = user(a.URI)
			return
		}
	}
}

// diverted lists who sent the call on, nearest first: Diversion (RFC 5806) is in
// that order, History-Info (RFC 7044) in the order of time and ends with us.
func diverted(req *gosip.Request) []string {
	var out []string
	for _, v := range headerValues(req, "diversion") {
		list, _ := screen.ParseAddresses(v)
		for _, a := range list {
			out = append(out, user(a.URI))
		}
	}
	if len(out) > 0 {
		return out
	}
	var hist []string
	for _, v := range headerValues(req, "history-info") {
		list, _ := screen.ParseAddresses(v)
		for _, a := range list {
			hist = append(hist, user(a.URI))
		}
	}
	for n := len(hist) - 2; n >= 0; n-- {
		out = append(out, hist[n])
	}
	return out
}

// user is the unescaped user part of a SIP URI, or the number of a tel URI.
func user(uri string) string {
	u, ok := screen.ParseURI(uri)
	if !ok {
		return ""
	}
	raw := u.User
	if !u.IsSIP() {
		raw = u.Rest
	}
	if i := strings.IndexAny(raw, ";"); i >= 0 { // user parameters, as in +49...;phone-context=
		raw = raw[:i]
	}
	if u.IsSIP() {
		raw, _, _ = strings.Cut(raw, ":") // a password is nobody's business
	}
	plain, err := url.PathUnescape(raw)
	if err != nil {
		plain = raw
	}
	if kind, _ := u.Params.Get("user"); !u.IsSIP() || strings.EqualFold(kind, "phone") {
		plain = unpunctuated(plain)
	}
	return screen.Clean(plain)
}

// unpunctuated takes the visual separators out of a telephone number: they mean
// nothing (RFC 3966 §5.1.1), and numbers are compared and looked up.
func unpunctuated(number string) string {
	if strings.Trim(number, "+0123456789*#-.() ") != "" {
		return number
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("-.() ", r) {
			return -1
		}
		return r
	}, number)
}

func displayName(a screen.Address) string { return screen.Clean(screen.Unquote(a.Display)) }

// reason reads a Reason header (RFC 3326): the Q.850 cause if there is one, and
// the text.
func reason(m gosip.Message) (cause int, text string) {
	for _, v := range headerValues(m, "reason") {
		for part := range strings.SplitSeq(v, ",") {
			protocol, params, _ := strings.Cut(part, ";")
			for p := range strings.SplitSeq(params, ";") {
				k, val, _ := strings.Cut(strings.TrimSpace(p), "=")
				switch {
				case strings.EqualFold(k, "cause") && strings.EqualFold(strings.TrimSpace(protocol), "Q.850"):
					cause, _ = strconv.Atoi(val)
				case strings.EqualFold(k, "text") && text == "":
					text = screen.Unquote(val)
				}
			}
		}
	}
	return cause, text
}

// warning is the text of a Warning header (RFC 3261 §20.43), "" for none.
func warning(m gosip.Message) string {
	parts := strings.SplitN(strings.TrimSpace(headerValue(m, "warning")), " ", 3) // code, agent, text
	if len(parts) < 3 {
		return ""
	}
	return screen.Clean(screen.Unquote(strings.TrimSpace(parts[2])))
}

// reasonHeader writes one; no cause, no header.
func reasonHeader(cause int, text string) gosip.Header {
	if cause == 0 {
		return nil
	}
	v := "Q.850;cause=" + strconv.Itoa(cause)
	if text != "" {
		v += `;text="` + strings.NewReplacer(`"`, "'", `\`, "/").Replace(text) + `"`
	}
	return header("Reason", v)
}

// capabilities are the headers that say what we can do.
func capabilities() []screen.Header {
	return []screen.Header{
		{Name: "Allow", Value: strings.Join(methods, ", ")},
		{Name: "Supported", Value: strings.Join(rules.Supported, ", ")},
		{Name: "Accept", Value: "application/sdp, application/dtmf-relay, application/dtmf, message/sipfrag"},
	}
}

func announce(m gosip.Message) {
	for _, h := range capabilities() {
		if h.Name != "Accept" {
			m.AppendHeader(header(h.Name, h.Value))
		}
	}
}
