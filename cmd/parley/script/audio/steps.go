package audio

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/parley-voice/parley/dialog/transcript"
)

// The caller's manners.
const (
	hush     = 900 * time.Millisecond  // quiet after which Parley's turn is over: longer than a pause within it
	reply    = 2500 * time.Millisecond // no sound for so long after ours: Parley is waiting
	opening  = 15 * time.Second        // for the first sound of a call
	longest  = 60 * time.Second        // for one turn of Parley's
	settling = 8 * time.Second         // until what is expected must have come
	tick     = 20 * time.Millisecond
	spoke    = 10 // frames with sound that are more than a click
)

func (p *player) steps(ctx context.Context) error {
	for _, s := range p.test.Steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		if p.over() && s.Kind != "bot" && s.Kind != "expect" {
			p.fail(s.Line, "the call is over: %s cannot happen", s.Kind)
			continue
		}
		if err := p.step(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func (p *player) step(ctx context.Context, s transcript.Step) error {
	switch s.Kind {
	case "bot":
		return p.bot(ctx, s)
	case "expect":
		return p.expect(ctx, s)
	case "caller":
		if err := p.quiet(ctx); err != nil {
			return err
		}
		return p.say(ctx, s.Text)
	case "barge_in":
		if err := p.until(ctx, opening, func() bool { return p.talk.Ear.Sound()-p.last.sound > 35 && p.talk.Ear.Quiet() < hush/3 }); err != nil {
			return err
		}
		return p.say(ctx, s.Text)
	case "transfer":
		return p.transfer(ctx, s)
	case "silence": // it begins when the prompt has been heard
		if err := p.quiet(ctx); err != nil {
			return err
		}
		p.act("(silence " + s.For.String() + ")")
		return p.until(ctx, s.For, p.over)
	case "press": // keys belong to what is asked next, which words have to bring about first
		if p.last.words {
			if err := p.until(ctx, reply, func() bool { return p.began() || p.away() || p.over() }); err != nil {
				return err
			}
		}
		p.act("(press " + s.Text + ")")
		if err := p.talk.Session.SendDigits(s.Text); err != nil {
			p.cannot("keys: %v", err)
		}
		return p.until(ctx, time.Duration(len(s.Text))*300*time.Millisecond, p.over)
	case "noise":
		p.act("(noise " + s.Text + ")")
		return p.talk.Say(ctx, noise())
	case "deaf":
		p.act("(recognition is taken away)")
		p.stage.broken.trip()
	case "mute":
		p.cannot("line %d: a voice that is lost cannot be played by telephone; the text simulator does", s.Line)
	case "hangup":
		p.act("(hangs up)")
		hangUp(ctx, p.leg)
		return p.until(ctx, settling, p.facts.ended)
	default:
		p.cannot("line %d: %s cannot be played by telephone", s.Line, s.Kind)
	}
	return nil
}

// act notes what the caller does; what Parley says from now on answers it.
func (p *player) act(text string) {
	p.facts.note(time.Now(), "caller", text)
	p.last.entry, p.last.sound, p.last.words = p.facts.count(), p.talk.Ear.Sound(), false
}

func (p *player) say(ctx context.Context, text string) error {
	clip, err := p.stage.caller.Clip(ctx, text)
	if err != nil {
		return err
	}
	p.act(text)
	err = p.talk.Say(ctx, clip)
	p.last.sound, p.last.words = p.talk.Ear.Sound(), true
	if p.over() {
		return nil
	}
	return err
}

// quiet waits until Parley has had its turn: it has spoken and is silent, or it
// does not speak at all, or the call is over or with somebody else.
func (p *player) quiet(ctx context.Context) error {
	patience := reply
	if p.last.sound == 0 {
		patience = opening
	}
	if err := p.until(ctx, patience, func() bool { return p.began() || p.away() || p.over() }); err != nil || !p.began() {
		return err
	}
	return p.until(ctx, longest, func() bool { return p.talk.Ear.Quiet() >= hush || p.away() || p.over() })
}

// began tells whether Parley has spoken since the caller's last act.
func (p *player) began() bool { return p.talk.Ear.Sound()-p.last.sound >= spoke }

// away tells whether a transfer is under way that no step has taken yet.
func (p *player) away() bool {
	rang, _ := p.stage.person.counts()
	return rang > p.transfers
}

// until waits for something to become true, for a while.
func (p *player) until(ctx context.Context, limit time.Duration, what func() bool) error {
	late := time.NewTimer(limit)
	defer late.Stop()
	again := time.NewTicker(tick)
	defer again.Stop()
	for !what() {
		select {
		case <-again.C:
		case <-late.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// bot expects a node to have been passed or to be the present one.
func (p *player) bot(ctx context.Context, s transcript.Step) error {
	there := func() bool {
		if next, ok := p.facts.visited(s.Text, p.seen); ok {
			p.seen = next
			return true
		}
		return slices.Equal(p.facts.get("node", 0), []string{s.Text})
	}
	found := false
	err := p.until(ctx, settling, func() bool { found = found || there(); return found || p.facts.ended() })
	if err == nil && !found && !there() {
		p.fail(s.Line, "expected node %q, the conversation is at %q", s.Text, strings.Join(p.facts.get("node", 0), ""))
	}
	return err
}

// transfer lets the person do their part.
func (p *player) transfer(ctx context.Context, s transcript.Step) error {
	p.transfers++
	begun := func() bool { rang, _ := p.stage.person.counts(); return rang >= p.transfers }
	over := func() bool { _, ended := p.stage.person.counts(); return ended >= p.transfers }
	if err := p.until(ctx, opening, begun); err != nil {
		return err
	}
	if !begun() {
		p.fail(s.Line, "no transfer is under way")
		return nil
	}
	p.act("(transfer " + s.Text + ")")
	select {
	case p.stage.person.acts <- s.Text:
	default:
	}
	if s.Text == "no answer" {
		p.cannot("line %d: instead of ringing in vain the person's telephone says at once that nobody is there", s.Line)
	}
	return p.until(ctx, settling, over)
}

// expect waits until everything that is expected has come, and says what has not.
func (p *player) expect(ctx context.Context, s transcript.Step) error {
	if err := p.quiet(ctx); err != nil {
		return err
	}
	var missing []string
	err := p.until(ctx, settling, func() bool { missing = p.missing(s); return len(missing) == 0 })
	for _, m := range missing {
		p.fail(s.Line, "%s", m)
	}
	if want, ok := s.Expect["outcome"]; ok {
		p.outcomes = append(p.outcomes, outcome{s.Line, want})
	}
	return errors.Join(err, ctx.Err())
}

func (p *player) missing(s transcript.Step) []string {
	var all []string
	for key, want := range s.Expect {
		got := p.facts.get(key, p.last.entry)
		for _, w := range want {
			ok := slices.Contains(got, w)
			switch {
			case key == "outcome":
				ok = true // judged when the record is there
			case key == "said":
				ok = strings.Contains(strings.Join(got, " "), w)
			case key == "ended" && (w == "true" || w == "false"):
				ok = p.facts.ended() == (w == "true")
			}
			if !ok {
				all = append(all, key+": expected \""+w+"\", got "+show(got))
			}
		}
	}
	slices.Sort(all)
	return all
}

func show(all []string) string {
	if len(all) == 0 {
		return "nothing"
	}
	return "\"" + strings.Join(all, "\", \"") + "\""
}
