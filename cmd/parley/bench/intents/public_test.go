package intents

import (
	"os"
	"testing"
)

// public is where BenchmarkPublicSets finds the public sets, beside the
// repository.
const public = "../../../../../shared/data/intents/"

// BenchmarkPublicSets measures banking77 and CLINC150, prints the tables and
// fails when a goal of docs/intents.md is missed; CPU time is shown only. It takes about a minute and
// needs
//
//	go test -run '^$' -bench PublicSets -benchtime 1x ./cmd/parley/bench/intents
func BenchmarkPublicSets(b *testing.B) {
	if _, err := os.Stat(public); err != nil {
		b.Skipf("the public sets are not at %s", public)
	}
	banking, clinc := public+"banking77/", public+"clinc150/"
	drawn := func(dir string, intents, examples int) Command {
		return Command{Train: dir + "train.tsv", Test: dir + "test.tsv", Intents: intents, Examples: examples, Draws: 20, Seed: 1}
	}
	for _, c := range []struct {
		name           string
		command        Command
		accuracy       float64 // at least, percent
		auroc, rightAt float64
	}{
		{name: "banking77/5", command: Command{Train: banking + "pub_train_5.tsv", Test: banking + "test.tsv"}, accuracy: 62.5},
		{name: "banking77/10", command: Command{Train: banking + "pub_train_10.tsv", Test: banking + "test.tsv"}, accuracy: 75.5},
		{name: "banking77/full", command: Command{Train: banking + "train.tsv", Test: banking + "test.tsv"}, accuracy: 91},
		{name: "banking77/15x10", command: drawn(banking, 15, 10), accuracy: 87},
		{name: "banking77/30x20", command: drawn(banking, 30, 20)},
		{name: "clinc150/10", command: Command{Train: clinc + "pub_train_10.tsv", Test: clinc + "test.tsv", OOS: clinc + "oos_test.tsv"}, accuracy: 82},
		{name: "clinc150/full", command: Command{Train: clinc + "train.tsv", Test: clinc + "test.tsv", OOS: clinc + "oos_test.tsv"}, accuracy: 93.5, auroc: 95, rightAt: 87},
		{name: "clinc150/15x10", command: drawn(clinc, 15, 10), accuracy: 87},
		{name: "clinc150/30x20", command: drawn(clinc, 30, 20)},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				c.command.Draws = max(c.command.Draws, 1)
				r, err := c.command.measure()
				if err != nil {
					b.Fatal(err)
				}
				r.Pairs = nil
				if err := r.table(os.Stdout); err != nil {
					b.Fatal(err)
				}
				if r.Accuracy < c.accuracy || r.Calibration > 8 {
					b.Errorf("a goal is missed: accuracy >= %g, calibration error <= 8", c.accuracy)
				}
				if c.auroc > 0 && (r.Scope.AUROC < c.auroc || r.Scope.RightAt90 < c.rightAt) {
					b.Errorf("a goal is missed: AUROC >= %g, right at 90 %% recall >= %g", c.auroc, c.rightAt)
				}
			}
		})
	}
}
