package call_test

import (
	"context"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/intent"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/sip"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/tts"
)

// The rooms together: real SIP, RTP, script, detector, store and recording on
// the loopback, with a recogniser that hears what the test writes down for it
// and a voice of tones.

var loopback = netip.MustParseAddr("127.0.0.1")

// town is a server, a customer's phone and a person's phone.
type town struct {
	t        *testing.T
	desk     *call.Desk
	records  *store.Store
	engine   *media.Engine
	server   *sip.Endpoint
	customer *sip.Endpoint
	person   *sip.Endpoint
	agent    agent
	dir      string
}

func newTown(t *testing.T, lines ...string) *town {
	tn := &town{t: t, dir: t.TempDir()}
	var err error
	if tn.engine, err = media.NewEngine(media.Config{Addr: loopback, Threads: 1}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tn.engine.Close() })
	if tn.records, err = store.Open(t.Context(), filepath.Join(tn.dir, "records.db"), "CN"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tn.records.Close() })
	tn.server, tn.customer, tn.person = endpoint(t), endpoint(t), endpoint(t)
	voice, err := tts.NewCache(filepath.Join(tn.dir, "prompts"), hasty{&tts.Fake{}}, tts.CacheConfig{})
	if err != nil {
		t.Fatal(err)
	}
	prompts, err := call.RenderPrompts(t.Context(), voice, []string{"en"})
	if err != nil {
		t.Fatal(err)
	}
	tn.agent = agent{town: tn, joined: make(chan *media.Session, 1)}
	ear := &asr.Fake{Lines: lines}
	tn.desk = call.NewDesk(call.Deps{
		Audio: call.Wheel(tn.engine), Phone: call.Phone(tn.server), Reception: call.Reception{Scripts: library{t}}, People: call.People{Directory: tn},
		Ears:  func(string) []call.Ear { return []call.Ear{{Name: "fake", Recognizer: ear}} },
		Voice: voice, Prompts: prompts, Records: tn.records,
		Config: call.Config{Recordings: filepath.Join(tn.dir, "recordings")},
	})
	tn.serve(tn.server, handler(func(ctx context.Context, leg *sip.Leg) { tn.desk.Inbound(ctx, leg) }))
	tn.serve(tn.customer, handler(func(context.Context, *sip.Leg) {}))
	tn.serve(tn.person, &tn.agent)
	return tn
}

// hasty speaks fast, to keep the test short.
type hasty struct{ tts.Speaker }

func (h hasty) Speak(ctx context.Context, u tts.Utterance, emit func(media.Frame) error) error {
	u.Speed = 6
	return h.Speaker.Speak(ctx, u, emit)
}

func endpoint(t *testing.T) *sip.Endpoint {
	e, err := sip.New(sip.Config{
		Listen: []sip.Listen{{Network: "udp", Addr: "127.0.0.1:0"}},
		Trunks: []sip.Trunk{{Name: "loopback", Match: []netip.Prefix{netip.PrefixFrom(loopback, 32)}, Trusted: true}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func (tn *town) serve(e *sip.Endpoint, h sip.Handler) {
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = e.Serve(ctx, h) })
	tn.t.Cleanup(func() { stop(); wg.Wait() })
}

// Find makes every queue the person's phone.
func (tn *town) Find(context.Context, dialog.Transfer) (call.Target, error) {
	return call.Target{URI: "sip:agent@" + tn.person.Addr("udp").String()}, nil
}

type handler func(ctx context.Context, leg *sip.Leg)

func (h handler) Inbound(ctx context.Context, leg *sip.Leg) { h(ctx, leg) }

// agent answers and speaks until the leg ends.
type agent struct {
	town   *town
	joined chan *media.Session
	info   sip.Info
	busy   bool
}

func (a *agent) Inbound(ctx context.Context, leg *sip.Leg) {
	a.info = leg.Info()
	if a.busy {
		_ = leg.Reject(ctx, 486, "Busy Here")
		return
	}
	p, _ := leg.Params()
	s, err := a.town.engine.Open(ctx, p, &listener{})
	if err != nil {
		a.town.t.Error(err)
		return
	}
	defer s.Close()
	if p, err = leg.Answer(ctx, s.LocalAddr()); err != nil {
		a.town.t.Error(err)
		return
	}
	if err := s.Update(p); err != nil {
		a.town.t.Error(err)
	}
	s.Start()
	a.joined <- s
	<-ctx.Done()
}

// library is one script of the repository.
type library struct{ t *testing.T }

func (l library) Named(string) (*call.Script, bool) {
	s, err := dialog.LoadFile("../scripts/member-callback.en.yaml")
	if err != nil {
		l.t.Error(err)
		return nil, false
	}
	d, err := intent.New(s)
	if err != nil {
		l.t.Error(err)
		return nil, false
	}
	return &call.Script{
		ID: s.ID, Version: s.Version, Language: s.Language, Listens: true, Detector: d,
		Machine: func(vars map[string]string, seed uint64) call.Machine { return dialog.NewMachine(s, vars, seed) },
	}, true
}

func (l library) ForNumber(called string) (*call.Script, bool) {
	if called != "4001" {
		return nil, false
	}
	return l.Named(called)
}

// listener hears whether there is sound.
type listener struct {
	mu   sync.Mutex
	last time.Time
	loud int
}

func (l *listener) Event(media.Event) {}

func (l *listener) Frame(f media.Frame) {
	var sum float64
	for _, v := range f.PCM {
		sum += float64(v) * float64(v)
	}
	if math.Sqrt(sum/float64(len(f.PCM))) < 200 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = time.Now()
	l.loud++
}

func (l *listener) heard() (time.Time, int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last, l.loud
}

// phone is the customer on the line.
type phone struct {
	leg   *sip.Leg
	audio *media.Session
	ear   *listener
}

func (tn *town) dial(called string) *phone {
	tn.t.Helper()
	p := &phone{ear: &listener{}}
	var err error
	if p.audio, err = tn.engine.Open(tn.t.Context(), media.Params{Codec: media.PCMA}, p.ear); err != nil {
		tn.t.Fatal(err)
	}
	tn.t.Cleanup(func() { p.audio.Close() })
	p.leg, err = tn.customer.Dial(tn.t.Context(), sip.Dial{
		Target: "sip:" + called + "@" + tn.server.Addr("udp").String(), From: "13800001234", Local: p.audio.LocalAddr(),
	})
	if err != nil {
		tn.t.Fatal(err)
	}
	return p
}

// answered waits for the 200 and starts the audio.
func (p *phone) answered(t *testing.T) {
	t.Helper()
	for e := range p.leg.Events() {
		switch e := e.(type) {
		case sip.Answered:
			if err := p.audio.Update(e.Params); err != nil {
				t.Fatal(err)
			}
			p.audio.Start()
			return
		case sip.Ended:
			t.Fatalf("the call was refused: %+v", e)
		}
	}
}

// speak makes sound for a while.
func (p *phone) speak(t *testing.T, d time.Duration) {
	t.Helper()
	pcm := make([]int16, int(d.Seconds()*media.TelephoneRate))
	for i := range pcm {
		pcm[i] = int16(8000 * math.Sin(float64(i)*0.35) * (1 + math.Sin(float64(i)*0.004)) / 2)
	}
	q := p.audio.Out()
	if err := q.Clip(q.Gen(), media.NewClip(media.Frame{Rate: media.TelephoneRate, PCM: pcm}), false); err != nil {
		t.Fatal(err)
	}
}

// quiet waits until the server has spoken and then been silent for a while.
func (p *phone) quiet(t *testing.T) {
	t.Helper()
	_, before := p.ear.heard()
	wait(t, "the server speaks and falls silent", func() bool {
		last, n := p.ear.heard()
		return n > before && time.Since(last) > 300*time.Millisecond
	})
}

func wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("never: %s", what)
}

// record waits for the call's end and its record.
func (tn *town) record() call.Record {
	tn.t.Helper()
	wait(tn.t, "the desk is empty and the record is kept", func() bool {
		return len(tn.desk.Live()) == 0 && tn.records.Stats().Waiting == 0
	})
	list, err := tn.records.List(tn.t.Context(), store.Filter{})
	if err != nil || len(list) != 1 {
		tn.t.Fatalf("%d records, %v", len(list), err)
	}
	r, err := tn.records.Get(tn.t.Context(), list[0].ID)
	if err != nil {
		tn.t.Fatal(err)
	}
	return r
}

func TestRealCallToAPerson(t *testing.T) {
	t.Parallel()
	tn := newTown(t, "yes", "how much is it", "a person please")
	p := tn.dial("4001")
	p.answered(t)
	for range 3 {
		p.quiet(t)
		p.speak(t, 900*time.Millisecond)
	}
	var agent *media.Session
	select {
	case agent = <-tn.agent.joined:
	case <-time.After(30 * time.Second):
		t.Fatal("nobody rang at the person's")
	}
	_, before := p.ear.heard()
	pcm := make([]int16, media.TelephoneRate*2)
	for i := range pcm {
		pcm[i] = int16(8000 * math.Sin(float64(i)*0.5))
	}
	q := agent.Out()
	if err := q.Clip(q.Gen(), media.NewClip(media.Frame{Rate: media.TelephoneRate, PCM: pcm}), false); err != nil {
		t.Fatal(err)
	}
	wait(t, "the customer hears the person", func() bool { _, n := p.ear.heard(); return n > before+50 })
	if err := p.leg.Hangup(t.Context(), 16, ""); err != nil {
		t.Fatal(err)
	}
	rec := tn.record()
	if rec.State != call.Finished || rec.EndedBy != "them" || rec.Outcome != "transferred" || rec.Caller != "13800001234" {
		t.Errorf("record: %s by %s, outcome %q, caller %q, why %q", rec.State, rec.EndedBy, rec.Outcome, rec.Caller, rec.Why)
	}
	var heard []string
	for _, e := range rec.Entries {
		if e.Kind == call.EntryHeard {
			heard = append(heard, e.Text+"="+e.Intent)
			if e.Timing == nil || e.Timing.Reply <= 0 || e.Timing.Reply > 3000 {
				t.Errorf("timing of %q: %+v", e.Text, e.Timing)
			} else {
				t.Logf("%q: endpoint %.0f ms, reply %.0f ms", e.Text, e.Timing.Endpoint, e.Timing.Reply)
			}
		}
	}
	if got := strings.Join(heard, "; "); got != "yes=affirm; how much is it=price; a person please=human" {
		t.Errorf("heard: %s", got)
	}
	if tn.agent.info.Headers["X-Intent"] == "" || !strings.HasSuffix(tn.agent.info.UserUser, ";encoding=hex") {
		t.Errorf("the person's phone was told %+v and %q", tn.agent.info.Headers, tn.agent.info.UserUser)
	}
	if st, err := os.Stat(rec.Recording); err != nil || st.Size() < 100_000 {
		t.Errorf("recording %q: %v", rec.Recording, err)
	}
	if rec.Media.Sent == 0 || rec.Media.Received == 0 {
		t.Errorf("media: %+v", rec.Media)
	}
	if n := tn.engine.Stats().Sessions; n > 2 {
		t.Errorf("%d media sessions are still open", n)
	}
}

func TestRealCallWhenNobodyAnswers(t *testing.T) {
	t.Parallel()
	tn := newTown(t, "a person please")
	tn.agent.busy = true
	p := tn.dial("4001")
	p.answered(t)
	p.quiet(t)
	p.speak(t, 900*time.Millisecond)
	rec := tn.record() // the script says that it will call back, and hangs up
	if rec.EndedBy != "us" || rec.Outcome != "callback" {
		t.Errorf("record: by %s, outcome %q, why %q", rec.EndedBy, rec.Outcome, rec.Why)
	}
}

func TestRealRefusal(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	p := tn.dial("9999")
	for e := range p.leg.Events() {
		if e, ok := e.(sip.Ended); ok && e.Code != 404 {
			t.Errorf("refused with %d, want 404", e.Code)
		}
	}
	if rec := tn.record(); rec.State != call.Failed || rec.SIPCode != 404 {
		t.Errorf("record: %+v", rec)
	}
}
