package permit

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign/calendar"
	"github.com/parley-voice/parley/customer"
)

// noon is a Wednesday's 11:00 in China.
var noon = time.Date(2026, 3, 4, 3, 0, 0, 0, time.UTC)

func standard(t testing.TB) Policy {
	t.Helper()
	book, err := calendar.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return Standard(book)
}

func request() Request {
	return Request{ID: "a", Number: customer.Number{Text: "+8613800138000", Kind: customer.Mobile, Country: "CN"}, Purpose: "marketing"}
}

func willing() Facts {
	return Facts{Profile: customer.Profile{Consent: []customer.Consent{{Purpose: "marketing", State: customer.Granted, At: noon.Add(-time.Hour)}}}}
}

func codes(d Decision) (all []Code) {
	for _, r := range d.Reasons {
		all = append(all, r.Code)
	}
	return all
}

func TestEachReason(t *testing.T) {
	for name, c := range map[string]struct {
		change func(r *Request, f *Facts, p *Policy)
		now    time.Time
		want   []Code
		until  time.Time
	}{
		"nothing speaks against it": {nil, noon, nil, time.Time{}},
		"no id":                     {func(r *Request, _ *Facts, _ *Policy) { r.ID = "" }, noon, []Code{BadRequest}, time.Time{}},
		"no purpose":                {func(r *Request, _ *Facts, _ *Policy) { r.Purpose = "" }, noon, []Code{BadRequest, NoConsent}, time.Time{}},
		"a channel of one's own":    {func(r *Request, _ *Facts, _ *Policy) { r.Channel = "pigeon" }, noon, []Code{BadRequest}, time.Time{}},
		"a hotline":                 {func(r *Request, _ *Facts, _ *Policy) { r.Number.Kind = customer.Hotline }, noon, []Code{NoNumber, NoZone}, time.Time{}},
		"another purpose":           {func(r *Request, _ *Facts, _ *Policy) { r.Purpose = "survey" }, noon, []Code{NoConsent}, time.Time{}},
		"consent refused":           {func(_ *Request, f *Facts, _ *Policy) { f.Profile.Consent[0].State = customer.Refused }, noon, []Code{Refused}, time.Time{}},
		"consent in its last second": {func(_ *Request, f *Facts, _ *Policy) { f.Profile.Consent[0].Expires = noon.Add(time.Nanosecond) }, noon,
			nil, time.Time{}},
		"consent run out": {func(_ *Request, f *Facts, _ *Policy) { f.Profile.Consent[0].Expires = noon }, noon, []Code{Expired}, time.Time{}},
		"never by telephone": {func(_ *Request, f *Facts, _ *Policy) { f.OptOuts = []OptOut{{Never, Phone, "", noon}} }, noon,
			[]Code{DoNotCall}, time.Time{}},
		"never by SMS":           {func(_ *Request, f *Facts, _ *Policy) { f.OptOuts = []OptOut{{Never, SMS, "", noon}} }, noon, nil, time.Time{}},
		"never for service":      {func(_ *Request, f *Facts, _ *Policy) { f.OptOuts = []OptOut{{Never, Every, "service", noon}} }, noon, nil, time.Time{}},
		"a refusal":              {func(_ *Request, f *Facts, _ *Policy) { f.OptOuts = []OptOut{{Refusal, Every, "", noon.Add(-Day)}} }, noon, []Code{CoolRefusal}, noon.Add(29 * Day)},
		"a complaint":            {func(_ *Request, f *Facts, _ *Policy) { f.Complaints = []time.Time{noon.Add(-2 * Day), noon.Add(-Day)} }, noon, []Code{CoolCompl}, noon.Add(29 * Day)},
		"a complaint long ago":   {func(_ *Request, f *Facts, _ *Policy) { f.Complaints = []time.Time{noon.Add(-30 * Day)} }, noon, nil, time.Time{}},
		"in the lunch break":     {nil, noon.Add(time.Hour), []Code{Hours}, noon.Add(3 * time.Hour)},
		"in the Spring Festival": {nil, time.Date(2026, 2, 16, 3, 0, 0, 0, time.UTC).AddDate(0, 0, 0), []Code{NoConsent, Holiday}, time.Time{}},
		"in a year unknown":      {nil, noon.AddDate(1, 0, 0), []Code{UnknownYear}, time.Time{}},
		"service then": {func(r *Request, f *Facts, _ *Policy) { r.Purpose, f.Profile.Consent[0].Purpose = "service", "service" }, noon.AddDate(1, 0, 0),
			nil, time.Time{}},
		"no rules":              {func(r *Request, _ *Facts, _ *Policy) { r.Number.Text, r.Number.Country = "+5511961234567", "BR" }, noon, []Code{NoRules}, time.Time{}},
		"a policy without book": {func(_ *Request, _ *Facts, p *Policy) { p.Book = nil }, noon, []Code{NoRules}, time.Time{}},
		"the zero policy":       {func(_ *Request, _ *Facts, p *Policy) { *p = Policy{Book: p.Book} }, noon, []Code{PersonDay, PersonWeek, NumberDay, NumberWeek}, time.Time{}},
		"a caps of 2 a week": {func(_ *Request, f *Facts, _ *Policy) {
			f.Attempts = []Past{{noon.Add(-6 * Day), true}, {noon.Add(-2 * Day), false}}
		}, noon, []Code{PersonWeek}, noon.Add(Day)},
		"3 a day, of 9 a week": {func(_ *Request, f *Facts, p *Policy) {
			p.Person, p.Number = Caps{3, 9}, Caps{3, 9}
			f.Attempts = []Past{{noon.Add(-time.Hour), true}, {noon.Add(-2 * time.Hour), true}, {noon.Add(-3 * time.Hour), true}, {noon.Add(-Day), true}}
		}, noon, []Code{PersonDay, NumberDay}, noon.Add(21 * time.Hour)},
		"of a clock ahead": {func(_ *Request, f *Facts, _ *Policy) {
			f.Attempts = []Past{{noon.Add(5 * time.Minute), true}, {noon.Add(time.Minute), true}}
		}, noon, []Code{PersonWeek, NumberWeek}, noon.Add(Week + time.Minute)},
		"of two reasons the later counts": {func(_ *Request, f *Facts, _ *Policy) {
			f.Complaints, f.OptOuts = []time.Time{noon.Add(-Day)}, []OptOut{{Refusal, Phone, "", noon.Add(-2 * Day)}}
		}, noon, []Code{CoolRefusal, CoolCompl}, noon.Add(29 * Day)},
	} {
		r, f, p := request(), willing(), standard(t)
		if name == "in the Spring Festival" {
			f.Profile.Consent = nil
		}
		if c.change != nil {
			c.change(&r, &f, &p)
		}
		d := Decide(c.now, r, f, p)
		if !slices.Equal(codes(d), c.want) || d.Allowed != (len(c.want) == 0) {
			t.Errorf("%s: %v %+v, want %v", name, d.Allowed, d.Reasons, c.want)
		}
		if !d.Until.Equal(c.until) {
			t.Errorf("%s: until %v, want %v", name, d.Until, c.until)
		}
	}
}

func TestWhoPrefersChatGetsMessages(t *testing.T) {
	for likes, want := range map[string][]Channel{"phone": nil, "": nil, "sms": {SMS}, "email": {Email}, "chat": {SMS, Email}} {
		f := willing()
		f.Profile.Preferences = map[string]string{"channel": likes}
		d := Decide(noon, request(), f, standard(t))
		if d.Allowed != (want == nil) || !slices.Equal(d.Suggest, want) || d.Has(OtherChannel) == d.Allowed {
			t.Errorf("%q: %+v", likes, d)
		}
		f.OptOuts = []OptOut{{Never, SMS, "", noon}}
		if d := Decide(noon, request(), f, standard(t)); slices.Contains(d.Suggest, SMS) {
			t.Errorf("%q: a message is suggested to who forbade it", likes)
		}
		r := request()
		r.Channel = Email
		if d := Decide(noon, r, f, standard(t)); !d.Allowed {
			t.Errorf("%q: mail is refused: %+v", likes, d)
		}
	}
}

// naive answers the question about caps the slow way: for each cap, count.
func naive(now time.Time, f Facts, p Policy) bool {
	lift := 0
	for _, g := range f.Grants {
		if !g.Used && g.At.Compare(now) <= 0 && g.Ends.Compare(now) > 0 {
			lift = 1
		}
	}
	for _, c := range []struct {
		same   bool
		most   int
		length time.Duration
	}{{false, p.Person.Day, Day}, {false, p.Person.Week, Week}, {true, p.Number.Day, Day}, {true, p.Number.Week, Week}} {
		n := 0
		for _, a := range f.Attempts {
			if (a.SameNumber || !c.same) && now.Sub(a.At) < c.length {
				n++
			}
		}
		if c.most == 0 || n >= c.most+lift {
			return false
		}
	}
	return true
}

// Random histories: the decision is the naive one; when it refuses, Until is the
// first moment at which the caps allow it.
func TestCapsAgainstNaive(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 11))
	grid := func(span time.Duration) time.Duration { // edges meet often on a coarse grid
		return time.Duration(rnd.Int64N(int64(span/time.Hour))) * time.Hour
	}
	allowed, refused, granted := 0, 0, 0
	for range 50_000 {
		p := Standard(always)
		p.Person, p.Number = Caps{rnd.IntN(5), rnd.IntN(6)}, Caps{rnd.IntN(5), rnd.IntN(6)}
		f := willing()
		for range rnd.IntN(9) {
			f.Attempts = append(f.Attempts, Past{noon.Add(10*time.Hour - grid(9*Day)), rnd.IntN(2) == 0})
		}
		for range rnd.IntN(3) {
			at := noon.Add(5*time.Hour - grid(8*Day))
			f.Grants = append(f.Grants, Grant{ID: "g", At: at, Ends: at.Add(FollowUp), Used: rnd.IntN(3) == 0})
		}
		d := Decide(noon, request(), f, p)
		if want := naive(noon, f, p); d.Allowed != want {
			t.Fatalf("%v, want %v: %+v of %+v", d.Allowed, want, f, p)
		}
		switch {
		case d.Grant != "":
			granted++
		case d.Allowed:
			allowed++
		case !d.Until.IsZero():
			refused++
			f.Grants = nil
			if !naive(d.Until, f, p) || naive(d.Until.Add(-time.Nanosecond), f, p) {
				t.Fatalf("until %v is not the edge: %+v of %+v", d.Until, f, p)
			}
		}
	}
	if min(allowed, refused, granted) < 500 {
		t.Errorf("%d allowed, %d refused, %d by a grant: the histories are too much alike", allowed, refused, granted)
	}
}

// always is a book that is open day and night.
var always = func() *calendar.Book {
	r := calendar.Rule{Name: "always", Countries: []string{"CN", "US"}}
	for d := range r.Hours {
		r.Hours[d] = append(r.Hours[d], struct{ From, To int }{0, 24 * 3600})
	}
	return calendar.NewBook(r)
}()

// A rolling window is as strict as the calendar's: whatever the caps allow never
// makes more than 3 on a local day or 2 in a local week from Monday, nor a call
// outside the hours, in zones whose days have 23, 24 and 25 hours.
func TestRollingIsAsStrictAsLocalDays(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 5))
	calls := 0
	for _, c := range []struct {
		number customer.Number
		from   time.Time
	}{
		{customer.Number{Text: "+12125551234", Kind: customer.Mobile, Country: "US"}, time.Date(2026, 2, 25, 0, 0, 0, 0, time.UTC)},
		{customer.Number{Text: "+12125551234", Kind: customer.Mobile, Country: "US"}, time.Date(2026, 10, 20, 0, 0, 0, 0, time.UTC)},
		{customer.Number{Text: "+442071234567", Kind: customer.Landline, Country: "GB"}, time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC)},
		{customer.Number{Text: "+442071234567", Kind: customer.Landline, Country: "GB"}, time.Date(2026, 10, 15, 0, 0, 0, 0, time.UTC)},
	} {
		for _, caps := range []Caps{{3, 2}, {3, 100}} {
			p := standard(t)
			p.Person, p.Number = caps, caps
			zones, err := calendar.Zones(c.number, "")
			if err != nil {
				t.Fatal(err)
			}
			r, f := request(), willing()
			r.Number, f.Profile.Consent[0].Expires = c.number, time.Time{}
			days, weeks := map[string]int{}, map[[2]int]int{}
			for at := c.from; at.Before(c.from.Add(25 * Day)); at = at.Add(time.Duration(1+rnd.IntN(40)) * time.Minute) {
				if !Decide(at, r, f, p).Allowed {
					continue
				}
				calls++
				f.Attempts = append(f.Attempts, Past{at, true})
				local := at.In(zones[0])
				year, week := local.ISOWeek()
				days[local.Format(time.DateOnly)]++
				weeks[[2]int{year, week}]++
				if h := local.Hour(); h < 8 || h >= 21 {
					t.Errorf("called at %s", local)
				}
				if days[local.Format(time.DateOnly)] > caps.Day || weeks[[2]int{year, week}] > caps.Week {
					t.Errorf("%s: the %dth of its day, the %dth of its week", local, days[local.Format(time.DateOnly)], weeks[[2]int{year, week}])
				}
			}
		}
	}
	if calls < 200 {
		t.Errorf("only %d calls", calls)
	}
}

// BenchmarkDecide is a full decision, allowed, with two attempts of the week.
func BenchmarkDecide(b *testing.B) {
	p, r, f := standard(b), request(), willing()
	f.Attempts = []Past{{noon.Add(-3 * Day), true}}
	for b.Loop() {
		if !Decide(noon, r, f, p).Allowed {
			b.Fatal("refused")
		}
	}
}

// BenchmarkDecideRefused is one outside the hours, which looks for the next opening.
func BenchmarkDecideRefused(b *testing.B) {
	p, r, f := standard(b), request(), willing()
	for b.Loop() {
		if Decide(noon.Add(12*time.Hour), r, f, p).Allowed {
			b.Fatal("allowed")
		}
	}
}
