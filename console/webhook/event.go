package webhook

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/console/access"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/drift"
)

// Event is something that happened, with all that is known of it. What a hook gets
// of it is for Fit to say.
type Event struct {
	Type Type
	Key  string // names it among those of its type: the call, the offer
	At   time.Time
	Data Data
}

// Data is an event's own part of the payload; what does not apply is missing.
type Data struct {
	Call       *Call         `json:"call,omitempty"`
	Offer      *Offer        `json:"offer,omitempty"`
	Customer   *Customer     `json:"customer,omitempty"`
	Transcript []Line        `json:"transcript,omitempty"` // oldest first, the last maxLines; needs words
	Callback   *Callback     `json:"callback,omitempty"`
	Voicemail  *Voicemail    `json:"voicemail,omitempty"`
	Remark     *Remark       `json:"remark,omitempty"`
	FollowUp   *FollowUp     `json:"follow_up,omitempty"`
	Message    *Outgoing     `json:"message,omitempty"`
	Labels     []Labels      `json:"labels,omitempty"` // of some customers, each once
	Drift      *drift.Report `json:"drift,omitempty"`  // of all customers together
	Consent    *Consent      `json:"consent,omitempty"`
	Decision   *Decision     `json:"decision,omitempty"`
}

// Outgoing is an SMS or a mail that the receiver is to send, once for each ID.
type Outgoing struct {
	ID       string `json:"id"`
	Channel  string `json:"channel"`            // sms, email
	To       string `json:"to"`                 // a number, or a mail address: whole for hooks that have numbers
	Template string `json:"template,omitempty"` // what to send, as the campaign names it; missing: the receiver's own
	Campaign string `json:"campaign"`
	Purpose  string `json:"purpose"`
	Customer string `json:"customer,omitempty"`
	Language string `json:"language,omitempty"` // BCP 47
	Reason   string `json:"reason"`             // the outcome that it follows from
	// Unsubscribe is where the person opts out: for the message's text, and for a
	// mail's List-Unsubscribe (RFC 8058). Missing without http.public_url.
	Unsubscribe string `json:"unsubscribe_url,omitempty"`
}

// Call is a call's record without its journal.
type Call struct {
	ID        string    `json:"id"` // GET /api/v1/calls/ID has all of it
	Direction string    `json:"direction,omitempty"`
	Caller    string    `json:"caller,omitempty"`
	Called    string    `json:"called,omitempty"`
	Script    string    `json:"script,omitempty"`
	Language  string    `json:"language,omitempty"`
	Began     time.Time `json:"began,omitzero"`
	Answered  time.Time `json:"answered,omitzero"`
	Summary   *Summary  `json:"summary,omitempty"` // of a call that has ended
}

// Summary is how a call went.
type Summary struct {
	Ended     time.Time `json:"ended"`
	State     string    `json:"state"` // finished, failed, interrupted
	Outcome   string    `json:"outcome,omitempty"`
	Grade     string    `json:"grade,omitempty"`
	EndedBy   string    `json:"ended_by,omitempty"`
	Why       string    `json:"why,omitempty"`
	Seconds   float64   `json:"talk_s"` // from the answer on
	Served    []Served  `json:"served,omitempty"`
	Tags      []string  `json:"tags,omitempty"`
	Recording bool      `json:"recording"` // there is one
}

// Served is a person who took the call.
type Served struct {
	By     string  `json:"by"` // agent or address
	Queue  string  `json:"queue,omitempty"`
	Waited float64 `json:"wait_s"`
	Talked float64 `json:"talk_s"`
}

// Offer is whose phone is about to ring.
type Offer struct {
	Agent string `json:"agent,omitempty"` // as the configuration names the agent
	Queue string `json:"queue,omitempty"`
	To    string `json:"to,omitempty"` // address, where it is known before
	Brief string `json:"brief,omitempty"`
	// Need is what the customer probably wants: the custom field predicted_need, else
	// what others with the same products asked for, else the call's variable; empty
	// when none is there.
	Need    string `json:"predicted_need"`
	NeedWhy string `json:"need_why,omitempty"` // the sample that Parley's own word is read off
}

// Customer is what is known of the caller.
type Customer struct {
	ID           string            `json:"id"`
	Name         string            `json:"name,omitempty"`
	Tags         []string          `json:"tags,omitempty"`
	Risk         string            `json:"risk,omitempty"`
	Region       string            `json:"region,omitempty"`
	Language     string            `json:"language,omitempty"`
	Products     []string          `json:"products,omitempty"`
	AverageOrder *customer.Money   `json:"average_order,omitempty"`
	Fields       map[string]string `json:"fields,omitempty"` // those that have not expired
	Calls        int               `json:"calls_30d"`        // with the one that is going on
	Complaints   int               `json:"complaints"`
	Open         int               `json:"open_complaints"`
}

// Line is one of a transcript.
type Line struct {
	At   time.Time `json:"at"`
	Who  string    `json:"who"` // caller, parley
	Text string    `json:"text"`
}

// Callback is a call that was promised.
type Callback struct {
	ID     string    `json:"id"`
	Number string    `json:"number"`
	Queue  string    `json:"queue"`
	Since  time.Time `json:"since"` // the place in the queue
	Reason string    `json:"reason"`
}

// Voicemail is a message that was left.
type Voicemail struct {
	ID      string  `json:"id"`
	Number  string  `json:"number"`
	Queue   string  `json:"queue"`
	Seconds float64 `json:"length_s"` // 0: not known, the process died while it was recorded
}

// Remark is a complaint, a wish not to be called, a note: said in a call, told by
// somebody through the API or at the command line, or by the person on the web.
type Remark struct {
	Number   string `json:"number,omitempty"`
	Customer string `json:"customer,omitempty"` // id, where it is known without looking
	Kind     string `json:"kind"`
	Scope    string `json:"scope,omitempty"`   // of do_not_call: phone, sms, email, all
	Purpose  string `json:"purpose,omitempty"` // of do_not_call: only for this; missing: whatever for
	Text     string `json:"text,omitempty"`
	Who      string `json:"who,omitempty"` // the API key's name, the file, command line, web
}

// The bounds of a payload.
const (
	maxLines = 200
	maxText  = 1000 // bytes of one line
)

// payload is what is sent, in the shape that Standard Webhooks asks for.
type payload struct {
	Type      Type      `json:"type"`
	Timestamp time.Time `json:"timestamp"` // when it happened
	Data      Data      `json:"data"`
}

// Fit gives an event's payload as a hook may have it, nil when nothing is left of it.
// country is where numbers without a country code belong.
func (e Event) Fit(h Hook, country string) ([]byte, error) {
	v := view{h, country}
	d := e.Data
	if d.Call != nil {
		c := *d.Call
		c.Caller, c.Called = v.number(c.Caller), v.number(c.Called)
		d.Call = &c
	}
	if d.Offer != nil {
		o := *d.Offer
		o.To = v.text(o.To)
		if o.Brief = v.text(o.Brief); !h.sees(Names) || !h.sees(Words) {
			o.Brief = ""
		}
		d.Offer = &o
	}
	if d.Customer != nil {
		d.Customer = v.customer(*d.Customer)
	}
	d.Transcript = v.transcript(d.Transcript)
	if d.Callback != nil {
		c := *d.Callback
		c.Number = v.number(c.Number)
		d.Callback = &c
	}
	if d.Voicemail != nil {
		m := *d.Voicemail
		m.Number = v.number(m.Number)
		d.Voicemail = &m
	}
	if d.Remark != nil {
		r := *d.Remark
		r.Number = v.number(r.Number)
		if r.Text = v.text(r.Text); !h.sees(Notes) {
			r.Text = ""
		}
		d.Remark = &r
	}
	if d.FollowUp != nil {
		d.FollowUp = v.followUp(*d.FollowUp)
	}
	if d.Labels = v.labels(d.Labels); e.Type == LabelsSet && len(d.Labels) == 0 {
		return nil, nil
	}
	if d.Consent != nil {
		d.Consent = v.consent(*d.Consent)
	}
	if d.Decision != nil {
		d.Decision = v.decision(*d.Decision)
	}
	if d.Message != nil {
		m := *d.Message
		if !h.sees(Numbers) && m.Channel == "email" {
			m.To = ""
		}
		m.To = v.number(m.To)
		d.Message = &m
	}
	return json.Marshal(payload{e.Type, e.At.UTC(), d})
}

// view is what one hook may see.
type view struct {
	hook    Hook
	country string
}

func (v view) number(n string) string {
	if v.hook.sees(Numbers) {
		return n
	}
	return access.Mask(n, v.country)
}

func (v view) text(s string) string {
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "") + "…"
	}
	if v.hook.sees(Numbers) {
		return s
	}
	return access.MaskText(s, v.country)
}

func (v view) customer(c Customer) *Customer {
	if !v.hook.sees(Names) {
		c.Name = ""
	}
	if !v.hook.sees(Money) {
		c.AverageOrder = nil
	}
	if !v.hook.sees(Notes) {
		c.Fields = nil
	}
	fields := make(map[string]string, len(c.Fields))
	for name, value := range c.Fields {
		fields[name] = v.text(value)
	}
	c.Fields = fields
	return &c
}

func (v view) transcript(all []Line) (out []Line) {
	if !v.hook.sees(Words) {
		return nil
	}
	for _, l := range all[max(0, len(all)-maxLines):] {
		l.Text = v.text(l.Text)
		out = append(out, l)
	}
	return out
}

// OfRecord is a call without how it went.
func OfRecord(r call.Record) *Call {
	return &Call{ID: r.ID, Direction: r.Direction, Caller: r.Caller, Called: r.Called, Script: r.Script, Language: r.Language,
		Began: r.Began.UTC(), Answered: r.Answered.UTC()}
}

// Ended is a record that is written.
func Ended(r call.Record) Event {
	c := OfRecord(r)
	s := &Summary{Ended: r.Ended.UTC(), State: string(r.State), Outcome: r.Outcome, Grade: r.Grade, EndedBy: r.EndedBy, Why: r.Why, Recording: r.Recording != ""}
	if !r.Answered.IsZero() {
		s.Seconds = r.Ended.Sub(r.Answered).Round(time.Millisecond).Seconds()
	}
	for _, e := range r.Entries {
		switch {
		case e.Kind == call.EntryServed && e.Timing != nil:
			s.Served = append(s.Served, Served{By: e.Text, Queue: e.From, Waited: e.Timing.Waited / 1000, Talked: e.Timing.Talked / 1000})
		case e.Kind == call.EntryRecording:
			s.Recording = true
		}
		if tag, ok := strings.CutPrefix(e.Text, "tag="); ok && e.Kind == call.EntryNote {
			s.Tags = append(s.Tags, tag)
		}
	}
	c.Summary = s
	return Event{Type: CallEnded, Key: r.ID, At: r.Ended, Data: Data{Call: c, Transcript: Transcript(r.Entries)}}
}

// Transcript is what was said and heard.
func Transcript(all []call.Entry) (out []Line) {
	for _, e := range all {
		switch e.Kind {
		case call.EntryHeard:
			out = append(out, Line{e.At.UTC(), "caller", e.Text})
		case call.EntrySaid:
			out = append(out, Line{e.At.UTC(), "parley", e.Text})
		}
	}
	return out
}

// OfFacts is what is known of a caller at now, nil when nothing is.
func OfFacts(f customer.Facts, now time.Time) *Customer {
	if !f.Known {
		return nil
	}
	p, n := f.Profile, f.Counts(now)
	c := &Customer{ID: p.ID, Name: p.Name, Tags: p.Tags, Risk: string(p.Risk), Region: p.Region, Language: p.Language, Products: p.Products,
		Calls: n.Calls30d, Complaints: n.Complaints, Open: n.Open, Fields: map[string]string{}}
	if p.Value.Currency != "" {
		c.AverageOrder = &p.Value
	}
	for name := range p.Fields {
		if value := p.Field(name, now); value != "" {
			c.Fields[name] = value
		}
	}
	return c
}
