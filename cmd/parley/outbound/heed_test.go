package outbound

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// A signal starts a call within a minute, when it has settled, is not stale, and
// nothing else forbids the call.
func TestSignalsStartCalls(t *testing.T) {
	inBubble(t, "0000006", func(r *rig) {
		r.nobody = true // is a candidate of their own
		began := time.Now()
		r.start(strings.Replace(spring, "who: {segment: all}", "who:\n  segment: all\n  triggers:\n    - {on: cart, settle: 20s, rest: 2h}", 1))
		did := func(person int, kind customer.EventKind, at time.Time) {
			t.Helper()
			ev := customer.Event{Source: "shop", ID: fmt.Sprint(person, kind, at.UnixNano()), Customer: fmt.Sprintf("p%02d", person), Kind: kind, At: at, Product: "shoe"}
			if kind == customer.Order {
				ev.Amount = customer.Money{Cents: 100, Currency: "CNY"}
			}
			if _, err := r.store.AddEvents(r.t.Context(), time.Now(), ev); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := r.store.OptOut(r.t.Context(), began, store.Word{Number: number(4, '0'), Kind: store.NeverAgain, Source: "web"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Second)
		at := time.Now()
		did(0, customer.Cart, at)
		did(1, customer.Cart, at)
		did(2, customer.Browse, at)
		did(3, customer.Cart, at.Add(-20*time.Minute)) // heard of too late
		did(4, customer.Cart, at)                      // wants no calls
		did(5, customer.Cart, at.Add(-2*time.Minute))  // heard of late
		did(6, customer.Cart, at)                      // answers nothing
		time.Sleep(10 * time.Second)
		did(1, customer.Order, time.Now())
		time.Sleep(75 * time.Second)
		did(6, customer.Cart, time.Now()) // rests
		time.Sleep(30 * time.Second)
		people, dialled := r.people(), r.phone.dialled()
		for i, want := range map[int]int{0: 1, 1: 0, 2: 0, 3: 0, 4: 0, 5: 1, 6: 1} {
			digit := byte('0')
			if i == 6 {
				digit = '6'
			}
			if n := dialled[number(i, digit)]; n != want {
				t.Errorf("p%02d was called %d times, want %d", i, n, want)
			}
		}
		for _, who := range []string{"p00", "p05", "p06"} {
			if after := people[who].Last.At.Sub(at); after > time.Minute || who == "p00" && after < 20*time.Second {
				t.Errorf("%s was called %v after the signal", who, after)
			} else {
				t.Logf("%s was called %v after the signal", who, after)
			}
		}
		if k := people["p04"]; k.State != campaign.Stopped || len(people) != 4 {
			t.Errorf("%d candidates, who wants no calls is %+v", len(people), k)
		}
		if row, err := r.store.Campaign(r.t.Context(), "spring"); err != nil || row.State != store.CampaignRunning {
			t.Errorf("it waits for signals, and is %s (%v)", row.State, err)
		}
	})
}
