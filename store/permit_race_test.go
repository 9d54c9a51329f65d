package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign/calendar"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/store/storetest"
)

// diallerPath makes this test binary a process that dials; diallerTask says how.
const (
	diallerPath = "PARLEY_STORE_TEST_DIALLER"
	diallerTask = "PARLEY_STORE_TEST_TASK"
)

const (
	dialPeople    = 200
	dialProcesses = 4
	dialWorkers   = 32 // in each process
	dialCap       = 2
)

// morning is a Wednesday within the hours of every rule that is used here.
var morning = time.Date(2026, 3, 4, 10, 30, 0, 0, time.FixedZone("CST", 8*3600))

// dialNumber is one of a person's two numbers.
func dialNumber(person, which int) customer.Number {
	return customer.Number{Text: fmt.Sprintf("+8613%d%08d", 8+which, person), Kind: customer.Mobile, Country: "CN"}
}

func dialPolicy() permit.Policy {
	book, err := calendar.Shipped()
	if err != nil {
		panic(err)
	}
	return permit.Standard(book)
}

func dialRequest(person, which, slot int, holder string) permit.Request {
	return permit.Request{
		ID: fmt.Sprintf("p%03d-%02d", person, slot), Number: dialNumber(person, which), Purpose: "marketing", Channel: permit.Phone, Holder: holder,
	}
}

// dialPeopleInto puts people into the records who agreed to be called.
func dialPeopleInto(t *testing.T, where string, n int) {
	t.Helper()
	s := storetest.Open(t, where)
	var all []customer.Profile
	for i := range n {
		all = append(all, customer.Profile{
			ID: fmt.Sprintf("p%03d", i), Numbers: []string{dialNumber(i, 0).Text, dialNumber(i, 1).Text}, Updated: morning.Add(-time.Hour),
			Consent: []customer.Consent{{Purpose: "marketing", State: customer.Granted, Basis: "consent", At: morning.Add(-time.Hour)}},
		})
	}
	if _, err := s.Upsert(t.Context(), all...); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// dialler is one of the processes.
func dialler(where, task string) {
	fail := func(err error) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ctx := context.Background()
	e, err := store.OpenEditor(ctx, where, "CN")
	if err != nil {
		fail(err)
	}
	switch task {
	case "reserve", "dial": // and then be killed
		r := dialRequest(0, 0, 0, "doomed")
		if _, d, err := e.Reserve(ctx, morning, r, dialPolicy()); err != nil || !d.Allowed {
			fail(fmt.Errorf("%+v: %w", d, err))
		}
		if task == "dial" {
			if err := e.DialAttempt(ctx, morning, r.ID); err != nil {
				fail(err)
			}
		}
		fmt.Println("ready")
		select {}
	}
	var out sync.Mutex
	var all sync.WaitGroup
	policy := dialPolicy()
	fmt.Println("ready")
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil { // all begin together
		fail(err)
	}
	for w := range dialWorkers {
		all.Go(func() {
			now := morning.Add(time.Duration(rand.Int64N(int64(10*time.Minute))) - 5*time.Minute) // this worker's clock
			for _, person := range rand.Perm(dialPeople) {
				if person%4 != w/8 {
					continue // each person meets 8 workers of each process, who fight for 8 ids
				}
				r := dialRequest(person, rand.IntN(2), w%8, task)
				var a store.Attempt
				var d permit.Decision
				err := patiently(func() (err error) {
					a, d, err = e.Reserve(ctx, now, r, policy)
					return err
				})
				switch {
				case errors.Is(err, store.ErrAttempted):
				case err != nil:
					fail(err)
				case d.Allowed:
					if err := patiently(func() error { return e.DialAttempt(ctx, now, a.ID) }); err != nil {
						fail(err)
					}
					out.Lock()
					fmt.Println("dialled", a.ID)
					out.Unlock()
				}
			}
		})
	}
	all.Wait()
	if err := e.Close(); err != nil {
		fail(err)
	}
	os.Exit(0)
}

// patiently asks again when a slow machine let the wait for the lock run out.
func patiently(do func() error) (err error) {
	for range 20 {
		if err = do(); err == nil || errors.Is(err, store.ErrAttempted) || errors.Is(err, store.ErrStopped) {
			return err
		}
	}
	return err
}

// startDialler starts a process and waits until it says that it is ready.
func startDialler(t *testing.T, where, task string) (cmd *exec.Cmd, lines *bufio.Scanner, begin func()) {
	t.Helper()
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), diallerPath+"="+where, diallerTask+"="+task)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if lines = bufio.NewScanner(out); !lines.Scan() {
		_ = cmd.Wait()
		t.Fatal("the process did not get ready")
	}
	return cmd, lines, func() { _, _ = fmt.Fprintln(in) } // a process that has ended is seen below
}

// 32 workers in each of 4 processes, with clocks 5 minutes apart, call 200 people by
// two numbers each. Run with -count=20 to repeat it.
func TestNobodyIsCalledOnceTooOften(t *testing.T) {
	both(t, func(t *testing.T, where string) {
		dialPeopleInto(t, where, dialPeople)
		said := map[string]int{}
		var mu sync.Mutex
		var all sync.WaitGroup
		var begins []func()
		for i := range dialProcesses {
			cmd, lines, begin := startDialler(t, where, fmt.Sprint("dialler ", i))
			begins = append(begins, begin)
			all.Go(func() {
				for lines.Scan() {
					if id, ok := strings.CutPrefix(lines.Text(), "dialled "); ok {
						mu.Lock()
						said[id]++
						mu.Unlock()
					}
				}
				if err := cmd.Wait(); err != nil {
					t.Error(err)
				}
			})
		}
		for _, begin := range begins {
			begin()
		}
		all.Wait()
		r, err := store.Read(t.Context(), where)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		dialled := map[string]int{}
		var events []store.PermitEvent
		for after := int64(0); ; {
			page, err := r.PermitEvents(t.Context(), store.EventFilter{After: after, Limit: 1000})
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			events, after = append(events, page...), page[len(page)-1].Seq
		}
		for _, e := range events {
			if e.Kind == store.EventDialled {
				dialled[e.Person]++
			}
		}
		over, under := 0, 0
		for i := range dialPeople {
			switch n := dialled[fmt.Sprintf("p%03d", i)]; {
			case n > dialCap:
				over++
			case n < dialCap:
				under++
			}
		}
		twice := 0
		for id, n := range said {
			if n != 1 {
				twice++
			}
			if a, err := r.Attempt(t.Context(), id); err != nil || a.State != store.AttemptDialled {
				t.Errorf("%s: %+v, %v", id, a, err)
			}
		}
		t.Logf("%d calls of %d allowed; %d people over the cap, %d ids twice", len(said), dialPeople*dialCap, over, twice)
		if over > 0 || under > 0 || twice > 0 || len(said) != dialPeople*dialCap {
			t.Errorf("%d calls, %d people over and %d under the cap, %d ids dialled twice; want %d, 0, 0, 0", len(said), over, under, twice, dialPeople*dialCap)
		}
	})
}

// A kill between the commit and the INVITE, or right after it: the attempt counts,
// is dialled by nobody else, and its fate is unknown.
func TestKilledBeforeTheInvite(t *testing.T) {
	for _, task := range []string{"reserve", "dial"} {
		t.Run(task, func(t *testing.T) {
			both(t, func(t *testing.T, where string) {
				dialPeopleInto(t, where, 1)
				cmd, _, _ := startDialler(t, where, task)
				_ = cmd.Process.Kill()
				if err := cmd.Wait(); err == nil {
					t.Fatal("the process ended by itself")
				}
				s := storetest.Open(t, where)
				defer s.Close()
				open, err := s.Orphaned(t.Context(), morning.Add(time.Minute), "doomed")
				if err != nil || len(open) != 1 {
					t.Fatalf("%d were open, %v; want 1", len(open), err)
				}
				r := dialRequest(0, 0, 0, "next")
				a, _, err := s.Reserve(t.Context(), morning.Add(time.Minute), r, dialPolicy())
				if !errors.Is(err, store.ErrAttempted) || a.State != store.AttemptEnded || a.Fate != store.FateUnknown {
					t.Errorf("asked again: %+v, %v", a, err)
				}
				if err := s.DialAttempt(t.Context(), morning.Add(time.Minute), r.ID); !errors.Is(err, store.ErrStopped) {
					t.Errorf("dialled again: %v", err)
				}
				allowed := 0
				for slot := 1; slot < 5; slot++ {
					_, d, err := s.Reserve(t.Context(), morning.Add(2*time.Minute), dialRequest(0, 1, slot, "next"), dialPolicy())
					if err != nil {
						t.Fatal(err)
					}
					if d.Allowed {
						allowed++
					}
				}
				if allowed != dialCap-1 {
					t.Errorf("%d more were allowed, want %d: the lost one counts", allowed, dialCap-1)
				}
			})
		})
	}
}
