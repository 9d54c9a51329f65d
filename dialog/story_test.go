package dialog

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write what happens into the stories")

// TestStories plays testdata/stories: a script, a line of dashes, then events
// ("> heard yes") each followed by the actions that they bring. Read them as the
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
				t.Fatal("no line of four dashes between script and story")
			}
			s, err := Load(strings.NewReader(head), file)
			if err != nil {
				t.Fatal(err)
			}
			got := tellStory(t, s, body)
			if *update {
				if err := os.WriteFile(file, []byte(head+"\n----\n"+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != body {
				t.Errorf("the story goes otherwise (go test -run Stories -update writes it anew):\n%s", differ(body, got))
			}
		})
	}
}

func tellStory(t *testing.T, s *Script, body string) string {
	p := &storyteller{t: t, now: time.Unix(0, 0).UTC(), due: map[Timer]time.Time{}}
	p.m = NewMachine(s, map[string]string{"name": "Jo"}, 1)
	var out strings.Builder
	for _, l := range strings.Split(strings.TrimRight(body, "\n"), "\n") {
		switch {
		case strings.HasPrefix(l, "#"), l == "":
			out.WriteString(l + "\n")
		case strings.HasPrefix(l, "> "):
			out.WriteString(l + "\n")
			for _, a := range p.event(strings.TrimPrefix(l, "> ")) {
				out.WriteString("    " + a + "\n")
			}
		}
	}
	return out.String()
}

type storyteller struct {
	t      *testing.T
	m      *Machine
	now    time.Time
	saying []int
	turn   int
	errand int
	slot   string // that the last question to the detector wanted
	due    map[Timer]time.Time
}

// event tells the machine one line of a story.
func (p *storyteller) event(l string) []string {
	kind, rest, _ := strings.Cut(l, " ")
	var e Event
	switch kind {
	case "answered":
		e = Answered{Placed: rest == "placed"}
	case "sound":
		e = SpeechStarted{}
	case "noise":
		e = SpeechEmpty{}
	case "lost":
		e = SpeechLost{}
	case "partial":
		e = Partial{Text: rest}
	case "heard":
		e = Heard{Text: rest}
	case "meant":
		name, digits, _ := strings.Cut(rest, " ")
		e = Meant{Turn: p.turn, Intent: Intent{Name: strings.Trim(name, "-?"), Doubt: strings.HasSuffix(name, "?"), Slots: map[string]string{p.slot: digits}}}
	case "stale":
		e = Meant{Turn: p.turn - 1, Intent: Intent{Name: rest}}
	case "press":
		e = Pressed{Digit: rest[0]}
	case "spoken", "failed":
		if len(p.saying) == 0 {
			p.t.Fatalf("%q, but nothing is being said", l)
		}
		e = Spoken{Say: p.saying[0]}
		if kind == "failed" {
			e = SayFailed{Say: p.saying[0], Why: "no voice"}
		}
		p.saying = p.saying[1:]
	case "fired":
		if at, ok := p.due[Timer(rest)]; ok {
			p.now = at
		}
		delete(p.due, Timer(rest))
		e = Fired{Timer: Timer(rest)}
	case "transfer":
		e = TransferEnded{OK: rest == "ok" || rest == "ended", Back: rest == "ended", Reason: rest}
	case "taken-over":
		e = TakenOver{}
	case "fetched":
		status, body, _ := strings.Cut(rest, " ")
		code, err := strconv.Atoi(status)
		if e = (Fetched{ID: p.errand, Status: code, Body: []byte(body)}); err != nil {
			e = Fetched{ID: p.errand, Why: rest}
		}
	case "composed":
		e = Composed{ID: p.errand, Text: rest}
	case "composed-all":
		e = Composed{ID: p.errand, Done: true, Why: rest}
	case "directed":
		queue, say, _ := strings.Cut(rest, " ")
		e = Directed{To: Transfer{Queue: queue, Brief: "complains"}, Say: say, Why: "complaint"}
	case "deaf":
		e = Deaf{Why: "engine gone"}
	case "hears":
		e = Hears{}
	case "mute":
		e = Mute{Why: "engine gone"}
	case "hangup":
		e = HungUp{By: "them"}
	case "wait":
		d, err := time.ParseDuration(rest)
		if err != nil {
			p.t.Fatal(err)
		}
		p.now = p.now.Add(d)
		return nil
	default:
		p.t.Fatalf("no event %q", l)
	}
	return p.brief(p.m.Step(p.now, e))
}

// brief shows actions, one a line.
func (p *storyteller) brief(actions []Action) []string {
	var all []string
	for _, a := range actions {
		switch a := a.(type) {
		case Say:
			p.saying = append(p.saying, a.ID)
			var parts []string
			for _, q := range a.Parts {
				parts = append(parts, q.Text+q.Clip)
			}
			loop := ""
			if a.Loop {
				loop = " for ever"
			}
			all = append(all, "say"+loop+": "+strings.Join(parts, " / "))
		case Hush:
			p.saying = nil
			all = append(all, "hush")
		case Pause:
			all = append(all, "pause")
		case Resume:
			all = append(all, "resume")
		case Listen:
			told := "listen " + a.Shape
			if len(p.m.s.Languages()) > 1 {
				told += " in " + a.Language
			}
			all = append(all, told)
		case Understand:
			p.turn, p.slot = a.Turn, ""
			if a.Query.Want != nil {
				p.slot = a.Query.Want.Slot
			}
			all = append(all, fmt.Sprintf("understand %d: %q as %s of %s", a.Turn, a.Query.Text, a.Query.Shape, strings.Join(a.Query.Intents, ", ")))
		case SetTimer:
			p.due[a.Timer] = p.now.Add(a.After)
			all = append(all, fmt.Sprintf("timer %s in %s", a.Timer, a.After))
		case StopTimer:
			delete(p.due, a.Timer)
			all = append(all, "stop "+string(a.Timer))
		case Fetch:
			p.errand = a.ID
			all = append(all, strings.TrimRight(fmt.Sprintf("fetch %s %s %v %s %s", a.Method, a.URL, sorted(a.Headers), a.Secret, a.Body), " "))
		case Compose:
			p.errand = a.ID
			all = append(all, fmt.Sprintf("compose %d sentences: %q, facts %q, talk %v", a.Sentences, a.Goal, a.Facts, a.Talk))
		case StopCompose:
			all = append(all, "stop composing")
		case Transfer:
			all = append(all, strings.TrimSpace(fmt.Sprintf("transfer to %s%s%s, brief %q %v", a.Queue, a.Agent, a.SIP, a.Brief, sorted(a.Headers))))
		case Echo:
			all = append(all, fmt.Sprintf("echo audio %t, digits %t", a.Audio, a.Digits))
		case Moved:
			all = append(all, fmt.Sprintf("move to %s (%s): %s", a.To, a.Stage, a.Why))
		case Note:
			all = append(all, "note "+a.Key+" = "+a.Value)
		case Outcome:
			all = append(all, "outcome "+a.Outcome)
		case End:
			all = append(all, "end: "+a.Why)
		}
	}
	return all
}

func sorted(m map[string]string) []string {
	var all []string
	for k, v := range m {
		all = append(all, k+": "+v)
	}
	sort.Strings(all)
	return all
}

// differ shows the first line that differs, with what goes before.
func differ(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		a, b := "", ""
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if a != b {
			return fmt.Sprintf("%s\n- %s\n+ %s", strings.Join(w[max(0, i-4):min(i, len(w))], "\n"), a, b)
		}
	}
	return ""
}
