package pickup

import "fmt"

// sign is one piece of evidence and what it says.
type sign struct {
	status Status
	sure   float64
	why    string
}

// causes are what Q.850 says of a number. Those left out, 16 and 31 above all,
// say nothing.
var causes = map[int]sign{
	1:   {Empty, 0.95, "unallocated number"},
	2:   {Network, 0.6, "no route to the network"},
	3:   {Network, 0.6, "no route to the destination"},
	17:  {Busy, 0.95, "user busy"},
	18:  {NoAnswer, 0.85, "no user responding"},
	19:  {NoAnswer, 0.95, "no answer from the user"},
	20:  {Unreachable, 0.85, "subscriber absent"},
	21:  {Refused, 0.9, "call rejected"},
	22:  {Changed, 0.95, "number changed"},
	27:  {Unreachable, 0.85, "destination out of order"},
	28:  {Empty, 0.9, "invalid number format"},
	29:  {Blocked, 0.6, "facility rejected"},
	34:  {Network, 0.9, "no circuit available"},
	38:  {Network, 0.9, "network out of order"},
	41:  {Network, 0.85, "temporary failure"},
	42:  {Network, 0.9, "switching equipment congestion"},
	44:  {Network, 0.85, "requested circuit not available"},
	47:  {Network, 0.85, "resource unavailable"},
	50:  {Blocked, 0.7, "facility not subscribed"},
	54:  {Blocked, 0.9, "incoming calls barred"},
	55:  {Blocked, 0.9, "incoming calls barred within the group"},
	57:  {Blocked, 0.7, "bearer capability not authorised"},
	102: {Network, 0.7, "recovery on timer expiry"},
	111: {Network, 0.7, "protocol error"},
}

// codes are what SIP responses say by themselves; gateways use some of them for
// anything.
var codes = map[int]sign{
	403: {Blocked, 0.6, "forbidden"},
	404: {Empty, 0.75, "not found"},
	408: {NoAnswer, 0.6, "request timeout"},
	410: {Changed, 0.75, "gone"},
	433: {Blocked, 0.9, "anonymity disallowed"},
	480: {Unreachable, 0.5, "temporarily unavailable"},
	484: {Empty, 0.75, "address incomplete"},
	486: {Busy, 0.85, "busy here"},
	487: {NoAnswer, 0.5, "request terminated"},
	600: {Busy, 0.85, "busy everywhere"},
	603: {Refused, 0.85, "decline"},
	604: {Empty, 0.9, "does not exist anywhere"},
	606: {Network, 0.5, "not acceptable"},
	607: {Blocked, 0.95, "unwanted (RFC 8197)"},
	608: {Blocked, 0.95, "rejected by an intermediary (RFC 8688)"},
}

func (f Final) byCause() (sign, bool) {
	s, ok := causes[f.Cause]
	s.why = fmt.Sprintf("Q.850 cause %d: %s", f.Cause, s.why)
	return s, ok
}

func (f Final) byCode() (sign, bool) {
	switch {
	case f.Ours:
		return sign{NoAnswer, 0.8, "nobody answered while it rang"}, true
	case f.Network:
		return sign{Network, 0.8, "nothing answered the INVITE"}, true
	}
	s, ok := codes[f.Code]
	if !ok && (f.Code >= 500 && f.Code < 600 || f.Code >= 400 && f.Code < 500) {
		s, ok = sign{Network, 0.6, "no call was set up"}, true
	}
	s.why = fmt.Sprintf("SIP %d: %s", f.Code, s.why)
	return s, ok
}
