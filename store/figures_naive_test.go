package store_test

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// plain is a call as somebody would read it who knows no SQL.
type plain struct {
	call.Record
	number, person, product, why    string
	reached, won, refused, complain bool
}

func (w town) read() (all []plain) {
	owner := map[string]string{}
	for _, p := range w.people {
		for _, n := range p.Numbers {
			owner[n] = p.ID
		}
	}
	for i, r := range w.calls {
		c := plain{Record: r}
		theirs := r.Caller
		if r.Direction == "outbound" {
			theirs = r.Called
		}
		for _, e := range r.Entries {
			if e.Kind != call.EntryNote {
				continue
			}
			if p, ok := strings.CutPrefix(e.Text, "product="); ok {
				c.product = p
			}
			c.complain = c.complain || e.Text == "tag=complaint" || strings.HasPrefix(e.Text, "opt_out=")
		}
		c.number = customer.Parse(theirs, "CN").Text
		if i >= 100 && i < 110 { // its row in past is lost
			c.number, c.product = "", ""
		}
		if c.person = owner[c.number]; c.person == "" {
			c.person = c.number
		}
		status := pickup.Status("")
		if r.Pickup != nil {
			status = r.Pickup.Status
		}
		c.reached = !r.Answered.IsZero() && status != pickup.Machine && status != pickup.Screening
		c.won = r.Outcome == "booked" || r.Outcome == "need_clear"
		c.refused = r.Outcome == "refused"
		switch {
		case r.Answered.IsZero() && r.Direction == "outbound" && (status == pickup.Empty || status == "" && (r.Cause == 1 || r.Cause == 0 && (r.SIPCode == 404 || r.SIPCode == 604))):
			c.why = "empty_number"
		case !r.Answered.IsZero() && r.Ended.Sub(r.Answered) < 5*time.Second:
			c.why = "short"
		}
		all = append(all, c)
	}
	return all
}

// sums are what was counted, by view, grain, period and what else names the row.
type sums map[string]map[string]float64

func (s sums) add(row, column string, n float64) {
	if s[row] == nil {
		s[row] = map[string]float64{}
	}
	s[row][column] += n
}

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// count reckons every figure from the calls alone.
func (w town) count(zone *time.Location) sums {
	s, calls := sums{}, w.read()
	people := map[string]map[string]bool{} // row and column: who is counted already
	for _, g := range []store.Grain{store.Day, store.Week, store.Month, store.Quarter} {
		often := map[string]map[string]int{}
		for _, c := range calls {
			p := string(g) + "|" + g.Name(c.Began.In(zone))
			row := func(view string, more ...string) string { return strings.Join(append([]string{view, p}, more...), "|") }
			s.counted(row, c)
			w.waits(s, row, c)
			w.left(s, row, c)
			if c.why != "" {
				continue
			}
			s.kept(row, c, calls)
			if c.Direction == "inbound" && c.person != "" {
				if often[p] == nil {
					often[p] = map[string]int{}
				}
				often[p][c.person]++
			}
			if c.Direction == "outbound" {
				w.variant(s, people, row, c)
			}
		}
		for p, by := range often {
			for _, n := range by {
				s.add("kpi_repeat_callers|"+p, "callers", 1)
				s.add("kpi_repeat_callers|"+p, "repeated", one(n > 1))
			}
		}
		w.complaints(s, g, zone, calls)
		w.value(s, g, zone, calls)
	}
	return s
}

// left counts who answered us, was to meet a person and met none in time.
func (w town) left(s sums, row func(string, ...string) string, c plain) {
	if c.Direction != "outbound" || !c.reached {
		return
	}
	sought, served, late := false, false, false
	for _, e := range c.Entries {
		switch {
		case e.Kind == call.EntryTransfer:
			sought = true
		case e.Kind == call.EntryServed && !served:
			sought, served, late = true, true, e.Timing.Waited > 2000
		}
	}
	at := row("kpi_outbound_abandonment", w.campaigns[c.ID])
	s.add(at, "answered", 1)
	s.add(at, "sought", one(sought))
	s.add(at, "abandoned", one(late || sought && !served))
}

// value reckons what the people who were spoken with bought.
func (w town) value(s sums, g store.Grain, zone *time.Location, calls []plain) {
	for row, ends := range w.ends(g, zone, calls) {
		bought, buyers := map[string]bool{}, map[string]bool{}
		for _, c := range calls {
			if !c.reached || c.why != "" || "kpi_value|"+string(g)+"|"+g.Name(c.Began.In(zone)) != row {
				continue
			}
			for _, e := range w.events {
				if e.Customer != c.person || e.Amount.Currency != "CNY" || e.Kind != customer.Order && e.Kind != customer.Refund {
					continue
				}
				sign := 1 - 2*one(e.Kind == customer.Refund)
				if after := e.At.Sub(c.Began); after >= 0 && after < 7*24*time.Hour && !bought[e.ID] {
					bought[e.ID] = true
					s.add(row, "orders", one(sign > 0))
					s.add(row, "ordered", one(sign > 0)*float64(e.Amount.Cents))
					s.add(row, "net", sign*float64(e.Amount.Cents))
				}
				if e.At.Before(ends) && !buyers[e.ID] {
					buyers[e.ID] = true
					s.add(row, "worth", sign*float64(e.Amount.Cents))
					s.add(row, "buyers", one(!buyers["of "+c.person]))
					buyers["of "+c.person] = true
				}
			}
		}
	}
}

// ends is when each period with a call is over: as the clock on the wall says.
func (w town) ends(g store.Grain, zone *time.Location, calls []plain) map[string]time.Time {
	all := map[string]time.Time{}
	for _, c := range calls {
		name, at := g.Name(c.Began.In(zone)), c.Began.In(zone)
		end := time.Date(at.Year(), at.Month(), at.Day()+1, 0, 0, 0, 0, zone)
		for g.Name(end) == name {
			end = time.Date(end.Year(), end.Month(), end.Day()+1, 0, 0, 0, 0, zone)
		}
		all["kpi_value|"+string(g)+"|"+name] = end
	}
	return all
}

func (s sums) counted(row func(string, ...string) string, c plain) {
	s.add(row("kpi_counted"), "calls", 1)
	s.add(row("kpi_counted"), "kept", one(c.why == ""))
	s.add(row("kpi_counted"), "short", one(c.why == "short"))
	s.add(row("kpi_counted"), "empty_numbers", one(c.why == "empty_number"))
	s.add(row("kpi_counted"), "withheld", one(c.why == "" && c.person == ""))
	cents := 0
	if c.Direction == "outbound" {
		cents += townPrices["outbound_call"]
	}
	if !c.Answered.IsZero() {
		minutes := int(c.Ended.Sub(c.Answered) / time.Minute)
		if c.Ended.Sub(c.Answered)%time.Minute > 0 {
			minutes++
		}
		cents += minutes * townPrices[c.Direction+"_minute"]
	}
	s.add(row("kpi_cost"), "calls", one(c.why == ""))
	s.add(row("kpi_cost"), "converted", one(c.why == "" && c.reached && c.won))
	s.add(row("kpi_cost"), "millionths", float64(cents))
	s.add(row("kpi_value"), "millionths", float64(cents))
}

var townPrices = map[string]int{"outbound_call": 15000, "outbound_minute": 120000, "inbound_minute": 50001, "agent_minute": 900000}

func (s sums) kept(row func(string, ...string) string, c plain, all []plain) {
	answered := !c.Answered.IsZero()
	s.add(row("kpi_answer_rate", c.Direction), "calls", 1)
	s.add(row("kpi_answer_rate", c.Direction), "answered", one(c.reached))
	s.add(row("kpi_answer_rate", c.Direction), "machines", one(answered && !c.reached))
	s.add(row("kpi_completed"), "completed", one(c.reached && c.State == call.Finished && c.Outcome != ""))
	if answered {
		s.add(row("kpi_handling_time"), "calls", 1)
		s.add(row("kpi_handling_time"), "ns", float64(c.Ended.Sub(c.Answered)))
		if c.Direction == "inbound" {
			s.contact(row("kpi_first_contact"), c, all)
		}
	}
	if !c.reached {
		s.satisfied(row("kpi_satisfaction"), c)
		return
	}
	s.add(row("kpi_conversion", c.Direction), "answered", 1)
	s.add(row("kpi_conversion", c.Direction), "converted", one(c.won))
	if survey := s.satisfied(row("kpi_satisfaction"), c); !survey && c.Direction == "outbound" {
		s.add(row("kpi_intent"), "answered", 1)
		s.add(row("kpi_intent"), "meant", one(c.Grade == "A" || c.Grade == "B"))
	}
	risky := false
	for _, e := range c.Entries {
		risky = risky || e.Kind == call.EntryNote && (e.Text == "tag=complaint" || e.Text == "tag=refund")
	}
	s.add(row("kpi_high_risk"), "calls", 1)
	s.add(row("kpi_high_risk"), "risky", one(risky))
}

func (s sums) contact(row string, c plain, all []plain) {
	if c.person == "" || c.product == "" {
		s.add(row, "unknown", 1)
		return
	}
	again := false
	for _, l := range all {
		after := l.Began.Sub(c.Began)
		again = again || l.Direction == "inbound" && l.person == c.person && l.product == c.product && after > 0 && after <= 7*24*time.Hour
	}
	s.add(row, "asked", 1)
	s.add(row, "resolved", one(!again))
}

func (s sums) satisfied(row string, c plain) (survey bool) {
	for _, ask := range []struct {
		key  string
		low  int
		high int
	}{{"score", 1, 10}, {"recommend", 0, 10}} {
		last, said := "", false
		for _, e := range c.Entries {
			if v, ok := strings.CutPrefix(e.Text, ask.key+"="); ok && e.Kind == call.EntryNote {
				last, said = v, true
			}
		}
		survey = survey || said
		n, err := strconv.Atoi(last)
		if err != nil || n < ask.low || n > ask.high {
			continue
		}
		if ask.key == "score" {
			s.add(row, "rated", 1)
			s.add(row, "content", one(n >= 7))
			continue
		}
		s.add(row, "asked", 1)
		s.add(row, "promoters", one(n >= 9))
		s.add(row, "detractors", one(n <= 6))
	}
	return survey
}

func (w town) variant(s sums, people map[string]map[string]bool, row func(string, ...string) string, c plain) {
	campaign := w.campaigns[c.ID]
	variant := fmt.Sprintf("%s@%d", c.Script, c.Version)
	if v := w.variants[c.person]; v != "" && campaign == "autumn" {
		variant = v
	}
	who := c.person
	if who == "" {
		who = c.ID
	}
	at := row("kpi_variants", campaign, variant)
	for column, yes := range map[string]bool{"called": true, "answered": c.reached, "converted": c.reached && c.won, "negative": c.reached && (c.refused || c.complain)} {
		key := at + " " + column
		if people[key] == nil {
			people[key] = map[string]bool{}
		}
		s.add(at, column, one(yes && !people[key][who]))
		people[key][who] = people[key][who] || yes
	}
}

func (w town) waits(s sums, row func(string, ...string) string, c plain) {
	if c.why != "" {
		return
	}
	var asked time.Time
	script := ""
	for _, e := range c.Entries {
		queue, wait, became := script, e.At.Sub(asked).Milliseconds(), e.Text
		switch {
		case e.Kind == call.EntryTransfer && strings.HasPrefix(e.Text, "to "):
			if !strings.HasPrefix(e.Text, "to supervisor ") {
				asked = e.At
			}
			if q, ok := strings.CutPrefix(e.Text, "to queue "); ok {
				script = q
			}
			continue
		case e.Kind == call.EntryServed:
			became, wait = "joined", int64(e.Timing.Waited)
			if e.From != "" {
				queue = e.From
			}
			busy := int64(e.Timing.Briefed) + int64(e.Timing.Talked)
			s.add(row("kpi_handling_time"), "agent_talks", 1)
			s.add(row("kpi_handling_time"), "agent_ms", float64(busy))
			s.add(row("kpi_cost"), "agent", float64(busy*int64(townPrices["agent_minute"])))
			s.add(row("kpi_value"), "agent", float64(busy*int64(townPrices["agent_minute"])))
		case e.Kind != call.EntryTransfer || became != "abandoned" && became != "failed":
			continue
		}
		if c.Direction != "inbound" {
			continue
		}
		within := int64(20000)
		if queue == "sales" {
			within = 10000
		}
		s.add(row("kpi_abandonment", queue), "waits", 1)
		s.add(row("kpi_abandonment", queue), "abandoned", one(became == "abandoned"))
		s.add(row("kpi_abandonment", queue), "ms", float64(wait))
		s.add(row("kpi_service_level", queue), "joined", one(became == "joined"))
		s.add(row("kpi_service_level", queue), "in_time", one(became == "joined" && wait <= within))
		s.add(row("kpi_service_level", queue), "lost", one(became == "failed" || became == "abandoned" && wait > within))
	}
}
