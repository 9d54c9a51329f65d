package e2e

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/store/storetest"
	"github.com/parley-voice/parley/test/rig"
)

// TestDatabaseDown takes PostgreSQL away for a minute while people call: each is
// greeted and put through by the table, and each has one whole record when it is
// back.
func TestDatabaseDown(t *testing.T) {
	t.Parallel()
	db, err := storetest.StartPostgres()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Stop() }()
	where := db.Schema(t)
	dir := t.TempDir()
	table, csv := filepath.Join(dir, "routes.yaml"), filepath.Join(dir, "customers.csv")
	write(t, table, shop)
	write(t, csv, customers)
	agent := rig.FreeAddr(t)
	s := start(t, setup{speech: "{asr: {engine: none}, tts: {en: flite/slt}}", more: fmt.Sprintf(
		"store: {dsn: %q}\nroutes: %s\ncallers: {country: GB, currency: GBP}\nqueues: {newcomers: %[3]q, seniors: %[3]q, service: %[3]q}\n", where, table, "sip:4100@"+agent)})
	if out, err := exec.Command(program, "customers", "import", csv, "-c", filepath.Join(s.dir, "parley.yaml")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	uas := exec.CommandContext(t.Context(), tool(t, "sipp"), "-sn", "uas", "-i", "127.0.0.1", "-p", port(t, agent), "-nostdin")
	if err := uas.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = uas.Process.Kill(); _ = uas.Wait() }()

	one := func(from string) string {
		t.Helper()
		p := ringAt(t, s.uri("9300"), from)
		p.hears(time.Now(), 5*time.Second, "the greeting")
		time.Sleep(4 * time.Second) // long enough to be put through
		p.hangup()
		return p.call.ID
	}
	under := ringAt(t, s.uri("9101"), "+442079460003") // a call that goes on all the while
	calls := []string{one("+442079460001")}
	db.Down()
	down := time.Now()
	for i := 0; time.Since(down) < time.Minute; i++ {
		calls = append(calls, one(fmt.Sprintf("+4420794601%02d", i)))
	}
	select {
	case <-under.call.Gone():
		t.Error("the call under way was dropped")
	default:
	}
	if err := db.Up(); err != nil {
		t.Fatal(err)
	}
	calls = append(calls, one("+442079460001"))
	under.hangup()
	calls = append(calls, under.call.ID)

	records, err := store.Read(t.Context(), where)
	if err != nil {
		t.Fatal(err)
	}
	defer records.Close()
	for i, id := range calls {
		var r call.Record
		until(t, 60*time.Second, "no finished record of call "+id, func() bool {
			r, err = records.Get(context.Background(), id)
			return err == nil && r.State == call.Finished
		})
		routed := slices.ContainsFunc(r.Entries, func(e call.Entry) bool { return e.Kind == call.EntryRouted })
		joined := slices.ContainsFunc(r.Entries, func(e call.Entry) bool { return e.Kind == call.EntryTransfer && strings.Contains(e.Text, "4100") })
		if i < len(calls)-1 && (!routed || !joined) {
			t.Errorf("call %d: routed %v, put through %v: %+v", i, routed, joined, r.Entries)
		}
	}
	list, err := records.List(t.Context(), store.Filter{Limit: 1000})
	if err != nil || len(list) != len(calls) {
		t.Errorf("%d records of %d calls, %v", len(list), len(calls), err)
	}
}
