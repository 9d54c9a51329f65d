package api

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign/ledger"
	"github.com/parley-voice/parley/campaign/permit"
	"github.com/parley-voice/parley/console/access"
	"github.com/parley-voice/parley/customer"
)

// fakeConsents keeps what was set.
type fakeConsents struct{ set []customer.Consent }

func (f *fakeConsents) Standing(_ context.Context, who string) (Standing, error) {
	if who == "p9" {
		return Standing{}, ErrNotFound
	}
	return Standing{Customer: "p1", Consent: []customer.Consent{{Purpose: "marketing", State: customer.Granted, Source: "call from 13987654321", At: noon}},
		OptOuts: []OptOut{{Kind: "never", Channel: "sms", At: noon}}, Events: []ConsentEvent{{ID: 7, At: noon, Kind: "consent", Number: "+8613812345678", Detail: "granted", Proven: true}}}, nil
}

func (f *fakeConsents) SetConsent(ctx context.Context, who string, c customer.Consent) (Standing, error) {
	f.set = append(f.set, c)
	return f.Standing(ctx, who)
}

func (f *fakeConsents) May(context.Context, string, MayQuery) ([]Permit, error) {
	return []Permit{
		{Number: "+8613812345678", Decision: permit.Decision{Reasons: []permit.Reason{{Code: permit.Hours, Until: noon, Text: "it is night there"}}, Until: noon}},
		{Number: "+8613987654321", Decision: permit.Decision{Allowed: true, Grant: "call-of-13987654321"}},
	}, nil
}

// fakeLedger has two heads.
type fakeLedger struct{}

func (fakeLedger) Heads(_ context.Context, after int64, limit int) (all []LedgerHead, _ error) {
	for size := after + 1; size <= 2 && len(all) < limit; size++ {
		all = append(all, LedgerHead{Size: size, At: noon, Note: "parley.consent\n"})
	}
	return all, nil
}

func (fakeLedger) Head(context.Context) (LedgerHead, string, error) {
	return LedgerHead{Size: 2, At: noon, Note: "parley.consent\n"}, "parley.consent+1+k", nil
}

func (fakeLedger) Growth(_ context.Context, from int64) (ledger.Growth, error) {
	if from > 2 {
		return ledger.Growth{}, ErrNotFound
	}
	return ledger.Growth{From: "a\n", To: "b\n"}, nil
}

func (fakeLedger) Proof(context.Context, int64) (ledger.Proof, error) {
	return ledger.Proof{Event: ledger.Event{Kind: "consent", Number: "+8613812345678", At: noon}, Salt: []byte("salt"), Head: "b\n"}, nil
}

func TestConsentIsSet(t *testing.T) {
	r := newRig(t)
	put := func(body string) answer {
		return r.send(access.Agent, http.MethodPut, "/customers/p1/consent/marketing", body)
	}
	if a := put(`{"state":"withdrawn"}`); a.code != 200 || strings.Contains(a.body, "13987654321") || strings.Contains(a.body, "13812345678") {
		t.Errorf("%d %s", a.code, a.body)
	}
	if c := r.asked.set; len(c) != 1 || c[0] != (customer.Consent{Purpose: "marketing", State: customer.Withdrawn, Source: "the agent", At: noon}) {
		t.Errorf("kept %+v", c)
	}
	if d := r.audit.deeds; len(d) != 1 || d[0].Action != "consent.set" || d[0].Target != "consent of customer p1" || d[0].After != "withdrawn marketing" {
		t.Errorf("%+v", d)
	}
	for body, want := range map[string]string{
		`{"state":"granted","at":"` + noon.Add(time.Hour).Format(time.RFC3339) + `"}`: "future", // a withdrawal of now would be older
		`{"state":"perhaps"}`: "granted",
		`{"state":"granted","expire":"2027-01-01T00:00:00Z"}`: `did you mean \"expires\"`,
	} {
		if a := put(body); a.code != 422 || !strings.Contains(a.body, want) || len(r.asked.set) != 1 {
			t.Errorf("%s: %d %s", body, a.code, a.body)
		}
	}
}

func TestMayReach(t *testing.T) {
	a := newRig(t).send(access.Agent, http.MethodGet, "/customers/p1/permit", "")
	if a.code != 200 || !strings.Contains(a.body, `"allowed":true,"permits"`) || !strings.Contains(a.body, `"code":"hours"`) || strings.Contains(a.body, "call-of") {
		t.Errorf("%d %s", a.code, a.body)
	}
}

// A proof shows the whole number: to nobody without a reason, and written down.
func TestProofsNeedAReason(t *testing.T) {
	r := newRig(t)
	if a := r.send(access.Admin, http.MethodGet, "/ledger/events/7/proof", ""); a.code != 422 || strings.Contains(a.body, "13812345678") || len(r.audit.deeds) > 0 {
		t.Errorf("%d %s", a.code, a.body)
	}
	a := r.send(access.Admin, http.MethodGet, "/ledger/events/7/proof", "", "X-Reason", "complaint 7")
	if d := r.audit.deeds; a.code != 200 || len(d) != 1 || d[0].Target != "ledger event 7" || d[0].Reason != "complaint 7" {
		t.Errorf("%d %s %+v", a.code, a.body, d)
	}
	if a = r.send(access.Viewer, http.MethodGet, "/ledger/heads?limit=1", ""); a.code != 200 || !strings.Contains(a.body, `"next":1`) {
		t.Errorf("%d %s", a.code, a.body)
	}
}
