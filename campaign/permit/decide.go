package permit

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/parley-voice/parley/campaign/calendar"
	"github.com/parley-voice/parley/customer"
)

// Decide tells whether an attempt may be made at now. It looks at everything, so
// that the answer holds every reason and not the first one. Of a policy's limits
// the strictest wins: all must be kept.
func Decide(now time.Time, r Request, f Facts, p Policy) Decision {
	r.Channel = cmp.Or(r.Channel, Phone)
	var d Decision
	whole(&d, r)
	optedOut(&d, r, f)
	consent(&d, now, r, f)
	cool(&d, now, r, f, p)
	frequency(&d, now, f, p)
	place(&d, now, r, f, p)
	prefers(&d, r, f)
	out := d.settle()
	if !out.Allowed {
		out.Grant = ""
	}
	return out
}

// whole looks at the request itself.
func whole(d *Decision, r Request) {
	switch {
	case r.ID == "":
		d.against(BadRequest, time.Time{}, "the attempt has no id: give each its own")
	case r.Purpose == "":
		d.against(BadRequest, time.Time{}, "the attempt tells no purpose: marketing, service, ...")
	case !slices.Contains([]Channel{Phone, SMS, Email}, r.Channel):
		d.against(BadRequest, time.Time{}, fmt.Sprintf("there is no channel %q: phone, sms or email", r.Channel))
	}
	if r.Channel != Email && !r.Number.Personal() {
		d.against(NoNumber, time.Time{}, "this is no number of a person")
	}
}

// optedOut looks at words that never end.
func optedOut(d *Decision, r Request, f Facts) {
	for _, o := range f.OptOuts {
		if o.Kind == Never && o.covers(r.Channel, r.Purpose) {
			d.against(DoNotCall, time.Time{}, "the person asked on "+o.At.UTC().Format(time.DateOnly)+" never to be reached again")
			return
		}
	}
}

func (o OptOut) covers(c Channel, purpose string) bool {
	return (o.Channel == Every || o.Channel == c) && (o.Purpose == "" || o.Purpose == purpose)
}

// consent wants it on record for this purpose: no record, no call.
func consent(d *Decision, now time.Time, r Request, f Facts) {
	i := slices.IndexFunc(f.Profile.Consent, func(c customer.Consent) bool { return c.Purpose == r.Purpose })
	if i < 0 {
		d.against(NoConsent, time.Time{}, "no consent to "+r.Purpose+" is on record")
		return
	}
	switch c := f.Profile.Consent[i]; {
	case c.State != customer.Granted:
		d.against(Refused, time.Time{}, "consent to "+r.Purpose+" was "+string(c.State))
	case !f.Profile.Allows(r.Purpose, now):
		d.against(Expired, time.Time{}, "consent to "+r.Purpose+" ran out on "+c.Expires.UTC().Format(time.DateOnly))
	}
}

// cool keeps away for a while after a refusal or a complaint.
func cool(d *Decision, now time.Time, r Request, f Facts, p Policy) {
	var refused, complained time.Time
	for _, o := range f.OptOuts {
		if o.Kind == Refusal && o.covers(r.Channel, r.Purpose) && o.At.After(refused) {
			refused = o.At
		}
	}
	for _, at := range f.Complaints {
		if at.After(complained) {
			complained = at
		}
	}
	if end := refused.Add(p.Refusal); !refused.IsZero() && now.Before(end) {
		d.against(CoolRefusal, end, "the person refused on "+refused.UTC().Format(time.DateOnly))
	}
	if end := complained.Add(p.Complaint); !complained.IsZero() && now.Before(end) {
		d.against(CoolCompl, end, "the person complained on "+complained.UTC().Format(time.DateOnly))
	}
}

// Where is where an attempt goes to, as far as hours go: the rules that bind it and
// the zones where the person may be. The first error tells that no jurisdiction
// covers the place, the second that the zone is not known.
func Where(now time.Time, r Request, profile customer.Profile, p Policy) (w calendar.When, rules, zones error) {
	book := p.Book
	if book == nil {
		book = &calendar.Book{}
	}
	w.Marketing = p.Marketing(r.Purpose)
	area := ""
	if book.Regional(r.Number.Country) { // a look into large tables
		area = r.Number.Area()
	}
	w.Rules, rules = book.For(r.Number.Country, profile.Field("state", now), profile.Region, area)
	w.Zones, zones = calendar.Zones(r.Number, profile.Field("timezone", now))
	return w, rules, zones
}

// place looks at the hours and holidays of where the person is.
func place(d *Decision, now time.Time, r Request, f Facts, p Policy) {
	when, err, zoneErr := Where(now, r, f.Profile, p)
	if err != nil {
		d.against(NoRules, time.Time{}, err.Error())
	}
	if zoneErr != nil {
		d.against(NoZone, time.Time{}, zoneErr.Error())
	}
	if err != nil || zoneErr != nil {
		return
	}
	why, rule, zone := when.At(now)
	if why == calendar.Open {
		return
	}
	local := now.In(zone)
	code, text := Hours, fmt.Sprintf("it is %s in %s, outside the hours of %s", local.Format("Mon 15:04"), zone, rule.Name)
	switch why {
	case calendar.Holiday:
		code, text = Holiday, fmt.Sprintf("%s is a holiday in %s", local.Format(time.DateOnly), rule.Name)
	case calendar.UnknownYear:
		code, text = UnknownYear, fmt.Sprintf("the holidays of %d in %s are not known: add them to its file (docs/consent.md)", local.Year(), rule.Name)
	}
	d.against(code, when.Next(now), text)
}

// prefers turns a call into a message for those who like that better.
func prefers(d *Decision, r Request, f Facts) {
	likes := f.Profile.Preferences["channel"]
	var better []Channel
	switch {
	case r.Channel != Phone:
		return
	case likes == string(SMS), likes == string(Email):
		better = []Channel{Channel(likes)}
	case likes == "chat", likes == "text", likes == "message":
		better = []Channel{SMS, Email}
	default:
		return
	}
	d.against(OtherChannel, time.Time{}, "the person prefers "+likes)
	for _, c := range better {
		if !slices.ContainsFunc(f.OptOuts, func(o OptOut) bool { return o.Kind == Never && o.covers(c, r.Purpose) }) {
			d.Suggest = append(d.Suggest, c)
		}
	}
}
