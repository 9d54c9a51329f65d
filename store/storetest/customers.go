package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

var customers = behaviours{
	"a message that did not arrive is owed again":    notDelivered,
	"a receipt is faster than the gateway's answer":  receiptsRace,
	"consent taken back is told once":                withdrawalsTold,
	"a customer is kept whole":                       keptWhole,
	"only what is newer changes a customer":          newer,
	"a number belongs to one person":                 oneOwner,
	"two customers become one when told":             merged,
	"customers are found by name and tag, in pages":  searched,
	"one number upserted by many makes one customer": upsertRace,
	"a call goes into the history when it ends":      remembered,
	"windows end to the second":                      windows,
	"enquiries are counted over all callers":         enquiries,
	"a cut call is remembered":                       cutCall,
	"people come with when they were told of last":   toldLast,
}

func li() customer.Profile {
	return customer.Profile{
		ID: "c1", Name: "李雷", Numbers: []string{"+861062345678", "+8613800138000"}, Tags: []string{"new", "vip"},
		Value: customer.Money{Cents: 500000, Currency: "CNY"}, Region: "北京", Language: "zh-CN", Products: []string{"kettle"},
		Risk:        customer.HighRisk,
		Consent:     []customer.Consent{{Purpose: "marketing", State: customer.Granted, Basis: "consent", Source: "form", At: T0, Expires: T0.Add(time.Hour)}},
		Preferences: map[string]string{"channel": "sms"},
		Fields:      map[string]customer.Field{"尺码": {Value: "L", Source: "crm", Until: T0.Add(time.Hour)}},
		Source:      "crm.csv", Updated: T0,
	}
}

func upsert(t *testing.T, s *store.Store, p customer.Profile) customer.Upserted {
	t.Helper()
	got, err := s.Upsert(t.Context(), p)
	must(t, err)
	return got[0]
}

func keptWhole(t *testing.T, open func() *store.Store) {
	s := open()
	if got := upsert(t, s, li()); got != (customer.Upserted{ID: "c1", Change: customer.Created}) {
		t.Errorf("got %+v", got)
	}
	shut(t, s)
	s = open()
	defer shut(t, s)
	for _, find := range []func() (customer.Profile, error){
		func() (customer.Profile, error) { return s.Customer(t.Context(), "c1") },
		func() (customer.Profile, error) { return s.ByNumber(t.Context(), "+8613800138000") },
		func() (customer.Profile, error) { return s.ByNumber(t.Context(), "+861062345678") },
	} {
		if got, err := find(); err != nil || !reflect.DeepEqual(got, li()) {
			t.Errorf("got %+v, %v\nwant %+v", got, err, li())
		}
	}
	if _, err := s.Customer(t.Context(), "c2"); !errors.Is(err, store.ErrNoCustomer) {
		t.Errorf("nobody: %v", err)
	}
	if _, err := s.ByNumber(t.Context(), "+8613800138001"); !errors.Is(err, store.ErrNoCustomer) {
		t.Errorf("nobody's number: %v", err)
	}
}

func newer(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	upsert(t, s, li())
	for _, step := range []struct {
		told customer.Profile
		want customer.Change
		name string
	}{
		{li(), customer.Same, "李雷"},
		{customer.Profile{ID: "c1", Name: "Li Lei", Updated: T0}, customer.Older, "李雷"},
		{customer.Profile{ID: "c1", Name: "Li Lei", Updated: T0.Add(-time.Second)}, customer.Older, "李雷"},
		{customer.Profile{Numbers: []string{"+8613800138000"}, Name: "Li Lei", Updated: T0.Add(1)}, customer.Updated, "Li Lei"},
		{customer.Profile{Numbers: []string{"+8613800138000"}, Name: "Li Lei", Updated: T0.Add(time.Hour)}, customer.Same, "Li Lei"},
		{li(), customer.Older, "Li Lei"},
	} {
		got := upsert(t, s, step.told)
		p, err := s.Customer(t.Context(), "c1")
		if err != nil || got.Change != step.want || got.ID != "c1" || p.Name != step.name {
			t.Errorf("%+v: %+v, then %q (%v); want %s and %q", step.told, got, p.Name, err, step.want, step.name)
		}
		if len(p.Tags) != 2 || len(p.Numbers) != 2 || p.Value.Cents != 500000 {
			t.Errorf("%+v: what it does not tell is lost: %+v", step.told, p)
		}
	}
	if got := upsert(t, s, customer.Profile{Name: "nobody"}); !errors.Is(got.Err, store.ErrNobody) {
		t.Errorf("neither id nor number: %+v", got)
	}
}

func oneOwner(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	upsert(t, s, li())
	got, err := s.Upsert(t.Context(),
		customer.Profile{ID: "c2", Name: "Han", Numbers: []string{"+8613800138000", "+8613900139000"}},
		customer.Profile{ID: "c3", Name: "Wei", Numbers: []string{"+8613900139001"}},
		customer.Profile{Numbers: []string{"+8613900139001", "+8613800138000"}, Name: "both"})
	must(t, err)
	if !errors.Is(got[0].Err, store.ErrTaken) || got[1].Change != customer.Created || !errors.Is(got[2].Err, store.ErrTaken) {
		t.Errorf("got %+v", got)
	}
	if strings.Contains(got[0].Err.Error(), "13800138000") || !strings.Contains(got[0].Err.Error(), "c1") {
		t.Errorf("the error names the number or not its owner: %v", got[0].Err)
	}
	if _, err := s.Customer(t.Context(), "c2"); !errors.Is(err, store.ErrNoCustomer) {
		t.Errorf("half a customer was kept: %v", err)
	}
	if _, err := s.ByNumber(t.Context(), "+8613900139000"); !errors.Is(err, store.ErrNoCustomer) {
		t.Errorf("a number of it was kept: %v", err)
	}
}

func merged(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	upsert(t, s, li())
	upsert(t, s, customer.Profile{
		ID: "c2", Name: "Li", Numbers: []string{"+8613900139000"}, Tags: []string{"complainer"}, Language: "en",
		Consent: []customer.Consent{{Purpose: "marketing", State: customer.Withdrawn, At: T0.Add(-time.Hour)}},
	})
	at := T0.Add(time.Hour)
	got, err := s.Merge(t.Context(), "c1", "c2", at)
	must(t, err)
	want := li()
	want.Numbers = append(want.Numbers, "+8613900139000")
	want.Tags = []string{"complainer", "new", "vip"}
	want.Consent[0] = customer.Consent{Purpose: "marketing", State: customer.Withdrawn, At: T0.Add(-time.Hour)}
	want.Updated = at
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	for _, id := range []string{"c1", "c2"} {
		if p, err := s.Customer(t.Context(), id); err != nil || !reflect.DeepEqual(p, want) {
			t.Errorf("%s is %+v, %v", id, p, err)
		}
	}
	if u := upsert(t, s, customer.Profile{ID: "c2", Name: "L.", Updated: at.Add(1)}); u.ID != "c1" || u.Change != customer.Updated {
		t.Errorf("the old id gives %+v", u)
	}
	if page, err := s.Customers(t.Context(), store.Search{Tag: "complainer"}); err != nil || len(page) != 1 || page[0].ID != "c1" {
		t.Errorf("%+v, %v", page, err)
	}
	upsert(t, s, customer.Profile{ID: "c0", Name: "Boss"})
	if _, err := s.Merge(t.Context(), "c0", "c1", at); err != nil {
		t.Fatal(err)
	}
	if p, err := s.Customer(t.Context(), "c2"); err != nil || p.ID != "c0" {
		t.Errorf("an id that was merged twice leads to %q, %v", p.ID, err)
	}
	if _, err := s.Merge(t.Context(), "c0", "nobody", at); !errors.Is(err, store.ErrNoCustomer) {
		t.Errorf("merged with nobody: %v", err)
	}
}

func searched(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	for i, name := range []string{"Anna Li", "李雷", "100% Real", "anna wu", "under_score"} {
		tag := "even"
		if i%2 == 1 {
			tag = "odd"
		}
		upsert(t, s, customer.Profile{ID: fmt.Sprint("c", i), Name: name, Tags: []string{tag}})
	}
	upsert(t, s, customer.Profile{ID: "B0", Name: "upper case sorts before lower"})
	for _, c := range []struct {
		search store.Search
		want   string
	}{
		{store.Search{}, "B0 c0 c1 c2 c3 c4"},
		{store.Search{Limit: 2}, "B0 c0"},
		{store.Search{Limit: 2, After: "c0"}, "c1 c2"},
		{store.Search{Name: "ANNA"}, "c0 c3"},
		{store.Search{Name: "雷"}, "c1"},
		{store.Search{Name: "%"}, "c2"},
		{store.Search{Name: "r_s"}, "c4"},
		{store.Search{Tag: "odd"}, "c1 c3"},
		{store.Search{Tag: "odd", Name: "wu"}, "c3"},
		{store.Search{Tag: "' OR 1=1"}, ""},
	} {
		page, err := s.Customers(t.Context(), c.search)
		must(t, err)
		var ids []string
		for _, p := range page {
			ids = append(ids, p.ID)
		}
		if got := strings.Join(ids, " "); got != c.want {
			t.Errorf("%+v: %s, want %s", c.search, got, c.want)
		}
	}
}

func upsertRace(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			if _, err := s.Upsert(t.Context(), customer.Profile{Numbers: []string{"+8613800138000"}, Name: fmt.Sprint("n", i), Updated: T0.Add(time.Duration(i))}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	page, err := s.Customers(t.Context(), store.Search{})
	if err != nil || len(page) != 1 || page[0].Name != "n15" {
		t.Errorf("%+v, %v: want one customer, as last told", page, err)
	}
}

// past is a call that ended, with these lines in its journal.
func finish(t *testing.T, s *store.Store, id string, change func(*call.Record), lines ...call.Entry) {
	t.Helper()
	r := Ended(id, T0)
	for i := range lines {
		lines[i].Seq, lines[i].At = i+1, T0
	}
	if r.Entries = lines; change != nil {
		change(&r)
	}
	must(t, s.Finish(t.Context(), r))
	must(t, s.Flush(t.Context(), id))
}

func facts(t *testing.T, s *store.Store, number string, now time.Time) customer.Facts {
	t.Helper()
	f, err := s.Facts(t.Context(), customer.Parse(number, "CN"), now)
	must(t, err)
	return f
}

func remembered(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	moved := func(node, stage string) call.Entry {
		return call.Entry{Kind: call.EntryMoved, Node: node, Stage: stage}
	}
	transfer := func(text string) call.Entry { return call.Entry{Kind: call.EntryTransfer, Text: text} }
	note := func(text string) call.Entry { return call.Entry{Kind: call.EntryNote, Text: text} }
	if f := facts(t, s, "13800001111", T0); !f.History.First() || f.Known || f.Counts(T0).Calls1h != 1 {
		t.Errorf("before the first call: %+v", f)
	}
	for name, c := range map[string]struct {
		change func(*call.Record)
		lines  []call.Entry
		point  customer.Point
		gaveUp bool
	}{
		"menu":      {nil, []call.Entry{moved("hello", "opening"), moved("price", "need")}, customer.InIVR, true},
		"we":        {func(r *call.Record) { r.EndedBy = "us" }, []call.Entry{moved("price", "need")}, customer.InIVR, false},
		"close":     {nil, []call.Entry{moved("price", "need"), moved("bye", "close")}, customer.AtClose, false},
		"queue":     {nil, []call.Entry{moved("price", "need"), transfer("to sales"), transfer("abandoned")}, customer.InQueue, false},
		"back":      {nil, []call.Entry{moved("price", "need"), transfer("to sales"), transfer("failed")}, customer.InIVR, true},
		"person":    {nil, []call.Entry{moved("price", "need"), transfer("to sales"), transfer("ringing x"), transfer("joined x")}, customer.AtPerson, false},
		"referred":  {nil, []call.Entry{moved("price", "need"), transfer("to sales"), transfer("referred to x"), transfer("done")}, customer.AtPerson, false},
		"cancelled": {func(r *call.Record) { r.Answered, r.State = time.Time{}, call.Failed }, nil, customer.AtRing, false},
	} {
		finish(t, s, name, c.change, c.lines...)
		f := facts(t, s, "+86 138 0000 1111", T0)
		got := customer.Past{}
		for _, p := range f.History.Calls {
			if p.Call == name {
				got = p
			}
		}
		if got.Point != c.point || got.GaveUp() != c.gaveUp || got.Number != "+8613800001111" || got.Called != "4001" || !got.Inbound {
			t.Errorf("%s: %+v, want %s and given up %v", name, got, c.point, c.gaveUp)
		}
	}
	if f := facts(t, s, "13800001111", T0); f.History.First() || f.History.Complained() || len(f.History.Calls) != 8 {
		t.Errorf("after them: %d calls, %+v", len(f.History.Calls), f.History.Complaints)
	}
	finish(t, s, "angry", nil, moved("menu", "need"), note("product=kettle"), note("tag=complaint"), note("product=car"))
	f := facts(t, s, "13800001111", T0)
	want := []customer.Complaint{{ID: "angry", Number: "+8613800001111", Call: "angry", About: "car", Opened: T0}}
	if !reflect.DeepEqual(f.History.Complaints, want) || f.History.Asked("car") != 1 || f.History.Open() != 1 {
		t.Errorf("%+v, enquiries %v", f.History.Complaints, f.History.Enquiries)
	}
	want[0].Closed = T0.Add(time.Hour)
	must(t, s.Complain(t.Context(), want[0]))
	finish(t, s, "angry", nil, note("tag=complaint")) // written again: it stays closed
	if f := facts(t, s, "13800001111", T0); !reflect.DeepEqual(f.History.Complaints, want) || f.History.Open() != 0 {
		t.Errorf("closed: %+v", f.History.Complaints)
	}
}

func windows(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	now := T0.Add(100 * 24 * time.Hour)
	for id, age := range map[string]time.Duration{
		"a": 59*time.Minute + 59*time.Second, "b": time.Hour + time.Second, "c": customer.Month, "d": customer.Month + time.Second,
	} {
		finish(t, s, id, func(r *call.Record) { r.Began = now.Add(-age) }, call.Entry{Kind: call.EntryMoved, Node: "menu", Stage: "need"})
	}
	other := func(r *call.Record) { r.Caller, r.Began = "13900139000", now.Add(-time.Minute) }
	finish(t, s, "e", other)
	c := facts(t, s, "13800001111", now).Counts(now)
	if c.Calls1h != 2 || c.GaveUp1h != 1 || c.Calls30d != 4 || c.GaveUp30d != 3 {
		t.Errorf("got %+v", c)
	}
	p := li()
	p.Numbers = []string{"+8613800001111", "+8613900139000"}
	upsert(t, s, p)
	f := facts(t, s, "13900139000", now)
	if c := f.Counts(now); c.Calls1h != 3 || c.Calls30d != 5 || !c.Known || !f.Profile.Value.AtLeast(customer.Money{Cents: 500000, Currency: "CNY"}) {
		t.Errorf("over both numbers: %+v of %+v", c, f.Profile)
	}
	if f := facts(t, s, "13800001111", now.Add(365*24*time.Hour)); f.History.First() || len(f.History.Calls) != 0 {
		t.Errorf("a year later: %+v", f.History)
	}
	if f := facts(t, s, "anonymous", now); len(f.History.Calls) != 0 || f.Known || !f.Counts(now).Withheld {
		t.Errorf("a withheld number: %+v", f)
	}
}

func enquiries(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	upsert(t, s, li()) // owns a kettle
	for i := range 50 {
		age := time.Hour
		if i == 0 {
			age = customer.Month + time.Second
		}
		finish(t, s, fmt.Sprint("k", i), func(r *call.Record) {
			r.Caller, r.Began = fmt.Sprintf("139001390%02d", i), T0.Add(-age)
		}, call.Entry{Kind: call.EntryNote, Text: "product=kettle"})
	}
	finish(t, s, "ours", func(r *call.Record) { r.Direction = "outbound" }, call.Entry{Kind: call.EntryNote, Text: "product=kettle"})
	if n := facts(t, s, "13800138000", T0).History.Asked("kettle"); n != 49 {
		t.Errorf("%d enquiries, want 49", n)
	}
	finish(t, s, "k50", func(r *call.Record) { r.Caller = "anonymous" }, call.Entry{Kind: call.EntryNote, Text: "product=kettle"})
	if c := facts(t, s, "13800138000", T0).Counts(T0); c.Enquiries30d != 50 {
		t.Errorf("%d enquiries, want 50", c.Enquiries30d)
	}
}

func cutCall(t *testing.T, open func() *store.Store) {
	s := open()
	must(t, s.Begin(t.Context(), Begun("a", T0)))
	must(t, s.Answered(t.Context(), "a", T0.Add(time.Second)))
	s.Append("a", call.Entry{Seq: 1, At: T0.Add(2 * time.Second), Kind: call.EntryMoved, Node: "menu", Stage: "need"})
	s.Append("a", call.Entry{Seq: 2, At: T0.Add(3 * time.Second), Kind: call.EntryNote, Text: "tag=complaint"})
	shut(t, s)
	s = open()
	defer shut(t, s)
	if _, err := s.Recover(t.Context(), T0.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	f := facts(t, s, "13800001111", T0.Add(time.Minute))
	if got := f.History.LastPoint(); got.Node != "menu" || got.GaveUp() || got.Point != customer.InIVR || !f.History.Complained() {
		t.Errorf("got %+v, complaints %+v", got, f.History.Complaints)
	}
}
