package outbound

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parley-voice/parley/asr"
	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/campaign/calendar"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/sip"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/tts"
)

var loopback = netip.MustParseAddr("127.0.0.1")

// keys is a script that does what it is told by one key.
type keys struct{}

func (keys) Step(_ time.Time, e dialog.Event) []dialog.Action {
	switch e := e.(type) {
	case dialog.Answered:
		return []dialog.Action{dialog.SetTimer{Timer: "tired", After: 6 * time.Second}}
	case dialog.Fired:
		return []dialog.Action{dialog.End{Why: "nothing was keyed"}}
	case dialog.Pressed:
		switch e.Digit {
		case '1':
			return []dialog.Action{dialog.Outcome{Outcome: "interested"}, dialog.End{}}
		case '2':
			return []dialog.Action{dialog.Outcome{Outcome: "no_thanks"}, dialog.End{}}
		case '9':
			return []dialog.Action{dialog.Note{Key: "opt_out", Value: "all"}, dialog.End{}}
		}
	}
	return nil
}
func (keys) Node() string { return "offer" }
func (keys) Turn() int    { return 0 }

type onlyKeys struct{}

func (onlyKeys) ForNumber(string) (*call.Script, bool) { return nil, false }
func (onlyKeys) Named(string) (*call.Script, bool) {
	return &call.Script{ID: "offer", Version: 1, Language: "en", Machine: func(map[string]string, uint64) call.Machine { return keys{} }}, true
}

// callees are people with telephones: what one does is in the number's last digit.
type callees struct {
	engine *media.Engine
	mu     sync.Mutex
	calls  map[string]int
	gone   map[string]time.Time // when a call that rang was given up
	taped  map[string]int       // frames of sound that a machine has behind its beep
}

func (c *callees) Inbound(ctx context.Context, leg *sip.Leg) {
	number := leg.Info().Called
	c.mu.Lock()
	c.calls[number]++
	c.mu.Unlock()
	switch does := number[len(number)-1]; does {
	case '3':
		_ = leg.Reject(ctx, 486, "Busy Here")
	case '4':
		_ = leg.Reject(ctx, 404, "Not Found")
	case '5':
		_ = leg.Reject(ctx, 603, "Decline")
	case '6':
		_ = leg.Ring(ctx)
		<-ctx.Done()
		c.mu.Lock()
		c.gone[number] = time.Now()
		c.mu.Unlock()
	case '8':
		c.machine(ctx, leg)
	default:
		c.answer(ctx, leg, map[byte]string{'0': "1", '2': "2", '7': "9"}[does])
	}
}

// take answers. Who gets a session has to close it.
func (c *callees) take(ctx context.Context, leg *sip.Leg, sink media.Sink) *media.Session {
	p, _ := leg.Params()
	s, err := c.engine.Open(ctx, p, sink)
	if err != nil {
		return nil
	}
	_ = leg.Ring(ctx)
	if p, err = leg.Answer(ctx, s.LocalAddr()); err != nil || s.Update(p) != nil {
		s.Close()
		return nil
	}
	s.Start()
	return s
}

// machine greets, beeps, and takes down what is said behind the beep.
func (c *callees) machine(ctx context.Context, leg *sip.Leg) {
	var tape tape
	s := c.take(ctx, leg, &tape)
	if s == nil {
		return
	}
	_ = s.Out().Clip(s.Out().Gen(), greeting(), false)
	_ = s.Out().Mark(s.Out().Gen(), 1)
	<-ctx.Done()
	s.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.taped[leg.Info().Called] = tape.frames
}

// tape counts frames that hold a sound, from the first mark on. The engine's own
// goroutine writes it; Close waits for that.
type tape struct {
	runs   bool
	frames int
}

func (t *tape) Event(e media.Event) { t.runs = t.runs || e.Kind == media.EventMark }
func (t *tape) Frame(f media.Frame) {
	if t.runs && slices.Max(f.PCM) > 500 {
		t.frames++
	}
}

// greeting is four words and a beep.
func greeting() *media.Clip {
	pcm := make([]int16, 2400)
	for range 4 {
		for i := range 3040 {
			v := 0.0
			for h := 1.0; h <= 10; h++ {
				v += 1200 * math.Sin(2*math.Pi*h*130*float64(i)/8000+h*h) / math.Sqrt(h)
			}
			pcm = append(pcm, int16(v))
		}
		pcm = append(pcm, make([]int16, 960)...)
	}
	pcm = append(pcm, make([]int16, 2400)...)
	for i := range 3200 {
		pcm = append(pcm, int16(5000*math.Sin(2*math.Pi*1000*float64(i)/8000)))
	}
	return media.NewClip(media.Frame{Rate: 8000, PCM: pcm})
}

func (c *callees) answer(ctx context.Context, leg *sip.Leg, key string) {
	s := c.take(ctx, leg, deaf{})
	if s == nil {
		return
	}
	defer s.Close()
	select {
	case <-ctx.Done():
		return
	case <-time.After(700 * time.Millisecond):
	}
	if key != "" {
		_ = s.SendDigits(key)
	}
	<-ctx.Done()
}

type deaf struct{}

func (deaf) Event(media.Event) {}
func (deaf) Frame(media.Frame) {}

// line sends every number to the callees' telephone.
type line struct {
	*call.Desk
	to netip.AddrPort
}

func (l line) Place(a call.Attempt) (func(context.Context) (call.Record, error), error) {
	a.To, a.Trunk = "sip:"+a.To+"@"+l.to.String(), ""
	return l.Desk.Place(a)
}

func endpoint(t *testing.T, h sip.Handler) *sip.Endpoint {
	t.Helper()
	e, err := sip.New(sip.Config{Listen: []sip.Listen{{Network: "udp", Addr: "127.0.0.1:0"}},
		Trunks: []sip.Trunk{{Name: "loopback", Match: []netip.Prefix{netip.PrefixFrom(loopback, 32)}, Trusted: true}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = e.Serve(ctx, h) })
	t.Cleanup(func() { stop(); wg.Wait() })
	return e
}

// Thirty people over real SIP and RTP on the loopback: each comes to an outcome by
// one call, one says never again by a key, another over the web while it rings, and
// machines have the campaign's message behind their beep.
func TestThirtyPeopleOverSIP(t *testing.T) {
	engine, err := media.NewEngine(media.Config{Addr: loopback, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "records.db"), "CN")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	people := &callees{engine: engine, calls: map[string]int{}, gone: map[string]time.Time{}, taped: map[string]int{}}
	theirs, ours := endpoint(t, people), endpoint(t, &callees{})
	voice, err := tts.NewCache(t.TempDir(), &tts.Fake{}, tts.CacheConfig{})
	if err != nil {
		t.Fatal(err)
	}
	desk := call.NewDesk(call.Deps{Audio: call.Wheel(engine), Phone: call.Phone(ours), Reception: call.Reception{Scripts: onlyKeys{}}, Voice: voice, Records: s,
		Ears: func(string) []call.Ear { return []call.Ear{{Name: "fake", Recognizer: &asr.Fake{}}} }})

	digits := strings.Repeat("00223345", 3) + "666788"
	for i := range len(digits) {
		agreed := customer.Consent{Purpose: "service", State: customer.Granted, Basis: "consent", At: time.Now().Add(-time.Hour)}
		if _, err := s.Upsert(t.Context(), customer.Profile{ID: fmt.Sprintf("p%02d", i), Numbers: []string{number(i, digits[i])}, Updated: time.Now(),
			Consent: []customer.Consent{agreed}}); err != nil {
			t.Fatal(err)
		}
	}
	r := &rig{t: t, store: s}
	r.floor = New(Config{Node: Node{Queue: scan(s.Editor, "me"), Holder: "me"}, Store: s.Editor, Phone: line{desk, theirs.Addr("udp")}, Policy: permit.Policy{
		Person: permit.Caps{Day: 3, Week: 2}, Number: permit.Caps{Day: 3, Week: 2}, Refusal: 30 * permit.Day, Complaint: 30 * permit.Day,
		Service: []string{"service"}, Book: dayAndNight(t)},
		Finders: Finders{Fill: r.fill}, Scripts: anything})
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { r.floor.Run(ctx) })
	defer func() { stop(); wg.Wait() }()
	today := time.Now().UTC()
	r.start(strings.NewReplacer("marketing", "service", "2026-03-01", today.AddDate(0, 0, -1).Format(time.DateOnly), "2026-03-20", today.AddDate(0, 0, 9).Format(time.DateOnly),
		"tries: 2", "tries: 1", "ring: 20s", "ring: 15s, voicemail: {say: We will call again.}").Replace(spring))

	waits := number(24, '6') // rings, and opts out elsewhere
	opted := time.Time{}
	for end := time.Now().Add(50 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		people.mu.Lock()
		rings := people.calls[waits] > 0
		people.mu.Unlock()
		if rings && opted.IsZero() {
			opted = time.Now()
			if _, err := s.OptOut(t.Context(), opted, store.Word{Number: waits, Kind: store.NeverAgain, Source: "web"}); err != nil {
				t.Fatal(err)
			}
		}
		row, err := s.Campaign(t.Context(), "spring")
		if err != nil && !errors.Is(err, store.ErrNoCampaign) {
			t.Fatal(err)
		}
		if row.State == store.CampaignFinished {
			break
		}
		if time.Now().After(end) {
			live, _ := r.floor.Live("spring")
			t.Fatalf("it does not end: %+v, %s %s", live, row.State, row.Why)
		}
	}
	people.mu.Lock()
	defer people.mu.Unlock()
	if took := people.gone[waits].Sub(opted); opted.IsZero() || took > time.Second {
		t.Errorf("what rang was given up %v after the opt-out", took)
	} else {
		t.Logf("what rang was given up %v after the opt-out", took.Round(time.Millisecond))
	}
	want := map[byte]string{'0': "done human interested", '2': "done human no_thanks", '3': "stopped busy ", '4': "stopped empty_number ",
		'5': "stopped refused ", '6': "stopped no_answer ", '7': "stopped human ", '8': "stopped machine "}
	calls := 0
	for person, k := range r.people() {
		does := k.Number.Text[len(k.Number.Text)-1]
		if got := fmt.Sprintf("%s %s %s", k.State, k.Last.Status, k.Last.Outcome); got != want[does] || people.calls[k.Number.Text] != 1 {
			t.Errorf("%s (%c): %s (%s) after %d calls, want %s after 1", person, does, got, k.Last.Why, people.calls[k.Number.Text], want[does])
		}
		id := callID(campaign.AttemptID("spring", person, 1))
		rec, err := s.Get(t.Context(), id)
		a, err2 := s.Attempt(t.Context(), id)
		if err := errors.Join(err, err2); err != nil || rec.Ended.IsZero() || a.State != store.AttemptEnded {
			t.Errorf("%s: record %+v, attempt %+v, %v", person, rec.State, a, err)
		}
		if sound := people.taped[k.Number.Text]; does == '8' && sound < 20 { // the message has 1.3 s
			t.Errorf("%s: a machine has %d frames of a message", person, sound)
		}
		calls++
	}
	all, err := s.List(t.Context(), store.Filter{Limit: 1000})
	if err != nil || len(all) != calls || calls != len(digits) {
		t.Errorf("%d records of %d calls to %d people, %v", len(all), calls, len(digits), err)
	}
	if d, err := s.May(t.Context(), time.Now(), permit.Request{Number: customer.Parse(number(27, '7'), "CN"), Purpose: "service"}, r.floor.cfg.Policy); err != nil || !d.Has(permit.DoNotCall) {
		t.Errorf("whoever keyed never again: %+v, %v", d, err)
	}
}

// dayAndNight has hours at which anybody may be called at any time, so that the test
// runs at any.
func dayAndNight(t *testing.T) *calendar.Book {
	t.Helper()
	b, err := always()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func always() (*calendar.Book, error) {
	r, err := calendar.Load(strings.NewReader("jurisdiction: CN\ncountries: [CN]\nhours:\n  mon-sun: 00:00-24:00\nsource: test\n"), "always.yaml")
	if err != nil {
		return nil, err
	}
	return calendar.NewBook(r), nil
}
