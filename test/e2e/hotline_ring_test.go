package e2e

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/routing"
	"github.com/parley-voice/parley/store"
)

// planned is an instant for which a history is made, and the numbers that ring
// then. A machine that is too busy to ring in time has the next one to try.
type planned struct {
	at     time.Time
	digits int
}

const (
	tries  = 6
	apart  = 7 * time.Second
	misses = 800 * time.Millisecond // of the second on either side of the boundary
)

// TestHotlineDecidesAtItsBoundaries calls the hotline that ships with histories on
// both sides of each boundary: N3, N4, N8 and, with the machine's own call, H1.
func TestHotlineDecidesAtItsBoundaries(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	var plan []planned
	for i := range tries {
		plan = append(plan, planned{time.Now().Add(9*time.Second + time.Duration(i)*apart), i})
	}
	seed(t, data, func(ctx context.Context, s *store.Store) {
		for _, p := range plan {
			for name, h := range hours {
				h.seed(ctx, t, s, name, p)
			}
		}
		askedAbout(ctx, t, s)
		regions(ctx, t, s)
	})
	s := hotline(t, setup{data: data}, "0s", "")
	t.Run("N3 calls within the hour", func(t *testing.T) { withinTheHour(t, s, plan) }) // first: its instants do not wait
	t.Run("N4 similar enquiries", func(t *testing.T) { similar(t, s) })
	t.Run("N8 answer rate of a region", func(t *testing.T) { answerRates(t, s) })
	t.Run("H1 a survey is the machine's", func(t *testing.T) { machines(t, s) })
}

// hour is a history of N3: how long before the planned call the caller called,
// and whether the caller hung up in the menu.
type hour struct {
	digit    int
	before   []time.Duration
	answered bool // by a person: no hang-up in the menu
	rule     string
	calls    string
}

const minute = time.Minute

var hours = map[string]hour{
	"the third call after two hang-ups":   {1, []time.Duration{20 * minute, 5 * minute}, false, "repeat_caller", "3"},
	"the second call":                     {2, []time.Duration{5 * minute}, false, "default", "2"},
	"the first of three was 59:59 ago":    {3, []time.Duration{60*minute - time.Second, 5 * minute}, false, "repeat_caller", "3"},
	"the first of three was 60:01 ago":    {4, []time.Duration{60*minute + time.Second, 5 * minute}, false, "default", "2"},
	"the third call, but nobody hung up":  {5, []time.Duration{20 * minute, 5 * minute}, true, "default", "3"},
	"the fourth call, one hung up by now": {6, []time.Duration{30 * minute, 20 * minute, 5 * minute}, false, "repeat_caller", "4"},
}

// number is who calls with this history at a planned instant.
func (h hour) number(p planned) string { return fmt.Sprintf("+44207946%d%d0%d", h.digit, p.digits, 1) }

func (h hour) seed(ctx context.Context, t *testing.T, s *store.Store, name string, p planned) {
	for i, ago := range h.before {
		lines := []call.Entry{{Kind: call.EntryMoved, Node: "menu", Stage: "need", Text: "menu"}}
		if h.answered {
			lines = append(lines, call.Entry{Kind: call.EntryTransfer, Text: "to queue service"}, call.Entry{Kind: call.EntryTransfer, Text: "joined sip:1@192.0.2.1"})
		}
		called(ctx, t, s, fmt.Sprintf("%s/%d/%d", name, p.digits, i), h.number(p), p.at.Add(-ago), lines...)
	}
}

// withinTheHour calls with each history at a planned instant; those that came too
// late for it call at the next one.
func withinTheHour(t *testing.T, s *server, plan []planned) {
	left := maps.Clone(hours)
	for _, p := range plan {
		if time.Until(p.at) < 0 || len(left) == 0 {
			continue
		}
		time.Sleep(time.Until(p.at))
		rung := map[string]*phone{}
		for name, h := range left {
			if time.Since(p.at) < misses {
				rung[name] = ringAt(t, s.uri(careLine), h.number(p))
			}
		}
		for name, who := range rung {
			if d := s.decidedBy(t, who); d.At.Sub(p.at) < misses {
				left[name].check(t, s, name, who, d)
				delete(left, name)
			}
			who.hangup()
		}
	}
	if len(left) > 0 {
		t.Errorf("the machine was too busy at every planned instant for %v", slices.Collect(maps.Keys(left)))
	}
}

func (h hour) check(t *testing.T, s *server, name string, who *phone, d routing.Snapshot) {
	t.Helper()
	if d.Rule != h.rule || d.Facts["calls_1h"] != h.calls {
		t.Errorf("%s: rule %s, %s calls; want %s, %s", name, d.Rule, d.Facts["calls_1h"], h.rule, h.calls)
	}
	s.comesTo(t, who, map[string]string{"repeat_caller": "supervisors", "default": "service"}[h.rule])
	if r := s.journal(t, who); slices.ContainsFunc(r.Entries, func(e call.Entry) bool { return e.Kind == call.EntryMoved && e.Stage == "need" }) {
		t.Errorf("%s: the caller heard a menu: %+v", name, r.Entries)
	}
}

// askedAbout are 50 calls about one product and 49 about another in 30 days, with
// one more about that before.
func askedAbout(ctx context.Context, t *testing.T, s *store.Store) {
	for product, n := range map[string]int{"X50 kettle": 50, "X49 toaster": 49} {
		about := call.Entry{Kind: call.EntryNote, Text: "product=" + product}
		for i := range n {
			called(ctx, t, s, fmt.Sprint(product, i), fmt.Sprintf("+4420700%05d", i), time.Now().Add(-time.Duration(1+i)*13*time.Hour), about)
		}
		called(ctx, t, s, product+"/old", "+442070012345", time.Now().Add(-30*24*time.Hour-time.Minute), about)
	}
	knows(ctx, t, s, customer.Profile{Name: "Owner of 50", Numbers: []string{"+442079468001"}, Products: []string{"X50 kettle"}},
		customer.Profile{Name: "Owner of 49", Numbers: []string{"+442079468002"}, Products: []string{"X49 toaster"}})
	for _, n := range []string{"+442079468001", "+442079468002"} { // neither calls for the first time
		called(ctx, t, s, "owner"+n, n, time.Now().Add(-48*time.Hour))
	}
}

func similar(t *testing.T, s *server) {
	for number, want := range map[string][3]string{"+442079468001": {"known_issue", "technicians", "50"}, "+442079468002": {"default", "service", "49"}} {
		who := ringAt(t, s.uri(careLine), number)
		d := s.decidedBy(t, who)
		if d.Rule != want[0] || d.Facts["enquiries_30d"] != want[2] {
			t.Errorf("rule %s with %s enquiries, want %q", d.Rule, d.Facts["enquiries_30d"], want)
		}
		s.comesTo(t, who, want[1])
		if want[0] == "known_issue" {
			said(t, s, who, "One of our technicians will help you with X50 kettle in a moment.")
		}
		who.hangup()
	}
}

// rate is a region's last hour: calls to people, of which so many were answered.
type rate struct {
	digit           int
	calls, answered int
	queue           string
}

var rates = map[string]rate{
	"Leeds":     {1, 20, 17, "service"},      // 85 percent
	"Bristol":   {2, 20, 16, "service-west"}, // 80
	"Sheffield": {3, 19, 0, "service"},       // too few to judge by
	"Cardiff":   {4, 20, 18, "service-west"}, // 90, and it overflowed: until it is over 90
	"Glasgow":   {5, 21, 20, "service"},      // 95
	"Derby":     {6, 25, 22, "service"},      // 88, and it did not overflow
}

func (r rate) number(i int) string { return fmt.Sprintf("+44207947%d%03d", r.digit, i) }

// regions have had an hour; each call was decided by rules and went to people.
func regions(ctx context.Context, t *testing.T, s *store.Store) {
	for region, r := range rates {
		for i := range r.calls {
			kept := routing.Snapshot{At: time.Now().Add(-30 * time.Minute), Table: "hotline", Rule: "default", Facts: routing.Facts{"caller.region": region},
				Overflowing: []string{"Cardiff", "Glasgow"}}
			lines := []call.Entry{{Kind: call.EntryRouted, Text: "queue service by default", Why: encoded(t, kept)}, {Kind: call.EntryTransfer, Text: "to queue service"}}
			if i < r.answered {
				lines = append(lines, call.Entry{Kind: call.EntryTransfer, Text: "joined sip:1@192.0.2.1"})
			}
			called(ctx, t, s, fmt.Sprint(region, i), r.number(i), time.Now().Add(-30*time.Minute), lines...)
		}
		called(ctx, t, s, "live"+region, r.number(999), time.Now().Add(-48*time.Hour))
		called(ctx, t, s, "more"+region, r.number(998), time.Now().Add(-48*time.Hour))
		knows(ctx, t, s, customer.Profile{Name: "of " + region, Numbers: []string{r.number(999)}, Region: region},
			customer.Profile{Name: "also of " + region, Numbers: []string{r.number(998)}, Region: region})
	}
}

// answerRates calls from each region, and a second time from the one that stands
// at 85 percent: the first caller hung up in the queue, and that is below.
func answerRates(t *testing.T, s *server) {
	rung := map[string]*phone{}
	for region, r := range rates {
		rung[region] = ringAt(t, s.uri(careLine), r.number(999))
	}
	for region, r := range rates {
		if d := s.decidedBy(t, rung[region]); d.Facts["region.calls"] != fmt.Sprint(r.calls) || d.Facts["caller.region"] != region {
			t.Errorf("%s: %s calls of %s, want %d", region, d.Facts["region.calls"], d.Facts["caller.region"], r.calls)
		}
		s.comesTo(t, rung[region], r.queue)
	}
	for _, who := range rung {
		who.hangup()
		s.finished(who.call.ID)
	}
	again := ringAt(t, s.uri(careLine), rates["Leeds"].number(998))
	if d := s.decidedBy(t, again); !strings.HasPrefix(d.Facts["region.answer_rate"], "80.9") {
		t.Errorf("17 of 21 are %s percent", d.Facts["region.answer_rate"])
	}
	s.comesTo(t, again, "service-west")
	again.hangup()
}

// machines has a script talk to who answers a survey, and people to others.
func machines(t *testing.T, s *server) {
	who := ringAt(t, s.uri(surveyLine), "+442079469001")
	if d := s.decidedBy(t, who); d.Rule != "survey" || d.To != (routing.Target{Kind: routing.Script, Name: "survey.en"}) {
		t.Errorf("%s to %s", d.Rule, d.To)
	}
	until(t, 10*time.Second, "the script does not speak", func() bool { return who.since(who.call.Times().OK) > 20 })
	who.hangup()
	if r := s.finished(who.call.ID); r.Script != "survey.en" || slices.ContainsFunc(r.Entries, func(e call.Entry) bool { return e.Kind == call.EntryTransfer }) {
		t.Errorf("script %s: %+v", r.Script, r.Entries)
	}
	first := ringAt(t, s.uri(shopLine), "+442079469002")
	s.comesTo(t, first, "newcomers")
	said(t, s, first, "Welcome, and thank you for calling us through our web shop. An adviser for new customers will be with you in a moment.")
	first.hangup()
}
