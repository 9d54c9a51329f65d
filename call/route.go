package call

import (
	"context"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/routing/queue"
	"github.com/parley-voice/parley/sip"
)

// EntryRouted is a decision of the table of routes: Text is where the call goes
// and by which rule, Why is the routing.Snapshot as JSON, with the reasons.
const EntryRouted EntryKind = "routed"

// Router decides where calls go that come in. Without one the called number
// chooses the script.
type Router interface {
	// Route is asked once for each call, before it is taken. It answers within its
	// own budget, whatever is broken: what is not known by then is not known.
	Route(ctx context.Context, in sip.Info) Routed
}

// Routed is where a call goes, and what goes with it.
type Routed struct {
	Script *Script // nil: the one of the called number
	Vars   map[string]string
	// Standing is what is asked of each queue that the call comes to.
	Standing queue.Enter
	Reject   Rejection
	First    *dialog.Transfer // takes the place of the script's first transfer; nil leaves it
	Mailbox  string           // instead of the script's first transfer a message is taken for it; "" is none
	Notes    []Entry          // for the record: the decision, and what could not be known
	Course   Course           // nil: nothing changes in mid-call
}

// Rejection is a call that is not to be answered; the zero value is none.
type Rejection struct {
	Code int // of SIP, 400 to 699
	Why  string
}

// Course follows one call and decides whether it goes elsewhere. The call's loop
// owns it; it answers at once, from memory.
type Course interface {
	Reroute(now time.Time, l Live) (Turnoff, bool)
	// Classes gives the classes of words, complaints and risks, that are in what
	// was said. It changes nothing.
	Classes(said string) []string
}

// Live is what a conversation has come to know.
type Live struct {
	Said      []string          // turns of the caller since the Course was last asked
	Set       map[string]string // variables that the script set
	Tags      []string
	Intent    string   // understood last
	NoMatches int      // running
	Failed    []string // parts that failed: hearing, voice, understanding, model
	Lasted    time.Duration
	Script    string
}

// Turnoff is where a call goes from its course.
type Turnoff struct {
	To       dialog.Transfer // queue, agent or address, and the brief
	Standing queue.Enter
	Say      string // before the caller is put through; "" says nothing
	Now      bool   // at once; else when the script hands the caller over
	Why      string
	Notes    []Entry
}

// course is a call's way by the table of routes.
type course struct {
	Course
	live  Live
	fresh bool     // something is known that the Course has not been asked about
	box   string   // a Mailbox that the caller has not come to yet
	off   *Turnoff // that waits for the script to hand the caller over
}

// route asks where a call goes. ok is false when nothing answers its number.
func (d *Desk) route(ctx context.Context, in sip.Info) (r Routed, ok bool) {
	if code := d.code(in); code != nil { // an agent's own call
		return Routed{Script: code}, true
	}
	if to := d.colleague(in); to != nil {
		return Routed{Script: to}, true
	}
	if d.deps.Router != nil {
		r = d.deps.Router.Route(ctx, in)
	}
	if r.Script == nil && r.Reject.Code == 0 {
		r.Script, ok = d.deps.Scripts.ForNumber(in.Called)
		return r, ok
	}
	return r, true
}

// learn keeps what the conversation came to know for the rules of mid-call.
func (s *Session) learn(f func(l *Live)) {
	if c := &s.mind.course; c.Course != nil {
		f(&c.live)
		c.fresh = true
	}
}

// learnNote takes what a script wrote down.
func (s *Session) learnNote(a dialog.Note) {
	s.learn(func(l *Live) {
		switch a.Key {
		case "tag":
			l.Tags = append(l.Tags, a.Value)
		case "no_match":
			l.NoMatches++
		default:
			if l.Set == nil {
				l.Set = map[string]string{}
			}
			l.Set[a.Key] = a.Value
		}
	})
}

// reroute asks whether the call goes elsewhere, once something new is known.
func (s *Session) reroute(ctx context.Context, now time.Time) {
	c := &s.mind.course
	if !c.fresh || s.mind.machine == nil || s.state.over || s.state.last || s.joined() {
		return
	}
	c.fresh = false
	c.live.Lasted, c.live.Script = now.Sub(s.j.rec.Answered), s.mind.script.ID
	off, ok := c.Reroute(now, c.live)
	c.live.Said = nil
	if !ok {
		return
	}
	for _, e := range off.Notes {
		e.Node, e.Turn = s.node(), s.turnNumber()
		s.j.add(now, e)
	}
	s.mind.standing, c.off = off.Standing, nil
	if !off.Now {
		c.off = &off
		return
	}
	s.tell(ctx, now, dialog.Directed{To: off.To, Say: off.Say, Why: off.Why})
}

// handOver carries out the script's transfer, where the rules want the caller.
func (s *Session) handOver(ctx context.Context, now time.Time, a dialog.Transfer) {
	box := s.mind.course.box
	s.mind.course.box = ""
	switch {
	case box == "":
		s.transfer(ctx, now, s.mind.course.redirect(a))
	case !s.takeMessage(ctx, now, box):
		s.tell(ctx, now, dialog.TransferEnded{Reason: dialog.Voicemail, Detail: "nothing can be recorded"})
	}
}

// redirect turns the script's next transfer to where the rules of mid-call want
// the caller; if that fails, the one after goes where the script says.
func (c *course) redirect(a dialog.Transfer) dialog.Transfer {
	if c.off == nil {
		return a
	}
	to := c.off.To
	c.off = nil
	a.Queue, a.Agent, a.SIP = to.Queue, to.Agent, to.SIP
	if to.Brief != "" {
		a.Brief = to.Brief
	}
	return a
}
