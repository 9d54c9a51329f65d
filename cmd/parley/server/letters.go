package server

import (
	"errors"
	"fmt"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/console/webhook"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// letters are an event's messages, one for each webhook that wants it.
func letters(hooks []webhook.Hook, country string, e webhook.Event) (all []store.Message, wrong error) {
	now := time.Now()
	for _, hook := range hooks {
		if !hook.Wants(e.Type) {
			continue
		}
		body, err := e.Fit(hook, country)
		if err != nil {
			wrong = errors.Join(wrong, fmt.Errorf("webhook %s: %w", hook.Name, err))
			continue
		}
		if body == nil { // nothing that this one may have
			continue
		}
		all = append(all, store.Message{ID: webhook.MessageID(hook.Name, e), Hook: hook.Name, URL: hook.URL, Payload: body, Since: now, Due: now})
	}
	return all, wrong
}

// Letters are the messages of one site's webhooks: what is done beside a server (at
// the command line) posts them with what it writes, and the server sends them.
type Letters struct{ Config *config.Config }

// Word tells of what a person said against being reached.
func (l Letters) Word(w store.Word, at time.Time) ([]store.Message, error) {
	e, ok := ofWord(w, at)
	if !ok {
		return nil, nil
	}
	return letters(l.Config.Hooks(), l.Config.Callers.Country, e)
}

// Settled tells of a follow-up that was settled.
func (l Letters) Settled(f store.FollowUp) ([]store.Message, error) {
	return letters(l.Config.Hooks(), l.Config.Callers.Country, ofSettled(f))
}

// ofWord is the event of a word that has an id; a refused offer is nobody else's
// business.
func ofWord(w store.Word, at time.Time) (webhook.Event, bool) {
	about := webhook.Remark{Number: w.Number, Customer: w.Person, Who: w.Source}
	e := webhook.Event{Key: "word/" + w.ID, At: at, Data: webhook.Data{Remark: &about}}
	switch w.Kind {
	case store.NeverAgain:
		e.Type, about.Kind, about.Scope, about.Purpose = webhook.DoNotCall, string(customer.DoNotCall), string(w.Channel), w.Purpose
	case store.Complained:
		e.Type, about.Kind = webhook.ComplaintIn, string(customer.Complains)
	default:
		return e, false
	}
	return e, true
}

// ofRemark is the event of what is told of a customer through the API.
func ofRemark(r customer.Remark, id string) webhook.Event {
	about := webhook.Remark{Number: r.Number, Customer: id, Kind: string(r.Kind), Scope: r.Scope, Text: r.Text, Who: r.Who}
	e := webhook.Event{Type: webhook.CustomerNote, Key: "remark/" + r.ID, At: r.At, Data: webhook.Data{Remark: &about}}
	switch r.Kind {
	case customer.Complains:
		e.Type = webhook.ComplaintIn
	case customer.DoNotCall:
		e.Type = webhook.DoNotCall
	}
	return e
}

func ofFollowUp(f store.FollowUp) *webhook.FollowUp {
	out := &webhook.FollowUp{ID: f.ID, Call: f.Call, Number: f.Number, Kind: string(f.Kind), Why: f.Why, Opened: f.Opened, Due: f.Due}
	if f.Task != nil {
		out.Customer = f.Task.Person
	}
	if s := f.Sending; s.Message != "" {
		out.Sending = &webhook.Sending{Message: s.Message, Reopened: s.Reopened}
		if s.Receipt.State != "" {
			out.Sending.Receipt = &s.Receipt
		}
	}
	return out
}

// ofLate is the event of a follow-up that became overdue.
func ofLate(f store.FollowUp) webhook.Event {
	return webhook.Event{Type: webhook.FollowUpLate, Key: keyOf(f), At: f.Told, Data: webhook.Data{FollowUp: ofFollowUp(f)}}
}

// ofSettled is the event of one that was settled.
func ofSettled(f store.FollowUp) webhook.Event {
	about := ofFollowUp(f)
	about.Settled = &webhook.Settled{At: f.Settled, InTime: !f.Settled.After(f.Due), Who: f.Who, Outcome: string(f.Outcome), Note: f.Note, Compensation: f.Compensation}
	return webhook.Event{Type: webhook.FollowUpDone, Key: keyOf(f), At: f.Settled, Data: webhook.Data{FollowUp: about}}
}
