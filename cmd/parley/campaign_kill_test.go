package main_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign/calendar"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/cmd/parley/outbound"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/label"
	"github.com/parley-voice/parley/sip"
	"github.com/parley-voice/parley/store"
)

// telephones answer numbers that end in 0, ring for ever at 6, and are busy else.
type telephones struct {
	rtp    netip.AddrPort
	mu     sync.Mutex
	calls  map[string]int
	called chan string
}

func (p *telephones) Inbound(ctx context.Context, leg *sip.Leg) {
	number := leg.Info().Called
	p.mu.Lock()
	p.calls[number]++
	p.mu.Unlock()
	select {
	case p.called <- number:
	default:
	}
	switch number[len(number)-1] {
	case '0':
		if _, err := leg.Answer(ctx, p.rtp); err != nil {
			return
		}
		<-ctx.Done()
	case '6':
		_ = leg.Ring(ctx)
		<-ctx.Done()
	default:
		_ = leg.Reject(ctx, 486, "Busy Here")
	}
}

func (p *telephones) count() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := map[string]int{}
	for number, calls := range p.calls {
		n[number] = calls
	}
	return n
}

// install opens the telephones, and gives their address.
func install(t *testing.T) (p *telephones, at string) {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0") // hears nobody
	if err != nil {
		t.Fatal(err)
	}
	p = &telephones{rtp: conn.LocalAddr().(*net.UDPAddr).AddrPort(), calls: map[string]int{}, called: make(chan string, 100)}
	loopback := netip.MustParsePrefix("127.0.0.0/8")
	e, err := sip.New(sip.Config{Listen: []sip.Listen{{Network: "udp", Addr: "127.0.0.1:0"}}, Trunks: []sip.Trunk{{Name: "parley", Match: []netip.Prefix{loopback}, Rate: 10_000}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = e.Serve(ctx, p) })
	t.Cleanup(func() { stop(); wg.Wait(); _ = conn.Close() })
	return p, e.Addr("udp").String()
}

const cutCampaign = `
campaign: %[1]s
purpose: %[1]s
who: {segment: "'%[1]s' in tags"}
variants: [{name: plain, script: quiet}]
line: {trunk: loopback, numbers: ["+6561234567"], ring: 2m, pickup: off}
pacing: {mode: agentless, calls: 20, per_second: 1000}
when: {start: %[2]s, until: %[3]s, timezone: UTC}
retry: {tries: 3, busy: never}
`

// cutSite makes a folder with two campaigns, each for those with its tag.
func cutSite(t *testing.T, telephones string) (dir, configuration string) {
	t.Helper()
	dir = t.TempDir()
	today := time.Now().UTC()
	from, until := today.AddDate(0, 0, -1).Format(time.DateOnly), today.AddDate(0, 0, 3).Format(time.DateOnly)
	files := map[string]string{
		"law/day.yaml": "jurisdiction: Test\ncountries: [SG]\nhours: {mon-sun: 00:00-24:00}\nsource: test\n",
		"quiet.yaml":   quiet,
	}
	for _, id := range []string{"survey", "delivery"} {
		files["campaigns/"+id+".yaml"] = fmt.Sprintf(cutCampaign, id, from, until)
	}
	for path, text := range files {
		path = filepath.Join(dir, path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "var"), 0o700); err != nil {
		t.Fatal(err)
	}
	publish(t, filepath.Join(dir, "quiet.yaml"), filepath.Join(dir, "var", "reviews.db"))
	return dir, strings.Replace(plain, "match: [127.0.0.0/8]", `match: [127.0.0.0/8], host: "`+telephones+`"`, 1) +
		"campaigns: ./campaigns\ncallers: {country: SG}\nconsent: {jurisdictions: ./law, service: [survey, delivery]}\nrecord: false\n"
}

// enrol makes labelled customers of a campaign, whose numbers end in the digits.
func enrol(t *testing.T, s *store.Editor, purpose, digits string) {
	t.Helper()
	for i := range len(digits) {
		agreed := customer.Consent{Purpose: purpose, State: customer.Granted, Basis: "consent", At: time.Now().Add(-time.Hour)}
		p := customer.Profile{ID: fmt.Sprintf("%s-%d", purpose, i), Name: "N", Numbers: []string{fmt.Sprintf("+6590%02d%03d%c", len(digits), i, digits[i])}, Tags: []string{purpose}, Updated: time.Now(), Consent: []customer.Consent{agreed}}
		if _, err := s.Upsert(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.PortraitAll(t.Context(), label.Options{Now: time.Now()}, nil, nil); err != nil {
		t.Fatal(err)
	}
}

// A server that is killed in the middle of campaigns: some people talk, some
// telephones ring, some attempts are on their way to the INVITE. After the next start
// each attempt has come to an end, of those that were dialled there is a record, those
// of unknown fate count against the caps, and nobody is called a second time.
func TestKilledInMidCampaign(t *testing.T) {
	t.Parallel()
	phones, at := install(t)
	dir, configuration := cutSite(t, at)
	s := serve(t, dir, configuration)
	kept, err := store.OpenEditor(t.Context(), filepath.Join(dir, "var", "records.db"), "SG")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kept.Close() })
	start := func(id string) {
		t.Helper()
		if _, err := (outbound.Turner{Store: kept, Folder: filepath.Join(dir, "campaigns")}).Turn(t.Context(), id, "start", store.Turn{Who: "test"}, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	attempts := func(id string) (all []store.Attempt, states map[store.AttemptState]int) {
		all, err := kept.Attempts(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		states = map[store.AttemptState]int{}
		for _, a := range all {
			states[a.State]++
		}
		return all, states
	}
	enrol(t, kept, "survey", "00006666")
	start("survey")
	eventually(t, "four talk and four ring", func() bool {
		_, n := attempts("survey")
		return n[store.AttemptAnswered] == 4 && n[store.AttemptDialled] == 4
	})
	enrol(t, kept, "delivery", strings.Repeat("3", 40))
	for len(phones.called) > 0 {
		<-phones.called
	}
	start("delivery")
	select {
	case <-phones.called: // the first of them; others are on their way
	case <-time.After(30 * time.Second):
		t.Fatalf("nobody is called\n%s", s.text())
	}
	s.signal(syscall.SIGKILL)
	s.end()
	_, first := attempts("survey")
	_, second := attempts("delivery")
	t.Logf("killed with %v of the first and %v of the second campaign", first, second)

	serve(t, dir, configuration)
	eventually(t, "everybody was attempted", func() bool {
		_, n := attempts("delivery")
		return n[store.AttemptEnded] == 40
	})
	counted := permit.Policy{Person: permit.Caps{Day: 1, Week: 1}, Number: permit.Caps{Day: 1, Week: 1}, Service: []string{"survey", "delivery"}, Book: calendar.NewBook()}
	calls, unknown := phones.count(), map[string]int{}
	for _, id := range []string{"survey", "delivery"} {
		all, _ := attempts(id)
		if want := map[string]int{"survey": 8, "delivery": 40}[id]; len(all) != want {
			t.Errorf("%d attempts of %d people of %s", len(all), want, id)
		}
		for _, a := range all {
			rec, err := kept.Get(t.Context(), a.ID)
			switch sent := calls[a.Number]; {
			case a.State != store.AttemptEnded || a.Fate == "":
				t.Errorf("%s is %s, %q", a.ID, a.State, a.Fate)
			case sent > 1 || sent == 0 && a.Fate != store.FateUnknown:
				t.Errorf("%s (%s) was called %d times", a.Number, a.Fate, sent)
			case !a.Went.Dialled.IsZero() && (err != nil || rec.Ended.IsZero()), errors.Is(err, store.ErrNotFound) && sent > 0:
				t.Errorf("of a call to %s there is no record that ended: %v, %+v", a.Number, err, rec)
			case a.Fate == store.FateUnknown:
				unknown[id]++
				d, err := kept.May(t.Context(), time.Now(), permit.Request{Person: a.Person, Number: customer.Parse(a.Number, "SG"), Purpose: id}, counted)
				if err != nil || !d.Has(permit.PersonWeek) || !d.Has(permit.NumberWeek) {
					t.Errorf("%s does not count: %+v, %v", a.Number, d, err)
				}
			}
		}
	}
	t.Logf("of unknown fate: %v", unknown)
	if n := unknown["delivery"]; unknown["survey"] != 8 || n == 0 || n > 20 { // 20 at once
		t.Errorf("of unknown fate: %v, want all 8 of the first and some of the second", unknown)
	}
}
