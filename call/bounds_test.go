package call

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/parley-voice/parley/media"
)

func TestMailbox(t *testing.T) {
	m := newMailbox()
	for range boxSize + 3 {
		m.offer(heard{})
	}
	for range wireSize + 2 {
		m.offerWire(media.Event{})
	}
	if m.drops.Load() != 3 || m.wireDrops.Load() != 2 {
		t.Errorf("%d and %d drops counted, want 3 and 2", m.drops.Load(), m.wireDrops.Load())
	}
	synctest.Test(t, func(t *testing.T) {
		m := newMailbox()
		for range boxSize {
			m.post(noted{})
		}
		posted := false
		go func() { m.post(noted{}); posted = true }()
		synctest.Wait()
		if posted {
			t.Error("a full mailbox took more")
		}
		m.shut()
		synctest.Wait()
		if !posted {
			t.Error("a poster waits for a reader that is gone")
		}
	})
}

// What is posted to a call that is over is let go, whether it found room or not.
func TestLateEventsAreLetGo(t *testing.T) {
	for name, full := range map[string]bool{"room": false, "no room": true} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, talk, func(r *rig) {
				m := newMailbox()
				for full && len(m.own) < boxSize {
					m.post(noted{})
				}
				leg := newLeg(r, "agent")
				audio, err := r.audio.Open(r.t.Context(), talkParams, agentSink{})
				if err != nil {
					t.Fatal(err)
				}
				done := make(chan struct{})
				go func() { m.post(agentRings{leg: leg, audio: audio}); close(done) }()
				synctest.Wait()
				m.shut()
				<-done
				m.empty()
				if !leg.ended() || !r.audio.opened[0].closed {
					t.Error("a leg or a media session was left behind")
				}
			})
		})
	}
}

func TestFramesThatNobodyTakes(t *testing.T) {
	s := newSink(newMailbox(), true)
	s.tap.open.Store(true)
	f := media.Frame{Rate: 8000, PCM: make([]int16, 160)}
	for range tapFrames + 5 {
		s.Frame(f)
	}
	if s.tap.drops.Load() != 5 {
		t.Errorf("%d frames dropped, want 5", s.tap.drops.Load())
	}
	if n := testing.AllocsPerRun(100, func() { s.Frame(f); s.Event(media.Event{}) }); n != 0 {
		t.Errorf("%v allocations a frame on the pacer thread", n)
	}
}

func TestMasked(t *testing.T) {
	for in, want := range map[string]string{
		"+8613800001234": "+*********1234", "4001": "4001", "sip:13800001234@10.0.0.1": "sip:*******1234@10.0.0.1",
		"": "", "alice": "alice", "1234567": "***4567",
	} {
		if got := masked(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestJournalIsBounded(t *testing.T) {
	r := newRig(t, nil)
	s := newSession(r.desk, r.script, Record{ID: "id"})
	for range maxEntries + 10 {
		s.j.add(time.Now(), Entry{Kind: EntrySaid})
	}
	e := s.j.rec.Entries
	if len(e) != maxEntries || e[len(e)-1].Kind != EntryTrouble {
		t.Errorf("%d entries, the last is %+v", len(e), e[len(e)-1])
	}
}
