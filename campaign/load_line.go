package campaign

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/campaign/pacing"
	"github.com/parley-voice/parley/campaign/timing"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/dialog/vocab/hours"
	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

func (l *loader) who(v *yaml.Node) {
	w := &l.c.Who
	l.block(v, "who", "who", func(key string, v *yaml.Node) {
		switch key {
		case "segment":
			w.Segment = l.Text(v, key)
		case "order":
			w.Order = l.Name(v, key)
		case "pilot":
			w.Pilot = l.share(v, key, 0.0001, 1)
		case "triggers":
			for i, item := range strictyaml.Items(v) {
				w.Triggers = append(w.Triggers, l.trigger(item, fmt.Sprintf("who.triggers[%d]", i)))
			}
		case "window":
			w.Window = Window(l.Word(v, key, words(Windows()...)))
		case "refill":
			w.Refill = l.span(v, key, 10*time.Minute, 7*24*time.Hour)
		}
	})
	if w.Window != NoWindow {
		w.Refill = cmp.Or(w.Refill, RefillEvery)
		if len(w.Triggers) > 0 {
			l.Wrong(v, "make two campaigns of it", "who has a window and triggers")
		}
	}
}

func (l *loader) trigger(v *yaml.Node, path string) timing.Trigger {
	t := timing.Trigger{Stale: 15 * time.Minute}
	l.block(v, "trigger", path, func(key string, v *yaml.Node) {
		switch key {
		case "on":
			t.On = timing.Kind(l.Word(v, key, words(timing.Browsed, timing.Carted, timing.Bought)))
		case "settle":
			t.Settle = l.span(v, key, 0, timing.Reaction)
		case "stale":
			t.Stale = l.span(v, key, time.Minute, 24*time.Hour)
		case "rest":
			t.Rest = l.span(v, key, 0, 366*24*time.Hour)
		}
	})
	return t
}

func (l *loader) line(v *yaml.Node) {
	n := &l.c.Line
	l.block(v, "line", "line", func(key string, v *yaml.Node) {
		switch key {
		case "trunk":
			n.Trunk = l.Name(v, key)
		case "numbers":
			l.numbers(v)
		case "per_number":
			n.PerCaller = l.Integer(v, key, 1, 1_000_000)
		case "ring":
			n.Ring = l.span(v, key, 15*time.Second, 2*time.Minute) // 16 CFR 310.4(b)(4)(ii): at least 15 s or four rings
		case "queue":
			n.Queue = l.Name(v, key)
		case "waiting":
			n.Waiting = l.Integer(v, key, 1, 100)
		case "pickup":
			l.pickup(v)
		case "voicemail":
			l.voicemail(v)
		}
	})
	if n.Pickup.How == TakeAll && n.Pickup.Machine != HangUp {
		l.Wrong(v, "write pickup: listen, or leave voicemail out", "with pickup: off no machine is ever found, and voicemail says what to do with one")
	}
}

func (l *loader) numbers(v *yaml.Node) {
	seen := map[string]bool{}
	for i, item := range strictyaml.Items(v) {
		text := l.Text(item, "numbers")
		number := customer.Parse(text, "")
		switch {
		case text == "":
			continue
		case !number.Personal() && number.Kind != customer.Hotline:
			l.Wrong(item, "write it in international form, in quotation marks: \"+862165550123\"", "%q is no number that can be shown", text)
		case seen[number.Text]:
			l.Fault(strictyaml.DuplicateKey, item, "keep one of them", "%s stands twice under numbers", number.Text)
		}
		seen[number.Text] = true
		l.c.places.note(fmt.Sprintf("line.numbers[%d]", i), item)
		l.c.Line.Callers = append(l.c.Line.Callers, number.Text)
	}
	if len(l.c.Line.Callers) == 0 {
		l.Wrong(v, "name one number at least", "there are no numbers to show")
	}
}

func (l *loader) pacing(v *yaml.Node) {
	p := &l.c.Pacing
	l.block(v, "pacing", "pacing", func(key string, v *yaml.Node) {
		switch key {
		case "mode":
			p.Mode = pacing.Mode(l.Word(v, key, words(pacing.Modes()...)))
		case "calls":
			p.Concurrent = l.Integer(v, key, 1, 100_000)
		case "per_second":
			p.PerSecond = l.rate(v, key, 0.01, 1000)
		case "abandoned":
			p.Abandoned = l.share(v, key, 0.001, 0.03)
		case "confidence":
			p.Confidence = l.share(v, key, 0.5, 0.999)
		case "agents":
			p.LeastAgents = l.Integer(v, key, 1, 10_000)
		case "overflow":
			p.Overflow = l.share(v, key, 0, 1)
		}
	})
	if n := l.c.Line.Queue; n == "" && p.Mode != "" && p.Mode != pacing.Agentless {
		l.Wrong(v, "name the queue of the agents: line: {queue: ...}", "%s pacing has no agents", p.Mode)
	}
}

func (l *loader) when(v *yaml.Node) {
	w := &l.c.When
	given := map[string]*yaml.Node{}
	l.block(v, "when", "when", func(key string, v *yaml.Node) { given[key] = v })
	if n := given["timezone"]; n != nil {
		name := l.Text(n, "timezone")
		zone, err := time.LoadLocation(name)
		if name != "" && (err != nil || name == "Local") {
			l.Wrong(n, "use a name of the IANA time zone database, such as Asia/Shanghai or Europe/Berlin", "timezone cannot be %q", name)
		} else if err == nil {
			w.Zone = zone
		}
	}
	if n := given["start"]; n != nil {
		w.Start, _ = l.moment(n, "start")
	}
	if n := given["until"]; n != nil {
		var whole bool
		if w.Deadline, whole = l.moment(n, "until"); whole {
			w.Deadline = timing.StartOfDay(w.Deadline, 1, w.Zone)
		}
		if !w.Start.IsZero() && !w.Deadline.IsZero() && !w.Start.Before(w.Deadline) {
			l.Wrong(n, "make until later than start", "the campaign ends before it begins")
		}
	}
	if n := given["hours"]; n != nil {
		if w.Hours = hours.ReadWeek(&l.Reader, n); w.Hours.None() && l.Sound() {
			l.Wrong(n, "write mon-fri: 10:00-18:00, or leave hours out", "no day has hours")
		}
	}
}

// moment reads a day, or a day and time, in the campaign's zone.
func (l *loader) moment(v *yaml.Node, what string) (at time.Time, whole bool) {
	text := l.Text(v, what)
	if text == "" {
		return at, false
	}
	if at, err := time.ParseInLocation(time.DateOnly, text, l.c.When.Zone); err == nil {
		return at, true
	}
	for _, form := range []string{"2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02T15:04:05"} {
		if at, err := time.ParseInLocation(form, text, l.c.When.Zone); err == nil {
			return at, false
		}
	}
	l.Wrong(v, "write 2026-11-23 or 2026-11-23T09:00", "%s cannot be %q", what, text)
	return at, false
}

// span reads a time in a range; days have 24 hours.
func (l *loader) span(v *yaml.Node, what string, from, to time.Duration) time.Duration {
	text := l.Text(v, what)
	if text == "" {
		return 0
	}
	var d time.Duration
	var err error
	if n, ok := strings.CutSuffix(text, "d"); ok {
		var count int
		count, err = strconv.Atoi(n)
		d = time.Duration(min(max(count, -1), 10_000)) * 24 * time.Hour
	} else {
		d, err = time.ParseDuration(text)
	}
	switch {
	case err != nil:
		l.Wrong(v, "write a number and a unit: 90s, 15m, 4h, 3d", "%s cannot be %q", what, text)
	case d < from || d > to:
		l.Wrong(v, fmt.Sprintf("use a time from %s to %s", short(from), short(to)), "%s cannot be %q", what, text)
	default:
		return d
	}
	return from
}

// short is a time as a file writes it.
func short(d time.Duration) string {
	if d >= 48*time.Hour && d%(24*time.Hour) == 0 {
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	}
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = strings.TrimSuffix(text, zero[1:])
		}
	}
	return text
}

// share reads a percentage as a number from 0 to 1.
func (l *loader) share(v *yaml.Node, what string, from, to float64) float64 {
	text := l.Text(v, what)
	if text == "" {
		return from
	}
	number, ok := strings.CutSuffix(text, "%")
	x, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	x /= 100
	switch {
	case !ok || err != nil || x != x:
		l.Wrong(v, "write a percentage: 0.5%", "%s cannot be %q", what, text)
	case x < from || x > to:
		l.Wrong(v, fmt.Sprintf("use a share from %s to %s", percent(from), percent(to)), "%s cannot be %q", what, text)
	default:
		return x
	}
	return from
}

// rate reads a number with decimals.
func (l *loader) rate(v *yaml.Node, what string, from, to float64) float64 {
	text := l.Text(v, what)
	x, err := strconv.ParseFloat(text, 64)
	if text != "" && (err != nil || !(x >= from && x <= to)) {
		l.Wrong(v, fmt.Sprintf("use a number from %v to %v", from, to), "%s cannot be %q", what, text)
		return from
	}
	return x
}
