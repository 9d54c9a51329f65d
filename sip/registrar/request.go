package registrar

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/parley-voice/parley/sip/screen"
)

// Request is what a REGISTER asks for. Path (RFC 3327) is not read: phones are
// called back over the flow that their REGISTER came by, which leads through the
// same edge proxy.
type Request struct {
	User      string // of the address of record in To
	CallID    string
	CSeq      uint32
	Contacts  []Contact
	All       bool          // Contact: *, every binding goes
	Expires   time.Duration // of contacts that name none; negative when the request does not either
	Flow      Flow
	UserAgent string
}

// Contact is one binding asked for.
type Contact struct {
	URI     string
	Q       int           // thousandths
	Expires time.Duration // 0 removes; negative when it does not say
	Device  string
}

const (
	malformedExpires = time.Hour // RFC 3261 §20.10
	maxValue         = 512       // bytes of one URI or name that is kept
)

// Read takes a checked REGISTER apart. User and Flow are the caller's to set.
func Read(m *screen.Message, s screen.Summary) (Request, *screen.Fault) {
	bad := func(reason string) (Request, *screen.Fault) {
		return Request{}, &screen.Fault{Code: 400, Reason: reason}
	}
	r := Request{CallID: s.CallID, CSeq: s.CSeq, Expires: -1, UserAgent: shortened(screen.Clean(m.Get("User-Agent")))}
	if v := m.Get("Expires"); v != "" {
		r.Expires = lifetime(v)
	}
	for _, v := range m.All("Contact") {
		list, _ := screen.ParseAddresses(v)
		for _, a := range list {
			if a.URI == "*" {
				r.All = true
				continue
			}
			if u, _ := screen.ParseURI(a.URI); u.Scheme != "sip" || u.Headers != "" || len(a.URI) > maxValue {
				return bad("Contact Is No SIP URI To Call")
			}
			r.Contacts = append(r.Contacts, contact(a))
		}
	}
	if r.All && (len(r.Contacts) > 0 || r.Expires != 0) { // RFC 3261 §10.3 step 6
		return bad("Contact * Goes Alone And With Expires 0")
	}
	if len(r.CallID) > maxValue {
		return bad("Call-ID Too Long")
	}
	return r, nil
}

func contact(a screen.Address) Contact {
	c := Contact{URI: a.URI, Q: 1000, Expires: -1}
	if v, ok := a.Params.Get("q"); ok {
		if q, err := strconv.ParseFloat(v, 64); err == nil && q >= 0 && q <= 1 {
			c.Q = int(math.Round(q * 1000))
		}
	}
	if v, ok := a.Params.Get("expires"); ok {
		c.Expires = lifetime(v)
	}
	if v, ok := a.Params.Get("+sip.instance"); ok && len(v) <= maxValue {
		id, _ := a.Params.Get("reg-id")
		c.Device = strings.ToLower(screen.Unquote(v)) + " " + shortened(id)
	}
	return c
}

// lifetime reads delta-seconds.
func lifetime(v string) time.Duration {
	n, err := strconv.ParseUint(strings.TrimSpace(v), 10, 32)
	if err != nil {
		return malformedExpires
	}
	return time.Duration(n) * time.Second
}

func shortened(s string) string { return s[:min(len(s), maxValue)] }

// Headers are those of the answer: every binding with what is left of its life
// (RFC 3261 §10.3 step 8), or what a refusal has to tell.
func (o Outcome) Headers(now time.Time) []screen.Header {
	var out []screen.Header
	if o.Least > 0 {
		out = append(out, screen.Header{Name: "Min-Expires", Value: seconds(o.Least)})
	}
	for _, b := range o.Bindings {
		v := "<" + b.Contact + ">;expires=" + seconds(b.Until.Sub(now))
		if b.Q != 1000 {
			v += ";q=" + strconv.FormatFloat(float64(b.Q)/1000, 'f', -1, 64)
		}
		out = append(out, screen.Header{Name: "Contact", Value: v})
	}
	if o.Code == 200 {
		out = append(out, screen.Header{Name: "Date", Value: now.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")})
	}
	return out
}

func seconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }
