// Package api is Parley's JSON interface over HTTP, under /api/v1: calls, agents,
// queues, customers, rules, scripts, the audit log, and live events over a
// WebSocket. It reads and acts through the interfaces that it declares.
package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"path"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/parley-voice/parley/console/access"
)

// Prefix is where the API begins.
const Prefix = "/api/v1"

// Config is what the API works with. A provider that is nil makes its operations
// answer 501.
type Config struct {
	Gate  *access.Gate
	Audit Audit
	Site  Site
	Calls Calls
	Lines Lines
	Floor
	People
	Outbox Outbox

	Receipts Receipts
	Routes   Routes
	Scripts  Scripts
	Hub      *Hub
}

// People are the customers, what is told of them, what they allow, what is owed to
// them, and the campaigns that call them.
type People struct {
	Consents    Consents
	Ledger      Ledger
	Customers   Customers
	Remarks     Remarks
	FollowUps   FollowUps
	Portraits   Portraits
	Campaigns   Campaigns
	Experiments Experiments
}

// Floor is the people who take calls, and those who wait for them.
type Floor struct {
	Joiner Joiner
	Agents Agents
	Queues Queues
}

// Site is what the API has to know of the place where it runs.
type Site struct {
	Country    string // of numbers without a country code, ISO 3166-1 alpha-2
	Recordings string // the folder that all recordings lie in; "" for none
	Version    string
	Now        func() time.Time
	Log        *slog.Logger
}

// Audit keeps what was done. Write returns when the line is durable.
type Audit interface {
	Write(ctx context.Context, d access.Deed) error
	// List gives the latest first.
	List(ctx context.Context, q access.DeedQuery) ([]access.Deed, error)
}

// API answers requests.
type API struct {
	Config
	huma   huma.API
	mux    *http.ServeMux
	placed placed
	spec   []byte
}

// New makes the handler of every path under Prefix.
func New(c Config) *API {
	a := &API{Config: c, mux: http.NewServeMux()}
	a.huma = humago.New(a.mux, huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "Parley", Version: "1", Description: "Calls, agents, queues, customers, rules and scripts of one Parley. " +
				"docs/api.md tells of roles, masking and errors."},
			Servers: []*huma.Server{{URL: "/"}},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", schemaNames()),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"key": {Type: "http", Scheme: "bearer", Description: "A key of parley keys add."},
				},
			},
		},
		Formats:                      map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
	})
	a.calls()
	a.lines()
	a.agents()
	a.queues()
	a.customers()
	a.portraits()
	a.consents()
	a.ledger()
	a.followUps()
	a.campaigns()
	a.experiments()
	a.remarks()
	a.replies()
	a.receipts()
	a.outbox()
	a.routes()
	a.scripts()
	a.audit()
	a.events()
	a.spec, _ = json.MarshalIndent(a.huma.OpenAPI(), "", "  ") // of our own types: cannot fail, and a test reads it
	a.mux.HandleFunc("GET "+Prefix+"/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(a.spec) // the client may have gone
	})
	return a
}

// schemaNames names types in the document. Of two in different rooms that have one
// name, the second goes by its package's name too, so that the document has both.
func schemaNames() func(reflect.Type, string) string {
	taken := map[string]reflect.Type{}
	return func(t reflect.Type, hint string) string {
		name := huma.DefaultSchemaNamer(t, hint)
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if other, is := taken[name]; is && other != t {
			room := path.Base(t.PkgPath())
			name = strings.ToUpper(room[:1]) + room[1:] + name
		}
		taken[name] = t
		return name
	}
}

// OpenAPI describes every operation; x-action and x-roles tell who may use it.
func (a *API) OpenAPI() *huma.OpenAPI { return a.huma.OpenAPI() }

// op is one operation as this package writes it down.
type op struct {
	method, path string
	id, summary  string
	about        string
	action       access.Action
	needs        bool // its provider is there
	missing      string
	status       int   // of success, if not 200 or 204
	body         int64 // bytes; 0: 1 MiB
}

// add registers an operation: the key is checked first, then the role, then
// whether there is anybody to answer, and only then the body is read.
func add[I, O any](a *API, o op, handler func(context.Context, *I) (*O, error)) {
	roles := []access.Role{}
	for _, r := range access.Roles() {
		if r.May(o.action) {
			roles = append(roles, r)
		}
	}
	h := huma.Operation{
		OperationID: o.id, Method: o.method, Path: Prefix + o.path, Summary: o.summary, Description: o.about,
		DefaultStatus: o.status, MaxBodyBytes: o.body, Tags: []string{o.tag()},
		Security:   []map[string][]string{{"key": {}}},
		Errors:     []int{400, 401, 403, 404, 429, 501, 503},
		Metadata:   map[string]any{"body": bodyNames(reflect.TypeFor[I]())},
		Extensions: map[string]any{"x-action": o.action, "x-roles": roles},
		Middlewares: huma.Middlewares{a.enter, func(ctx huma.Context, next func(huma.Context)) {
			r := asked(ctx.Context())
			switch {
			case !r.who.Role.May(o.action):
				a.refuse(ctx, 403, "the role "+string(r.who.Role)+" may not do this ("+string(o.action)+"); docs/api.md says which roles may")
			case !o.needs:
				a.refuse(ctx, 501, o.missing)
			default:
				next(ctx)
			}
		}},
	}
	huma.Register(a.huma, h, func(ctx context.Context, in *I) (*O, error) {
		out, err := handler(ctx, in)
		if err != nil {
			return nil, fault(ctx, err)
		}
		return out, nil
	})
}

// bodyNames are the names that an input's body takes, and what is inside of it, by
// where they are.
func bodyNames(input reflect.Type) map[string][]string {
	all := map[string][]string{}
	if f, ok := input.FieldByName("Body"); ok {
		namesIn(all, "body", f.Type)
	}
	return all
}

func namesIn(all map[string][]string, at string, t reflect.Type) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || all[at] != nil {
		return
	}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name == "" { // of a type of others, like a time
			continue
		}
		all[at] = append(all[at], name)
		namesIn(all, at+"."+name, t.Field(i).Type)
	}
}

// tag is the first word of an operation's action: its chapter.
func (o op) tag() string {
	tag, _, _ := strings.Cut(string(o.action), ".")
	return tag
}
