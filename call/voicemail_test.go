package call

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/routing/queue"
	"github.com/parley-voice/parley/sip"
)

// fakeVoicemails remembers what was kept, in order.
type fakeVoicemails struct {
	mu   sync.Mutex
	err  error
	kept []Voicemail
}

func (f *fakeVoicemails) Keep(_ context.Context, v Voicemail) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.kept = append(f.kept, v)
	return f.err
}

func (m *fakeMedia) recording() (path string, on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tape, m.taping
}

func (f *fakeVoicemails) all() []Voicemail {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.kept)
}

// closed has the queue send callers to voicemail after half a minute.
func closed(c *queue.Config) {
	c.Queues[0].Limit = queue.Limit{Wait: 30 * time.Second, Then: queue.Voicemail}
	c.Queues[0].Callback.After = 0
}

func TestVoicemail(t *testing.T) {
	for name, c := range map[string]struct {
		end    func(f *floor)
		length time.Duration
		thanks bool
	}{
		"hangs up":       {func(f *floor) { f.leg.bye() }, 10 * time.Second, false},
		"presses hash":   {func(f *floor) { f.leg.send(sip.Digit{Digit: '#'}) }, 10 * time.Second, true},
		"talks for ever": {func(f *floor) { f.pass(3 * time.Minute) }, maxMessage, true},
		"another key":    {func(f *floor) { f.leg.send(sip.Digit{Digit: '5'}); f.pass(5 * time.Second); f.leg.bye() }, 15 * time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			onFloor(t, nil, func(f *floor) {
				mails := &fakeVoicemails{}
				f.desk.deps.People.Voicemails = mails
				f.script.Record = true
				f.toTransfer()
				f.pass(31 * time.Second)
				asked := sentence("en", lineLeave)
				f.pass(lengthOf(asked) + 10*time.Second)
				m := f.audio.caller()
				if tape, on := m.recording(); len(mails.all()) != 1 || !on || tape != mails.all()[0].Path {
					t.Fatalf("kept %+v; recording %v into %s", mails.all(), on, tape)
				}
				c.end(f)
				rec := f.end()
				if _, on := m.recording(); on {
					t.Error("still recording")
				}
				kept := mails.all()
				if len(kept) != 2 || kept[1].Queue != "aftersales" || kept[1].Number != rec.Caller {
					t.Fatalf("kept %+v", kept)
				}
				if got := kept[1].Length; got < c.length-2*time.Second || got > c.length+2*time.Second {
					t.Errorf("the message lasted %s, want about %s", got, c.length)
				}
				var heard []string
				for _, s := range f.out().said() {
					heard = append(heard, s.label)
				}
				if !slices.Contains(heard, asked) || slices.Contains(heard, sentence("en", lineThanks)) != c.thanks {
					t.Errorf("the caller heard %q", heard)
				}
				if !strings.HasSuffix(rec.Recording, rec.ID+".wav") || rec.Recording == kept[1].Path {
					t.Errorf("the recording of the call is %s", rec.Recording)
				}
			}, closed)
		})
	}
}

func TestNoVoicemail(t *testing.T) {
	for name, mails := range map[string]Voicemails{"nobody keeps them": nil, "the disk is full": &fakeVoicemails{err: errors.New("full")}} {
		t.Run(name, func(t *testing.T) {
			onFloor(t, nil, func(f *floor) {
				f.desk.deps.People.Voicemails = mails
				f.toTransfer()
				f.pass(time.Minute)
				f.end()
				if e := f.transferEnded(); e.OK || e.Reason != dialog.Voicemail {
					t.Errorf("the script was told %+v", e)
				}
			}, closed)
		})
	}
}
