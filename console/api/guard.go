package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"runtime/debug"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

const (
	maxBody  = 1 << 20 // bytes of JSON
	maxDepth = 16      // of its brackets
)

// ServeHTTP answers one request. It sets what every answer carries and turns
// away what no operation should see: requests that a page of another site sent,
// JSON that is too long or too deep, and paths that are not there.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	asks := &request{id: requestID(r.Header.Get("X-Request-Id")), log: a.Site.Log}
	r = r.WithContext(context.WithValue(r.Context(), requestKey{}, asks))
	h := w.Header()
	h.Set("X-Request-Id", asks.id)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	defer func() {
		if p := recover(); p == http.ErrAbortHandler { //nolint:errorlint // a panic's value, not an error that somebody wrapped
			panic(p) // cuts the connection, as it is meant to
		} else if p != nil {
			asks.log.Error("panic in a request", "request", asks.id, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			a.answer(w, asks, http.StatusInternalServerError, "it failed inside Parley; the log says why under this request's id")
		}
	}()
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		a.answer(w, asks, http.StatusForbidden, "a page of another site sent this; the API answers programs, and pages of its own address")
		return
	}
	if err := checkJSON(r); err != nil {
		var p *huma.ErrorModel
		if errors.As(err, &p) {
			a.answer(w, asks, p.Status, p.Detail)
		}
		return
	}
	if _, pattern := a.mux.Handler(r); pattern == "" {
		a.nowhere(w, r, asks)
		return
	}
	a.mux.ServeHTTP(w, r)
}

// nowhere answers for a path that is not there, or not with this method.
func (a *API) nowhere(w http.ResponseWriter, r *http.Request, asks *request) {
	probe := &headers{h: http.Header{}}
	a.mux.ServeHTTP(probe, r)
	if allow := probe.h.Get("Allow"); probe.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", allow)
		a.answer(w, asks, probe.status, "this path takes "+allow)
		return
	}
	a.answer(w, asks, http.StatusNotFound, "nothing is here; "+Prefix+"/openapi.json lists every operation")
}

// headers is a response of which only the head matters.
type headers struct {
	h      http.Header
	status int
}

func (h *headers) Header() http.Header         { return h.h }
func (h *headers) WriteHeader(status int)      { h.status = status }
func (h *headers) Write(b []byte) (int, error) { return len(b), nil }

// answer writes a problem outside of any operation.
func (a *API) answer(w http.ResponseWriter, asks *request, status int, text string) {
	body, err := json.Marshal(huma.ErrorModel{
		Status: status, Title: http.StatusText(status), Detail: text, Instance: "urn:parley:request:" + asks.id,
	})
	if err != nil {
		body = nil // of our own type: cannot fail
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the client may have gone
}

// requestID takes the caller's id if it is a plain one, else makes one.
func requestID(given string) string {
	if len(given) > 0 && len(given) <= 64 {
		plain := true
		for _, c := range []byte(given) {
			plain = plain && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.')
		}
		if plain {
			return given
		}
	}
	return uuid.NewString()
}

// checkJSON reads a JSON body and sees that it is neither too long nor too deep.
// The body of any other kind is left to its operation.
func checkJSON(r *http.Request) error {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case r.Header.Get("Content-Type") == "":
	case err != nil:
		return problem(http.StatusUnsupportedMediaType, "the Content-Type cannot be read; send application/json")
	case kind == "text/csv":
		return nil
	case kind != "application/json":
		return problem(http.StatusUnsupportedMediaType, "%s is not taken; send application/json", kind)
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	switch {
	case err != nil:
		return problem(http.StatusBadRequest, "the body could not be read to its end")
	case len(body) > maxBody:
		return problem(http.StatusRequestEntityTooLarge, "the body has more than 1 MiB; send less")
	case deep(body):
		return problem(http.StatusBadRequest, "the body nests deeper than %d; no operation takes that", maxDepth)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

// deep counts brackets outside strings; what is no JSON at all is found later.
func deep(body []byte) bool {
	depth, inString, escaped := 0, false, false
	for _, c := range body {
		switch {
		case escaped:
			escaped = false
		case inString:
			escaped, inString = c == '\\', c != '"'
		case c == '"':
			inString = true
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}
