package storetest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/label"
	"github.com/parley-voice/parley/store"
)

// listener is told of labels, with a message for each customer.
type listener struct{ told []string }

func (l *listener) tell(asOf time.Time, all []store.LabelsChanged) (out []store.Message) {
	for _, one := range all {
		text := ""
		for _, c := range one.Changes {
			if c.Label == "value" || c.Label == "orders" || c.Label == "days_since_order" {
				text += fmt.Sprintf(" %s %q->%q", c.Label, c.Old, c.New)
				if one.Why[c.Label] == "" {
					text += " without a why"
				}
			}
		}
		if one.Before.IsZero() {
			text += " at first"
		}
		l.told = append(l.told, one.Customer+text)
		out = append(out, store.Message{ID: fmt.Sprint(one.Customer, asOf.UnixNano()), Hook: "crm", URL: "https://crm.example", Payload: []byte("{}"), Since: asOf, Due: asOf})
	}
	return out
}

func (l *listener) expect(t *testing.T, what string, want ...string) {
	t.Helper()
	if strings.Join(l.told, "; ") != strings.Join(want, "; ") {
		t.Errorf("%s: told %q, want %q", what, l.told, want)
	}
	l.told = nil
}

func changesTold(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	upsert(t, s, li())
	upsert(t, s, customer.Profile{ID: "c2", Numbers: []string{"+8613900139000"}, Updated: T0})
	var l listener
	o := labelled
	due := func() {
		t.Helper()
		_, err := s.PortraitDue(t.Context(), o, l.tell)
		must(t, err)
	}
	all := func() {
		t.Helper()
		_, err := s.PortraitAll(t.Context(), o, l.tell, nil)
		must(t, err)
	}
	addEvents(t, s, ordered("c1", 1, T0, 100))
	due()
	l.expect(t, "first labels", `c1 orders ""->"1" value ""->"normal" at first`, `c2 orders ""->"0" value ""->"normal" at first`)
	addEvents(t, s, ordered("c2", 1, T0, 100))
	o.Now = o.Now.Add(time.Hour)
	all()
	l.expect(t, "of all, of whom one bought", `c2 orders "0"->"1"`)
	due()
	l.expect(t, "the same, since it is due")
	o.Now = o.Now.Add(24 * time.Hour)
	all()
	for _, line := range l.told {
		if strings.Contains(line, "->") {
			t.Errorf("a day passed, and it is told: %s", line)
		}
	}
	l.told = nil
	addEvents(t, s, ordered("c1", 2, T0.Add(2*time.Hour), 99_999_900))
	o.Now = o.Now.Add(time.Hour)
	due()
	due()
	l.expect(t, "a large purchase", `c1 orders "1"->"2" value "normal"->"high"`)
	kept, err := s.Messages(t.Context(), store.MessageFilter{Hook: "crm", Limit: 100})
	if must(t, err); len(kept) < 4 || !kept[0].Due.Equal(o.Now) || kept[0].ID != fmt.Sprint("c1", o.Now.UnixNano()) {
		t.Errorf("%d messages in the outbox: %+v", len(kept), kept)
	}
}

func changesNotTold(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	upsert(t, s, li())
	addEvents(t, s, ordered("c1", 1, T0, 100))
	portrayed(t, s, labelled)
	var l listener
	addEvents(t, s, ordered("c1", 2, T0, 100))
	_, err := s.PortraitAll(t.Context(), label.Options{Now: labelled.Now.Add(-time.Minute), Currency: "CNY"}, l.tell, nil)
	must(t, err)
	l.expect(t, "labels as of earlier than those that are kept")
	stop, cancel := context.WithCancel(t.Context())
	if _, err := s.PortraitDue(stop, labelled, func(time.Time, []store.LabelsChanged) []store.Message {
		cancel()
		return []store.Message{{ID: "lost"}}
	}); err == nil {
		t.Error("a message that could not be posted is no error")
	}
	if got := keptLabel(t, s, "c1", "orders"); got != "1" {
		t.Errorf("%s orders are kept that nobody was told of", got)
	}
	_, err = s.PortraitDue(t.Context(), labelled, l.tell)
	must(t, err)
	l.expect(t, "tried again", `c1 orders "1"->"2"`)
}
