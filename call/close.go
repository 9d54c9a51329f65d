package call

import (
	"context"
	"time"

	"github.com/parley-voice/parley/sip"
)

// Q.850 causes that we send in Reason headers.
const (
	causeNormal     = 16
	causeCongestion = 34
	causeTemporary  = 41
)

// parting is the one fresh context that clean-up gets: what came before it may
// be cancelled already.
func parting() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), partingTime)
}

// close ends what is left of a call, keeps its record, and waits for every
// goroutine of it.
func (s *Session) close(cancel context.CancelFunc, failed error) (*Record, error) {
	ctx, done := parting()
	defer done()
	if failed != nil {
		s.finish("us", failed.Error())
	}
	s.finish("us", s.state.why)
	s.mouth.hush()
	s.clock.timer.Stop()
	s.keepMessage(time.Now())
	s.stopTape()
	s.dropHand()
	s.dropOverseer(time.Now(), "the call is over")
	s.hangUp(ctx)
	s.hearAnnouncement(ctx)
	s.unfinished(time.Now())
	s.ear.stop()
	s.hearOut(ctx)
	s.sealTape(time.Now())
	s.stopListeningIn()
	cancel()
	s.box.shut()
	if s.wires.media != nil {
		s.j.rec.Media = s.wires.media.Close()
		s.j.rec.Media.SinkDrops += s.wires.sink.tap.drops.Load()
	}
	kept := s.keep(ctx)
	s.life.wg.Wait()
	s.box.empty()
	s.tally()
	rec := s.j.snapshot()
	s.remember()
	s.desk.tellWatchers(Update{At: rec.Ended, Snapshot: *s.life.seen.Load(), Done: &rec})
	s.desk.deps.Meter.Ended(rec)
	s.desk.deps.Log.Info("call ended", "call", s.id, "caller", masked(rec.Caller), "called", masked(rec.Called),
		"state", rec.State, "outcome", rec.Outcome, "by", rec.EndedBy, "why", rec.Why)
	if failed != nil {
		return &rec, failed
	}
	return &rec, kept
}

// hangUp ends the leg and takes its last event.
func (s *Session) hangUp(ctx context.Context) {
	if s.wires.leg == nil {
		return
	}
	cause := s.state.cause
	if cause == 0 {
		cause = causeNormal
	}
	err := s.wires.leg.Hangup(ctx, cause, s.j.rec.Why)
	if err != nil {
		s.desk.deps.Log.Warn("the leg did not end cleanly", "call", s.id, "error", err)
	}
	if e, ok := lastOf(ctx, s.wires.leg); ok {
		r := &s.j.rec
		if e.Code != 0 {
			r.SIPCode = e.Code
		}
		if r.Cause == 0 {
			r.Cause = e.Cause
		}
	}
}

// lastOf takes a leg's events until they end.
func lastOf(ctx context.Context, leg Leg) (last sip.Ended, ok bool) {
	for {
		select {
		case e, open := <-leg.Events():
			if !open {
				return last, ok
			}
			if ended, is := e.(sip.Ended); is {
				last, ok = ended, true
			}
		case <-ctx.Done():
			return last, ok
		}
	}
}

// letGo buries what is left of somebody's telephone aside; Run waits for it.
func (s *Session) letGo(who string, leg Leg, audio Media, why string) {
	if leg == nil && audio == nil {
		return
	}
	s.spawn(who+"'s end", func(string) event { return noted{} }, func() { bury(leg, audio, why) })
}

// bury ends a leg that nobody needs any more, with its media.
func bury(leg Leg, audio Media, why string) {
	ctx, done := parting()
	defer done()
	if leg != nil {
		_ = leg.Hangup(ctx, causeNormal, why) // the endpoint tells of a leg that will not end
		lastOf(ctx, leg)
	}
	if audio != nil {
		audio.Close()
	}
}

// keep writes the record, ended.
func (s *Session) keep(ctx context.Context) error {
	r := &s.j.rec
	r.Ended = time.Now()
	r.State = Finished
	if r.Answered.IsZero() {
		r.State = Failed
	}
	err := s.desk.deps.Records.Finish(ctx, s.j.snapshot())
	if err != nil {
		s.desk.count.lost.Add(1)
		s.desk.deps.Log.Error("a record was not kept", "call", s.id, "error", err)
	}
	return err
}

// tally adds the call's drops to the desk's.
func (s *Session) tally() {
	c := &s.desk.count
	c.mailbox.Add(s.box.drops.Load())
	c.wire.Add(s.box.wireDrops.Load())
	c.frames.Add(s.wires.sink.tap.drops.Load())
}
