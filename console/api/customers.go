package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/parley-voice/parley/console/access"
	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/intake"
)

// Customers knows people.
type Customers interface {
	// Customer finds one by id or by number, with the history, or ErrNotFound.
	Customer(ctx context.Context, who string) (customer.Profile, customer.History, error)
	// Search lists those that match, sorted by id.
	Search(ctx context.Context, q CustomerQuery) ([]customer.Profile, error)
	// SetTags replaces tags if they are still what they were, else ErrChanged.
	SetTags(ctx context.Context, id string, were, tags []string) (customer.Profile, error)
	// Import reads CSV. What it cannot take is in the report; the error is for
	// what cannot be read at all.
	Import(ctx context.Context, csv io.Reader, source string) (intake.Report, error)
	// Export gives each profile to take, sorted by id.
	Export(ctx context.Context, take func(customer.Profile) error) error
}

// CustomerQuery narrows a search; zero fields do not.
type CustomerQuery struct {
	Text  string // part of a name, or a whole number
	Tag   string
	After string // only ids that sort after it
	Limit int
}

type searchCustomers struct {
	Q     string `query:"q" maxLength:"200" doc:"Part of a name, or a whole number."`
	Tag   string `query:"tag" maxLength:"100" doc:"Only with this tag."`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"50" doc:"How many at most."`
	Page  string `query:"page" maxLength:"200" doc:"next of the page before."`
	Whole
}

// CustomerList is a page of customers.
type CustomerList struct {
	Customers []customer.Profile `json:"customers"`
	Next      string             `json:"next,omitempty" doc:"Give it as page to go on; missing on the last page."`
}

// CustomerFile is a customer with the calls and complaints.
type CustomerFile struct {
	Profile customer.Profile `json:"profile"`
	History customer.History `json:"history"`
}

// CustomerID names a customer in a path.
type CustomerID struct {
	ID string `path:"id" maxLength:"100" doc:"The customer's id or number."`
	Whole
}

type customerBody struct {
	ETag string `header:"ETag" doc:"Of the tags: send it as If-Match to replace them."`
	Body CustomerFile
}

type setTags struct {
	CustomerID
	Match string `header:"If-Match" required:"true" maxLength:"200" doc:"ETag of the customer as it was read."`
	Body  struct {
		Tags []string `json:"tags" maxItems:"100" doc:"All tags that the customer is to have."`
	}
}

type importCustomers struct {
	Source  string `query:"source" minLength:"1" maxLength:"100" required:"true" doc:"Who says so: a name for the file or the system."`
	RawBody []byte `contentType:"text/csv" doc:"A header line, then a customer a line."`
}

const maxCSV = 32 << 20

func (a *API) customers() {
	is := func(o op) op {
		o.needs, o.missing = a.Customers != nil, "customers are not connected here"
		return o
	}
	add(a, is(op{method: http.MethodGet, path: "/customers", id: "searchCustomers", summary: "Search customers", action: access.ReadCustomers}), a.search)
	add(a, is(op{method: http.MethodGet, path: "/customers/{id}", id: "getCustomer", summary: "Read a customer with the calls of 30 days", action: access.ReadCustomers}),
		func(ctx context.Context, in *CustomerID) (*customerBody, error) {
			p, h, err := a.Customers.Customer(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			v, err := a.look(ctx, "customer "+p.ID)
			if err != nil {
				return nil, err
			}
			return &customerBody{tagsETag(p.Tags), CustomerFile{v.profile(p), v.history(h)}}, nil
		})
	add(a, is(op{method: http.MethodPut, path: "/customers/{id}/tags", id: "setCustomerTags", summary: "Replace a customer's tags", action: access.TagCustomers,
		about: "If-Match is needed, so that nobody's change is lost: 412 tells that the tags are others by now."}), a.setTags)
	add(a, is(op{method: http.MethodPost, path: "/customers/import", id: "importCustomers", summary: "Import customers from CSV", action: access.ImportCustomers,
		about: "To import the same file again changes nothing. At most 32 MiB.", body: maxCSV}),
		func(ctx context.Context, in *importCustomers) (*struct{ Body intake.Report }, error) {
			var out intake.Report
			err := a.act(ctx, access.ImportCustomers, "customers", "", in.Source, func() (err error) {
				out, err = a.Customers.Import(ctx, bytes.NewReader(in.RawBody), in.Source)
				return err
			})
			return &struct{ Body intake.Report }{out}, err
		})
	add(a, is(op{method: http.MethodGet, path: "/customers/export", id: "exportCustomers", summary: "Export all customers, one JSON object a line", action: access.ExportCustomers,
		about: "application/x-ndjson. The export is written to the audit log; whole numbers need a reason."}), a.exportCustomers)
}

func (a *API) search(ctx context.Context, in *searchCustomers) (*struct{ Body CustomerList }, error) {
	v, err := a.look(ctx, "customers")
	if err != nil {
		return nil, err
	}
	found, err := a.Customers.Search(ctx, CustomerQuery{Text: in.Q, Tag: in.Tag, After: in.Page, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	out := CustomerList{}
	if len(found) > in.Limit {
		found = found[:in.Limit]
		out.Next = found[in.Limit-1].ID
	}
	out.Customers = make([]customer.Profile, len(found))
	for i, p := range found {
		out.Customers[i] = v.profile(p)
	}
	return &struct{ Body CustomerList }{out}, nil
}

func (a *API) setTags(ctx context.Context, in *setTags) (*customerBody, error) {
	tags := []string{}
	for _, t := range in.Body.Tags {
		if t = strings.TrimSpace(t); t == "" || len(t) > 100 {
			return nil, problem(http.StatusUnprocessableEntity, "a tag has 1 to 100 characters; mend or leave out %q", short(t))
		}
		if word := customer.Sensitive(t); word != "" {
			return nil, problem(http.StatusUnprocessableEntity, "a tag about %q may not be kept of a person; leave out %q", word, short(t))
		}
		tags = append(tags, t)
	}
	slices.Sort(tags)
	tags = slices.Compact(tags)
	p, h, err := a.Customers.Customer(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if in.Match != tagsETag(p.Tags) {
		return nil, problem(http.StatusPreconditionFailed, "the tags were changed meanwhile; read the customer again and decide anew")
	}
	v, err := a.look(ctx, "customer "+p.ID)
	if err != nil {
		return nil, err
	}
	err = a.act(ctx, access.TagCustomers, "customer "+p.ID, strings.Join(p.Tags, ", "), strings.Join(tags, ", "), func() (err error) {
		p, err = a.Customers.SetTags(ctx, p.ID, p.Tags, tags)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &customerBody{tagsETag(p.Tags), CustomerFile{v.profile(p), v.history(h)}}, nil
}

// tagsETag names the state of a customer's tags.
func tagsETag(tags []string) string {
	sum := sha256.Sum256([]byte(strings.Join(tags, "\x00")))
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
}

func (a *API) exportCustomers(ctx context.Context, _ *Whole) (*huma.StreamResponse, error) {
	v, err := a.look(ctx, "customers")
	if err != nil {
		return nil, err
	}
	if err := a.write(ctx, string(access.ExportCustomers), "customers", "", ""); err != nil {
		return nil, err
	}
	return a.lineByLine(ctx, "customers.ndjson", func(put func(any) error) error {
		return a.Customers.Export(ctx, func(p customer.Profile) error { return put(v.profile(p)) })
	}), nil
}

// lineByLine streams JSON objects. An error in the middle cuts the connection:
// half a file must not look like a whole one.
func (a *API) lineByLine(ctx context.Context, name string, each func(put func(any) error) error) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(c huma.Context) {
		_, w := humago.Unwrap(c)
		w.Header().Set("Content-Type", "application/x-ndjson")
		w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
		_ = http.NewResponseController(w).SetWriteDeadline(a.Site.Now().Add(10 * time.Minute)) // a test's writer has none
		if err := each(json.NewEncoder(w).Encode); err != nil {
			asked(ctx).log.Error("an export was cut", "request", asked(ctx).id, "file", name, "error", err)
			panic(http.ErrAbortHandler)
		}
	}}
}

// profile is a profile as its reader may see it.
func (v view) profile(p customer.Profile) customer.Profile {
	p.Numbers = slices.Clone(p.Numbers)
	for i := range p.Numbers {
		p.Numbers[i] = v.number(p.Numbers[i])
	}
	if !v.role.Sees(access.Money) {
		p.Value = customer.Money{}
	}
	if !v.role.Sees(access.Notes) {
		p.Fields, p.Preferences = nil, nil
	}
	return p
}

// history is a history as its reader may see it.
func (v view) history(h customer.History) customer.History {
	h.Calls, h.Complaints = slices.Clone(h.Calls), slices.Clone(h.Complaints)
	for i := range h.Calls {
		h.Calls[i].Number = v.number(h.Calls[i].Number)
	}
	for i := range h.Complaints {
		h.Complaints[i].Number = v.number(h.Complaints[i].Number)
	}
	return h
}
