package transcript

import (
	"context"
	"slices"
	"time"

	"github.com/parley-voice/parley/dialog"
)

// Understander tells what words meant.
type Understander interface {
	Understand(ctx context.Context, q dialog.Query) (dialog.Intent, error)
}

// line is a telephone line without sound: it carries out the machine's actions
// in virtual time.
type line struct {
	m       *dialog.Machine
	detect  Understander
	now     time.Time
	timers  map[dialog.Timer]time.Time
	speech  speech
	air     air
	state   state
	entries []entry
}

// speech is what Parley is saying.
type speech struct {
	queue  []utterance
	paused bool
}

type utterance struct {
	id   int
	left time.Duration
	loop bool
}

// air measures silence that nobody asked for.
type air struct {
	now, worst time.Duration
}

// state is what a test can ask about.
type state struct {
	facts          map[string][]string // by the keys of expect
	away           bool
	ended          bool
	fetch, compose int // what is asked for; 0 is nothing
}

// entry is one line of the transcript.
type entry struct {
	who, node, text string
	said            bool    // by the bot
	visit           bool    // a node was entered
	score           float64 // of what was understood
}

func newLine(m *dialog.Machine, u Understander, clock time.Time) *line {
	if clock.IsZero() {
		clock = time.Unix(0, 0).UTC()
	}
	return &line{m: m, detect: u, now: clock, timers: map[dialog.Timer]time.Time{},
		state: state{facts: map[string][]string{}}}
}

func (l *line) note(who, text string) {
	l.entries = append(l.entries, entry{who: who, node: l.m.Node(), text: text})
}

// tell gives the machine an event and carries out what follows from it.
func (l *line) tell(ctx context.Context, e dialog.Event) error {
	inbox := []dialog.Event{e}
	defer func() { l.state.facts["language"] = []string{l.m.Language()} }()
	for len(inbox) > 0 {
		next := inbox[0]
		inbox = inbox[1:]
		for _, a := range l.m.Step(l.now, next) {
			answer, err := l.act(ctx, a)
			if err != nil {
				return err
			}
			if answer != nil {
				inbox = append(inbox, answer)
			}
		}
	}
	return nil
}

// act carries out one action; some bring an event at once.
func (l *line) act(ctx context.Context, a dialog.Action) (dialog.Event, error) {
	facts := l.state.facts
	switch a := a.(type) {
	case dialog.Say:
		l.say(a)
	case dialog.Hush:
		l.speech = speech{}
	case dialog.Pause:
		l.speech.paused = true
	case dialog.Resume:
		l.speech.paused = false
	case dialog.SetTimer:
		l.timers[a.Timer] = l.now.Add(a.After)
	case dialog.StopTimer:
		delete(l.timers, a.Timer)
	case dialog.Understand:
		in, err := l.detect.Understand(ctx, a.Query)
		if err != nil {
			return nil, err
		}
		name := in.Name
		if name == "" {
			name = "nothing"
		}
		if l.note("", "understood "+name+": "+in.Why); in.Score > 0 {
			l.entries[len(l.entries)-1].score = in.Score
		}
		return dialog.Meant{Turn: a.Turn, Intent: in}, nil
	case dialog.Fetch:
		l.state.fetch = a.ID
		l.note("", "fetch "+a.Method+" "+a.URL)
	case dialog.Compose:
		l.state.compose = a.ID
		l.note("", "llm: "+a.Goal)
	case dialog.StopCompose:
		l.state.compose = 0
	case dialog.Moved:
		l.entries = append(l.entries, entry{node: a.To, visit: true, text: "→ " + a.To + " (" + a.Why + ")"})
		facts["node"], facts["stage"] = []string{a.To}, []string{a.Stage}
		if a.Intent != "" {
			facts["intent"] = []string{a.Intent}
		}
	case dialog.Note:
		l.fact(a)
	case dialog.Outcome:
		facts["outcome"] = []string{a.Outcome}
	case dialog.Transfer:
		l.state.away = true
		facts["transfer"] = []string{a.Queue + a.Agent + a.SIP}
		l.note("", "transfer to "+a.Queue+a.Agent+a.SIP)
	case dialog.End:
		l.state.ended = true
		facts["ended"] = []string{a.Why}
		l.note("", "end: "+a.Why)
	}
	return nil, nil
}

func (l *line) fact(n dialog.Note) {
	facts := l.state.facts
	switch n.Key {
	case "tag", "opt_out", "notice":
		facts[n.Key] = append(facts[n.Key], n.Value)
	default:
		facts["set"] = append(facts["set"], n.Key+"="+n.Value)
	}
	l.note("", n.Key+" = "+n.Value)
}

func (l *line) say(s dialog.Say) {
	u := utterance{id: s.ID, loop: s.Loop}
	for _, p := range s.Parts {
		text := p.Text
		if p.Clip != "" {
			text = "[" + p.Clip + "]"
			u.left += 3 * time.Second
		}
		u.left += dialog.ReadingTime(p.Text)
		l.entries = append(l.entries, entry{who: "bot", node: s.Node, text: text, said: true})
	}
	l.speech.queue = append(l.speech.queue, u)
}

// advance lets time pass; speech ends and timers fire on the way.
func (l *line) advance(ctx context.Context, d time.Duration) error {
	end := l.now.Add(d)
	for !l.state.ended {
		at, event := l.next()
		if event == nil || at.After(end) {
			break
		}
		l.pass(at.Sub(l.now))
		switch e := event.(type) {
		case dialog.Spoken:
			l.speech.queue = l.speech.queue[1:]
		case dialog.Fired:
			delete(l.timers, e.Timer)
		}
		if err := l.tell(ctx, event); err != nil {
			return err
		}
	}
	l.pass(end.Sub(l.now))
	return nil
}

// next is what happens next by itself, and when.
func (l *line) next() (time.Time, dialog.Event) {
	var at time.Time
	var event dialog.Event
	if l.talking() && !l.speech.queue[0].loop {
		at, event = l.now.Add(l.speech.queue[0].left), dialog.Spoken{Say: l.speech.queue[0].id}
	}
	var names []dialog.Timer
	for name := range l.timers {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if due := l.timers[name]; event == nil || due.Before(at) {
			at, event = due, dialog.Fired{Timer: name}
		}
	}
	return at, event
}

func (l *line) talking() bool { return len(l.speech.queue) > 0 && !l.speech.paused }

// pass moves the clock, plays speech and measures silence.
func (l *line) pass(d time.Duration) {
	d = max(d, 0)
	l.now = l.now.Add(d)
	if l.talking() {
		l.speech.queue[0].left -= d
		l.air.now = 0
		return
	}
	_, callers := l.timers[dialog.TimerSilence]
	_, digits := l.timers[dialog.TimerDigits]
	_, waits := l.timers[dialog.TimerWait]
	thinking := false
	if _, ok := l.timers[dialog.TimerUnderstand]; ok {
		thinking = true
	}
	theirs := callers || digits || waits || l.state.away || l.state.ended
	if l.speech.paused || thinking || !theirs && len(l.timers) > 0 {
		l.air.now += d
		l.air.worst = max(l.air.worst, l.air.now)
		return
	}
	l.air.now = 0
}

// quiet runs until nothing is being said and nothing is about to be: the
// caller's turn, a transfer, or the end.
func (l *line) quiet(ctx context.Context) error { return l.run(ctx, true) }

// run runs until nothing is being said, and through the script's own waits if
// asked to.
func (l *line) run(ctx context.Context, through bool) error {
	return l.until(ctx, func() bool {
		_, waits := l.timers[dialog.TimerWait]
		return l.state.ended || (!waits || !through) && (len(l.speech.queue) == 0 || l.speech.queue[0].loop)
	})
}

// until lets things happen one after the other until done, or until nothing more
// happens by itself.
func (l *line) until(ctx context.Context, done func() bool) error {
	for range 200 {
		if done() {
			return nil
		}
		at, event := l.next()
		if event == nil {
			return nil
		}
		if err := l.advance(ctx, at.Sub(l.now)); err != nil {
			return err
		}
	}
	return nil
}
