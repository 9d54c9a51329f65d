package console

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parley-voice/parley/call"
)

// list answers GET /v1/calls?limit=&since=&state=&outcome=&script=.
func (c Config) list(w http.ResponseWriter, r *http.Request) {
	q, err := readQuery(r.URL.Query())
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	records, err := c.Calls.List(r.Context(), q)
	if err != nil {
		fail(w, http.StatusInternalServerError, "the records cannot be read: "+err.Error())
		return
	}
	writeJSON(w, http.StatusOK, struct {
		Live  []call.Snapshot `json:"live"`
		Calls []call.Record   `json:"calls"`
	}{list0(c.Live()), list0(records)})
}

// get answers GET /v1/calls/{id}, id being a record's or a SIP Call-ID.
func (c Config) get(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	record, err := c.Calls.Get(r.Context(), id)
	switch {
	case errors.Is(err, ErrNotFound):
		fail(w, http.StatusNotFound, fmt.Sprintf("no call has the id or Call-ID %q", id))
	case err != nil:
		fail(w, http.StatusInternalServerError, "the records cannot be read: "+err.Error())
	default:
		writeJSON(w, http.StatusOK, record)
	}
}

var queryKeys = []string{"limit", "since", "state", "outcome", "script"}

func readQuery(v url.Values) (Query, error) {
	for key := range v {
		if !slices.Contains(queryKeys, key) {
			return Query{}, fmt.Errorf("unknown parameter %q; known: %s", key, strings.Join(queryKeys, ", "))
		}
	}
	q := Query{Limit: DefaultLimit, State: call.State(v.Get("state")), Outcome: v.Get("outcome"), Script: v.Get("script")}
	if s := v.Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > MaxLimit {
			return Query{}, fmt.Errorf("limit must be 1 to %d", MaxLimit)
		}
		q.Limit = n
	}
	states := []call.State{"", call.Ringing, call.Talking, call.Finished, call.Failed, call.Interrupted}
	if !slices.Contains(states, q.State) {
		return Query{}, fmt.Errorf("state must be one of ringing, talking, finished, failed, interrupted")
	}
	if s := v.Get("since"); s != "" {
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return Query{}, fmt.Errorf("since must be a time like 2026-05-04T10:00:00Z")
		}
		q.Since = t
	}
	return q, nil
}

// list0 makes JSON show [] rather than null.
func list0[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func fail(w http.ResponseWriter, code int, text string) {
	writeJSON(w, code, map[string]string{"error": text})
}

func writeJSON(w http.ResponseWriter, code int, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		code, text = http.StatusInternalServerError, []byte(`{"error":"this cannot be written as JSON"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_, _ = w.Write(append(text, '\n')) // the client may have gone
}
