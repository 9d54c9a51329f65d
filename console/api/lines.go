package api

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/console/access"
)

// Lines is what can be done with live calls.
type Lines interface {
	Live() []call.Snapshot
	// Place calls somebody and returns when the attempt was taken; ErrConflict or
	// ErrInvalid says why it was not. done is told, by another goroutine, when the call is over.
	Place(ctx context.Context, a call.Attempt, done func()) error
	// Hangup has a call say its last prompt and end. False: there is no such call.
	Hangup(id, why string) bool
}

// Joiner lets supervisors into live calls.
type Joiner interface {
	// Join rings the supervisor and lets him in, in one of the ways of JoinWays.
	Join(ctx context.Context, j Join) error
}

// Join is a supervisor who wants into a call.
type Join struct {
	Call string // id
	Way  string // listen, whisper, barge, takeover
	Ring string // agent id of the supervisor, whose phone is rung
}

type placeCall struct {
	Key  string `header:"Idempotency-Key" required:"true" minLength:"8" maxLength:"200" doc:"Any text that is new for each call to place. The same request sent again with the same text does not call again."`
	Body PlaceCall
}

// PlaceCall is a call to place.
type PlaceCall struct {
	To      string            `json:"to" minLength:"1" maxLength:"200" doc:"A number with trunk, else sip:USER@HOST."`
	Trunk   string            `json:"trunk,omitempty" maxLength:"100" doc:"Trunk of the configuration to call through."`
	From    string            `json:"from,omitempty" maxLength:"100" doc:"Number shown; the trunk's when missing."`
	Script  string            `json:"script" minLength:"1" maxLength:"200" doc:"Name of a published script."`
	Vars    map[string]string `json:"vars,omitempty" maxProperties:"100" doc:"Variables of the script."`
	Timeout int               `json:"timeout_s,omitempty" minimum:"5" maximum:"300" doc:"How long it may ring, in seconds; 60 when missing."`
}

// Placed is an attempt that was taken.
type Placed struct {
	ID    string `json:"id" doc:"Of the call: GET /api/v1/calls/{id} tells how it goes."`
	Again bool   `json:"again,omitempty" doc:"It had been placed before with this Idempotency-Key; nobody was called now."`
}

type joinCall struct {
	ID   string `path:"id" maxLength:"300" doc:"The live call's id."`
	Body struct {
		Way  string `json:"way" enum:"listen,whisper,barge,takeover" doc:"listen: hear both. whisper: be heard by the agent alone. barge: be heard by both. takeover: talk in the agent's place."`
		Ring string `json:"ring,omitempty" maxLength:"100" doc:"Agent id whose phone is rung; that of the key when missing."`
	}
}

func (a *API) lines() {
	add(a, op{method: http.MethodPost, path: "/calls", id: "placeCall", summary: "Have Parley call somebody", action: access.PlaceCalls, status: http.StatusAccepted,
		about: "Answers as soon as the attempt is taken. Only published scripts may call out.",
		needs: a.Lines != nil && a.Calls != nil, missing: noLines}, a.place)
	add(a, op{method: http.MethodPost, path: "/calls/{id}/hangup", id: "hangUpCall", summary: "Hang up a live call", action: access.EndCalls, status: http.StatusAccepted,
		about: "The call says its last prompt and ends.", needs: a.Lines != nil, missing: noLines}, a.hangup)
	add(a, op{method: http.MethodPost, path: "/calls/{id}/join", id: "joinCall", summary: "Listen to a live call, whisper, barge in, take it over",
		action: access.JoinCalls, status: http.StatusAccepted, needs: a.Joiner != nil, missing: "no queues and agents are configured: add queues and agents, one of them with the role supervisor"}, a.join)
}

func (a *API) live(id string) error {
	for _, s := range a.Lines.Live() {
		if s.ID == id {
			return nil
		}
	}
	return problem(http.StatusNotFound, "no call in progress has the id %q; GET /api/v1/calls/live lists them", id)
}

func (a *API) hangup(ctx context.Context, in *struct {
	ID string `path:"id" maxLength:"300" doc:"The live call's id."`
}) (*struct{}, error) {
	if err := a.live(in.ID); err != nil {
		return nil, err
	}
	return nil, a.act(ctx, access.EndCalls, "call "+in.ID, "", "", func() error {
		if !a.Lines.Hangup(in.ID, "hung up by "+asked(ctx).who.Name) {
			return problem(http.StatusConflict, "the call ended by itself meanwhile")
		}
		return nil
	})
}

func (a *API) join(ctx context.Context, in *joinCall) (*struct{}, error) {
	ring := in.Body.Ring
	if ring == "" {
		ring = asked(ctx).who.Agent
	}
	if ring == "" {
		return nil, problem(http.StatusUnprocessableEntity, "nobody is to be rung: give ring, or use a key that was made with --agent")
	}
	if a.Lines != nil {
		if err := a.live(in.ID); err != nil {
			return nil, err
		}
	}
	return nil, a.act(ctx, access.JoinCalls, "call "+in.ID, "", in.Body.Way+", ring "+ring, func() error {
		return a.Joiner.Join(ctx, Join{Call: in.ID, Way: in.Body.Way, Ring: ring})
	})
}

// placed remembers the attempts of this process that may not have a record yet.
type placed struct {
	mu  sync.Mutex
	now map[string]PlaceCall
}

func (a *API) place(ctx context.Context, in *placeCall) (*struct{ Body Placed }, error) {
	b := in.Body
	id := attemptID(asked(ctx).who.Key, in.Key)
	a.placed.mu.Lock() // one at a time: the same request twice must find itself
	defer a.placed.mu.Unlock()
	before, again := a.placed.now[id]
	if !again {
		r, err := a.Calls.Get(ctx, id)
		switch {
		case err == nil:
			again, before = true, PlaceCall{To: r.Called, Script: r.Script}
		case !errors.Is(err, ErrNotFound):
			return nil, err
		}
	}
	if again {
		if before.To != b.To || before.Script != b.Script {
			return nil, problem(http.StatusUnprocessableEntity, "another call was placed with this Idempotency-Key; use a new one")
		}
		return &struct{ Body Placed }{Placed{ID: id, Again: true}}, nil
	}
	attempt := call.Attempt{ID: id, To: b.To, Trunk: b.Trunk, From: b.From, Script: b.Script, Vars: maps.Clone(b.Vars),
		Timeout: time.Duration(b.Timeout) * time.Second}
	what := fmt.Sprintf("to %s by %s", access.Mask(b.To, a.Site.Country), b.Script)
	err := a.act(ctx, access.PlaceCalls, "call "+id, "", what, func() error {
		return a.Lines.Place(ctx, attempt, func() {
			a.placed.mu.Lock()
			delete(a.placed.now, id) // its record is written
			a.placed.mu.Unlock()
		})
	})
	if err != nil {
		return nil, err
	}
	if a.placed.now == nil {
		a.placed.now = map[string]PlaceCall{}
	}
	a.placed.now[id] = b
	return &struct{ Body Placed }{Placed{ID: id}}, nil
}

// attemptID is the call's id, made from who asks and the Idempotency-Key: a UUID
// of the kind that applications define (RFC 9562 §5.8). So the record itself
// tells that the call was placed, also after a restart.
func attemptID(key, text string) string {
	sum := sha256.Sum256([]byte(key + "\x00" + text))
	var u uuid.UUID
	copy(u[:], sum[:])
	u[6], u[8] = u[6]&0x0f|0x80, u[8]&0x3f|0x80
	return u.String()
}
