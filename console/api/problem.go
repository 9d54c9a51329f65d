package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"github.com/parley-voice/parley/dialog/vocab"
)

// Errors that providers return, wrapped or not.
var (
	ErrNotFound = errors.New("not found")
	ErrChanged  = errors.New("changed meanwhile")
	ErrConflict = errors.New("not possible now")
	ErrInvalid  = errors.New("not valid")
)

// The library makes every error in one place, and lets it be another.
func init() { huma.NewErrorWithContext = newProblem }

// problem is an error with its status (RFC 9457). Its text says what to do.
func problem(status int, format string, args ...any) huma.StatusError {
	return &huma.ErrorModel{Status: status, Title: http.StatusText(status), Detail: fmt.Sprintf(format, args...)}
}

// newProblem makes the problem of a request that the library refuses.
func newProblem(ctx huma.Context, status int, detail string, errs ...error) huma.StatusError {
	e := &huma.ErrorModel{Status: status, Title: http.StatusText(status), Detail: detail}
	if ctx == nil { // while the operations are registered
		return e
	}
	r := asked(ctx.Context())
	if r.id != "" {
		e.Instance = "urn:parley:request:" + r.id
	}
	if status == http.StatusInternalServerError {
		r.log.Error("a request failed", "request", r.id, "operation", ctx.Operation().OperationID, "error", errors.Join(errs...))
		e.Detail = "it failed inside Parley; the log says why under this request's id"
		return e
	}
	if detail == "validation failed" {
		e.Detail = "the request is not as this operation takes it; errors says where"
	}
	for _, err := range errs {
		var d *huma.ErrorDetail
		if !errors.As(err, &d) {
			d = &huma.ErrorDetail{Message: err.Error()}
		}
		d.Message += suggestion(ctx.Operation(), d)
		d.Value = nil // it may hold what must not be repeated
		e.Errors = append(e.Errors, d)
	}
	return e
}

// suggestion names what was probably meant.
func suggestion(op *huma.Operation, d *huma.ErrorDetail) string {
	at := strings.LastIndex(d.Location, ".")
	if at < 0 {
		return ""
	}
	name := d.Location[at+1:]
	var known []string
	switch {
	case strings.HasPrefix(d.Location, "query."):
		if d.Message != "unknown query parameter" {
			return ""
		}
		for _, p := range op.Parameters {
			if p.In == "query" {
				known = append(known, p.Name)
			}
		}
	case d.Message == validation.MsgUnexpectedProperty:
		names, _ := op.Metadata["body"].(map[string][]string)
		known = names[d.Location[:at]]
	}
	if len(known) == 0 {
		return ""
	}
	slices.Sort(known)
	return "; " + vocab.Suggest(name, known)
}

// refuse answers before an operation is reached.
func (a *API) refuse(ctx huma.Context, status int, text string) {
	_ = huma.WriteErr(a.huma, ctx, status, text) // the client may have gone
}

// fault turns a handler's error into a problem of its request. What has no status
// is ours: 500.
func fault(ctx context.Context, err error) error {
	var e *huma.ErrorModel
	if !errors.As(err, &e) {
		for _, c := range []struct {
			err    error
			status int
		}{{ErrNotFound, 404}, {ErrChanged, 412}, {ErrConflict, 409}, {ErrInvalid, 422}} {
			if errors.Is(err, c.err) {
				e = &huma.ErrorModel{Status: c.status, Title: http.StatusText(c.status), Detail: err.Error()}
				break
			}
		}
	}
	if e == nil {
		return err
	}
	if id := asked(ctx).id; id != "" {
		e.Instance = "urn:parley:request:" + id
	}
	return e
}
