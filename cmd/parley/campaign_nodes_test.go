package main_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/cmd/parley/outbound"
	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/store/storetest"
)

// Two processes on one PostgreSQL, the server and a node with a name: both place calls
// of one campaign, and everybody is called exactly once.
func TestTwoProcessesShareACampaign(t *testing.T) {
	t.Parallel()
	const people = 30
	where := storetest.Postgres(t)
	phones, at := install(t)
	dir, configuration := cutSite(t, at)
	today := time.Now().UTC()
	slow := strings.NewReplacer("calls: 20", "calls: 4", "per_second: 1000", "per_second: 20").Replace(cutCampaign)
	slow = fmt.Sprintf(slow, "delivery", today.AddDate(0, 0, -1).Format(time.DateOnly), today.AddDate(0, 0, 3).Format(time.DateOnly))
	if err := os.WriteFile(filepath.Join(dir, "campaigns", "delivery.yaml"), []byte(slow), 0o600); err != nil {
		t.Fatal(err)
	}
	publish(t, filepath.Join(dir, "quiet.yaml"), where)
	kept, err := store.OpenEditor(t.Context(), where, "SG")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kept.Close() })
	enrol(t, kept, "delivery", strings.Repeat("3", people)) // all are busy

	configuration = strings.NewReplacer("./campaigns", filepath.Join(dir, "campaigns"), "./law", filepath.Join(dir, "law")).Replace(configuration) +
		"store: {dsn: \"" + where + "\"}\n"
	one := serve(t, t.TempDir(), configuration)
	two := serve(t, t.TempDir(), configuration+"node: second\n")
	db, err := sql.Open("pgx", where)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	var came, n, least, last int64
	eventually(t, "both are there, and for long enough to place calls", func() bool {
		if err := db.QueryRowContext(t.Context(), "SELECT COUNT(*), COALESCE(MIN(seen), 0), COALESCE(MAX(seen), 0) FROM nodes").Scan(&n, &least, &last); err != nil || n < 2 {
			return false
		}
		if came == 0 {
			came = last
		}
		return least-came > int64(4*time.Second)
	})
	turner := outbound.Turner{Store: kept, Folder: filepath.Join(dir, "campaigns")}
	if _, err := turner.Turn(t.Context(), "delivery", "start", store.Turn{Who: "test"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the campaign is finished", func() bool {
		row, err := kept.Campaign(t.Context(), "delivery")
		return err == nil && row.State == store.CampaignFinished
	})
	all, err := kept.Attempts(t.Context(), "delivery")
	if err != nil {
		t.Fatal(err)
	}
	by, calls := map[string]int{}, phones.count()
	for _, a := range all {
		by[a.Holder]++
		if a.State != store.AttemptEnded || a.Fate != "busy" || calls[a.Number] != 1 {
			t.Errorf("%s by %s is %s, %q, and was called %d times", a.Number, a.Holder, a.State, a.Fate, calls[a.Number])
		}
	}
	t.Logf("calls by %v", by)
	if len(all) != people || len(calls) != people || len(by) != 2 {
		t.Errorf("%d attempts to %d people by %v, want %d and both\n%s\n%s", len(all), len(calls), by, people, one.text(), two.text())
	}
}
