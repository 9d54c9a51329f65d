package queue_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/routing/queue"
)

var update = flag.Bool("update", false, "write what happens into the stories")

// TestStories plays testdata/stories: a configuration, a line of dashes, then
// events ("> 10.0s caller a enters vip") each followed by the actions that they
// bring, and by those that time alone brings before the next. Read them as the
// machine's specification.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/stories/*.txt")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d stories found: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			head, body, ok := strings.Cut(string(data), "\n----\n")
			if !ok {
				t.Fatal("no line of four dashes between configuration and story")
			}
			got := tell(t, head, body)
			if *update {
				if err := os.WriteFile(file, []byte(head+"\n----\n"+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != body {
				t.Errorf("the story goes otherwise (go test -run Stories -update writes it anew):\n%s", got)
			}
		})
	}
}

// brief queues, short agents: what a story does not set.
const common = "agent_rules: {pauses: [lunch], failures: 2, rest: 30s}\n"

type teller struct {
	t     *testing.T
	m     *queue.Machine
	cfg   queue.Config
	start time.Time
	offer map[string]int // the last offer of each agent
	out   strings.Builder
}

func tell(t *testing.T, head, body string) string {
	c, err := config.Load(strings.NewReader(head+"\n"+common), "story", func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	p := &teller{t: t, cfg: c.Hotline(), start: time.Unix(0, 0).UTC(), offer: map[string]int{}}
	if p.m, err = queue.New(p.cfg); err != nil {
		t.Fatal(err)
	}
	for l := range strings.SplitSeq(strings.TrimRight(body, "\n"), "\n") {
		switch {
		case strings.HasPrefix(l, "#"), l == "":
			p.out.WriteString(l + "\n")
		case strings.HasPrefix(l, "> "):
			p.line(l)
		}
	}
	return p.out.String()
}

// line lets time pass until the line's, then tells the machine its event.
func (p *teller) line(l string) {
	words := strings.Fields(l)
	at, err := time.ParseDuration(words[1])
	if err != nil {
		p.t.Fatalf("%q begins with no time: %v", l, err)
	}
	now := p.start.Add(at)
	for next := p.m.Next(); !next.IsZero() && next.Before(now); next = p.m.Next() {
		p.step(next, queue.Tick{})
	}
	p.out.WriteString(l + "\n")
	p.step(now, p.event(words[2:]))
}

func (p *teller) step(now time.Time, e queue.Event) {
	for _, a := range p.m.Step(now, e) {
		if s := p.say(a); s != "" {
			fmt.Fprintf(&p.out, "    %s %s\n", p.clock(now), s)
		}
	}
}

func (p *teller) clock(at time.Time) string {
	return strconv.FormatFloat(at.Sub(p.start).Seconds(), 'f', 1, 64) + "s"
}

// event reads "caller a enters vip priority 5", "agent 7 answers".
func (p *teller) event(w []string) queue.Event {
	if len(w) < 3 {
		if len(w) == 1 && w[0] == "restart" {
			return p.restart()
		}
		if len(w) == 2 {
			return queue.Tick{}
		}
		p.t.Fatalf("no event %v", w)
	}
	who, what := w[1], w[2]
	rest := strings.Join(w[3:], " ")
	if w[0] == "caller" {
		switch what {
		case "enters":
			return p.enters(who, w[3:])
		case "hangs":
			return queue.Left{Caller: who}
		case "wants":
			return map[string]queue.Event{"a callback": queue.TakeCallback{Caller: who}, "voicemail": queue.TakeVoicemail{Caller: who}}[rest]
		case "is": // taken out
			return queue.Cancel{Caller: who}
		}
	}
	offer := p.offer[who]
	switch what {
	case "answers":
		return queue.Answered{Offer: offer}
	case "accepts":
		return queue.Accepted{Offer: offer}
	case "refuses":
		return queue.Refused{Offer: offer}
	case "fails:":
		return queue.Failed{Offer: offer, Why: rest}
	case "hangs":
		return queue.AgentGone{Offer: offer}
	case "reaches": // the caller
		return queue.Reached{Offer: offer}
	case "misses": // the caller
		return queue.Unreached{Offer: offer, Why: queue.NoAnswer}
	case "passes": // the caller "to agent 8"
		to := strings.TrimPrefix(rest, "to agent ")
		p.offer[to] = offer
		return queue.Passed{Offer: offer, Agent: to}
	case "logs":
		if rest == "in" {
			return queue.LogIn{Agent: who}
		}
		return queue.LogOut{Agent: who}
	case "pauses:":
		return queue.Pause{Agent: who, Reason: rest}
	case "resumes":
		return queue.Resume{Agent: who}
	}
	p.t.Fatalf("no event %v", w)
	return nil
}

// enters reads "vip priority 5 promise 10s prefer 7 for 10s".
func (p *teller) enters(who string, w []string) queue.Event {
	e := queue.Enter{Caller: who, Queue: w[0]}
	for w = w[1:]; len(w) >= 2; w = w[2:] {
		d, _ := time.ParseDuration(w[1])
		n, _ := strconv.Atoi(w[1])
		switch w[0] {
		case "priority":
			e.Priority = n
		case "promise":
			e.Promise = queue.Promise{Within: d, Then: queue.Supervisor}
		case "prefer":
			e.Prefer.Agent = w[1]
		case "for":
			e.Prefer.For = d
		case "waiting":
			e.Since, e.Callback = p.start.Add(-d), true
		default:
			p.t.Fatalf("no %q when entering", w[0])
		}
	}
	return e
}

// restart is a crash: the machine is built anew from what it remembered.
func (p *teller) restart() queue.Event {
	m, err := queue.Restore(p.cfg, p.m.State())
	if err != nil {
		p.t.Fatal(err)
	}
	p.m = m
	return queue.Restarted{}
}

func (p *teller) say(a queue.Action) string {
	switch a := a.(type) {
	case queue.RingAgent:
		p.offer[a.Agent] = a.Offer
		back := ""
		if a.CallsBack {
			back = ", a callback"
		}
		return fmt.Sprintf("ring agent %s for caller %s until %s%s", a.Agent, a.Caller, p.clock(a.Deadline), back)
	case queue.CancelRing:
		return fmt.Sprintf("stop ringing agent %s: %s", a.Agent, a.Why)
	case queue.PlayBrief:
		return fmt.Sprintf("brief agent %s on caller %s until %s", a.Agent, a.Caller, p.clock(a.Deadline))
	case queue.DialCaller:
		return fmt.Sprintf("dial caller %s for agent %s", a.Caller, a.Agent)
	case queue.CancelDial:
		return fmt.Sprintf("stop dialling caller %s", a.Caller)
	case queue.Join:
		return fmt.Sprintf("join caller %s and agent %s", a.Caller, a.Agent)
	case queue.ReleaseAgent:
		return strings.TrimSpace(fmt.Sprintf("hang up agent %s", a.Agent)) + ": " + a.Why
	case queue.Announce:
		wait := "no time"
		if a.Wait > 0 {
			wait = "about " + a.Wait.String()
		}
		return fmt.Sprintf("tell caller %s: number %d, %s", a.Caller, a.Position, wait)
	case queue.OfferCallback:
		return "offer caller " + a.Caller + " a callback"
	case queue.ToCallback:
		return fmt.Sprintf("caller %s will be called back: %s", a.Caller, a.Why)
	case queue.ToSupervisor:
		return fmt.Sprintf("caller %s to %s: %s", a.Caller, a.Queue, a.Why)
	case queue.ToOverflow:
		return fmt.Sprintf("caller %s overflows to %s: %s", a.Caller, a.Queue, a.Why)
	case queue.Requeue:
		return fmt.Sprintf("caller %s waits again, agent %s: %s", a.Caller, a.Agent, a.Why)
	case queue.End:
		return fmt.Sprintf("END of caller %s: %s, %s", a.Caller, a.How, a.Why)
	case queue.AgentState:
		until := ""
		if !a.Until.IsZero() {
			until = " until " + p.clock(a.Until)
		}
		return strings.TrimSpace(fmt.Sprintf("agent %s is %s %s", a.Agent, a.State, a.Why)) + until
	case queue.Ignored:
		return "(ignored: " + a.Why + ")"
	}
	return "" // music
}
