package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Terms are what the figures count by.
type Terms struct {
	Zone      string // IANA; whose days they are
	Currency  string
	Converted []string                 // outcomes of calls that did what they were for
	Refused   []string                 // outcomes of people who refused
	Risk      []string                 // tags of high risk
	Prices    map[string]int64         // outbound_call, inbound_minute, outbound_minute, agent_minute: millionths of the currency
	Service   map[string]time.Duration // by queue: joined within this time is in time
}

// KeepTerms makes the views of the reports and says what they count by. Nothing is
// written when all of it is there already. Figures of the past follow the terms of
// today.
func (e *Editor) KeepTerms(ctx context.Context, t Terms) error {
	zone, err := time.LoadLocation(t.Zone)
	if err != nil {
		return fmt.Errorf("reports: %w", err)
	}
	print, err := t.fingerprint()
	if err != nil {
		return err
	}
	err = e.changes.change(ctx, func(q queries) error {
		if err := q.alone(ctx, "reports"); err != nil {
			return err
		}
		if have, err := q.termed(ctx, "kept"); err != nil || have == print {
			return err
		}
		if err := q.makeViews(ctx); err != nil {
			return err
		}
		if have, err := q.termed(ctx, "zone"); err != nil {
			return err
		} else if have != t.Zone {
			if err := q.keepPeriods(ctx, periodsIn(zone)); err != nil {
				return err
			}
		}
		return q.keepTerms(ctx, t, print)
	})
	if err != nil {
		return fmt.Errorf("reports: %w", err)
	}
	return nil
}

// fingerprint tells these terms, and these views, from others.
func (t Terms) fingerprint() (string, error) {
	text, err := json.Marshal(t)
	if err != nil {
		return "", err
	}
	return viewsFingerprint() + fmt.Sprintf(" %x", sha256.Sum256(text)), nil
}

func viewsFingerprint() string {
	h := sha256.New()
	for _, v := range Views() {
		h.Write([]byte(v.sql))
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:8])
}

// termed is the one word that a term has, "" for none.
func (q queries) termed(ctx context.Context, name string) (string, error) {
	words, err := q.texts(ctx, "SELECT word FROM report_terms WHERE name = ?", name)
	if err != nil || len(words) == 0 {
		return "", err
	}
	return words[0], nil
}

func (q queries) makeViews(ctx context.Context) error {
	all := Views()
	for i := range all {
		if _, err := q.on.ExecContext(ctx, "DROP VIEW IF EXISTS "+all[len(all)-1-i].Name); err != nil {
			return err
		}
	}
	for _, v := range all {
		if _, err := q.on.ExecContext(ctx, q.d.schema.Replace(v.sql)); err != nil {
			return fmt.Errorf("%s: %w", v.Name, err)
		}
	}
	return nil
}

func (q queries) keepPeriods(ctx context.Context, all []Period) error {
	if _, err := q.exec(ctx, "DELETE FROM periods"); err != nil {
		return err
	}
	const many = 50 // the SQLite driver looks each argument up among all
	for some := range slices.Chunk(all, many) {
		args := make([]any, 0, 4*many)
		for _, p := range some {
			args = append(args, string(p.Grain), p.Name, p.Starts.UnixNano(), p.Ends.UnixNano())
		}
		rows := strings.Repeat(",(?,?,?,?)", len(some))[1:]
		if _, err := q.exec(ctx, "INSERT INTO periods (grain, period, starts, ends) VALUES "+rows, args...); err != nil {
			return err
		}
	}
	return nil
}

func (q queries) keepTerms(ctx context.Context, t Terms, print string) error {
	if _, err := q.exec(ctx, "DELETE FROM report_terms"); err != nil {
		return err
	}
	put := func(name, word string, amount int64) error {
		_, err := q.exec(ctx, insert("report_terms", "name, word, amount", 2), name, word, amount)
		return err
	}
	for name, words := range map[string][]string{
		"kept": {print}, "zone": {t.Zone}, "currency": {t.Currency}, "converted": t.Converted, "refused": t.Refused, "risk": t.Risk,
	} {
		for _, word := range words {
			if err := put(name, word, 0); err != nil {
				return err
			}
		}
	}
	for word, amount := range t.Prices {
		if err := put("price", word, amount); err != nil {
			return err
		}
	}
	for word, within := range t.Service {
		if err := put("service", word, int64(within)); err != nil {
			return err
		}
	}
	return nil
}
