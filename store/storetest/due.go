package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/parley-voice/parley/store"
)

var due = behaviours{
	"a callback keeps its place":                   placeKept,
	"whoever waited when the process ended is due": waitedAtTheEnd,
	"a message is posted once and tried again":     posted,
	"each webhook has its own messages":            byHook,
	"a message is retried by hand, or forgotten":   byHand,
	"voicemails are kept":                          voicemails,
	"what is owed is kept, told once and settled":  owed,
	"what is owed survives a kill":                 owedAfterKill,
	"what is told of a person is told once":        remarks,
}

// races are run on several connections to one place.
var races = map[string]func(t *testing.T, where string){
	"32 workers claim 200 callers once each": func(t *testing.T, where string) {
		race(t, where, func(s *store.Store, i int) error { return s.Wait(t.Context(), waiting(fmt.Sprintf("w%03d", i), i)) },
			func(ctx context.Context, s *store.Editor, c store.Claim) (ids []string, err error) {
				got, err := s.Claim(ctx, c, store.OnLine)
				for _, b := range got {
					ids = append(ids, b.ID)
				}
				return ids, err
			})
	},
	"32 workers claim 200 candidates once each": func(t *testing.T, where string) {
		race(t, where, func(s *store.Store, i int) error {
			_, err := s.AddCandidates(t.Context(), target(fmt.Sprintf("m%03d", i), i%3, T0))
			return err
		}, func(ctx context.Context, s *store.Editor, c store.Claim) (ids []string, err error) {
			got, err := s.ClaimCandidates(ctx, "spring", c)
			for _, k := range got {
				ids = append(ids, k.Person)
			}
			return ids, err
		})
	},
	"32 workers claim 200 messages once each": func(t *testing.T, where string) {
		race(t, where, func(s *store.Store, i int) error {
			return s.Post(store.Message{ID: fmt.Sprintf("m%03d", i), Hook: "pop", Since: T0, Due: T0})
		}, func(ctx context.Context, s *store.Editor, c store.Claim) (ids []string, err error) {
			got, err := s.ClaimMessages(ctx, "", c)
			for _, m := range got {
				ids = append(ids, m.ID)
			}
			return ids, err
		})
	},
}

// waiting is a caller on the line, who came in after so many seconds.
func waiting(id string, seconds int) store.Callback {
	at := T0.Add(time.Duration(seconds) * time.Second)
	return store.Callback{ID: id, Call: "call-" + id, Number: "+8613800138000", Queue: "sales", Reason: "waits", Since: at, Due: at, State: store.OnLine}
}

func claim(t *testing.T, s *store.Store, worker string, at time.Time, max int, state store.CallbackState) (ids string) {
	t.Helper()
	got, err := s.Claim(t.Context(), store.Claim{Worker: worker, Now: at, Lease: time.Minute, Max: max}, state)
	must(t, err)
	for _, c := range got {
		ids += c.ID
	}
	return ids
}

func placeKept(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	for i, id := range []string{"c", "a", "b"} {
		c := waiting(id, i)
		c.Asks = `{"of":"` + id + `"}`
		c.State = store.CallbackDue
		must(t, s.Wait(t.Context(), c))
	}
	now := T0.Add(time.Hour)
	if ids := claim(t, s, "w1", T0.Add(-time.Second), 9, store.CallbackDue); ids != "" {
		t.Errorf("%s were due before their time", ids)
	}
	if ids := claim(t, s, "w1", now, 2, store.CallbackDue); ids != "ca" {
		t.Errorf("w1 got %s, want c and a, who have waited longest", ids)
	}
	if ids := claim(t, s, "w2", now, 2, store.CallbackDue); ids != "b" {
		t.Errorf("w2 got %s, want b", ids)
	}
	// c did not answer: again in five minutes, before whoever came later.
	must(t, s.Settle(t.Context(), "c", "w1", store.CallbackDue, "no answer", now.Add(5*time.Minute)))
	must(t, s.Settle(t.Context(), "b", "w2", store.Connected, "", time.Time{}))
	d := waiting("d", 4)
	d.State = store.CallbackDue
	must(t, s.Wait(t.Context(), d))
	if ids := claim(t, s, "w2", now.Add(4*time.Minute), 9, store.CallbackDue); ids != "ad" { // a's lease has run out
		t.Errorf("w2 got %s, want a and d", ids)
	}
	if err := s.Settle(t.Context(), "a", "w1", store.Connected, "", time.Time{}); !errors.Is(err, store.ErrLost) {
		t.Errorf("w1 settles what is w2's: %v", err)
	}
	if ids := claim(t, s, "w3", now.Add(6*time.Minute), 1, store.CallbackDue); ids != "c" {
		t.Errorf("w3 got %s, want c in its old place", ids)
	}
	done, err := s.Callbacks(t.Context(), store.Connected, 10)
	if err != nil || len(done) != 1 || done[0].ID != "b" || done[0].Tries != 1 || done[0].Asks != `{"of":"b"}` {
		t.Errorf("%+v, %v", done, err)
	}
	if left, err := s.Callbacks(t.Context(), store.CallbackDue, 10); err != nil || len(left) != 3 || left[0].ID != "c" || left[0].Tries != 2 || left[0].Why != "no answer" {
		t.Errorf("%+v, %v", left, err)
	}
}

func waitedAtTheEnd(t *testing.T, open func() *store.Store) {
	s := open()
	hidden := waiting("hidden", 1)
	hidden.Number = ""
	gone := waiting("gone", 2)
	gone.State = store.Left
	for _, c := range []store.Callback{waiting("a", 0), hidden, gone} {
		must(t, s.Wait(t.Context(), c))
	}
	claim(t, s, "w", T0.Add(time.Hour), 1, store.OnLine) // a is about to be joined with somebody
	shut(t, s)
	s = open()
	defer shut(t, s)
	now := T0.Add(2 * time.Hour)
	_, err := s.Recover(t.Context(), now)
	must(t, err)
	for state, want := range map[store.CallbackState]string{store.CallbackDue: "a", store.NoNumber: "hidden", store.Left: "gone", store.OnLine: ""} {
		list, err := s.Callbacks(t.Context(), state, 10)
		got := ""
		for _, c := range list {
			if got += c.ID; state != store.Left && c.Why == "" {
				t.Errorf("%s: no reason", c.ID)
			}
		}
		if err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", state, got, err, want)
		}
	}
	if ids := claim(t, s, "w2", now, 9, store.CallbackDue); ids != "a" {
		t.Errorf("claimed %q, want a", ids)
	}
}

func posted(t *testing.T, open func() *store.Store) {
	s := open()
	m := store.Message{ID: "m", Hook: "pop", URL: "https://crm.example/pop", Payload: []byte(`{"a":"\u0000"}`), Since: T0, Due: T0, State: store.MessageDue}
	must(t, s.Post(m))
	must(t, s.Post(store.Message{ID: "empty", Since: T0.Add(time.Second), Due: T0}))
	must(t, s.Post(store.Message{ID: "m", URL: "https://other.example"})) // the same id: not again
	shut(t, s)
	s = open()
	defer shut(t, s)
	c := store.Claim{Worker: "w", Now: T0.Add(time.Minute), Lease: time.Minute, Max: 1}
	got, err := s.ClaimMessages(t.Context(), "", c)
	must(t, err)
	if m.Tries = 1; len(got) != 1 || !reflect.DeepEqual(got[0], m) {
		t.Fatalf("got %+v, want %+v", got, m)
	}
	must(t, s.SettleMessage(t.Context(), "m", "w", store.MessageDue, "503", T0.Add(time.Hour)))
	c.Max = 9
	if got, err = s.ClaimMessages(t.Context(), "", c); err != nil || len(got) != 1 || got[0].ID != "empty" {
		t.Errorf("before it is due again: %+v, %v", got, err)
	}
	must(t, s.SettleMessage(t.Context(), "empty", "w", store.Refused, "410", time.Time{}))
	c.Now = T0.Add(time.Hour)
	if got, err = s.ClaimMessages(t.Context(), "", c); err != nil || len(got) != 1 || got[0].Tries != 2 || got[0].Why != "503" {
		t.Errorf("due again: %+v, %v", got, err)
	}
	must(t, s.SettleMessage(t.Context(), "m", "w", store.Delivered, "", time.Time{}))
	for state, want := range map[store.MessageState]int{store.MessageDue: 0, store.Delivered: 1, store.Refused: 1} {
		if list, err := s.Messages(t.Context(), store.MessageFilter{State: state, Limit: 10}); err != nil || len(list) != want {
			t.Errorf("%s: %d, %v; want %d", state, len(list), err, want)
		}
	}
}

// race has 32 workers, on the connections of four processes, claim 200 rows.
func race(t *testing.T, where string, put func(*store.Store, int) error, take func(context.Context, *store.Editor, store.Claim) ([]string, error)) {
	const rows, workers = 200, 32
	s := Open(t, where)
	defer shut(t, s)
	for i := range rows {
		must(t, put(s, i))
	}
	must(t, s.Flush(t.Context(), ""))
	var editors []*store.Editor
	for range 4 {
		e, err := store.OpenEditor(t.Context(), where, "CN")
		must(t, err)
		defer e.Close()
		editors = append(editors, e)
	}
	var mu sync.Mutex
	claimed := map[string]int{}
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			for {
				ids, err := take(t.Context(), editors[i%4], store.Claim{Worker: fmt.Sprint("w", i), Now: T0.Add(time.Hour), Lease: time.Hour, Max: 1 + i%7})
				if err != nil {
					t.Error(err)
				}
				if len(ids) == 0 {
					return
				}
				if len(ids) > 1+i%7 {
					t.Errorf("worker %d got %d rows, more than it asked for", i, len(ids))
				}
				mu.Lock()
				for _, id := range ids {
					claimed[id]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for id, n := range claimed {
		if n != 1 {
			t.Errorf("%s was claimed %d times", id, n)
		}
	}
	if len(claimed) != rows {
		t.Errorf("%d rows were claimed, want %d", len(claimed), rows)
	}
}

func voicemails(t *testing.T, open func() *store.Store) {
	s := open()
	defer shut(t, s)
	v := store.Voicemail{ID: "v", Call: "a", Number: "+8613800138000", Queue: "sales", Path: "/voicemail/v.wav", At: T0}
	must(t, s.Keep(t.Context(), v))
	v.Length = 12 * time.Second
	must(t, s.Keep(t.Context(), v))
	must(t, s.Keep(t.Context(), store.Voicemail{ID: "later", At: T0.Add(1)}))
	if all, err := s.Voicemails(t.Context(), 10); err != nil || len(all) != 2 || all[0].ID != "later" || all[1] != v {
		t.Errorf("got %+v, %v", all, err)
	}
}
