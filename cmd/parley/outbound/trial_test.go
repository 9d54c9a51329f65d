package outbound

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/experiment"
	"github.com/parley-voice/parley/console/api"
	"github.com/parley-voice/parley/dialog/review"
	"github.com/parley-voice/parley/store"
)

// shelf has the reviews of one script, "offer", and speaks what is published 40
// seconds later: as a server's library does, but so late that calls end meanwhile.
type shelf struct {
	t       *testing.T
	reviews *store.Reviews
	access  *store.Access

	mu     sync.Mutex
	hash   string
	looked time.Time
}

// shelved has a rig's campaigns speak from a shelf.
func shelved(r *rig) *shelf {
	dir := r.t.TempDir()
	s := &shelf{t: r.t}
	var err error
	if s.reviews, err = store.OpenReviews(r.t.Context(), filepath.Join(dir, "reviews.db")); err != nil {
		r.t.Fatal(err)
	}
	if s.access, err = store.OpenAccess(r.t.Context(), filepath.Join(dir, "access.db")); err != nil {
		r.t.Fatal(err)
	}
	r.stop()
	r.scripts = Scripts{Spoken: s.spoken, Reviews: s.reviews, Audit: s.access.Write, Tell: func(t Turned) []store.Message {
		return []store.Message{{ID: strings.Join(append(t.Variants, string(t.Act), t.Script, t.From, t.To), " "), Hook: "crm", Since: t.At, Due: t.At}}
	}}
	return s
}

// turned wants one message, of a worse version and the one before it.
func turned(r *rig, act experiment.Act, worse, former string) {
	r.t.Helper()
	all, err := r.store.Messages(r.t.Context(), store.MessageFilter{Limit: 10})
	if want := strings.Join([]string{"plain", string(act), "offer", worse, former}, " "); err != nil || len(all) != 1 || all[0].ID != want {
		r.t.Errorf("told %+v, %v; want %s", all, err, want)
	}
}

func (s *shelf) close() {
	if err := errors.Join(s.reviews.Close(), s.access.Close()); err != nil {
		s.t.Error(err)
	}
}

func (s *shelf) spoken(script string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.looked) > time.Second {
		past, _ := s.reviews.History(context.Background(), script)
		s.looked = time.Now()
		for _, e := range past {
			if (e.Act == review.Publish || e.Act == review.Rollback) && (s.hash == "" || time.Since(e.At) > 40*time.Second) {
				s.hash = e.Hash
			}
		}
	}
	return s.hash, s.hash != ""
}

// publish brings a new version into use.
func (s *shelf) publish(text string) string {
	s.t.Helper()
	b, err := review.Pack(fstest.MapFS{"s.yaml": {Data: []byte(text)}}, "s.yaml", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	of := func(act review.Act, who string) review.Event {
		return review.Event{Script: "offer", Hash: b.Hash, Act: act, Who: who, At: time.Now()}
	}
	ctx := s.t.Context()
	if err := errors.Join(s.reviews.Submit(ctx, b, of("", "li")), s.reviews.Record(ctx, of(review.Approve, "wang")), s.reviews.Record(ctx, of(review.Publish, "li"))); err != nil {
		s.t.Fatal(err)
	}
	return b.Hash
}

// backs are the times at which somebody went back.
func (s *shelf) backs() (all []review.Event) {
	s.t.Helper()
	past, err := s.reviews.History(s.t.Context(), "offer")
	if err != nil {
		s.t.Fatal(err)
	}
	return slices.DeleteFunc(past, func(e review.Event) bool { return e.Act != review.Rollback })
}

// calls lets virtual time pass until so many calls spoke a version.
func (r *rig) calls(n int, hash string) {
	r.t.Helper()
	for end := time.Now().Add(2 * time.Hour); ; time.Sleep(time.Second) {
		got := 0
		for _, u := range r.phone.uttered() {
			if u.hash == hash {
				got++
			}
		}
		if got >= n {
			return
		}
		if time.Now().After(end) {
			row, err := r.store.Campaign(r.t.Context(), "spring")
			r.t.Fatalf("%d calls spoke %.8s, want %d: %+v, %v", got, hash, n, row, err)
		}
	}
}

// A script's new version does worse than the one before: the campaign publishes the
// former one again, once, and goes on with it, also after a restart.
func TestAWorseVersionIsRolledBack(t *testing.T) {
	inBubble(t, strings.Repeat("0", 60), func(r *rig) {
		s := shelved(r)
		defer s.close()
		defer func() { r.stop() }()
		a := s.publish("script: a")
		r.begin("me")
		r.start(strings.Replace(spring, "calls: 20", "calls: 6", 1))
		r.calls(10, a)
		b := s.publish("script: b")
		r.phone.mu.Lock()
		r.phone.worse = b
		r.phone.mu.Unlock()
		r.calls(1, b)
		for end := time.Now().Add(time.Hour); len(s.backs()) == 0; time.Sleep(time.Second) {
			if time.Now().After(end) {
				t.Fatalf("nobody went back: %+v", r.phone.uttered())
			}
		}
		back := s.backs()[0]
		if back.Hash != a || back.Who != Alarm || !strings.Contains(back.Note, "campaign spring, version 1: negative rate rose to 100.0 %") {
			t.Errorf("went back: %+v", back)
		}
		before := len(r.phone.uttered())
		again := 3
		for _, u := range r.phone.uttered() {
			if u.hash == a {
				again++
			}
		}
		r.calls(again, a)
		live, _ := r.floor.Live("spring")
		if !slices.ContainsFunc(live.Causes, func(c campaign.Cause) bool {
			return c.Code == campaign.Worse && strings.Contains(c.Text, review.Short(a)+" of offer was published again")
		}) {
			t.Errorf("its causes do not say so: %+v", live.Causes)
		}
		r.stop()
		r.begin("me")
		r.until(store.CampaignFinished, 4*time.Hour)

		for i, u := range r.phone.uttered() {
			if u.hash == b && (i > before || u.at.After(back.At)) {
				t.Errorf("call %d at %v speaks what was gone back from at %v", i, u.at, back.At)
			}
		}
		if said := r.phone.uttered(); said[len(said)-1].hash != a {
			t.Error("the former version is not spoken")
		}
		ctx := r.t.Context()
		deeds, err := s.access.Deeds(ctx, store.DeedFilter{})
		if err != nil || len(deeds) != 1 || deeds[0].Action != "scripts.rollback" || deeds[0].Who != Alarm || deeds[0].Before != review.Short(b) || deeds[0].After != review.Short(a) {
			t.Errorf("audited: %+v, %v", deeds, err)
		}
		decided, err := r.store.Decisions(ctx, "spring")
		if err != nil || len(decided) != 1 || decided[0].Act != experiment.GoBack || decided[0].Variant != "offer" || !decided[0].At.Equal(back.At) || decided[0].Who != Alarm {
			t.Errorf("decided: %+v, %v", decided, err)
		}
		turned(r, experiment.GoBack, b, a)
		if n := len(s.backs()); n != 1 {
			t.Errorf("went back %d times", n)
		}
		told := 0
		for _, n := range r.told() {
			if strings.Contains(n.Campaign.Why, "went back to version "+review.Short(a)) {
				told++
			}
		}
		if told != 1 {
			t.Errorf("told %d times: %+v", told, r.told())
		}
	})
}

// With rollback: ask a person decides, and no call is placed until then.
func TestAWorseVersionAsks(t *testing.T) {
	inBubble(t, strings.Repeat("0", 28), func(r *rig) {
		s := shelved(r)
		defer s.close()
		defer func() { r.stop() }()
		a := s.publish("script: a")
		r.begin("me")
		r.start(strings.NewReplacer("calls: 20", "calls: 6", "complaints: 10%", "complaints: 10%, rollback: ask").Replace(spring))
		r.calls(10, a)
		b := s.publish("script: b")
		r.phone.mu.Lock()
		r.phone.worse = b
		r.phone.mu.Unlock()
		if row := r.until(store.CampaignPaused, time.Hour); !strings.Contains(row.Why, "parley script rollback offer") || len(s.backs()) != 0 {
			t.Errorf("%s; went back: %v", row.Why, s.backs())
		}
		turned(r, experiment.AskBack, b, a)
	})
}

// A campaign that names a version speaks no other.
func TestAPinnedVersionAlone(t *testing.T) {
	inBubble(t, strings.Repeat("0", 8), func(r *rig) {
		r.stop()
		var mu sync.Mutex
		now := "bbbbbbbbbbbb0000"
		use := func(hash string) { mu.Lock(); defer mu.Unlock(); now = hash }
		r.scripts = Scripts{Spoken: func(string) (string, bool) { mu.Lock(); defer mu.Unlock(); return now, true }}
		r.begin("me")
		text := strings.NewReplacer("script: offer", "script: offer, version: AAAAAAAAAAAA", "calls: 20", "calls: 4").Replace(spring)
		r.start(text)
		if row := r.until(store.CampaignPaused, time.Minute); !strings.Contains(row.Why, "no approved version") || len(r.phone.uttered()) != 0 {
			t.Errorf("%s; %d calls", row.Why, len(r.phone.uttered()))
		}
		const pinned = "aaaaaaaaaaaa0000"
		use(pinned)
		r.start(text)
		r.calls(2, pinned)
		use("bbbbbbbbbbbb0000")
		r.until(store.CampaignPaused, time.Minute)
		for _, u := range r.phone.uttered() {
			if u.hash != pinned {
				t.Errorf("version %s is spoken", u.hash)
			}
		}
	})
}

// What a person decides of the wordings is spoken from then on.
func TestAPersonDecides(t *testing.T) {
	inBubble(t, strings.Repeat("0", 12), func(r *rig) {
		ctx := r.t.Context()
		r.start(strings.NewReplacer("  - {name: plain, script: offer}", "  - {name: plain, script: offer}\n  - {name: bold, script: bolder}", "calls: 20", "calls: 4").Replace(spring))
		r.calls(4, "")
		now := time.Now()
		for _, c := range []struct {
			do, variant string
			want        error
		}{{"drop", "plain", ErrDecided}, {"keep", "bold", Wrong{}}, {"adopt", "bolt", Wrong{}}, {"adopt", "bold", nil}, {"adopt", "bold", ErrDecided}, {"drop", "plain", ErrDecided}} {
			err := Decide(ctx, r.store.Editor, "spring", api.DecideExperiment{Do: c.do, Variant: c.variant, Who: "li", Why: "it is kinder"}, now, nil)
			var wrong Wrong
			switch {
			case errors.As(c.want, &wrong) && errors.As(err, &wrong):
			case !errors.Is(err, c.want):
				t.Errorf("%s %s: %v, want %v", c.do, c.variant, err, c.want)
			}
		}
		r.until(store.CampaignFinished, time.Hour)
		later := 0
		for _, u := range r.phone.uttered() {
			if u.at.After(now.Add(3 * time.Second)) {
				if later++; u.script != "bolder" {
					t.Errorf("%s is spoken %v after bold was adopted", u.script, u.at.Sub(now))
				}
			}
		}
		e, err := Experiment(ctx, r.store.Reader, "spring", time.Now())
		if err != nil || later == 0 || e.Verdict.Act != "adopt" || e.Verdict.Variant != "bold" || len(e.Decisions) != 1 || e.Decisions[0].Who != "li" || e.Decisions[0].Why != "it is kinder" {
			t.Errorf("%d calls later: %+v, %v", later, e, err)
		}
		called := 0
		for _, v := range e.Variants {
			if called += v.Called; v.Answer.Persons != v.Called || v.Assigned != v.Called || v.Answer.High != 1 || v.Dropped == (v.Name == "bold") {
				t.Errorf("%+v", v)
			}
		}
		if called != 12 {
			t.Errorf("%d people were called", called)
		}
	})
}

// A look that was taken stays what it was, after a restart as well, and what it came to
// is written down once.
func TestLooksAndDecisionsOutlastARestart(t *testing.T) {
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "records.db"), "CN")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	ctx := t.Context()
	text := strings.Replace(spring, "  - {name: plain, script: offer}", "  - {name: plain, script: offer}\n  - {name: bold, script: bolder}", 1)
	row, err := s.StartCampaign(ctx, morning, "spring", text, "li")
	if err != nil {
		t.Fatal(err)
	}
	c, err := campaign.Load(strings.NewReader(text), "spring")
	if err != nil {
		t.Fatal(err)
	}
	tallies := func(n, bold int) map[string]experiment.Tally {
		return map[string]experiment.Tally{"plain": {Variant: "plain", Assigned: n, Called: n, Answered: n, Converted: n / 10},
			"bold": {Variant: "bold", Assigned: n, Called: n, Answered: n, Converted: bold}}
	}
	evening := time.Date(2026, 3, 4, 15, 59, 59, 0, time.UTC) // 23:59:59 in Shanghai
	for i, x := range []struct {
		at      time.Time
		n, bold int
		looks   int
		act     experiment.Act
	}{
		{morning, 300, 30, 1, experiment.Continue},
		{evening, 1000, 300, 1, experiment.Continue}, // better by far, but the day has its look
		{evening.Add(time.Second), 1000, 300, 2, experiment.Adopt},
		{evening.Add(time.Hour), 2000, 200, 2, experiment.Adopt}, // what was decided stands
	} {
		r := newRun(&Config{Store: s.Editor, Log: slog.New(slog.DiscardHandler), Scripts: anything, Node: Node{Holder: "me"}}, row, c, func() crowd { return crowd{} }) // as after a restart
		if err := r.recall(ctx, row); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			r.pace.asked = time.Time{}
			r.study(ctx, x.at, tallies(x.n, x.bold))
			h := r.judge(x.at, &memory{Filled: true})
			if !r.act(ctx, x.at, h) || h.Verdict.Act != x.act {
				t.Errorf("%d: %+v", i, h)
			}
		}
		if got, err := s.Looks(ctx, "spring", row.Version); err != nil || len(got) != x.looks || got[0].Tallies[0].Called != 300 {
			t.Errorf("%d: looks %+v, %v", i, got, err)
		}
	}
	if got, err := s.Decisions(ctx, "spring"); err != nil || len(got) != 1 || got[0].Act != experiment.Adopt || got[0].Variant != "bold" || got[0].Who != "parley" || !strings.Contains(got[0].Why, "better: bold converted 300 of 1000") {
		t.Errorf("decided: %+v, %v", got, err)
	}
}
