package outbound

import (
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/timing"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// late is a model of people who answer from 11 to 12 and at no other hour.
func late() timing.Model {
	week := make([]float64, timing.Hours)
	for h := range week {
		if week[h] = 0.1; h%24 == 11 {
			week[h] = 0.8
		}
	}
	return timing.Model{Trained: morning, Calls: 900, Kind: timing.BetaBinomial, Ladder: &timing.Ladder{Overall: 0.3, All: week, Worth: timing.Worth{Segment: 5, Person: 5}}}
}

// People are called when they are likely to answer, at once when no model is used,
// and the campaign tells how far that reached.
func TestPeopleAreCalledWhenTheyAnswer(t *testing.T) {
	for _, learnt := range []bool{true, false} {
		t.Run(fmt.Sprint("learnt ", learnt), func(t *testing.T) {
			inBubble(t, "0000", func(r *rig) {
				r.stop()
				time.Sleep(59 * time.Minute)
				if _, err := r.store.AddTimingModel(r.t.Context(), late(), 0, store.TimingUse{At: morning, Who: "parley"}); err != nil {
					t.Fatal(err)
				}
				if !learnt { // somebody went back
					if err := r.store.UseTimingModel(r.t.Context(), store.TimingUse{At: morning, Who: "li"}); err != nil {
						t.Fatal(err)
					}
				}
				r.clock = NewClock(r.store.Editor, "CN", slog.New(slog.DiscardHandler))
				r.begin("me")
				r.start(spring)
				row := r.until(store.CampaignFinished, 10*time.Minute)
				for person, k := range r.people() {
					at := k.Last.At.In(time.FixedZone("", 8*3600))
					if (at.Hour() == 11) != learnt {
						t.Errorf("%s was called at %v", person, at)
					}
				}
				all, err := r.store.CampaignMemories(r.t.Context(), "spring")
				if err != nil {
					t.Fatal(err)
				}
				m := Recall(row, all)
				if got := m.Chosen[timing.Likely]; learnt && got != 4 || !learnt && len(m.Chosen) > 0 {
					t.Errorf("chosen: %v", m.Chosen)
				}
			})
		})
	}
}

// What was dialled teaches a model; the next is learnt with the next quarter, and its
// level moves once a week.
func TestTheClockLearns(t *testing.T) {
	where := filepath.Join(t.TempDir(), "records.db")
	s, err := store.Open(t.Context(), where, "CN")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	c, ctx := NewClock(s.Editor, "CN", slog.New(slog.DiscardHandler)), t.Context()
	now := time.Date(2026, 3, 20, 2, 0, 0, 0, time.UTC)
	if _, err := c.Train(ctx, now, "li", "for once"); !errors.Is(err, timing.ErrTooFew) {
		t.Errorf("learnt from nothing: %v", err)
	}
	db, err := sql.Open("sqlite", where)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var people []customer.Profile
	insert, args := "INSERT INTO attempts (id, person, number, purpose, channel, campaign, holder, at, dialled, state, fate, allowed) VALUES ", []any(nil)
	for i := range 35 {
		p := customer.Profile{ID: fmt.Sprintf("p%02d", i), Numbers: []string{number(i, '0')}, Updated: now}
		people = append(people, p)
		for n := range 15 { // half in the morning, half in the evening, which they answer
			at, fate := time.Date(2026, 3, 4+n, 2, i, 0, 0, time.UTC), "no_answer"
			if (n+i)%2 == 0 {
				at, fate = at.Add(8*time.Hour), "answered"
			}
			insert += "(?, ?, ?, 'marketing', 'phone', 'spring', 'me', ?, ?, 'ended', ?, ''),"
			args = append(args, fmt.Sprint(p.ID, n), p.ID, p.Numbers[0], at.UnixNano(), at.UnixNano(), fate)
		}
	}
	if _, err := s.Upsert(ctx, people...); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(ctx, strings.TrimSuffix(insert, ","), args...); err != nil {
		t.Fatal(err)
	}
	version := func(want int) store.TimingUse {
		t.Helper()
		u, err := s.TimingUse(ctx)
		if err != nil || u.Version != want {
			t.Fatalf("in use is version %d, want %d (%v)", u.Version, want, err)
		}
		return u
	}
	learn := func(at time.Time) {
		t.Helper()
		if err := errors.Join(c.Learn(ctx, at), c.Look(ctx)); err != nil {
			t.Fatal(err)
		}
	}
	learn(now)
	version(1)
	m, ok := c.Model()
	china, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	p := timing.Person{ID: "new", Where: china}
	if early, late := m.P(p, now), m.P(p, now.Add(8*time.Hour)); !ok || m.Calls != 525 || early > 0.2 || late < 0.8 {
		t.Errorf("%v after %d calls: %.2f in the morning, %.2f in the evening", ok, m.Calls, early, late)
	}
	learn(now.Add(24 * time.Hour))
	if u := version(1); u.Shift != 0 {
		t.Errorf("moved the next day: %+v", u)
	}
	learn(now.Add(8 * 24 * time.Hour))
	if u := version(1); u.Shift == 0 {
		t.Errorf("not moved after a week: %+v", u)
	}
	learn(now.AddDate(0, 0, 14)) // April
	version(2)
	if err := s.UseTimingModel(ctx, store.TimingUse{At: now, Who: "li", Why: "none for now"}); err != nil {
		t.Fatal(err)
	}
	learn(now.AddDate(0, 4, 0))
	version(0)
	if _, ok := c.Model(); ok {
		t.Error("a model is used although somebody chose none")
	}
}

// A busy hour fills, and agents who have other work leave less room.
func TestRoomOfAnHour(t *testing.T) {
	c := &campaign.Campaign{}
	c.When.Zone, c.Line.Queue, c.Pacing.Concurrent, c.Pacing.PerSecond = time.UTC, "sales", 1, 10
	g := newAgenda(c, memory{})
	at := morning
	if got := g.room(at); got != 1 {
		t.Errorf("an empty hour has room %v", got)
	}
	for i, want := range map[int]float64{30: 1, 45: 0.5, 60: 0.01, 90: 0.01} {
		g.taken[at.Unix()/3600] = i
		if got := g.room(at); got != want {
			t.Errorf("%d of 60 calls leave %v, want %v", i, got, want)
		}
	}
	g.taken[at.Unix()/3600] = 45
	g.saw(at, 4, 1)
	if got := g.room(at); got != 0.375 {
		t.Errorf("agents with other work leave %v", got)
	}
	g.saw(at.Add(time.Hour), 0, 0)
	if got := g.room(at.Add(time.Hour)); got != 0.01 {
		t.Errorf("an hour without agents has room %v", got)
	}
	if again := newAgenda(c, memory{Staff: g.seen()}); again.room(at) <= g.room(at) {
		t.Error("what agents do was forgotten")
	}
}
