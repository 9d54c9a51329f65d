package call

import (
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/sip"
)

// Exchange says whom telephones reach by dialling and by transfer. Nobody else is
// reached: a stolen telephone must not run up bills.
type Exchange interface {
	// Extension is where a number leads; the error says why nowhere.
	Extension(number string) (dialog.Transfer, error)
	// Agent is whose telephone registers under this name; "" is nobody's.
	Agent(phone string) string
}

// colleague is the script of an agent's own call to somebody whom the Exchange
// knows: ask first, transfer then. It is nil for all other calls.
func (d *Desk) colleague(info sip.Info) *Script {
	x := d.deps.People.Exchange
	if info.Agent == "" || x == nil {
		return nil
	}
	to, err := x.Extension(info.Called)
	if err != nil { // a hotline's number, or none: the routes know
		return nil
	}
	return &Script{ID: "agent-call", Language: "en", Machine: func(map[string]string, uint64) Machine { return putThrough{to} }}
}

// putThrough transfers at once.
type putThrough struct{ to dialog.Transfer }

func (p putThrough) Step(_ time.Time, e dialog.Event) []dialog.Action {
	switch e := e.(type) {
	case dialog.Answered:
		return []dialog.Action{p.to}
	case dialog.TransferEnded:
		if !e.OK {
			return []dialog.Action{dialog.End{Why: "not put through: " + e.Reason}}
		}
	}
	return nil
}

func (putThrough) Node() string { return "agent-call" }
func (putThrough) Turn() int    { return 0 }
