package screen

import "strings"

// Rules say what this user agent takes (RFC 3261 §8.2).
type Rules struct {
	Allow     []string // methods with a handler
	Supported []string // option tags
}

// refused are methods that are known but not served here: 405, not 501.
var refused = map[string]bool{
	"REGISTER": true, "SUBSCRIBE": true, "MESSAGE": true, "PUBLISH": true, "PRACK": true,
}

// Admit goes through the steps of RFC 3261 §8.2.1 to §8.2.3 that need no state.
// nil means that the request may go on.
func (r Rules) Admit(m *Message) *Fault {
	if f := r.method(m); f != nil {
		return f
	}
	if u, _ := ParseURI(m.URI); !u.IsSIP() && u.Scheme != "tel" {
		return &Fault{Code: 416, Reason: "Unsupported URI Scheme"}
	}
	if m.Method == "ACK" || m.Method == "CANCEL" {
		return nil // neither may be refused for an extension, RFC 3261 §8.2.2.3
	}
	var unknown []string
	for _, tag := range Tokens(m.All("Require")) {
		if !containsFold(r.Supported, tag) {
			unknown = append(unknown, tag)
		}
	}
	if len(unknown) > 0 {
		return &Fault{Code: 420, Reason: "Bad Extension", Extra: []Header{{"Unsupported", strings.Join(unknown, ", ")}}}
	}
	if m.Method == "INVITE" || m.Method == "UPDATE" {
		return m.content()
	}
	return nil
}

func (r Rules) method(m *Message) *Fault {
	if contains(r.Allow, m.Method) {
		return nil
	}
	f := &Fault{Code: 501, Reason: "Not Implemented"}
	if refused[m.Method] {
		f = &Fault{Code: 405, Reason: "Method Not Allowed"}
	}
	f.Extra = []Header{{"Allow", strings.Join(r.Allow, ", ")}}
	return f
}

// Refine takes a fault of Check or Read to the better answer where there is one: a
// method that is unknown says more than that CSeq names another (RFC 4475
// §3.1.2.18).
func (r Rules) Refine(m *Message, f *Fault) *Fault {
	if f == nil || f.Reason != mismatch {
		return f
	}
	if better := r.method(m); better != nil && better.Code == 501 {
		return better
	}
	return f
}

// content refuses bodies that are not an offer and callers who would not
// understand ours (RFC 3261 §8.2.3; RFC 4475 §3.3.6 and §3.3.15).
func (m *Message) content() *Fault {
	if accept := m.All("Accept"); len(accept) > 0 {
		ok := false
		for _, t := range Tokens(accept) {
			t = strings.ToLower(t)
			ok = ok || t == "application/sdp" || t == "application/*" || t == "*/*"
		}
		if !ok {
			return &Fault{Code: 406, Reason: "Not Acceptable", Extra: []Header{
				{"Warning", `399 parley "an answer to INVITE is application/sdp, which Accept leaves out"`},
			}}
		}
	}
	if len(m.Body) == 0 || strings.Contains(strings.ToLower(m.Get("Content-Disposition")), "handling=optional") {
		return nil
	}
	if e := m.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return &Fault{Code: 415, Reason: "Unsupported Media Type", Extra: []Header{{"Accept-Encoding", "identity"}}}
	}
	if kind := mediaType(m.Get("Content-Type")); kind != "application/sdp" && kind != "multipart/mixed" {
		return &Fault{Code: 415, Reason: "Unsupported Media Type", Extra: []Header{{"Accept", "application/sdp"}}}
	}
	return nil
}

func mediaType(v string) string {
	v, _, _ = strings.Cut(v, ";")
	kind, sub, _ := strings.Cut(v, "/")
	return strings.ToLower(strings.TrimSpace(kind) + "/" + strings.TrimSpace(sub))
}

func contains(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}

func containsFold(list []string, s string) bool {
	for _, e := range list {
		if strings.EqualFold(e, s) {
			return true
		}
	}
	return false
}
