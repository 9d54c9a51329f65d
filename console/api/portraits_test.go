package api

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/parley-voice/parley/console/access"
	"github.com/parley-voice/parley/customer/feed"
	"github.com/parley-voice/parley/customer/label"
)

type fakePortraits struct{}

func (fakePortraits) Take(context.Context, string, []byte) (feed.Kept, error) {
	return feed.Kept{Rows: 1, New: 1}, nil
}

func (fakePortraits) Labels(_ context.Context, who string) (Labels, error) {
	return Labels{Customer: who, AsOf: noon, Labels: []label.Value{
		{Name: "value", Class: label.Transaction, Text: "high", Why: "average order 10050 CNY of 2"}, {Name: "average_order", Class: label.Transaction, Text: "10050"},
		{Name: "calls_30d", Class: label.Behaviour, Text: "2", Why: "2 calls"},
	}}, nil
}

func (fakePortraits) Screen(context.Context, string, string, int) (Screened, error) {
	return Screened{Found: 1, Of: 2, Customers: []Match{{Customer: "p1", Score: 40, Strategy: "welcome", Do: []string{"call"}, Within: "2h0m0s"}}}, nil
}

// Who may not see a customer's value does not read it off the labels.
func TestLabelsHideAmounts(t *testing.T) {
	r := newRig(t)
	for role, sees := range map[access.Role]bool{access.Agent: false, access.Supervisor: true} {
		a := r.send(role, http.MethodGet, "/customers/p1/labels", "")
		if a.code != 200 || strings.Contains(a.body, "10050") != sees || !strings.Contains(a.body, "2 calls") {
			t.Errorf("%s: %d %s", role, a.code, a.body)
		}
	}
}
