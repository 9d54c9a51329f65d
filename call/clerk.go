package call

import (
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/sip"
)

// Clerk takes the codes that agents dial on their own phones: to log in, to log
// out, to pause.
type Clerk interface {
	// Dialled does what a code asks for and gives the words and their language to
	// answer with; false means that the number is no code. It does not wait.
	Dialled(agent, number string) (words, language string, ok bool)
}

// code is the script that answers an agent's code; nil for all other calls.
func (d *Desk) code(info sip.Info) *Script {
	if info.Agent == "" || d.deps.People.Clerk == nil {
		return nil
	}
	words, language, ok := d.deps.People.Clerk.Dialled(info.Agent, info.Called)
	if !ok {
		return nil
	}
	return &Script{ID: "agent-code", Language: language, Machine: func(map[string]string, uint64) Machine { return notice{words, language} }}
}

// notice says one thing and hangs up.
type notice struct{ words, language string }

func (n notice) Step(_ time.Time, e dialog.Event) []dialog.Action {
	switch e.(type) {
	case dialog.Answered:
		return []dialog.Action{dialog.Say{ID: 1, Node: n.Node(), Parts: []dialog.Part{{Text: n.words, Language: n.language}}}}
	case dialog.Spoken, dialog.SayFailed:
		return []dialog.Action{dialog.End{Why: "told"}}
	}
	return nil
}

func (notice) Node() string { return "code" }
func (notice) Turn() int    { return 0 }
