package sip

import (
	"mime"
	"strings"
	"time"

	gosip "github.com/emiago/sipgo/sip"
)

// serveInfo takes digits out of INFO. Other uses of INFO are refused in a way
// that tells what we take (RFC 6086 §4.2.2).
func (l *Leg) serveInfo(req *gosip.Request, tx gosip.ServerTransaction) {
	if headerValue(req, "info-package") != "" {
		l.respond(tx, req, 469, "Bad Info Package", header("Recv-Info", ""))
		return
	}
	if len(req.Body()) == 0 { // a keep-alive
		l.respond(tx, req, 200, "OK")
		return
	}
	kind, _, _ := mime.ParseMediaType(headerValue(req, "content-type"))
	var d Digit
	var ok bool
	switch kind {
	case "application/dtmf-relay":
		d, ok = parseRelay(string(req.Body()))
	case "application/dtmf":
		d, ok = parseSignal(strings.TrimSpace(string(req.Body())))
	default:
		l.respond(tx, req, 415, "Unsupported Media Type", header("Accept", "application/dtmf-relay, application/dtmf"))
		return
	}
	l.respond(tx, req, 200, "OK")
	if ok && l.is(confirmed, answered, early) {
		l.post(d)
	}
}

// digitTime is how long a digit is held when the peer does not say.
const digitTime = 100 * time.Millisecond

// parseRelay reads "Signal=5" and "Duration=160" (ms) lines.
func parseRelay(body string) (d Digit, ok bool) {
	hold := digitTime
	for line := range strings.SplitSeq(body, "\n") {
		k, v, _ := strings.Cut(line, "=")
		v = strings.TrimSpace(v)
		switch strings.ToLower(strings.TrimSpace(k)) {
		case "signal":
			d, ok = parseSignal(v)
		case "duration":
			if ms := number(v); ms > 0 && ms <= 10000 {
				hold = time.Duration(ms) * time.Millisecond
			}
		}
	}
	d.Duration = hold
	return d, ok
}

// parseSignal reads a digit, also as the number of its RFC 4733 event; a hook
// flash is none.
func parseSignal(s string) (Digit, bool) {
	switch s {
	case "10":
		s = "*"
	case "11":
		s = "#"
	case "12", "13", "14", "15":
		s = string('A' + s[1] - '2')
	}
	s = strings.ToUpper(s)
	if len(s) != 1 || !strings.Contains("0123456789*#ABCD", s) {
		return Digit{}, false
	}
	return Digit{Digit: s[0], Duration: digitTime}, true
}
