package main_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// dialledHalfAYear keeps people whom a campaign called: in the evening they answer.
func dialledHalfAYear(t *testing.T, where string) {
	t.Helper()
	e, err := store.OpenEditor(t.Context(), where, "CN")
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", where)
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -20)
	var people []customer.Profile
	insert, args := "INSERT INTO attempts (id, person, number, purpose, channel, campaign, holder, at, dialled, state, fate, allowed) VALUES ", []any(nil)
	for i := range 35 {
		p := customer.Profile{ID: fmt.Sprintf("p%02d", i), Numbers: []string{fmt.Sprintf("+86138000001%02d", i)}, Updated: begin}
		people = append(people, p)
		for n := range 15 {
			at, fate := begin.AddDate(0, 0, n).Add(2*time.Hour+time.Duration(i)*time.Minute), "no_answer"
			if (n+i)%2 == 0 {
				at, fate = at.Add(8*time.Hour), "answered"
			}
			insert += "(?, ?, ?, 'marketing', 'phone', 'spring', 'me', ?, ?, 'ended', ?, ''),"
			args = append(args, fmt.Sprint(p.ID, n), p.ID, p.Numbers[0], at.UnixNano(), at.UnixNano(), fate)
		}
	}
	_, err = e.Upsert(t.Context(), people...)
	if err == nil {
		_, err = db.ExecContext(t.Context(), strings.TrimSuffix(insert, ","), args...)
	}
	if err := errors.Join(err, db.Close(), e.Close()); err != nil {
		t.Fatal(err)
	}
}

// Versions of the timing model by the command line: learnt, listed, gone back from.
func TestCampaignTiming(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "var")
	where := filepath.Join(dir, "records.db")
	if err := store.Prepare(t.Context(), where); err != nil {
		t.Fatal(err)
	}
	timing := func(args ...string) (int, string) {
		code, out, errs := run(t, nil, append(append([]string{"campaign", "timing"}, args...), "--data", dir)...)
		return code, out + errs
	}
	if code, said := timing("learn"); code != 2 || !strings.Contains(said, "too few calls to learn from") {
		t.Errorf("learnt from nothing: exit code %d, %s", code, said)
	}
	dialledHalfAYear(t, where)
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"", 0, "No timing model was learnt yet"},
		{"learn", 0, "version 1 was learnt from 525 calls to 35 people, and is used"},
		{"list", 0, "\n*     1  " + time.Now().UTC().Format("2006-01-")},
		{"learn", 0, "version 2 was learnt"},
		{"", 0, "\n*     2  "},
		{"use 1", 2, "--why"},
		{"use first --why worse", 2, `the version cannot be "first"`},
		{"use 7 --why worse", 2, "no such version of the timing model: 7; parley campaign timing lists them"},
		{"use 1 --why worse", 0, ""},
		{"list", 0, "\n*     1  "},
		{"list", 0, "by command line: worse"},
		{"use none --why holidays", 0, ""},
		{"list", 0, "none is used since "},
	} {
		if code, said := timing(strings.Fields(c.args)...); code != c.code || !strings.Contains(said, c.want) {
			t.Errorf("parley campaign timing %s: exit code %d, %s; want %d, %q", c.args, code, said, c.code, c.want)
		}
	}
	var list struct {
		Models []struct{ Version, Calls int }
		Uses   []struct {
			Version  int
			Who, Why string
		}
	}
	code, said := timing("list", "--json")
	if err := json.Unmarshal([]byte(said), &list); err != nil || code != 0 {
		t.Fatalf("exit code %d, %v: %s", code, err, said)
	}
	uses := ""
	for _, u := range list.Uses {
		uses += fmt.Sprintf("%d by %s: %s, ", u.Version, u.Who, u.Why)
	}
	if len(list.Models) != 2 || list.Models[0].Version != 2 || list.Models[0].Calls != 525 ||
		uses != "0 by command line: holidays, 1 by command line: worse, 2 by command line: asked for, 1 by command line: asked for, " {
		t.Errorf("%+v, %s", list.Models, uses)
	}
	a, err := store.OpenAccess(t.Context(), filepath.Join(dir, "access.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if deeds, err := a.Deeds(t.Context(), store.DeedFilter{Action: "campaigns.timing"}); err != nil || len(deeds) != 6 {
		t.Errorf("%d lines in the audit, %v; want 6", len(deeds), err)
	}
}
