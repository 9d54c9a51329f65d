package routes

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/routing"
	"github.com/parley-voice/parley/routing/queue"
)

// course is one call's way by the table that it began with. It is a call.Course.
type course struct {
	router   *Router
	table    *routing.Table
	known    routing.Facts // when the telephone rang
	trunk    string
	standing queue.Enter
	heard    []string // classes of words
	tagged   int      // of them are on record
	said     []string // the caller's last turn
	decided  []string // rules that have held; each sends a call on once
}

// Reroute asks the rules of mid-call.
func (c *course) Reroute(now time.Time, l call.Live) (off call.Turnoff, ok bool) {
	for _, text := range l.Said {
		for _, class := range c.table.Hear(text) {
			if !slices.Contains(c.heard, class) {
				c.heard = append(c.heard, class)
			}
		}
		c.said = []string{text}
	}
	if len(c.table.During) == 0 {
		return off, false
	}
	f := c.facts(now, l)
	d, kept, ok := c.router.cfg.Book.reroute(c.table, now, f)
	if !ok || slices.Contains(c.decided, d.Rule) {
		return off, false
	}
	c.decided = append(c.decided, d.Rule)
	home := c.router.cfg.Book.home
	off = call.Turnoff{
		To: transferTo(d.To, c.trunk, home), Standing: promised(standing(d, home), now, d), Say: d.Greeting, Now: !d.Later,
		Why: fmt.Sprintf("%s by %s", d.To, d.Rule), Notes: []call.Entry{noted(d, kept)},
	}
	off.To.Brief = brief(d.Facts, d.Context, c.said)
	off.Notes = append(off.Notes, c.tags(d.Rule)...)
	if d.FollowUp > 0 {
		off.Notes = append(off.Notes, followUp(now, d.FollowUp, d.Rule))
	}
	return off, true
}

// followUp is the line of the record that says by when somebody must come back to
// the caller.
func followUp(now time.Time, within time.Duration, rule string) call.Entry {
	return call.Entry{Kind: call.EntryNote, Text: "follow_up=" + now.Add(within).UTC().Format(time.RFC3339), Why: rule}
}

// tags puts the classes of words that were heard on record, each once: a call in
// which a complaint was heard leaves a complaint.
func (c *course) tags(rule string) (all []call.Entry) {
	for _, class := range c.heard[c.tagged:] {
		all = append(all, call.Entry{Kind: call.EntryNote, Text: "tag=" + class, Why: rule})
	}
	c.tagged = len(c.heard)
	return all
}

// Classes gives the classes of the table's words that are in what was said.
func (c *course) Classes(said string) []string { return c.table.Hear(said) }

// facts are what was known at first, and what the conversation came to know.
func (c *course) facts(now time.Time, l call.Live) routing.Facts {
	f := routing.Facts{}
	for name, v := range c.known {
		f[name] = v
	}
	for name, v := range l.Set {
		_ = c.table.Set(f, name, v) // a variable that is no fact, or does not fit, is not known
	}
	c.router.live(c.table, now, f)
	f["no_matches"] = strconv.Itoa(l.NoMatches)
	f["call.seconds"] = strconv.Itoa(int(l.Lasted.Seconds()))
	f["script"] = l.Script
	for name, v := range map[string]string{"heard": strings.Join(c.heard, ", "), "tags": strings.Join(l.Tags, ", "),
		"failed": strings.Join(l.Failed, ", "), "intent": l.Intent} {
		if v != "" {
			f[name] = v
		} else {
			delete(f, name)
		}
	}
	return f
}
