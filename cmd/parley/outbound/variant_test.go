package outbound

import (
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/store"
)

// Which wording a person gets is written down before the call, by shares and by a
// bandit, and the candidate says the same as the reports.
func TestVariantsAreWrittenDown(t *testing.T) {
	for _, allocation := range []string{"weights", "bandit"} {
		t.Run(allocation, func(t *testing.T) {
			inBubble(t, "000000000000", func(r *rig) {
				ctx := r.t.Context()
				for _, who := range []string{"p00", "p01"} { // of an attempt before, whose candidate was not kept
					if _, err := r.store.Assign(ctx, "spring", who, "bold", morning); err != nil {
						t.Fatal(err)
					}
				}
				if _, err := r.store.Assign(ctx, "spring", "p02", "of_last_year", morning); err != nil {
					t.Fatal(err)
				}
				r.start(strings.Replace(spring, "  - {name: plain, script: offer}", "  - {name: plain, script: offer}\n  - {name: bold, script: bolder}\nexperiment: {allocation: "+allocation+"}", 1))
				row := r.until(store.CampaignFinished, 5*time.Minute)
				n := map[string]int{}
				for who, k := range r.people() {
					held, err := r.store.Assign(ctx, "spring", who, "none", time.Now())
					if err != nil || held != k.Variant || held != "plain" && held != "bold" || (who == "p00" || who == "p01") && held != "bold" {
						t.Errorf("%s: the reports say %q, the candidate %q (%v)", who, held, k.Variant, err)
					}
					n[k.Variant]++
				}
				all, err := r.store.CampaignMemories(ctx, "spring")
				if err != nil {
					t.Fatal(err)
				}
				for name, tally := range recall(all["me"], row).Tallies {
					if tally.Called != n[name] || tally.Answered != n[name] || tally.Converted != n[name] {
						t.Errorf("%s: %+v, want %d in each", name, tally, n[name])
					}
				}
				if n["plain"]+n["bold"] != 12 {
					t.Errorf("variants: %v", n)
				}
			})
		})
	}
}
