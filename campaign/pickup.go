package campaign

import (
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Pickup is how a campaign finds out who picked up, and what it does with machines.
type Pickup struct {
	How     How
	Within  time.Duration // of the answer, for the first verdict; 0: call's own
	Machine OnMachine
	Say     string // LeaveMessage: one of the two
	Clip    string // of the variants' scripts
}

// How is how it is found out who picked up.
type How string

// The ways to find out.
const (
	Listen  How = "listen" // the script begins at once and is broken off for a machine
	Wait    How = "wait"   // the script begins when it is known
	TakeAll How = "off"    // whoever answers is a person
)

// Listens are all of them.
func Listens() []How { return []How{Listen, Wait, TakeAll} }

// OnMachine is what is done with a machine.
type OnMachine string

// What is done with machines.
const (
	HangUp       OnMachine = "hang_up"
	GoOn         OnMachine = "go_on"
	LeaveMessage OnMachine = "message"
)

// longestMessage, in letters: half a minute of speech; many machines cut off there.
const longestMessage = 500

// pickup reads listen, wait, off or a block.
func (l *loader) pickup(v *yaml.Node) {
	p := &l.c.Line.Pickup
	if v.Kind == yaml.ScalarNode {
		p.How = How(l.Word(v, "pickup", words(Listens()...)))
		return
	}
	l.block(v, "pickup", "line.pickup", func(key string, v *yaml.Node) {
		switch key {
		case "how":
			p.How = How(l.Word(v, key, words(Listens()...)))
		case "within":
			p.Within = l.span(v, key, time.Second, 5*time.Second)
		}
	})
}

// voicemail reads hang_up, go_on or a message.
func (l *loader) voicemail(v *yaml.Node) {
	p := &l.c.Line.Pickup
	if v.Kind == yaml.ScalarNode {
		if w := OnMachine(v.Value); w != HangUp && w != GoOn {
			l.Wrong(v, "write hang_up, go_on, {say: \"...\"} or {clip: name.wav}", "voicemail cannot be %q", v.Value)
			return
		}
		p.Machine = OnMachine(v.Value)
		return
	}
	p.Machine = LeaveMessage
	l.block(v, "voicemail", "line.voicemail", func(key string, v *yaml.Node) {
		text := strings.TrimSpace(l.Text(v, key))
		switch key {
		case "say":
			p.Say = text
			if strings.Contains(text, "{{") {
				l.Wrong(v, "write words that suit everybody; whoever hears a machine is not known", "a message has no variables")
			}
			if n := utf8.RuneCountInString(text); n > longestMessage {
				l.Wrong(v, "make it shorter: machines cut off", "the message has %d letters, and %d are the most", n, longestMessage)
			}
		case "clip":
			p.Clip = text
		}
	})
	if (p.Say == "") == (p.Clip == "") {
		l.Wrong(v, "write {say: \"...\"} or {clip: name.wav}", "voicemail needs one of say and clip")
	}
}
