package e2e

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/test/rig"
)

// shop is a table for callers by channel and by value. The queues' telephones are
// dead, so that every call ends by itself.
const shop = `routes: shop
queues: [newcomers, seniors, service]
channels: {"9300": {name: the web shop}}
rules:
  - {id: vip, when: customer.value >= 5000, to: {queue: seniors}, priority: 80, greeting: "Good day {{customer.name}}."}
  - {id: newcomer, when: first_call, to: {queue: newcomers}, greeting: "Welcome to {{channel}}."}
default: {to: {queue: service}, greeting: Hello.}
`

const customers = `name,number,value,currency
Ms Wang,+442079460001,5000,GBP
Mr Li,+442079460002,4999,GBP
`

// TestCallsFollowTheTable calls as a stranger and at both sides of a boundary,
// and changes the table while a call goes on.
func TestCallsFollowTheTable(t *testing.T) {
	dir, data := t.TempDir(), t.TempDir()
	table, csv := filepath.Join(dir, "routes.yaml"), filepath.Join(dir, "customers.csv")
	write(t, table, shop)
	write(t, csv, customers)
	if out, err := exec.Command(program, "customers", "import", csv, "--data", data).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	dead := "sip:4100@" + rig.FreeAddr(t)
	s := start(t, setup{data: data, speech: "{asr: {engine: none}, tts: {en: flite/slt}}",
		more: fmt.Sprintf("routes: %s\ncallers: {country: GB, currency: GBP}\nqueues: {newcomers: %[2]q, seniors: %[2]q, service: %[2]q}\n", table, dead)})
	calls := func(from, number, rule, greeting, queue string) *phone {
		t.Helper()
		p := ringAt(t, s.uri(number), from)
		until(t, 10*time.Second, "the greeting is on record", func() bool {
			r, err := s.records().Get(t.Context(), p.call.ID)
			return err == nil && slices.ContainsFunc(r.Entries, func(e call.Entry) bool { return e.Kind == call.EntrySaid && e.Text == greeting })
		})
		r, err := s.records().Get(t.Context(), p.call.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Entries[0]; got.Kind != call.EntryRouted || got.Text != "queue "+queue+" by "+rule || strings.Contains(got.Why, from) {
			t.Errorf("%s: %+v", from, got)
		}
		return p
	}
	stranger := calls("+442079460009", "9300", "newcomer", "Welcome to the web shop.", "newcomers")
	calls("+442079460001", "9301", "vip", "Good day Ms Wang.", "seniors").hangup()
	write(t, table, strings.Replace(shop, ">= 5000", ">= 4999", 1))
	time.Sleep(time.Second)
	calls("+442079460002", "9301", "vip", "Good day Mr Li.", "seniors").hangup()
	select {
	case <-stranger.call.Gone():
		t.Error("the change dropped a call")
	default:
	}
	stranger.hangup()
	s.finished(stranger.call.ID)
	tells := func(want string, args ...string) {
		t.Helper()
		out, err := exec.Command(program, args...).CombinedOutput()
		if err != nil || !strings.Contains(string(out), want) {
			t.Errorf("%v: %v, %q is missing in\n%s", args, err, want, out)
		}
	}
	tells("no   vip: customer.value is not known, needs customer.value >= 5000", "calls", "show", stranger.call.ID, "--data", data)
	write(t, table, strings.Replace(shop, ">= 5000", ">= 5001", 1))
	tells("3 decisions: 2 would change, 1 would not", "route", "replay", "--rules", table, "--data", data)
}
