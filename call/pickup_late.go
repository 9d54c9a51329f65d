package call

import (
	"context"
	"time"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/media"
)

// lateWords is how long the words of an announcement are waited for that the refusal
// cut: networks refuse as soon as they have spoken, and the words decide which number
// is called again. The call is over; nobody waits but its record.
const lateWords = 1500 * time.Millisecond

// hearAnnouncement waits for words that were said before a call was refused, and judges
// it again by them.
func (s *Session) hearAnnouncement(ctx context.Context) {
	p := s.mind.pick
	if p == nil || s.state.talking || s.j.rec.Pickup == nil || s.ear.stream == nil || s.ear.since.IsZero() {
		return
	}
	s.ear.feed.remove(s.ear.tap)
	quiet(s.ear.stream)
	limit := time.NewTimer(lateWords)
	defer limit.Stop()
	for {
		select {
		case e := <-s.box.own:
			h, ok := e.(heard)
			if !ok || h.id != s.ear.id {
				e.dispose()
				continue
			}
			if h.t.Kind == asr.Final && s.greeted(ctx, time.Now(), h.t.Text, true) {
				s.found(ctx, time.Now(), pickup.Judge(phrases, p.seen))
			}
			if h.t.Kind == asr.Final || h.t.Kind == asr.Noise {
				return
			}
		case <-limit.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// quiet lets a turn end that was cut: silence longer than every endpoint; detectors keep
// half a second.
func quiet(e *earStream) {
	silence := media.Frame{Rate: media.TelephoneRate, PCM: make([]int16, tapPCM)}
	for i := range 60 { // 1.2 s
		_ = e.Write(silence) // Next tells of a stream that failed
		if i%15 == 14 {
			<-time.After(media.FrameTime)
		}
	}
}
