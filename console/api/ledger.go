package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/parley-voice/parley/campaign/ledger"
	"github.com/parley-voice/parley/console/access"
)

// Ledger knows the ledger of consent. ErrNotFound: there is no such head or event,
// or nothing that could be proven.
type Ledger interface {
	// Heads are signed heads of more than so many leaves, the smallest first.
	Heads(ctx context.Context, after int64, limit int) ([]LedgerHead, error)
	// Head is the latest one, with the key that verifies it.
	Head(ctx context.Context) (LedgerHead, string, error)
	// Growth proves that the latest head grew from the one of so many leaves.
	Growth(ctx context.Context, from int64) (ledger.Growth, error)
	// Proof proves that an event is under the latest head.
	Proof(ctx context.Context, event int64) (ledger.Proof, error)
}

// LedgerHead is a signed head.
type LedgerHead struct {
	Size int64     `json:"size" doc:"How many leaves it signs."`
	At   time.Time `json:"at"`
	Note string    `json:"note" doc:"The signed text (C2SP tlog-checkpoint): keep it as a file for parley consent verify --since-head."`
}

// LatestHead is the head that is signed now.
type LatestHead struct {
	LedgerHead
	Key string `json:"key" doc:"The public key. Trust one that was given to you by another way, and hold this against it."`
}

// HeadList is a page of heads.
type HeadList struct {
	Heads []LedgerHead `json:"heads" doc:"The smallest first."`
	Next  int64        `json:"next,omitempty" doc:"Give it as after to go on; missing on the last page."`
}

type listHeads struct {
	After int64 `query:"after" minimum:"0" doc:"Only heads with more leaves: next of the page before."`
	Limit int   `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"How many at most."`
}

type proveEvent struct {
	ID int64 `path:"id" minimum:"1" doc:"The event's id, as GET /customers/{id}/consent shows it."`
	Whole
}

func (a *API) ledger() {
	is := func(o op) op {
		o.needs, o.missing = a.Ledger != nil, "the ledger is not connected here"
		return o
	}
	add(a, is(op{method: http.MethodGet, path: "/ledger/head", id: "getLedgerHead", summary: "Read the latest signed head of the ledger of consent", action: access.ReadLedger,
		about: "Signed once a minute if the ledger grew. Fetch it from time to time and keep it on another machine."}),
		func(ctx context.Context, _ *struct{}) (*struct{ Body LatestHead }, error) {
			h, key, err := a.Ledger.Head(ctx)
			return &struct{ Body LatestHead }{LatestHead{h, key}}, err
		})
	add(a, is(op{method: http.MethodGet, path: "/ledger/heads", id: "listLedgerHeads", summary: "List signed heads of the ledger", action: access.ReadLedger}),
		func(ctx context.Context, in *listHeads) (*struct{ Body HeadList }, error) {
			all, err := a.Ledger.Heads(ctx, in.After, in.Limit+1)
			var out HeadList
			if len(all) > in.Limit {
				all = all[:in.Limit]
				out.Next = all[in.Limit-1].Size
			}
			out.Heads = list0(all)
			return &struct{ Body HeadList }{out}, err
		})
	add(a, is(op{method: http.MethodGet, path: "/ledger/growth", id: "proveLedgerGrowth", summary: "Prove that the ledger grew from an earlier head", action: access.ReadLedger,
		about: "Hold from against the head that you kept, and check it by parley consent verify-proof."}),
		func(ctx context.Context, in *struct {
			From int64 `query:"from" minimum:"1" required:"true" doc:"How many leaves the earlier head has."`
		}) (*struct{ Body ledger.Growth }, error) {
			g, err := a.Ledger.Growth(ctx, in.From)
			g.Path = list0(g.Path)
			return &struct{ Body ledger.Growth }{g}, err
		})
	add(a, is(op{method: http.MethodGet, path: "/ledger/events/{id}/proof", id: "proveLedgerEvent", summary: "Prove that one event is in the ledger", action: access.ProveLedger,
		about: "It holds the whole number, so it needs a reason. Check it by parley consent verify-proof."}), a.proveEvent)
}

func (a *API) proveEvent(ctx context.Context, in *proveEvent) (*struct{ Body ledger.Proof }, error) {
	v, err := a.look(ctx, fmt.Sprint("ledger event ", in.ID))
	switch {
	case err != nil:
		return nil, err
	case !v.whole:
		return nil, problem(http.StatusUnprocessableEntity, "a proof holds the whole number: say why you need it, in X-Reason or reason")
	}
	p, err := a.Ledger.Proof(ctx, in.ID)
	p.Path = list0(p.Path)
	return &struct{ Body ledger.Proof }{p}, err
}
