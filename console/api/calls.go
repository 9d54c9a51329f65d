package api

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/console/access"
)

// Calls reads records.
type Calls interface {
	// Get finds a record by its id or by its SIP Call-ID, with its journal, or
	// returns ErrNotFound.
	Get(ctx context.Context, id string) (call.Record, error)
	// List gives records without journals, the newest first.
	List(ctx context.Context, q CallQuery) ([]call.Record, error)
}

// CallQuery narrows a list of records. Zero fields do not narrow.
type CallQuery struct {
	Since, Until time.Time // began in [Since, Until)
	State        call.State
	Outcome      string
	Script       string
	Caller       string // the number as the record has it
	After        Mark   // the last one of the page before
	Limit        int
}

// Mark is a place in a list of records.
type Mark struct {
	Began time.Time
	ID    string
}

type listCalls struct {
	Limit   int       `query:"limit" minimum:"1" maximum:"1000" default:"50" doc:"How many at most."`
	Page    string    `query:"page" maxLength:"200" doc:"next of the page before."`
	Since   time.Time `query:"since" doc:"Began then or later (RFC 3339)."`
	Until   time.Time `query:"until" doc:"Began before."`
	State   string    `query:"state" enum:"ringing,talking,finished,failed,interrupted" doc:"Only in this state."`
	Outcome string    `query:"outcome" maxLength:"100" doc:"Only with this outcome."`
	Script  string    `query:"script" maxLength:"200" doc:"Only of this script."`
	Caller  string    `query:"caller" maxLength:"100" doc:"Only from this number, written as it came in."`
	Whole
}

// CallList is a page of calls that began, without what was said.
type CallList struct {
	Calls []call.Record `json:"calls" doc:"The newest first."`
	Next  string        `json:"next,omitempty" doc:"Give it as page to go on; missing on the last page."`
}

// LiveList is the calls in progress.
type LiveList struct {
	Live []call.Snapshot `json:"live" doc:"The oldest first. Numbers are always masked."`
}

type callID struct {
	ID string `path:"id" maxLength:"300" doc:"The call's id, or its SIP Call-ID; a slash in it is written %2F."`
	Whole
}

func (a *API) calls() {
	add(a, op{method: http.MethodGet, path: "/calls", id: "listCalls", summary: "List calls", action: access.ReadCalls,
		needs: a.Calls != nil, missing: noRecords}, a.listCalls)
	add(a, op{method: http.MethodGet, path: "/calls/live", id: "listLiveCalls", summary: "List calls in progress", action: access.ReadCalls,
		needs: a.Lines != nil, missing: noLines}, func(context.Context, *struct{}) (*struct{ Body LiveList }, error) {
		return &struct{ Body LiveList }{LiveList{list0(a.Lines.Live())}}, nil
	})
	add(a, op{method: http.MethodGet, path: "/calls/{id}", id: "getCall", summary: "Read one call: turns, timings, media", action: access.ReadCalls,
		needs: a.Calls != nil, missing: noRecords}, a.getCall)
	add(a, op{method: http.MethodGet, path: "/calls/{id}/recording", id: "getRecording", summary: "Download a recording", action: access.HearCalls,
		about: "Stereo WAV, left the caller, right Parley. Range (RFC 9110 §14) is taken. Each download is written to the audit log.",
		needs: a.Calls != nil && a.Site.Recordings != "", missing: "recordings are switched off (record: false in the configuration)"}, a.recording)
}

const (
	noRecords = "the records of calls are not connected here"
	noLines   = "live calls are not connected here"
)

// list0 makes JSON show [] rather than null.
func list0[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func (a *API) listCalls(ctx context.Context, in *listCalls) (*struct{ Body CallList }, error) {
	q := CallQuery{Since: in.Since, Until: in.Until, State: call.State(in.State), Outcome: in.Outcome, Script: in.Script,
		Caller: in.Caller, Limit: in.Limit + 1}
	if in.Page != "" {
		var err error
		if q.After, err = readMark(in.Page); err != nil {
			return nil, problem(http.StatusBadRequest, "page is not one of ours; take next from the answer before, or leave it out")
		}
	}
	v, err := a.look(ctx, "calls")
	if err != nil {
		return nil, err
	}
	records, err := a.Calls.List(ctx, q)
	if err != nil {
		return nil, err
	}
	var out CallList
	if len(records) > in.Limit {
		records = records[:in.Limit]
		last := records[in.Limit-1]
		out.Next = Mark{last.Began, last.ID}.text()
	}
	out.Calls = make([]call.Record, len(records))
	for i, r := range records {
		out.Calls[i] = v.record(r)
	}
	return &struct{ Body CallList }{out}, nil
}

func (m Mark) text() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %s", m.Began.UnixNano(), m.ID))
}

func readMark(text string) (Mark, error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return Mark{}, err
	}
	began, id, _ := strings.Cut(string(raw), " ")
	n, err := strconv.ParseInt(began, 10, 64)
	return Mark{time.Unix(0, n).UTC(), id}, err
}

func (a *API) getCall(ctx context.Context, in *callID) (*struct{ Body call.Record }, error) {
	r, err := a.Calls.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	v, err := a.look(ctx, "call "+r.ID)
	if err != nil {
		return nil, err
	}
	return &struct{ Body call.Record }{v.record(r)}, nil
}

// record is a record as its reader may see it. Recording becomes the path to
// download it from.
func (v view) record(r call.Record) call.Record {
	r.Caller, r.Called, r.Why = v.number(r.Caller), v.number(r.Called), v.text(r.Why)
	if r.Recording != "" {
		r.Recording = ""
		if v.role.May(access.HearCalls) {
			r.Recording = Prefix + "/calls/" + r.ID + "/recording"
		}
	}
	r.Entries = slices.Clone(r.Entries)
	for i := range r.Entries {
		r.Entries[i] = v.entry(r.Entries[i])
	}
	return r
}

// entry is a line of the journal as its reader may see it.
func (v view) entry(e call.Entry) call.Entry {
	e.Text, e.Why = v.text(e.Text), v.text(e.Why)
	switch e.Kind {
	case call.EntryRecording:
		e.Text = "" // a path of this machine
	case call.EntryAlert:
		if !v.role.Sees(access.Words) {
			e.Why = ""
		}
	case call.EntrySaid, call.EntryHeard, call.EntryTalk, call.EntryDigits, call.EntryNote:
		if !v.role.Sees(access.Words) {
			e.Text, e.Why = "", ""
		}
	}
	return e
}

func (a *API) recording(ctx context.Context, in *callID) (*huma.StreamResponse, error) {
	r, err := a.Calls.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if r.Recording == "" {
		return nil, problem(http.StatusNotFound, "this call was not recorded; its journal tells why")
	}
	f, err := a.openRecording(r.Recording)
	if errors.Is(err, os.ErrNotExist) {
		return nil, problem(http.StatusGone, "the recording was there and is not any more")
	}
	if err != nil {
		return nil, err
	}
	if err := a.write(ctx, string(access.HearCalls), "call "+r.ID, "", ""); err != nil {
		_ = f.Close() // only read
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer func() { _ = f.Close() }() // only read
		req, w := humago.Unwrap(c)
		w.Header().Set("Content-Type", "audio/wav")
		w.Header().Set("Content-Disposition", `attachment; filename="`+r.ID+`.wav"`)
		// A recording of an hour is 115 MB: slow readers get the time for it.
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(10 * time.Minute)) // a test's writer has none
		http.ServeContent(w, req, "", r.Ended, f)
	}}, nil
}

// openRecording opens a file of the recordings' folder and no other, whatever the
// record says.
func (a *API) openRecording(path string) (*os.File, error) {
	name, err := filepath.Rel(a.Site.Recordings, path)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(a.Site.Recordings)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }() // the file stays open
	return root.Open(name)
}
