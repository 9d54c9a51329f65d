package audio

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/softphone"
	"github.com/parley-voice/parley/dialog/transcript"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/sip"
)

// Result is how a test went.
type Result struct {
	Failures []string
	Notes    []string // what could not be done by telephone
	Entries  []transcript.Entry
}

// longestTest bounds one conversation.
const longestTest = 5 * time.Minute

// Play holds the conversation of a test. The error is the machine's or ctx's;
// what the script did wrong is in the Result.
func (st *Stage) Play(ctx context.Context, t transcript.Test) (Result, error) {
	ctx, cancel := context.WithTimeout(ctx, longestTest)
	defer cancel()
	st.broken.mend()
	st.person.fresh()
	f := newFacts()
	watcher := st.server.Desk.Watch(4096)
	followed := make(chan struct{})
	go func() { defer close(followed); f.follow(watcher.Updates()) }()
	defer func() { watcher.Close(); <-followed }()

	type end struct {
		record call.Record
		err    error
	}
	ended := make(chan end, 1)
	go func() {
		r, err := st.server.Desk.Outbound(ctx, call.Attempt{To: "sip:caller@" + st.caller.Addr(), Script: st.name, Vars: t.With, Timeout: 20 * time.Second})
		ended <- end{r, err}
	}()
	p := &player{stage: st, facts: f, test: t}
	err := st.converse(ctx, p)
	e := <-ended
	if err = errors.Join(err, e.err, ctx.Err()); err != nil {
		return Result{}, err
	}
	select { // the record is complete once the watcher has it
	case <-f.over:
	case <-time.After(2 * time.Second):
	}
	p.afterwards()
	p.result.Entries = f.transcript()
	return p.result, nil
}

// converse takes the call at the caller's telephone and goes through the steps.
func (st *Stage) converse(ctx context.Context, p *player) error {
	var r ringing
	select {
	case r = <-st.calls:
	case <-ctx.Done():
		return ctx.Err()
	case <-p.facts.over:
		return errors.New("the call never reached the caller")
	}
	defer close(r.over)
	params, ok := r.leg.Params()
	if !ok {
		params = media.Params{Codec: media.PCMA}
	}
	talk, err := st.caller.Converse(ctx, params)
	if err != nil {
		return err
	}
	defer talk.Close()
	if params, err = r.leg.Answer(ctx, talk.Session.LocalAddr()); err != nil {
		return err
	}
	if err := talk.Session.Update(params); err != nil {
		return err
	}
	talk.Session.Start()
	gone := make(chan struct{})
	go func() { defer close(gone); follow(ctx, r.leg, talk) }()
	p.talk, p.leg, p.gone = talk, r.leg, gone
	err = p.steps(ctx)
	hangUp(ctx, r.leg) // nothing to do when Parley has
	<-gone
	return err
}

// follow carries a leg's events to its audio until the leg ends.
func follow(ctx context.Context, leg *sip.Leg, talk *softphone.Talk) {
	for {
		select {
		case e, ok := <-leg.Events():
			if !ok {
				return
			}
			if m, changed := e.(sip.MediaChanged); changed {
				_ = talk.Session.Update(m.Params)
			}
		case <-ctx.Done():
			return
		}
	}
}

// player is the caller of one test.
type player struct {
	stage *Stage
	facts *facts
	test  transcript.Test
	talk  *softphone.Talk
	leg   *sip.Leg
	gone  <-chan struct{} // the call is over at the caller's telephone

	result    Result
	last      deed
	seen      int // entry up to which bot steps have looked
	transfers int // transfer steps taken
	outcomes  []outcome
}

// deed is what the caller did last.
type deed struct {
	entry int   // the one after it
	sound int64 // frames with sound that had been heard by then
	words bool
}

// outcome is an expectation that is judged when the record is there.
type outcome struct {
	line int
	want []string
}

func (p *player) fail(line int, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	p.result.Failures = append(p.result.Failures, fmt.Sprintf("%s:%d: %s", p.test.File, line, text))
	p.facts.note(time.Now(), "✗", text)
}

func (p *player) cannot(format string, args ...any) {
	p.result.Notes = append(p.result.Notes, fmt.Sprintf(format, args...))
}

// over tells whether the call has ended for the caller.
func (p *player) over() bool {
	select {
	case <-p.gone:
		return true
	default:
		return p.facts.ended()
	}
}

// afterwards judges what only the record tells.
func (p *player) afterwards() {
	for i, o := range p.outcomes {
		got := p.facts.get("outcome", 0)
		for _, want := range o.want {
			switch {
			case len(got) > 0 && got[0] == want:
			case i < len(p.outcomes)-1 || !p.lastStep(o.line):
				p.cannot("line %d: an outcome that is not the last one cannot be seen by telephone", o.line)
			default:
				p.fail(o.line, "outcome: expected %q, got %q", want, got)
			}
		}
	}
	if p.test.DeadAir > 0 {
		p.cannot("dead_air_under is measured in text; by telephone see the reply times of the transcript")
	}
	if p.test.Seed != 0 {
		p.cannot("seed has no effect by telephone: variants are picked by the call")
	}
}

func (p *player) lastStep(line int) bool {
	return len(p.test.Steps) > 0 && p.test.Steps[len(p.test.Steps)-1].Line == line
}
