package campaigns

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/parley-voice/parley/campaign/sim"
	"github.com/parley-voice/parley/campaign/timing"
	"github.com/parley-voice/parley/cmd/parley/script"
	"github.com/parley-voice/parley/cmd/parley/term"
)

// SimulateCmd is parley campaign simulate.
type SimulateCmd struct {
	File   string  `arg:"" help:"The campaign."`
	Config string  `short:"c" placeholder:"FILE" help:"Configuration: caps, cool-downs and jurisdictions of the site. Without one those that ship."`
	People int     `default:"1000" help:"How many people the segment holds."`
	Days   int     `default:"7" help:"How many days from the campaign's start."`
	Agents int     `default:"0" help:"Agents who are logged in."`
	Seed   uint64  `default:"1" help:"Another seed makes up other people; the same one plays the same days."`
	Answer float64 `default:"35" placeholder:"PERCENT" help:"Calls that a person answers at a middling hour."`
	JSON   bool    `name:"json" help:"As JSON."`
}

// Run plays the days. It fails when a call breaks a rule.
func (c *SimulateCmd) Run(w *script.World) error {
	plan, err := load(c.File)
	if err != nil {
		return err
	}
	switch {
	case c.People < 1 || c.People > 200_000:
		return script.Wrongf("--people cannot be %d: give 1 to 200000", c.People)
	case c.Days < 1 || c.Days > 366:
		return script.Wrongf("--days cannot be %d: give 1 to 366", c.Days)
	case c.Agents < 0 || c.Agents > 5000:
		return script.Wrongf("--agents cannot be %d: give 0 to 5000", c.Agents)
	case !(c.Answer > 0 && c.Answer < 100):
		return script.Wrongf("--answer cannot be %v: give percent, more than 0 and less than 100", c.Answer)
	}
	cfg := sim.Config{Campaign: plan, People: c.People, Days: c.Days, Agents: c.Agents, Seed: c.Seed, Habits: sim.Habits{Answer: c.Answer / 100}}
	site, err := configured(w, c.Config)
	if err != nil {
		return err
	}
	if cfg.Policy, err = policy(site); err != nil {
		return err
	}
	last := w.Now()
	cfg.Progress = func(day, days int) {
		if now := w.Now(); now.Sub(last) > time.Second {
			last = now
			fmt.Fprintf(w.Stderr, "day %d of %d\n", day, days)
		}
	}
	r, err := sim.Run(cfg)
	if err != nil {
		return script.Mistake(err)
	}
	if c.JSON {
		err = w.JSON(r)
	} else {
		show(w, plan.Name, c.People, r)
	}
	if err == nil && len(r.Breaches) > 0 {
		err = fmt.Errorf("%d calls broke a rule, the first %s: report it", len(r.Breaches), r.Breaches[0])
	}
	return err
}

func show(w *script.World, name string, people int, r sim.Report) {
	p := term.Printer{W: w.Stdout, Color: term.Wants(w.Terminal, w.Env)}
	p.Printf("%s: %d people made up, %d of them candidates\n\n", name, people, r.People)
	rows := [][]string{{"day", "calls", "people", "machines", "answer rate", "abandoned", "opted out", "talked"}}
	if r.Windows != nil {
		rows[0] = append(rows[0], "window opened", "closed", "uncalled")
	}
	for _, d := range append(r.Days, r.Sum()) {
		row := []string{cmp.Or(d.Date, "all"), strconv.Itoa(d.Dialled), strconv.Itoa(d.People), strconv.Itoa(d.Machines), of(d.People, d.Dialled),
			of(d.Abandoned-d.Overflow, d.People), strconv.Itoa(d.Opted), d.Talked.Round(time.Minute).String()}
		if r.Windows != nil {
			row = append(row, strconv.Itoa(d.Came), strconv.Itoa(d.Left), strconv.Itoa(d.Uncalled))
		}
		rows = append(rows, row)
	}
	p.Table(rows)
	if w := r.Windows; w != nil {
		p.Printf("\nThe window opened %d times: %d people were taken up in it, %d called, %d reached. It closed %d times, and is open to %d\n",
			w.Came, w.Taken, w.Called, w.Reached, w.Left, w.Came-w.Left)
		counts(p, "Why people left it uncalled", w.Uncalled)
	}
	counts(p, "What refused an attempt", r.Refused)
	counts(p, "What calls found", r.Statuses)
	counts(p, "What conversations came to", r.Outcomes)
	counts(p, "What is to be done after them", r.Follows)
	counts(p, "How far candidates are", r.States)
	counts(p, "Why candidates were stopped", r.Endings)
	counts(p, "Minutes in which the campaign was held back", r.Held)
	p.Printf("\nHours: %s of choices above %.0f %% answer probability, the others the best before the deadline\n",
		of(r.Coverage[timing.CallNow]+r.Coverage[timing.Likely], r.Coverage[timing.CallNow]+r.Coverage[timing.Likely]+r.Coverage[timing.Best]), 100*timing.Threshold)
	if len(r.Breaches) == 0 {
		window := ""
		if r.Windows != nil {
			window = "outside their window, "
		}
		p.Printf("%s nobody was called over the caps, outside hours, %swithout consent, in a cool-down or twice at once\n", p.In(term.Green, "Checked:"), window)
		return
	}
	for _, b := range r.Breaches {
		p.Printf("%s %s\n", p.In(term.Red, "BREACH"), b)
	}
}

// of is a share in words, a dash of nothing.
func of(n, all int) string {
	if all == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(all))
}

// counts shows how often what came, the most frequent first.
func counts[K ~string](p term.Printer, title string, all map[K]int) {
	if len(all) == 0 {
		return
	}
	keys := slices.SortedFunc(maps.Keys(all), func(a, b K) int { return cmp.Or(all[b]-all[a], cmp.Compare(a, b)) })
	p.Printf("\n%s\n", p.In(term.Bold, title))
	var rows [][]string
	for _, k := range keys {
		rows = append(rows, []string{"  " + cmp.Or(string(k), "(none)"), strconv.Itoa(all[k])})
	}
	p.Table(rows)
}
