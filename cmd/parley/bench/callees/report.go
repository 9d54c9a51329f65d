package callees

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/cmd/parley/bench/pickups"
	"github.com/parley-voice/parley/store"
)

// Report is what was kept, held against what the callees were.
type Report struct {
	People    int     `json:"people"`
	Pickup    string  `json:"pickup"`
	ASR       string  `json:"asr"`
	State     string  `json:"state"`
	Why       string  `json:"why"`
	Seconds   float64 `json:"seconds"`
	ServerCPU float64 `json:"server_cpu_seconds"`
	SippCPU   float64 `json:"sipp_cpu_seconds"`

	Attempts  int            `json:"attempts"`
	Released  int            `json:"released"` // given back, with no INVITE sent: the database was late
	Records   int            `json:"records"`
	Single    int            `json:"attempts_with_one_record"`
	Rang      int            `json:"calls_that_sipp_took"`
	Stray     int            `json:"numbers_called_more_or_less_often_than_attempted"`
	Called    int            `json:"people_called"`
	Fates     map[string]int `json:"fates"`
	Outcomes  map[string]int `json:"outcomes"`
	Messages  int            `json:"messages_left"`
	Confusion []Line         `json:"confusion"`
	Persons   int            `json:"persons_who_answered"`
	Wrong     int            `json:"persons_taken_for_machines"`
	Bound     float64        `json:"upper_bound"` // 95 %, one-sided, Clopper-Pearson

	called map[string]int
}

// Line is one kind of callee: what its calls were judged to have found.
type Line struct {
	Kind   string         `json:"kind"`
	Calls  int            `json:"calls"`
	Right  int            `json:"right"`
	Judged map[string]int `json:"judged"`
}

const page = 1000

// read compares attempts, records and what sipp saw.
func (r *Report) read(ctx context.Context, kept *store.Reader, people []callee) error {
	attempts, err := kept.Attempts(ctx, name)
	if err != nil {
		return err
	}
	records, err := all(ctx, kept)
	if err != nil {
		return err
	}
	byID := map[string][]call.Record{}
	for _, rec := range records {
		byID[rec.ID] = append(byID[rec.ID], rec)
	}
	r.Attempts, r.Records = len(attempts), len(records)
	r.Fates, r.Outcomes = map[string]int{}, map[string]int{}
	for _, k := range kinds {
		r.Confusion = append(r.Confusion, Line{Kind: k.name, Judged: map[string]int{}})
	}
	tried := map[string]int{}
	for _, a := range attempts {
		if a.State == store.AttemptReleased {
			r.Released++
		} else {
			tried[a.Number]++
			r.Fates[string(a.Fate)]++
		}
		mine := byID[a.ID]
		if len(mine) != 1 {
			continue
		}
		r.Single++
		if a.State == store.AttemptEnded && a.Fate != store.FateUnknown {
			r.judge(a.Number, mine[0])
		}
	}
	for _, p := range people {
		n := r.called[p.number]
		r.Rang += n
		if tried[p.number] > 0 {
			r.Called++
		}
		if n != tried[p.number] {
			r.Stray++
		}
	}
	r.Bound = pickups.UpperBound(r.Wrong, r.Persons)
	return nil
}

// judge counts one call.
func (r *Report) judge(number string, rec call.Record) {
	at, ok := roleOf(number)
	if !ok {
		return
	}
	k := roles[at].kind
	status := pickup.Unknown
	if rec.Pickup != nil {
		status = rec.Pickup.Status
	}
	line := &r.Confusion[slices.IndexFunc(r.Confusion, func(l Line) bool { return l.Kind == k.name })]
	line.Calls++
	line.Judged[string(status)]++
	if slices.Contains(k.right, status) {
		line.Right++
	}
	if rec.Outcome != "" {
		r.Outcomes[rec.Outcome]++
	}
	if slices.ContainsFunc(rec.Entries, func(e call.Entry) bool { return e.Kind == call.EntrySaid && e.Why == "after the beep" }) {
		r.Messages++
	}
	if k.status != pickup.Human || rec.Answered.IsZero() {
		return
	}
	r.Persons++
	if !slices.Contains(person, status) && status != pickup.Screening {
		r.Wrong++
	}
}

// all reads every record, with its journal.
func all(ctx context.Context, kept *store.Reader) (out []call.Record, err error) {
	f := store.Filter{Limit: page}
	for {
		list, err := kept.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, rec := range list {
			whole, err := kept.Get(ctx, rec.ID)
			if err != nil {
				return nil, err
			}
			out = append(out, whole)
		}
		if len(list) < page {
			return out, nil
		}
		last := list[len(list)-1]
		f.After.Began, f.After.ID = last.Began, last.ID
	}
}

// good tells whether each attempt has one record and an outcome, everybody was
// called as often as is written down, and people were taken for people.
func (r *Report) good() bool {
	return r.Called == r.People && r.Single == r.Attempts && r.Records == r.Attempts && r.Stray == 0 && r.Fates[""]+r.Fates[string(store.FateUnknown)] == 0 &&
		r.Bound <= 0.01
}

func (r *Report) table(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "bench campaign: pickup: %s, recogniser: %s; the campaign is %s (%s)\n", r.Pickup, r.ASR, r.State, r.Why)
	fmt.Fprintf(t, "people\t%d, of whom %d were called\n", r.People, r.Called)
	fmt.Fprintf(t, "attempts\t%d, of which %d were given back before the INVITE; records %d; attempts with exactly one record %d\n", r.Attempts, r.Released, r.Records, r.Single)
	fmt.Fprintf(t, "calls that sipp took\t%d; numbers called more or less often than written down %d\n", r.Rang, r.Stray)
	fmt.Fprintf(t, "fates\t%s\n", counts(r.Fates))
	fmt.Fprintf(t, "outcomes of the script\t%s\n", counts(r.Outcomes))
	fmt.Fprintf(t, "messages left behind a beep\t%d\n", r.Messages)
	fmt.Fprintf(t, "lasted\t%.0f s, %.1f attempts a second; CPU of the server %.0f s (%.1f ms an attempt), of sipp %.0f s\n",
		r.Seconds, float64(r.Attempts)/r.Seconds, r.ServerCPU, 1000*r.ServerCPU/float64(max(1, r.Attempts)), r.SippCPU)
	fmt.Fprintf(t, "people taken for anything else\t%d of %d who answered, at most %.2f %% (one-sided 95 %%)\n\n", r.Wrong, r.Persons, 100*r.Bound)
	fmt.Fprintln(t, "callee\tcalls\tright\tjudged")
	for _, l := range r.Confusion {
		fmt.Fprintf(t, "%s\t%d\t%.1f %%\t%s\n", l.Kind, l.Calls, 100*float64(l.Right)/float64(max(1, l.Calls)), counts(l.Judged))
	}
	return t.Flush()
}

// counts are words with numbers, the most first.
func counts(n map[string]int) string {
	var words []string
	for w := range n {
		words = append(words, w)
	}
	slices.SortFunc(words, func(a, b string) int {
		if n[a] != n[b] {
			return n[b] - n[a]
		}
		return strings.Compare(a, b)
	})
	for i, w := range words {
		words[i] = fmt.Sprintf("%s %d", w, n[w])
	}
	if words == nil {
		return "none"
	}
	return strings.Join(words, ", ")
}
