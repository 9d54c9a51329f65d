package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/parley-voice/parley/console/access"
	"github.com/parley-voice/parley/customer/feed"
	"github.com/parley-voice/parley/customer/label"
)

// Portraits knows what customers did, and what that says of them.
type Portraits interface {
	// Take reads a JSON object or a list of them, as the source tells: people and
	// what they did. What it cannot take is in the report.
	Take(ctx context.Context, source string, json []byte) (feed.Kept, error)
	// Labels are all labels of a customer, by id or number, or ErrNotFound.
	Labels(ctx context.Context, who string) (Labels, error)
	// Screen finds customers. ErrInvalid: the expression or by is wrong.
	Screen(ctx context.Context, expression, by string, limit int) (Screened, error)
}

// Labels are a customer's labels at one time.
type Labels struct {
	Customer string        `json:"customer"`
	AsOf     time.Time     `json:"as_of"`
	Labels   []label.Value `json:"labels"`
	Withheld []string      `json:"withheld" doc:"Not computed, for no consent to profiling is on record."`
}

// Screened is who was found, the highest score first.
type Screened struct {
	Found     int     `json:"found" doc:"How many there are, also beyond limit."`
	Of        int     `json:"of" doc:"How many customers have labels."`
	Customers []Match `json:"customers"`
}

// Match is one customer, with what the strategy table says to do.
type Match struct {
	Customer string   `json:"customer"`
	Score    float64  `json:"score"`
	Strategy string   `json:"strategy,omitempty"`
	Do       []string `json:"do,omitempty"`
	Within   string   `json:"within,omitempty"`
}

type takeEvents struct {
	Source string          `query:"source" minLength:"1" maxLength:"100" required:"true" doc:"Who tells: one of sources in the configuration, whose fields are taken; any other is read by our own names."`
	Body   json.RawMessage `doc:"An object, or a list of at most 1000: docs/customers.md tells the fields."`
}

type screenCustomers struct {
	Where string `query:"where" minLength:"1" maxLength:"2000" required:"true" doc:"What must hold of the labels, or the name of a group: value == high and not complained_within(30d)."`
	By    string `query:"by" maxLength:"100" default:"intent_score" doc:"The label that matches are ordered by."`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"50" doc:"How many at most."`
}

const (
	maxEvents   = 4 << 20
	maxEventsIn = 1000
)

func (a *API) portraits() {
	is := func(o op) op {
		o.needs, o.missing = a.People.Portraits != nil, "customers are not connected here"
		return o
	}
	add(a, is(op{method: http.MethodPost, path: "/customers/events", id: "takeEvents", summary: "Tell what customers did", action: access.ImportCustomers,
		about: "JSON. Each event counts once, by its source and id. Labels follow within seconds. At most 4 MiB and 1000 objects.", body: maxEvents}),
		func(ctx context.Context, in *takeEvents) (*struct{ Body feed.Kept }, error) {
			var out feed.Kept
			err := a.act(ctx, access.ImportCustomers, "customers", "", in.Source+" (events)", func() (err error) {
				out, err = a.People.Portraits.Take(ctx, in.Source, in.Body)
				return err
			})
			return &struct{ Body feed.Kept }{out}, err
		})
	add(a, is(op{method: http.MethodGet, path: "/customers/{id}/labels", id: "getLabels", summary: "Read a customer's labels, each with its why", action: access.ReadCustomers,
		about: "Amounts are there for those who may see a customer's value."}),
		func(ctx context.Context, in *CustomerID) (*struct{ Body Labels }, error) {
			out, err := a.People.Portraits.Labels(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			v, err := a.look(ctx, "customer "+out.Customer)
			if err != nil {
				return nil, err
			}
			out.Labels, out.Withheld = list0(v.labels(out.Labels)), list0(out.Withheld)
			return &struct{ Body Labels }{out}, nil
		})
	add(a, is(op{method: http.MethodGet, path: "/customers/screen", id: "screenCustomers", summary: "Find customers by their labels, the highest score first", action: access.ScreenCustomers}),
		func(ctx context.Context, in *screenCustomers) (*struct{ Body Screened }, error) {
			out, err := a.People.Portraits.Screen(ctx, in.Where, in.By, in.Limit)
			out.Customers = list0(out.Customers)
			return &struct{ Body Screened }{out}, err
		})
}

// labels are labels as their reader may see them.
func (v view) labels(all []label.Value) (out []label.Value) {
	for _, l := range all {
		if !v.role.Sees(access.Money) {
			if def, ok := label.Find(l.Name); ok && def.Unit == label.OfCurrency {
				continue
			}
			if l.Class == label.Transaction {
				l.Why = ""
			}
		}
		out = append(out, l)
	}
	return out
}

// Objects counts the objects of a body; more than may be is an error of ErrInvalid.
func Objects(b feed.Batch) error {
	if b.Rows() > maxEventsIn {
		return fmt.Errorf("%w: %d objects at once; send at most %d", ErrInvalid, b.Rows(), maxEventsIn)
	}
	if len(b.Told) == 0 && len(b.Bad) == 1 && strings.HasPrefix(b.Bad[0].What, "this is no") {
		return fmt.Errorf("%w: %s: send an object, or a list of them", ErrInvalid, b.Bad[0].What)
	}
	return nil
}
