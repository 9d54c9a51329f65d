// Package callees is parley bench campaign: a real server runs a campaign over
// made-up people, each of whom is a SIP user agent of sipp's with sound of its own,
// and what was kept of every attempt is held against what the callee was.
package callees

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/parley-voice/parley/cmd/parley/bench/measure"
	"github.com/parley-voice/parley/store"
)

// Command is the command line of parley bench campaign.
type Command struct {
	Calls      int           `default:"10000" help:"People; those who are busy are called twice."`
	Concurrent int           `default:"250" help:"Calls at once."`
	Rate       float64       `default:"14" help:"Attempts a second."`
	Pickup     string        `enum:"listen,wait,off" default:"listen" help:"How the campaign finds out who picked up: ${enum}."`
	ASR        string        `name:"asr" enum:"none,moonshine" default:"none" help:"Recogniser of the words: ${enum}. Without one, tones, timing, SIP codes and causes decide."`
	Seed       uint64        `default:"1" help:"Of what is drawn."`
	Limit      time.Duration `default:"20m" help:"The longest it may take."`
	Keep       bool          `help:"Leave the folder of the site behind, and say where it is."`
	JSON       string        `name:"json" placeholder:"FILE" help:"Also write the result as JSON (- for standard output, instead of the table)."`
	Gate       bool          `help:"Exit with 1 when an attempt has not one record and one outcome, or more than 1 % of the people were taken for machines."`
}

// Run calls them all and reports.
func (c *Command) Run(ctx context.Context) error {
	if c.Calls < 100 || c.Calls > 90_000 || c.Concurrent < 1 || c.Rate <= 0 || c.Limit < time.Minute {
		return errors.New("bench campaign: --calls is 100 to 90000, --concurrent 1 or more, --rate above 0, --limit 1m or more")
	}
	people := draw(c.Calls, c.Seed)
	s, err := furnish(ctx, c, people)
	if err != nil {
		return fmt.Errorf("bench campaign: %w", err)
	}
	defer func() {
		s.stop()
		if c.Keep {
			fmt.Fprintln(os.Stderr, "parley: the site is in", s.dir)
			return
		}
		os.RemoveAll(s.dir)
	}()
	r, err := c.measure(ctx, s, people)
	if err != nil {
		return fmt.Errorf("bench campaign: %w", err)
	}
	if err := measure.Output(os.Stdout, c.JSON, r, r.table); err != nil {
		return err
	}
	if c.Gate && !r.good() {
		return errors.New("bench campaign: a goal was missed")
	}
	return nil
}

// measure runs the campaign to its end.
func (c *Command) measure(ctx context.Context, s *site, people []callee) (*Report, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Limit)
	defer cancel()
	if err := s.start(ctx, c.Seed); err != nil {
		return nil, err
	}
	began := time.Now()
	if err := s.parley(ctx, "campaign", "start", name); err != nil {
		return nil, err
	}
	state, why, err := s.wait(ctx)
	if err != nil {
		return nil, err
	}
	took := time.Since(began)
	s.stop() // the end of the processes tells their CPU
	r := &Report{People: len(people), State: state, Why: why, Seconds: took.Seconds(), ASR: c.ASR, Pickup: c.Pickup,
		ServerCPU: (s.serve.ProcessState.UserTime() + s.serve.ProcessState.SystemTime()).Seconds(),
		SippCPU:   (s.sipp.ProcessState.UserTime() + s.sipp.ProcessState.SystemTime()).Seconds()}
	if r.called, err = s.called(); err != nil {
		return nil, err
	}
	kept, err := store.Read(context.WithoutCancel(ctx), s.data("records.db"))
	if err != nil {
		return nil, err
	}
	return r, errors.Join(r.read(context.WithoutCancel(ctx), kept, people), kept.Close())
}

// wait waits until nothing more comes of the campaign.
func (s *site) wait(ctx context.Context) (state, why string, err error) {
	r, err := store.Read(ctx, s.data("records.db"))
	if err != nil {
		return "", "", err
	}
	defer r.Close()
	for ticks := 0; ; ticks++ {
		row, err := r.Campaign(context.WithoutCancel(ctx), name)
		if err != nil {
			return "", "", err
		}
		if row.State != store.CampaignRunning {
			return string(row.State), row.Why, nil
		}
		if ticks%20 == 19 {
			s.tell(ctx, r)
		}
		select {
		case err := <-s.gone:
			s.gone <- err
			return "", "", fmt.Errorf("the server ended: %w\n%s", err, s.tail("parley.log"))
		case err := <-s.hung:
			s.hung <- err
			return "", "", fmt.Errorf("sipp ended: %w\n%s", err, s.tail("sipp.log"))
		case <-ctx.Done():
			return "cut off", "the limit of time: " + ctx.Err().Error(), nil
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// tell says every ten seconds how far it is.
func (s *site) tell(ctx context.Context, r *store.Reader) {
	counts, _, err := r.CountCandidates(ctx, name)
	if err != nil {
		return
	}
	over, all := 0, 0
	for _, n := range counts {
		if all += n.People; n.State.Over() {
			over += n.People
		}
	}
	fmt.Fprintf(os.Stderr, "parley: %d of %d people are done\n", over, all)
}

// called is how often each number was, as sipp has written down.
func (s *site) called() (map[string]int, error) {
	f, err := os.Open(filepath.Join(s.dir, "called.log"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	n := map[string]int{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if _, number, ok := strings.Cut(lines.Text(), "called "); ok {
			n[strings.TrimSpace(number)]++
		}
	}
	return n, lines.Err()
}
