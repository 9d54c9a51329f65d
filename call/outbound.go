package call

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/parley-voice/parley/sip"
)

// Outbound places one call and holds the conversation. It returns the record of
// the attempt, also with an error: as Place, or that the attempt could not be
// written down, in which case nothing was dialled.
func (d *Desk) Outbound(ctx context.Context, a Attempt) (Record, error) {
	run, err := d.Place(a)
	if err != nil {
		return Record{}, err
	}
	return run(ctx)
}

// Place takes an attempt, or says why not: ErrDraining, ErrFull, ErrNoScript,
// ErrDraft, ErrVersion or ErrTwice. run, which must be called, dials and holds the
// conversation as Outbound does.
func (d *Desk) Place(a Attempt) (run func(context.Context) (Record, error), err error) {
	script, ok := d.deps.Scripts.Named(a.Script)
	if !ok {
		return nil, fmt.Errorf("%w: %q", ErrNoScript, a.Script)
	}
	if script.Draft {
		return nil, fmt.Errorf("%w: %q", ErrDraft, a.Script)
	}
	if a.Hash != "" && a.Hash != script.Hash {
		return nil, fmt.Errorf("%w: %q", ErrVersion, a.Script)
	}
	rec := record(sip.Info{Trunk: a.Trunk, Caller: a.From, Called: a.To, At: time.Now()}, script)
	rec.ID = cmp.Or(a.ID, rec.ID)
	s := newSession(d, script, rec)
	s.wires.line, s.mind.vars = outboundLine{attempt: a}, a.Vars
	if err := d.enter(s); err != nil {
		return nil, err
	}
	return func(ctx context.Context) (Record, error) {
		defer d.leave(s)
		return s.Run(ctx)
	}, nil
}

// record begins the record of a call. Script may be nil.
func record(info sip.Info, script *Script) Record {
	r := Record{
		ID: newID(), CallID: info.CallID, Direction: "outbound", Trunk: info.Trunk,
		Caller: info.Caller, Called: info.Called, Began: info.At, State: Ringing,
	}
	if info.Inbound {
		r.Direction = "inbound"
	}
	if r.Began.IsZero() {
		r.Began = time.Now()
	}
	if script != nil {
		r.Script, r.Version, r.Language = script.ID, script.Version, script.Language
	}
	return r
}

// newID is a UUID whose order is that of time (RFC 9562 §5.7).
func newID() string {
	id, err := uuid.NewV7()
	if err != nil { // the system has no randomness left; the clock must do
		return fmt.Sprintf("t-%d", time.Now().UnixNano())
	}
	return id.String()
}
