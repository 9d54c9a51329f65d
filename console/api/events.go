package api

import (
	"context"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/gorilla/websocket"

	"github.com/parley-voice/parley/console/access"
)

const (
	pingEvery  = 20 * time.Second // and the key is looked at again
	pongWithin = 60 * time.Second
	sendWithin = 10 * time.Second
)

type followEvents struct {
	Calls  []string `query:"call,explode" maxItems:"20" doc:"Only events of this call; may be given again."`
	Queues []string `query:"queue,explode" maxItems:"20" doc:"Only events of this queue and its agents; may be given again."`
	Types  []string `query:"type,explode" maxItems:"20" enum:"call.began,call.turn,call.transfer,call.alert,call.changed,call.ended,agent.state,queue.state,follow_up.overdue,campaign.state" doc:"Only events of this type; may be given again."`
	Whole
}

func (a *API) events() {
	add(a, op{method: http.MethodGet, path: "/events", id: "followEvents", summary: "Follow live events over a WebSocket", action: access.Follow,
		about: "Each message is one Event as JSON. Whoever reads too slowly loses the oldest that wait, and is told how many. " +
			"Answers pings by itself, as WebSocket clients do (RFC 6455 §5.5.2). A key that is revoked ends it with code 1008, a server that stops with 1001.",
		status: http.StatusSwitchingProtocols, needs: a.Hub != nil, missing: "live events are not connected here"}, a.follow)
	a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Event](), true, "Event")
}

func (a *API) follow(ctx context.Context, in *followEvents) (*huma.StreamResponse, error) {
	v, err := a.look(ctx, "events")
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		req, w := humago.Unwrap(c)
		if !websocket.IsWebSocketUpgrade(req) {
			c.SetHeader("Upgrade", "websocket")
			a.refuse(c, http.StatusUpgradeRequired, "this is a WebSocket: connect to it with ws:// or wss://")
			return
		}
		reader, ok := a.Hub.join(wanted{calls: in.Calls, queues: in.Queues, types: in.Types})
		if !ok {
			c.SetHeader("Retry-After", "10")
			a.refuse(c, http.StatusServiceUnavailable, "too many follow events already, or the server is about to end; try again")
			return
		}
		defer a.Hub.leave(reader)
		conn, err := upgrader.Upgrade(w, req, http.Header{"X-Request-Id": {asked(ctx).id}})
		if err != nil { // it has answered
			return
		}
		a.stream(ctx, conn, reader, v, req.Header.Get("Authorization"))
	}}, nil
}

var upgrader = websocket.Upgrader{ReadBufferSize: 1024, WriteBufferSize: 4096}

// stream writes events until the client goes, the key ends or the hub closes.
func (a *API) stream(ctx context.Context, conn *websocket.Conn, r *reader, v view, header string) {
	gone := make(chan struct{})
	go func() { // reads, or pongs would not be seen
		defer close(gone)
		conn.SetReadLimit(4096)
		alive := func(string) error { return conn.SetReadDeadline(time.Now().Add(pongWithin)) }
		_ = alive("") // an error shows when it reads
		conn.SetPongHandler(alive)
		for {
			if _, _, err := conn.ReadMessage(); err != nil {
				return
			}
		}
	}()
	defer func() {
		_ = conn.Close() // ends the reading
		<-gone
	}()
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		select {
		case <-gone:
			return
		case <-a.Hub.closed:
			bye(conn, websocket.CloseGoingAway, "the server ends")
			return
		case <-ping.C:
			if _, err := a.Gate.Enter(ctx, header, asked(ctx).who.Source); err != nil {
				bye(conn, websocket.ClosePolicyViolation, "the key is no longer valid")
				return
			}
			if conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(sendWithin)) != nil {
				return
			}
		case e := <-r.events:
			if n := r.lost.Swap(0); n > 0 && send(conn, Event{Type: LostEvents, At: a.Site.Now(), Lost: n}) != nil {
				return
			}
			if send(conn, v.event(e)) != nil {
				return
			}
		}
	}
}

func send(conn *websocket.Conn, e Event) error {
	if err := conn.SetWriteDeadline(time.Now().Add(sendWithin)); err != nil {
		return err
	}
	return conn.WriteJSON(e)
}

func bye(conn *websocket.Conn, code int, why string) {
	_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, why), time.Now().Add(time.Second)) // it may have gone
}

// event is an event as its reader may see it. The event itself is shared.
func (v view) event(e Event) Event {
	if e.Entry != nil {
		line := v.entry(*e.Entry)
		e.Entry = &line
	}
	if e.Record != nil {
		r := v.record(*e.Record)
		e.Record = &r
	}
	if e.FollowUp != nil {
		x := v.followUp(*e.FollowUp)
		e.FollowUp = &x
	}
	if e.Agent != nil {
		x := v.agent(*e.Agent)
		e.Agent = &x
	}
	return e
}
