package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/parley-voice/parley/console/access"
)

// WhichDeeds narrows the audit log.
type WhichDeeds struct {
	Since  time.Time `query:"since" doc:"Done then or later (RFC 3339)."`
	Until  time.Time `query:"until" doc:"Done before."`
	Who    string    `query:"who" maxLength:"100" doc:"Only by this name."`
	Action string    `query:"action" maxLength:"100" doc:"Only this action."`
	Target string    `query:"target" maxLength:"300" doc:"Only with this target, like call ID."`
}

type listDeeds struct {
	WhichDeeds
	Limit  int   `query:"limit" minimum:"1" maximum:"1000" default:"50" doc:"How many at most."`
	Before int64 `query:"before" minimum:"0" doc:"Only lines with a smaller id: next of the page before."`
}

// DeedList is a page of the audit log.
type DeedList struct {
	Deeds []access.Deed `json:"deeds" doc:"The latest first."`
	Next  int64         `json:"next,omitempty" doc:"Give it as before to go on; missing on the last page."`
}

func (w WhichDeeds) query() access.DeedQuery {
	return access.DeedQuery{Since: w.Since, Until: w.Until, Who: w.Who, Action: w.Action, Target: w.Target}
}

func (a *API) audit() {
	add(a, op{method: http.MethodGet, path: "/audit", id: "listAudit", summary: "Read the audit log", action: access.ReadAudit, needs: true},
		func(ctx context.Context, in *listDeeds) (*struct{ Body DeedList }, error) {
			q := in.query()
			q.Before, q.Limit = in.Before, in.Limit+1
			deeds, err := a.Audit.List(ctx, q)
			if err != nil {
				return nil, err
			}
			var out DeedList
			if len(deeds) > in.Limit {
				deeds = deeds[:in.Limit]
				out.Next = deeds[in.Limit-1].ID
			}
			out.Deeds = list0(deeds)
			return &struct{ Body DeedList }{out}, nil
		})
	add(a, op{method: http.MethodGet, path: "/audit/export", id: "exportAudit", summary: "Export the audit log, one JSON object a line, the latest first",
		action: access.ReadAudit, about: "application/x-ndjson. The export is written to the log itself.", needs: true},
		func(ctx context.Context, in *WhichDeeds) (*huma.StreamResponse, error) {
			if err := a.write(ctx, "audit.export", "audit", "", ""); err != nil {
				return nil, err
			}
			return a.lineByLine(ctx, "audit.ndjson", func(put func(any) error) error { return a.eachDeed(ctx, in.query(), put) }), nil
		})
}

// eachDeed reads the log page by page.
func (a *API) eachDeed(ctx context.Context, q access.DeedQuery, put func(any) error) error {
	for q.Limit = 1000; ; {
		deeds, err := a.Audit.List(ctx, q)
		if err != nil {
			return err
		}
		for _, d := range deeds {
			if err := put(d); err != nil {
				return err
			}
			q.Before = d.ID
		}
		if len(deeds) < q.Limit {
			return nil
		}
	}
}
