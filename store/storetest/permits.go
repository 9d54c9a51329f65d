package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/campaign/calendar"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

var permits = behaviours{
	"an attempt is dialled once, and its fate kept":       attempted,
	"a reservation is given back, or grows stale":         givenBack,
	"never again cancels, stops what rings, and lasts":    neverAgain,
	"a refusal and a complaint keep us away for 30 days":  coolDowns,
	"a follow-up lifts the caps by one, once":             followedUp,
	"a follow-up ends, and is on record with who used it": followUpEnds,
	"two numbers and a merged profile are one person":     onePerson,
	"consent taken back cancels what is reserved":         consentGone,
	"what is said in a call counts at once":               saidInACall,
	"every event is written down":                         eventsKept,
	"tries of a message are one attempt":                  messaged,
	"a call relies on its events and the consent of then": reliedOn,
	"a campaign's attempts are listed":                    attemptsListed,
}

// noon is within the hours of China, on a Wednesday.
var noon = time.Date(2026, 3, 4, 3, 0, 0, 0, time.UTC)

const his, hers = "+8613800001111", "+8613900139000"

func policy(t *testing.T) permit.Policy {
	t.Helper()
	book, err := calendar.Shipped()
	must(t, err)
	return permit.Standard(book)
}

// willing keeps a person who agreed to marketing and to service.
func willing(t *testing.T, s *store.Store, id string, numbers ...string) {
	t.Helper()
	yes := func(purpose string) customer.Consent {
		return customer.Consent{Purpose: purpose, State: customer.Granted, Basis: "consent", At: noon.Add(-time.Hour)}
	}
	upsert(t, s, customer.Profile{ID: id, Numbers: numbers, Updated: noon.Add(-time.Hour), Consent: []customer.Consent{yes("marketing"), yes("service")}})
}

func wants(id, number string) permit.Request {
	return permit.Request{ID: id, Number: customer.Parse(number, "CN"), Purpose: "marketing", Holder: "me"}
}

// reserve asks, and gives the one code that refuses, or "".
func reserve(t *testing.T, s *store.Store, now time.Time, r permit.Request) string {
	t.Helper()
	_, d, err := s.Reserve(t.Context(), now, r, policy(t))
	must(t, err)
	codes := ""
	for _, r := range d.Reasons {
		codes += string(r.Code) + " "
	}
	if d.Allowed != (codes == "") {
		t.Fatalf("%+v", d)
	}
	return codes
}

func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if want != "" {
		want += " "
	}
	if got != want {
		t.Errorf("%s: refused by %q, want %q", what, got, want)
	}
}

func stopped(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, store.ErrStopped) {
		t.Errorf("%s: %v, want ErrStopped", what, err)
	}
}

func attempted(t *testing.T, open func() *store.Store) {
	s := open()
	defer func() { shut(t, s) }()
	ctx := t.Context()
	expect(t, "nobody's number", reserve(t, s, noon, wants("a", his)), "no_consent")
	willing(t, s, "p", his)
	expect(t, "the first", reserve(t, s, noon, wants("a", his)), "")
	if _, _, err := s.Reserve(ctx, noon, wants("a", his), policy(t)); !errors.Is(err, store.ErrAttempted) {
		t.Errorf("the same id again: %v", err)
	}
	stopped(t, "answered before it was dialled", s.AnswerAttempt(ctx, noon, "a"))
	must(t, s.DialAttempt(ctx, noon, "a"))
	stopped(t, "dialled again", s.DialAttempt(ctx, noon, "a"))
	stopped(t, "released after it was dialled", s.ReleaseAttempt(ctx, noon, "a", ""))
	must(t, s.AnswerAttempt(ctx, noon.Add(time.Second), "a"))
	_, err := s.SettleAttempt(ctx, noon.Add(time.Minute), "a", "answered")
	must(t, err)
	_, err = s.SettleAttempt(ctx, noon.Add(time.Hour), "a", store.FateUnknown)
	must(t, err)
	shut(t, s)
	s = open()
	a, err := s.Attempt(ctx, "a")
	must(t, err)
	if a.State != store.AttemptEnded || a.Fate != "answered" || !a.Went.Ended.Equal(noon.Add(time.Minute)) || a.Person != "p" || a.Number != his {
		t.Errorf("kept as %+v", a)
	}
	expect(t, "the second", reserve(t, s, noon.Add(30*time.Minute), wants("b", his)), "")
	expect(t, "the third", reserve(t, s, noon.Add(40*time.Minute), wants("c", his)), "person_week number_week")
	if _, err := s.Attempt(ctx, "c"); !errors.Is(err, store.ErrNoAttempt) {
		t.Errorf("a refused one: %v", err)
	}
	expect(t, "a week after the first", reserve(t, s, noon.Add(permit.Week), wants("d", his)), "")
	expect(t, "the second still counts", reserve(t, s, noon.Add(permit.Week+time.Minute), wants("e", his)), "person_week number_week")
	d, err := s.May(ctx, noon.Add(permit.Week+time.Minute), wants("", his), policy(t))
	if must(t, err); d.Allowed || !d.Until.Equal(noon.Add(permit.Week+30*time.Minute)) {
		t.Errorf("when again: %+v, want %v", d, noon.Add(permit.Week+30*time.Minute))
	}
}

func givenBack(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	ctx := t.Context()
	willing(t, s, "p", his)
	for i := range 5 {
		id := fmt.Sprint("r", i)
		expect(t, id, reserve(t, s, noon, wants(id, his)), "")
		must(t, s.ReleaseAttempt(ctx, noon, id, "all lines are in use"))
		must(t, s.ReleaseAttempt(ctx, noon, id, "again"))
		stopped(t, "dialled after that", s.DialAttempt(ctx, noon, id))
	}
	expect(t, "stale", reserve(t, s, noon, wants("stale", his)), "")
	stopped(t, "dialled too late", s.DialAttempt(ctx, noon.Add(store.ReservationLife+time.Second), "stale"))
	if a, err := s.Attempt(ctx, "stale"); err != nil || a.State != store.AttemptReleased {
		t.Errorf("then it is %+v, %v", a, err)
	}
	expect(t, "both places are free", reserve(t, s, noon, wants("x", his)), "")
	expect(t, "both places are free", reserve(t, s, noon, wants("y", his)), "")
	expect(t, "and no third", reserve(t, s, noon, wants("z", his)), "person_week number_week")
}

func neverAgain(t *testing.T, open func() *store.Store) {
	s := open()
	defer func() { shut(t, s) }()
	ctx := t.Context()
	willing(t, s, "p", his, hers)
	expect(t, "one", reserve(t, s, noon, wants("rings", his)), "")
	must(t, s.DialAttempt(ctx, noon, "rings"))
	expect(t, "two", reserve(t, s, noon, wants("waits", hers)), "")
	w := store.Word{ID: "w1", Number: hers, Kind: store.NeverAgain, Source: "test"}
	out, err := s.OptOut(ctx, noon, w, store.Message{ID: "never", Hook: "crm", Since: T0, Due: T0})
	must(t, err)
	told(t, s, "never")
	if out.Again || len(out.Cancelled) != 1 || out.Cancelled[0].ID != "waits" || len(out.Ringing) != 1 || out.Ringing[0].ID != "rings" {
		t.Errorf("%+v", out)
	}
	stopped(t, "the cancelled one", s.DialAttempt(ctx, noon, "waits"))
	stopped(t, "the one that rings", s.AnswerAttempt(ctx, noon, "rings"))
	stop, err := s.ToStop(ctx, "me")
	if must(t, err); len(stop) != 1 || stop[0].ID != "rings" {
		t.Errorf("to be hung up: %+v", stop)
	}
	_, err = s.SettleAttempt(ctx, noon, "rings", "cancelled")
	must(t, err)
	if stop, err = s.ToStop(ctx, "me"); err != nil || len(stop) != 0 {
		t.Errorf("after it was hung up: %+v, %v", stop, err)
	}
	again, err := s.OptOut(ctx, noon.Add(time.Hour), w, store.Message{ID: "again", Hook: "crm", Since: T0, Due: T0})
	if must(t, err); !again.Again || len(again.Cancelled)+len(again.Ringing) != 0 {
		t.Errorf("said again: %+v", again)
	}
	told(t, s)
	shut(t, s)
	s = open()
	for _, number := range []string{his, hers} {
		expect(t, "ten years later", reserve(t, s, noon.Add(520*permit.Week), wants("late"+number, number)), "do_not_call unknown_year")
	}
	sms := wants("sms", his)
	sms.Channel, sms.Purpose = permit.SMS, "service"
	expect(t, "a message", reserve(t, s, noon, sms), "do_not_call")
	// By telephone only, and a number that is nobody's yet.
	const third = "+8613700137000"
	_, err = s.OptOut(ctx, noon, store.Word{Number: third, Kind: store.NeverAgain, Channel: permit.Phone})
	must(t, err)
	willing(t, s, "q", third)
	expect(t, "a call", reserve(t, s, noon, wants("q1", third)), "do_not_call")
	sms = wants("q2", third)
	sms.Channel = permit.SMS
	expect(t, "a message", reserve(t, s, noon, sms), "")
	if _, err := s.OptOut(ctx, noon, store.Word{Number: his, Kind: "perhaps"}); err == nil {
		t.Error("a kind that is none was taken")
	}
	words, err := s.OptOuts(ctx, store.KeptWord{}, 10)
	if must(t, err); len(words) != 3 || words[0].At.IsZero() {
		t.Errorf("on record: %+v", words)
	}
}

func coolDowns(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	ctx := t.Context()
	willing(t, s, "p", his)
	willing(t, s, "q", hers)
	expect(t, "a call", reserve(t, s, noon, wants("a", his)), "")
	must(t, s.DialAttempt(ctx, noon, "a"))
	_, err := s.SettleAttempt(ctx, noon, "a", store.FateRefused)
	must(t, err)
	_, err = s.OptOut(ctx, noon, store.Word{ID: "c", Number: hers, Kind: store.Complained})
	must(t, err)
	almost := noon.Add(30*permit.Day - time.Second)
	expect(t, "after a refusal", reserve(t, s, almost, wants("b", his)), "cool_refusal")
	expect(t, "after a complaint", reserve(t, s, almost, wants("c", hers)), "cool_complain")
	expect(t, "30 days after a refusal", reserve(t, s, noon.Add(30*permit.Day), wants("d", his)), "")
	expect(t, "30 days after a complaint", reserve(t, s, noon.Add(30*permit.Day), wants("e", hers)), "")
}

func followedUp(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	ctx := t.Context()
	willing(t, s, "p", his)
	for _, id := range []string{"a", "b"} {
		expect(t, id, reserve(t, s, noon, wants(id, his)), "")
	}
	expect(t, "before the enquiry", reserve(t, s, noon, wants("c", his)), "person_week number_week")
	for _, id := range []string{"e1", "e1", "e2"} {
		must(t, s.Enquired(ctx, noon, id, customer.Parse(his, "CN"), "test"))
	}
	a, d, err := s.Reserve(ctx, noon, wants("d", his), policy(t))
	if must(t, err); !d.Allowed || d.Grant == "" || a.Grant != d.Grant {
		t.Fatalf("after it: %+v", d)
	}
	expect(t, "two enquiries are one call", reserve(t, s, noon, wants("f", his)), "person_day person_week number_day number_week")
	must(t, s.ReleaseAttempt(ctx, noon, "d", "no line"))
	expect(t, "given back with the attempt", reserve(t, s, noon, wants("g", his)), "")
	// A week later the two have gone; the grants have too.
	later := noon.Add(permit.FollowUp)
	for _, id := range []string{"h", "i"} {
		expect(t, id, reserve(t, s, later, wants(id, his)), "")
	}
	expect(t, "the grants are over", reserve(t, s, later, wants("j", his)), "person_week number_week")
}

func followUpEnds(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	ctx := t.Context()
	willing(t, s, "p", his)
	ends := noon.Add(permit.FollowUp)
	for i, id := range []string{"a", "b"} { // the caps stay full until after the end
		expect(t, id, reserve(t, s, noon.Add(time.Duration(96+i*30)*time.Hour), wants(id, his)), "")
	}
	must(t, s.Enquired(ctx, noon, "asked", customer.Parse(his, "CN"), "call"))
	expect(t, "a second before the end", reserve(t, s, ends.Add(-time.Second), wants("c", his)), "")
	must(t, s.ReleaseAttempt(ctx, ends.Add(-time.Second), "c", "no line"))
	expect(t, "at the end", reserve(t, s, ends, wants("d", his)), "person_week number_week")
	all, err := s.PermitEvents(ctx, store.EventFilter{Person: "p"})
	must(t, err)
	got := ""
	for _, e := range all {
		if e.Kind == store.EventFollowUp || e.Ref == "c" {
			got += fmt.Sprintf("%s %s by %q: %s; ", e.Kind, e.Ref, e.Source, e.Detail)
			if e.Leaf < 0 {
				t.Errorf("%s %s is not in the ledger", e.Kind, e.Ref)
			}
		}
	}
	if want := fmt.Sprintf(`follow_up asked by "call": until %s; reserved c by "": asked; released c by "": no line; `, ends.UTC().Format(time.RFC3339)); got != want {
		t.Errorf("on record\n%s, want\n%s", got, want)
	}
}

func onePerson(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	willing(t, s, "p", his)
	willing(t, s, "q", hers)
	expect(t, "one", reserve(t, s, noon, wants("a", his)), "")
	expect(t, "two", reserve(t, s, noon, wants("b", hers)), "")
	_, err := s.Merge(t.Context(), "p", "q", noon)
	must(t, err)
	expect(t, "three", reserve(t, s, noon, wants("c", hers)), "person_week")
	byID := wants("d", his)
	byID.Person = "q" // leads to p
	expect(t, "by the old id", reserve(t, s, noon, byID), "person_week")
	willing(t, s, "r", "+8613700137000")
	byID.Person = "r"
	if _, _, err := s.Reserve(t.Context(), noon, byID, policy(t)); !errors.Is(err, store.ErrTaken) {
		t.Errorf("another's number: %v", err)
	}
	_, err = s.OptOut(t.Context(), noon, store.Word{Person: "q", Kind: store.NeverAgain})
	must(t, err)
	expect(t, "opted out by the old id", reserve(t, s, noon, wants("e", his)), "do_not_call")
}

func consentGone(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	ctx := t.Context()
	willing(t, s, "p", his)
	service := wants("b", his)
	service.Purpose = "service"
	expect(t, "marketing", reserve(t, s, noon, wants("a", his)), "")
	expect(t, "service", reserve(t, s, noon, service), "")
	_, err := s.SetConsent(ctx, his, customer.Consent{Purpose: "marketing", State: customer.Withdrawn, Source: "web", At: noon})
	must(t, err)
	stopped(t, "marketing", s.DialAttempt(ctx, noon, "a"))
	must(t, s.DialAttempt(ctx, noon, "b"))
	expect(t, "after that", reserve(t, s, noon, wants("c", his)), "refused")
	_, err = s.SetConsent(ctx, "p", customer.Consent{Purpose: "marketing", State: customer.Granted, At: noon.Add(-time.Minute)})
	must(t, err)
	expect(t, "an older answer", reserve(t, s, noon, wants("d", his)), "refused")
	_, err = s.SetConsent(ctx, "p", customer.Consent{Purpose: "marketing", State: customer.Granted, At: noon.Add(time.Minute), Expires: noon.Add(time.Hour)})
	must(t, err)
	expect(t, "a new one", reserve(t, s, noon, wants("e", his)), "")
	expect(t, "when it has run out", reserve(t, s, noon.Add(24*time.Hour), wants("f", his)), "expired person_week number_week")
	if _, err := s.SetConsent(ctx, "nobody", customer.Consent{Purpose: "marketing"}); !errors.Is(err, store.ErrNoCustomer) {
		t.Errorf("nobody: %v", err)
	}
}

func saidInACall(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	ctx := t.Context()
	willing(t, s, "p", his)
	must(t, s.Begin(ctx, Begun("asks", noon)))
	s.Append("asks", call.Entry{Seq: 1, At: noon, Kind: call.EntryNote, Text: "product=kettle"})
	must(t, s.Flush(ctx, "asks"))
	for _, id := range []string{"a", "b", "c"} {
		expect(t, id, reserve(t, s, noon, wants(id, his)), "")
	}
	began := time.Now()
	s.Append("asks", call.Entry{Seq: 2, At: noon, Kind: call.EntryNote, Text: "opt_out=phone"})
	for { // nothing waits for the end of the call, and nobody flushes
		a, err := s.Attempt(ctx, "c")
		must(t, err)
		if a.State == store.AttemptCancelled {
			break
		}
		if time.Since(began) > time.Minute {
			t.Fatalf("a minute after the person said it, %+v", a)
		}
		time.Sleep(time.Millisecond)
	}
	t.Logf("from the word to the cancelled attempt: %v", time.Since(began).Round(time.Millisecond))
	expect(t, "after the word", reserve(t, s, noon, wants("d", his)), "do_not_call")
	out := Begun("out", noon)
	out.Direction, out.Caller, out.Called = "outbound", "4001", hers
	out.Entries = []call.Entry{{Seq: 1, At: noon, Kind: call.EntryNote, Text: "opt_out=all"}}
	out.Ended, out.State = noon, call.Finished
	must(t, s.Finish(ctx, out)) // never begun: all comes at once
	must(t, s.Finish(ctx, out))
	must(t, s.Flush(ctx, "out"))
	words, err := s.OptOuts(ctx, store.KeptWord{}, 10)
	if must(t, err); len(words) != 2 || words[1].Number != hers || words[1].Channel != permit.Every || words[1].Call != "out" {
		t.Errorf("on record: %+v", words)
	}
}

func eventsKept(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	ctx := t.Context()
	willing(t, s, "p", his)
	willing(t, s, "p", his) // the same again
	expect(t, "a", reserve(t, s, noon, wants("a", his)), "")
	must(t, s.ReleaseAttempt(ctx, noon, "a", "no line"))
	expect(t, "b", reserve(t, s, noon, wants("b", his)), "")
	must(t, s.DialAttempt(ctx, noon, "b"))
	must(t, s.AnswerAttempt(ctx, noon, "b"))
	expect(t, "c", reserve(t, s, noon, wants("c", his)), "")
	_, err := s.SettleAttempt(ctx, noon, "b", store.FateRefused)
	must(t, err)
	must(t, s.Enquired(ctx, noon, "e", customer.Parse(his, "CN"), "test"))
	_, err = s.OptOut(ctx, noon, store.Word{ID: "w", Number: his, Kind: store.Complained})
	must(t, err)
	_, err = s.OptOut(ctx, noon, store.Word{ID: "w", Number: his, Kind: store.Complained})
	must(t, err)
	all, err := s.PermitEvents(ctx, store.EventFilter{Person: "p"})
	must(t, err)
	got := ""
	for _, e := range all {
		got += fmt.Sprintf("%s %s; ", e.Kind, e.Ref)
	}
	want := "consent marketing; consent service; reserved a; released a; reserved b; dialled b; answered b; reserved c; settled b; " +
		"opt_out attempt b; cancelled c; follow_up e; complaint w; "
	if got != want {
		t.Errorf("events\n%s, want\n%s", got, want)
	}
}
