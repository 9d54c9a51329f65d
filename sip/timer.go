package sip

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	gosip "github.com/emiago/sipgo/sip"

	"github.com/parley-voice/parley/sip/screen"
)

// minSE is the shortest session interval we accept, in seconds (RFC 4028 §4).
const minSE = "90"

// usualSE is what we ask for: the RFC's own recommendation.
const usualSE = 30 * time.Minute

// maxSE bounds what a 422 can make us ask for.
const maxSE = 24 * time.Hour

// sessionTimer keeps or watches over a session (RFC 4028). The nil one does
// nothing: there is no timer with a peer that cannot do it.
type sessionTimer struct {
	interval time.Duration
	ours     bool // we refresh
	mu       sync.Mutex
	t        *time.Timer
	stopped  bool
}

// firstTimer is acceptTimer for the INVITE that begins a call: a peer that can do
// timers and asks for none gets ours, so that a call whose BYE is lost ends.
func firstTimer(req *gosip.Request) (*sessionTimer, int, string) {
	if seconds, _ := sessionExpires(req); seconds < 0 && contains(screen.Tokens(headerValues(req, "supported")), "timer") {
		return &sessionTimer{interval: usualSE, ours: true}, 0, ""
	}
	return acceptTimer(req)
}

// offerTimer is what our own INVITE asks for. The callee chooses who refreshes.
func offerTimer() []screen.Header {
	return []screen.Header{{Name: "Session-Expires", Value: strconv.Itoa(int(usualSE.Seconds()))}, {Name: "Min-SE", Value: minSE}}
}

// raised is the interval that a 422 wants, if it is more than was asked for and
// not absurd (RFC 4028 §7.3).
func raised(res *gosip.Response, asked time.Duration) (time.Duration, bool) {
	least := seconds(res, "min-se")
	return least, res.StatusCode == 422 && least > asked && least <= maxSE
}

// acceptTimer reads what a request asks for; a code other than 0 refuses it.
func acceptTimer(req *gosip.Request) (*sessionTimer, int, string) {
	seconds, refresher := sessionExpires(req)
	if seconds < 0 {
		return nil, 0, ""
	}
	least, _ := strconv.Atoi(minSE)
	if seconds < least {
		return nil, 422, "Session Interval Too Small"
	}
	if !contains(screen.Tokens(headerValues(req, "supported")), "timer") {
		return nil, 0, "" // asked for by a proxy; the peer cannot, and we need not
	}
	return &sessionTimer{interval: time.Duration(seconds) * time.Second, ours: refresher == "uas"}, 0, ""
}

// timerFrom reads what the 2xx to a request of ours says.
func timerFrom(res *gosip.Response) *sessionTimer {
	seconds, refresher := sessionExpires(res)
	if seconds <= 0 {
		return nil
	}
	return &sessionTimer{interval: time.Duration(seconds) * time.Second, ours: refresher != "uas"}
}

func sessionExpires(m gosip.Message) (seconds int, refresher string) {
	v := headerValue(m, "session-expires")
	first, rest, _ := strings.Cut(v, ";")
	if v == "" {
		return -1, ""
	}
	for p := range strings.SplitSeq(rest, ";") {
		if k, val, _ := strings.Cut(strings.TrimSpace(p), "="); strings.EqualFold(k, "refresher") {
			refresher = strings.ToLower(strings.TrimSpace(val))
		}
	}
	return number(strings.TrimSpace(first)), refresher
}

// announce puts the timer into a 200: the peer refreshes unless it said that we
// should.
func (s *sessionTimer) announce(res *gosip.Response) {
	if s == nil {
		return
	}
	who := "uac"
	if s.ours {
		who = "uas"
	}
	res.AppendHeader(header("Session-Expires", strconv.Itoa(int(s.interval.Seconds()))+";refresher="+who))
	res.AppendHeader(header("Require", "timer"))
}

// run starts the clock: half the interval to a refresh of ours, or all but a
// margin to the end when the peer does not refresh (RFC 4028 §10).
func (s *sessionTimer) run(l *Leg) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return
	}
	if s.ours {
		s.t = time.AfterFunc(s.interval/2, func() { l.ep.spawn(func() { s.refresh(l) }) })
		return
	}
	margin := min(32*time.Second, s.interval/3)
	s.t = time.AfterFunc(s.interval-margin, func() {
		l.ep.spawn(func() {
			l.bye(context.Background(), Ended{By: Network, Cause: 102, Reason: "session timer ran out"}, 102, "session timer ran out")
		})
	})
}

func (s *sessionTimer) stop() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
	if s.t != nil {
		s.t.Stop()
	}
}

// refresh says that we are still there. The session lives on as long as the peer
// knows it; a 408 or 481 is the end of it (RFC 4028 §7.4).
func (s *sessionTimer) refresh(l *Leg) {
	ctx, cancel := context.WithTimeout(context.Background(), 64*gosip.T1)
	defer cancel()
	res, err := l.renew(ctx)
	longer := false
	if err == nil {
		var least time.Duration
		if least, longer = raised(res, s.interval); longer { // at once: the old time runs on at the peer
			l.swapTimer(&sessionTimer{interval: least, ours: true})
			res, err = l.renew(ctx)
		}
	}
	if !l.is(confirmed) {
		return
	}
	if err != nil || res.StatusCode == 481 || res.StatusCode == 408 {
		l.bye(ctx, Ended{By: Network, Reason: "session refresh failed"}, 102, "session refresh failed")
		return
	}
	if t := timerFrom(res); t != nil {
		l.swapTimer(t)
		return
	}
	if !longer {
		s.run(l)
	}
}

// swapTimer puts a new timer, if there is one, in the place of the old.
func (l *Leg) swapTimer(next *sessionTimer) {
	if next == nil {
		return
	}
	l.mu.Lock()
	old := l.calls.timer
	if l.state == over {
		l.mu.Unlock()
		return
	}
	l.calls.timer = next
	l.mu.Unlock()
	old.stop()
	next.run(l)
}

func contains(list []string, s string) bool {
	for _, e := range list {
		if strings.EqualFold(e, s) {
			return true
		}
	}
	return false
}
