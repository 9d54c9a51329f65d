package store

import (
	"cmp"
	"strings"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/customer"
)

// What a call leaves in its customer's history.
var (
	insertPast      = insert("past", pastColumns, 1)
	insertComplaint = insertOnce("complaints", complaintColumns, 1)
	// A complaint is kept when it is made; what it is about may only be told later.
	finishComplaint = insertOr("complaints", complaintColumns, 1, "UPDATE SET about = excluded.about WHERE complaints.about = ''")
)

// pastOf tells how far a caller came, from the record; complaint is nil when none
// was made.
func pastOf(r call.Record, country string) (p customer.Past, complaint *customer.Complaint) {
	p = customer.Past{
		Call: r.ID, Called: r.Called, Began: r.Began, Ended: r.Ended, Outcome: r.Outcome, Inbound: r.Direction == "inbound",
		HungUp: r.EndedBy == "them", Point: customer.InIVR,
	}
	theirs := r.Caller
	if !p.Inbound {
		theirs = r.Called
	}
	p.Number = customer.Parse(theirs, country).Text
	for _, e := range r.Entries {
		switch e.Kind {
		case call.EntryMoved:
			p.Node, p.Stage = e.Node, cmp.Or(e.Stage, p.Stage)
		case call.EntryTransfer:
			p.Point = after(p.Point, e.Text)
		case call.EntryNote:
			if product, ok := strings.CutPrefix(e.Text, "product="); ok {
				p.Product = product
			}
			if e.Text == "tag=complaint" && complaint == nil {
				complaint = &customer.Complaint{ID: r.ID, Number: p.Number, Call: r.ID, Opened: e.At}
			}
		}
	}
	switch {
	case r.Answered.IsZero():
		p.Point = customer.AtRing
	case p.Point == customer.InIVR && p.Stage == "close":
		p.Point = customer.AtClose
	}
	if complaint != nil {
		complaint.About = p.Product
	}
	return p, complaint
}

// after is where a caller is after a line about a transfer.
func after(at customer.Point, text string) customer.Point {
	what, _, _ := strings.Cut(text, " ")
	switch what {
	case "to", "ringing", "referred":
		return customer.InQueue
	case "joined", "done":
		return customer.AtPerson
	case "failed":
		return customer.InIVR
	}
	return at
}

// pastRow is what insertPast takes.
func pastRow(p customer.Past) []any {
	var product any
	if p.Product != "" {
		product = p.Product
	}
	return []any{p.Call, p.Number, p.Called, p.Began.UnixNano(), p.Ended.UnixNano(), string(p.Point), p.Node, p.Stage, p.HungUp, p.Outcome, product, p.Inbound}
}

func complaintRow(c customer.Complaint) []any {
	return []any{c.ID, c.Number, c.Call, c.About, c.Opened.UnixNano(), stamp(c.Closed)}
}
