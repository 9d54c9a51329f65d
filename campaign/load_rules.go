package campaign

import (
	"cmp"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/campaign/pickup"
)

const month = 30 * permit.Day

// defaults is a campaign whose file says nothing.
func defaults() *Campaign {
	c := &Campaign{
		Header: Header{Version: 1, Priority: 50},
		Who:    Who{Pilot: 1},
		Line:   Line{Ring: 30 * time.Second, Waiting: 2, Pickup: Pickup{How: Listen, Machine: HangUp}},
		When:   When{Zone: time.UTC},
		Retry:  Retry{Tries: 3, Rules: retries()},
		Guard: Guard{
			Complaints: 0.005, Sample: 200, Complete: 0.9, Fresh: permit.Week, Worse: 0.2, Rollback: Automatic,
			Breaker: BreakerConfig{Share: 0.5, Calls: 5, Within: 2 * time.Minute, Pause: time.Minute},
			Callers: CallerConfig{Sample: 50, Blocked: 0.1, Below: 0.5, Rest: permit.Day},
		},
	}
	return c
}

// retries are the rules of a campaign that gives none.
func retries() map[pickup.Status]Again {
	never := Again{Never: true, Mark: true}
	elsewhen := Again{After: 4 * time.Hour, Slot: OtherSlot}
	return map[pickup.Status]Again{
		pickup.Busy:        {After: 15 * time.Minute, Slot: AnySlot},
		pickup.NoAnswer:    elsewhen,
		pickup.Off:         {Slot: NextDay},
		pickup.Unreachable: elsewhen,
		pickup.Machine:     {After: elsewhen.After, Slot: OtherSlot, Tries: 2},
		pickup.Refused:     {After: month, Slot: AnySlot},
		pickup.Blocked:     {After: permit.Day, Slot: AnySlot},
		pickup.Network:     {After: 15 * time.Minute, Slot: AnySlot, Tries: 3},
		pickup.Suspended:   never,
		pickup.Empty:       never,
		pickup.Changed:     never,
	}
}

func (l *loader) retry(v *yaml.Node) {
	l.block(v, "retry", "retry", func(key string, v *yaml.Node) {
		if key == "tries" {
			l.c.Retry.Tries = l.Integer(v, key, 1, 20)
			return
		}
		status := pickup.Status(key)
		again := l.again(v, key)
		again.Mark = l.c.Retry.Rules[status].Mark
		if again.Mark && !again.Never && status.Permanent() {
			l.Wrong(v, "write never: nobody is there", "a call to a number that is %s cannot be tried again", key)
		}
		l.c.Retry.Rules[status] = again
	})
}

// again reads 15m, never, next_day or a block.
func (l *loader) again(v *yaml.Node, key string) Again {
	out := Again{Slot: AnySlot}
	if v.Kind == yaml.ScalarNode {
		switch v.Value {
		case "never":
			return Again{Never: true}
		case string(NextDay):
			return Again{Slot: NextDay}
		}
		out.After = l.span(v, key, time.Minute, 366*permit.Day)
		return out
	}
	l.block(v, "again", "retry."+key, func(key string, v *yaml.Node) {
		switch key {
		case "after":
			out.After = l.span(v, key, time.Minute, 366*permit.Day)
		case "slot":
			out.Slot = Slot(l.Word(v, key, words(AnySlot, OtherSlot, NextDay)))
		case "tries":
			out.Tries = l.Integer(v, key, 1, 20)
		}
	})
	if out.After == 0 && out.Slot != NextDay {
		l.Wrong(v, "write when: {after: 4h}, or {slot: next_day}", "%q is called again at once", key)
	}
	return out
}

// follows is what each meaning starts.
func follows(m Meaning) FollowUp {
	switch m {
	case Need:
		return FollowUp{Do: Agent, Within: permit.Day}
	case Considering:
		return FollowUp{Do: Promotion, After: 3 * permit.Day, Within: permit.Day}
	case Refusal:
		return FollowUp{Do: LowPriority, After: month}
	case Later:
		return FollowUp{After: permit.Day}
	}
	return FollowUp{}
}

// outcome reads a meaning alone, or a block.
func (l *loader) outcome(v *yaml.Node, name string) FollowUp {
	given := map[string]*yaml.Node{}
	means := v
	if v.Kind != yaml.ScalarNode {
		l.block(v, "outcome", "outcomes."+name, func(key string, v *yaml.Node) { given[key] = v })
		if means = given["means"]; means == nil {
			return FollowUp{}
		}
	}
	m := Meaning(l.Word(means, "means", words(Meanings()...)))
	f := follows(m)
	f.Outcome, f.Meaning = name, m
	if n := given["do"]; n != nil {
		if do := l.Word(n, "do", append(words(Deeds()...), "nothing")); do == "nothing" {
			f = FollowUp{Outcome: name, Meaning: m}
		} else if Deed(do) != f.Do {
			f.Do = Deed(do)
		}
	}
	if n := given["after"]; n != nil {
		f.After = l.span(n, "after", 0, 366*permit.Day)
	}
	if n := given["within"]; n != nil {
		f.Within = l.span(n, "within", time.Minute, 90*permit.Day)
	}
	l.reachBy(&f, v, given)
	return f
}

// reachBy reads what belongs to one deed alone.
func (l *loader) reachBy(f *FollowUp, v *yaml.Node, given map[string]*yaml.Node) {
	for key, deed := range map[string]Deed{"queue": Agent, "channel": Promotion, "template": Promotion} {
		if n := given[key]; n != nil && f.Do != deed {
			l.Wrong(n, "leave it out, or write do: "+string(deed), "%s is for do: %s, and this is %s", key, deed, cmp.Or(string(f.Do), "nothing"))
		}
	}
	switch f.Do {
	case Agent:
		f.Queue = l.c.Line.Queue
		if n := given["queue"]; n != nil {
			f.Queue = l.Name(n, "queue")
		} else if f.Queue == "" {
			l.Wrong(v, "name the queue here, or under line", "the outcome %q needs an agent, and there is no queue", f.Outcome)
		}
	case Promotion:
		f.Channel, f.Template = permit.SMS, f.Outcome
		if n := given["channel"]; n != nil {
			f.Channel = permit.Channel(l.Word(n, "channel", words(permit.SMS, permit.Email)))
		}
		if n := given["template"]; n != nil {
			f.Template = l.Name(n, "template")
		}
	}
}

func (l *loader) stop(v *yaml.Node) {
	g := &l.c.Guard
	l.block(v, "stop", "stop", func(key string, v *yaml.Node) {
		switch key {
		case "complaints":
			g.Complaints = l.share(v, key, 0.0001, 0.1)
		case "sample":
			g.Sample = l.Integer(v, key, 1, 1_000_000)
		case "failures":
			l.failures(v)
		case "callers":
			l.callers(v)
		case "complete":
			g.Complete = l.share(v, key, 0.9, 1)
		case "fresh":
			g.Fresh = l.span(v, key, time.Hour, permit.Week)
		case "worse":
			g.Worse = l.share(v, key, 0.01, 0.9)
		case "rollback":
			g.Rollback = Rollback(l.Word(v, key, words(Automatic, Ask)))
		}
	})
}

func (l *loader) failures(v *yaml.Node) {
	b := &l.c.Guard.Breaker
	l.block(v, "failures", "stop.failures", func(key string, v *yaml.Node) {
		switch key {
		case "share":
			b.Share = l.share(v, key, 0.05, 1)
		case "calls":
			b.Calls = l.Integer(v, key, 2, 1000)
		case "within":
			b.Within = l.span(v, key, 10*time.Second, time.Hour)
		case "pause":
			b.Pause = l.span(v, key, 10*time.Second, time.Hour)
		}
	})
}

func (l *loader) callers(v *yaml.Node) {
	g := &l.c.Guard.Callers
	l.block(v, "callers", "stop.callers", func(key string, v *yaml.Node) {
		switch key {
		case "sample":
			g.Sample = l.Integer(v, key, 10, 1_000_000)
		case "blocked":
			g.Blocked = l.share(v, key, 0.01, 1)
		case "below":
			g.Below = l.share(v, key, 0.05, 0.95)
		case "rest":
			g.Rest = l.span(v, key, time.Hour, month)
		}
	})
}

func (l *loader) caps(v *yaml.Node) {
	m := &l.c.Guard.Limits
	l.block(v, "caps", "caps", func(key string, v *yaml.Node) {
		switch key {
		case "day":
			m.Day = l.Integer(v, key, 1, 100)
		case "week":
			m.Week = l.Integer(v, key, 1, 100)
		case "refusal":
			m.Refusal = l.span(v, key, permit.Day, 3660*permit.Day)
		case "complaint":
			m.Complaint = l.span(v, key, permit.Day, 3660*permit.Day)
		}
	})
}
