package server

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/cmd/parley/notary"
	"github.com/parley-voice/parley/console/access"
	"github.com/parley-voice/parley/console/unsubscribe"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// openLinks makes the links by which people opt out, where people can reach us.
func (s *Server) openLinks() error {
	if s.cfg.HTTP.Public == "" || s.cfg.Node != "" {
		return nil
	}
	key, err := notary.Secret(s.cfg.Data, notary.LinksFile)
	if err != nil {
		return err
	}
	s.web.links = &unsubscribe.Links{Base: strings.TrimRight(s.cfg.HTTP.Public, "/"), Key: key}
	return nil
}

// unsubscribes answers the links; nil when none are made.
func (s *Server) unsubscribes() http.Handler {
	if s.web.links == nil {
		return nil
	}
	log := s.log.With("room", "unsubscribe")
	return &unsubscribe.Page{Links: *s.web.links, Log: log, Now: time.Now, Book: optOuts{store: s.Store, herald: s.web.herald, note: func(ctx context.Context, target, what string) {
		if s.web.access == nil {
			return
		}
		d := access.Deed{At: time.Now(), Who: "web", Action: "optout.web", Target: target, After: what}
		if err := (deeds{s.web.access}).Write(ctx, d); err != nil { // the ledger has it; nobody is kept from opting out
			log.Error("the audit log was not told of an opt-out by link", "error", err)
		}
	}}}
}

// optOuts keeps what people say by a link.
type optOuts struct {
	store  *store.Store
	herald *herald
	note   func(ctx context.Context, target, what string) // into the audit log
}

// Message tells of the message that a link came in.
func (o optOuts) Message(ctx context.Context, id string) (channel, language string, err error) {
	a, err := o.attempt(ctx, id)
	if err != nil || a.Person == "" {
		return string(a.Channel), "", err
	}
	p, err := o.store.Customer(ctx, a.Person)
	if errors.Is(err, store.ErrNoCustomer) {
		err = nil
	}
	return string(a.Channel), p.Language, err
}

func (o optOuts) attempt(ctx context.Context, id string) (store.Attempt, error) {
	a, err := o.store.Attempt(ctx, id)
	if errors.Is(err, store.ErrNoAttempt) {
		err = unsubscribe.ErrNoMessage
	}
	return a, err
}

// OptOut keeps it as every opt-out is kept: under the person's locks, with what is
// reserved cancelled, what rings marked, and webhooks told.
func (o optOuts) OptOut(ctx context.Context, id string, all bool) error {
	a, err := o.attempt(ctx, id)
	if err != nil {
		return err
	}
	w := store.Word{ID: "web/" + id, Person: a.Person, Number: a.Number, Kind: store.NeverAgain, Channel: a.Channel, Source: "web"}
	if all {
		w.ID, w.Channel = w.ID+"/all", permit.Every
	}
	if store.IsPseudonym(w.Number) { // of one who was erased, and is never reached again
		w.Number = ""
	}
	if w.Person == "" && w.Number == "" {
		return nil
	}
	if err = o.keep(ctx, w); errors.Is(err, store.ErrNoCustomer) { // erased in this moment
		return nil
	}
	return err
}

func (o optOuts) keep(ctx context.Context, w store.Word) error {
	now := time.Now()
	var tell []store.Message
	if e, ok := ofWord(w, now); ok {
		tell = o.herald.messages(e)
	}
	out, err := o.store.OptOut(ctx, now, w, tell...)
	if err != nil || out.Again {
		return err
	}
	target := "customer " + w.Person
	if w.Person == "" {
		target = "customer " + customer.Parse(w.Number, "").Masked()
	}
	o.note(ctx, target, "never by "+string(w.Channel)+", by a link in a message")
	return nil
}
