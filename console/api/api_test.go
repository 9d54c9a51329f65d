package api

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/console/access"
)

// Every operation of the document, by every role and by nobody: 403 exactly where
// the document says so.
func TestEveryOperationByEveryRole(t *testing.T) {
	seen, r := 0, newRig(t)
	for path, item := range r.api.OpenAPI().Paths {
		for method, o := range map[string]*operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "DELETE": item.Delete, "PATCH": item.Patch} {
			if o == nil {
				continue
			}
			seen++
			e, ok := examples[o.OperationID]
			if !ok {
				t.Errorf("%s %s has no example", method, path)
				continue
			}
			action := o.Extensions["x-action"].(access.Action)
			for _, role := range append(access.Roles(), "") {
				r.forget()
				a := r.send(role, method, e.path, e.body, e.heads...)
				want := max(e.code, 200)
				switch {
				case role == "":
					want = 401
				case !role.May(action):
					want = 403
				}
				if role.May(action) != slices.Contains(o.Extensions["x-roles"].([]access.Role), role) {
					t.Errorf("%s: the document says otherwise of %s", o.OperationID, role)
				}
				if a.code != want && (want != 200 || a.code != 204) {
					t.Errorf("%s by %q: %d, want %d: %s", o.OperationID, role, a.code, want, a.body)
				}
				if a.code >= 400 {
					problemOf(t, a)
				}
				if changes := method != "GET" && role.May(action) && !strings.HasPrefix(string(action), "routes.") && !strings.HasPrefix(string(action), "scripts."); changes != (len(r.audit.deeds) > 0) && method != "GET" {
					t.Errorf("%s by %q: %d lines in the audit log", o.OperationID, role, len(r.audit.deeds))
				}
			}
		}
	}
	if seen != len(examples) {
		t.Errorf("%d operations, %d examples", seen, len(examples))
	}
}

// Nothing is pretended: without a provider the answer is 501.
func TestWithoutProviders(t *testing.T) {
	r := newRig(t)
	whole := r.api.Config
	r.api = New(Config{Gate: whole.Gate, Audit: whole.Audit, Site: Site{Now: whole.Site.Now, Log: whole.Site.Log}})
	for _, item := range r.api.OpenAPI().Paths {
		for method, o := range map[string]*operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put} {
			if o == nil || strings.HasSuffix(o.OperationID, "Audit") {
				continue
			}
			e := examples[o.OperationID]
			if a := r.send(access.Admin, method, e.path, e.body, e.heads...); a.code != 501 || problemOf(t, a).Detail == "" {
				t.Errorf("%s: %d %s", o.OperationID, a.code, a.body)
			}
		}
	}
}

// Numbers are masked in every answer, unless the role may see them and says why.
func TestNumbersAreMasked(t *testing.T) {
	whole := []string{"13812345678", "13987654321"}
	leaks := func(a answer) bool { return strings.Contains(a.body, whole[0]) || strings.Contains(a.body, whole[1]) }
	r := newRig(t)
	for _, path := range []string{"/calls", "/calls/c1", "/calls/live", "/agents", "/agents/1001", "/customers", "/customers/p1", "/customers/p1/remarks", "/customers/p1/consent", "/customers/p1/permit", "/customers/export"} {
		for _, role := range access.Roles() {
			r.forget()
			a := r.send(role, "GET", path, "")
			if a.code == 403 {
				continue
			}
			if a.code != 200 || leaks(a) {
				t.Errorf("%s by %s: %d %s", path, role, a.code, a.body)
			}
			if path == "/calls/live" {
				continue // always masked
			}
			for _, b := range []answer{r.send(role, "GET", path, "", "X-Reason", "complaint 7"), r.send(role, "GET", path+"?reason=complaint+7", "")} {
				if role.Sees(access.Numbers) != (b.code == 200 && leaks(b)) || !role.Sees(access.Numbers) && b.code != 403 {
					t.Errorf("%s by %s with a reason: %d %s", path, role, b.code, b.body)
				}
			}
			if !role.Sees(access.Numbers) {
				continue
			}
			if d := r.audit.deeds; len(d) < 2 || !slices.ContainsFunc(d, func(d access.Deed) bool {
				return d.Action == "numbers.read" && d.Reason == "complaint 7" && d.Who == "the "+string(role) && d.Target != "" && d.Source == "192.0.2.1" && d.Request != ""
			}) {
				t.Errorf("%s by %s: %+v", path, role, d)
			}
		}
	}
}

// What is not written down is not done and not shown.
func TestBrokenAuditStopsEverything(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct{ method, id string }{
		{"POST", "placeCall"}, {"POST", "hangUpCall"}, {"POST", "joinCall"}, {"POST", "pauseAgent"}, {"PUT", "setCustomerTags"}, {"POST", "tellRemark"}, {"PUT", "setConsent"}, {"POST", "retryMessage"},
		{"POST", "importCustomers"}, {"GET", "exportCustomers"}, {"GET", "getRecording"}, {"GET", "exportAudit"},
	} {
		r.forget()
		r.audit.broken = errors.New("disk I/O error")
		e := examples[c.id]
		a := r.send(access.Admin, c.method, e.path, e.body, e.heads...)
		if a.code != 503 || len(r.lines.placed)+len(r.lines.hung)+len(r.join.joined)+len(r.agent.changes)+len(r.cust.imported)+len(r.told.kept)+len(r.asked.set) > 0 || len(r.cust.person.Tags) != 1 {
			t.Errorf("%s: %d %s", c.id, a.code, a.body)
		}
	}
	r.audit.broken = errors.New("disk I/O error")
	if a := r.send(access.Admin, "GET", "/calls/c1", "", "X-Reason", "why not"); a.code != 503 || strings.Contains(a.body, "13812345678") {
		t.Errorf("%d %s", a.code, a.body)
	}
}

func TestFieldsByRole(t *testing.T) {
	r := newRig(t)
	for _, role := range access.Roles() {
		a := r.send(role, "GET", "/calls/c1", "")
		if strings.Contains(a.body, "a person, please") != role.Sees(access.Words) || !strings.Contains(a.body, `"reply_ms":480`) {
			t.Errorf("%s: %s", role, a.body)
		}
		if strings.Contains(a.body, "/calls/c1/recording") != role.May(access.HearCalls) || strings.Contains(a.body, "2026/c1.wav") {
			t.Errorf("%s and the recording: %s", role, a.body)
		}
		a = r.send(role, "GET", "/customers/p1", "")
		if a.code == 200 && (strings.Contains(a.body, "500000") != role.Sees(access.Money) || strings.Contains(a.body, "XL") != role.Sees(access.Notes)) {
			t.Errorf("%s: %s", role, a.body)
		}
	}
}

func TestStrictRequests(t *testing.T) {
	r := newRig(t)
	long := strings.Repeat("x", maxBody)
	for _, c := range []struct {
		name, method, path, body string
		code                     int
		want                     string
		heads                    []string
	}{
		{"unknown field", "POST", "/agents/1001/pause", `{"reason":"a","reson":"b"}`, 422, `did you mean "reason"?`, nil},
		{"missing field", "POST", "/agents/1001/pause", `{}`, 422, "reason", nil},
		{"wrong kind", "POST", "/agents/1001/pause", `{"reason":7}`, 422, "expected string", nil},
		{"no JSON", "POST", "/agents/1001/pause", `{"reason":`, 400, "", nil},
		{"no body", "POST", "/agents/1001/pause", ``, 400, "", nil},
		{"two values", "POST", "/agents/1001/pause", `{"reason":"a"}{}`, 400, "", nil},
		{"unknown parameter", "GET", "/calls?limt=3", "", 422, `did you mean "limit"?`, nil},
		{"out of range", "GET", "/calls?limit=0", "", 422, "expected number", nil},
		{"no time", "GET", "/calls?since=yesterday", "", 422, "since", nil},
		{"no state", "GET", "/calls?state=odd", "", 422, "ringing", nil},
		{"no page", "GET", "/calls?page=%25%25", "", 400, "next", nil},
		{"too long", "POST", "/routes/check", `{"text":"` + long + `"}`, 413, "1 MiB", nil},
		{"too deep", "POST", "/routes/check", strings.Repeat("[", 17) + strings.Repeat("]", 17), 400, "deeper", nil},
		{"other content", "POST", "/routes/check", `text: x`, 415, "application/json", []string{"Content-Type", "application/yaml"}},
		{"no key of idempotency", "POST", "/calls", `{"to":"1","script":"s"}`, 422, "Idempotency-Key", nil},
		{"no If-Match", "PUT", "/customers/p1/tags", `{"tags":[]}`, 422, "If-Match", nil},
		{"stale If-Match", "PUT", "/customers/p1/tags", `{"tags":[]}`, 412, "read the customer again", []string{"If-Match", `"old"`}},
		{"sensitive tag", "PUT", "/customers/p1/tags", `{"tags":["已婚"]}`, 422, "may not be kept", []string{"If-Match", `"old"`}},
		{"empty tag", "PUT", "/customers/p1/tags", `{"tags":[" "]}`, 422, "1 to 100", []string{"If-Match", `"old"`}},
		{"refused by the provider", "POST", "/agents/1001/pause", `{"reason":"holiday"}`, 422, "known: lunch", nil},
		{"unknown call", "GET", "/calls/none", "", 404, "not found", nil},
		{"unknown live call", "POST", "/calls/c1/hangup", "", 404, "calls/live", nil},
		{"unknown agent", "GET", "/agents/9", "", 404, "lists them", nil},
		{"no agent's key", "GET", "/agents/me", "", 404, "--agent", nil},
		{"nobody to ring", "POST", "/calls/live1/join", `{"way":"listen"}`, 422, "ring", nil},
		{"unknown queue", "GET", "/queues/none", "", 404, "lists them", nil},
		{"unknown kind of remark", "POST", "/customers/p1/remarks", `{"kind":"gossip"}`, 422, "do_not_call", []string{"Idempotency-Key", "crm-4711-1"}},
		{"a remark without its key", "POST", "/customers/p1/remarks", `{"kind":"note","text":"x"}`, 422, "Idempotency-Key", nil},
		{"a remark on nobody", "POST", "/customers/p9/remarks", `{"kind":"note","text":"x"}`, 404, "not found", []string{"Idempotency-Key", "crm-4711-1"}},
		{"a message that arrived", "POST", "/webhooks/messages/msg_1/retry", "", 409, "not possible", nil},
		{"unknown customer", "GET", "/customers/p9", "", 404, "not found", nil},
		{"not recorded", "GET", "/calls/c2/recording", "", 404, "not recorded", nil},
		{"nothing", "GET", "/nothing", "", 404, "openapi.json", nil},
		{"wrong method", "DELETE", "/calls", "", 405, "GET, HEAD, POST", nil},
		{"a page elsewhere", "POST", "/calls/live1/hangup", "", 403, "another site", []string{"Sec-Fetch-Site", "cross-site"}},
	} {
		a := r.send(access.Admin, c.method, c.path, c.body, c.heads...)
		problemOf(t, a)
		if a.code != c.code || !strings.Contains(strings.ReplaceAll(a.body, `\"`, `"`), c.want) {
			t.Errorf("%s: %d %s; want %d %s", c.name, a.code, a.body, c.code, c.want)
		}
	}
	if len(r.agent.changes)+len(r.lines.hung) > 0 {
		t.Error("a refused request was carried out")
	}
}

func TestAnswersCarry(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/calls", "/none", "/openapi.json"} {
		a := r.send(access.Viewer, "GET", path, "", "X-Request-Id", "mine-1", "Origin", "https://evil.example")
		if a.head.Get("X-Request-Id") != "mine-1" || a.head.Get("X-Content-Type-Options") != "nosniff" || a.head.Get("Cache-Control") != "no-store" ||
			!strings.Contains(a.head.Get("Content-Security-Policy"), "default-src 'none'") || a.head.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %v", path, a.head)
		}
	}
	if a := r.send(access.Viewer, "GET", "/calls", "", "X-Request-Id", "a\tb<script>"); len(a.head.Get("X-Request-Id")) != 36 {
		t.Errorf("%v", a.head)
	}
}

func TestBrokenProvidersSayNothingOfTheInside(t *testing.T) {
	r := newRig(t)
	r.calls.broken = errors.New("SQLITE_IOERR at /var/lib/parley")
	if a := r.send(access.Admin, "GET", "/calls", ""); a.code != 500 || strings.Contains(a.body, "SQLITE") || !strings.Contains(problemOf(t, a).Detail, "log") {
		t.Errorf("%d %s", a.code, a.body)
	}
	r.api.Lines = panics{}
	if a := r.send(access.Admin, "GET", "/calls/live", ""); a.code != 500 {
		t.Errorf("%d %s", a.code, a.body)
	}
}

type panics struct{ Lines }

func (panics) Live() []call.Snapshot { panic("a bug") }

func TestRecordings(t *testing.T) {
	r := newRig(t)
	a := r.send(access.Supervisor, "GET", "/calls/x%2Fy@host/recording", "")
	if a.code != 200 || a.body != wav || a.head.Get("Content-Type") != "audio/wav" {
		t.Errorf("%d %v %q", a.code, a.head, a.body)
	}
	a = r.send(access.Supervisor, "GET", "/calls/c1/recording", "", "Range", "bytes=4-7")
	if a.code != 206 || a.body != "0123" || a.head.Get("Content-Range") != "bytes 4-7/14" {
		t.Errorf("%d %v %q", a.code, a.head, a.body)
	}
	if got := r.audit.actions(); !slices.Equal(got, []string{"calls.hear", "calls.hear"}) {
		t.Errorf("%v", got)
	}
	if a = r.send(access.Supervisor, "GET", "/calls/c3/recording", ""); a.code != 500 || strings.Contains(a.body, "root:") {
		t.Errorf("a file outside the recordings' folder: %d %s", a.code, a.body)
	}
	r.calls.made.Recording += ".gone"
	if a = r.send(access.Supervisor, "GET", "/calls/c1/recording", ""); a.code != 410 {
		t.Errorf("%d %s", a.code, a.body)
	}
}

func TestPages(t *testing.T) {
	r := newRig(t)
	a := r.send(access.Viewer, "GET", "/calls?limit=2&state=finished&outcome=agent&script=s&caller=13812345678&since=2026-05-04T12:00:00Z&until=2026-05-05T12:00:00Z", "")
	want := CallQuery{Since: noon, Until: noon.AddDate(0, 0, 1), State: call.Finished, Outcome: "agent", Script: "s", Caller: "13812345678", Limit: 3}
	if a.code != 200 || r.calls.query != want {
		t.Fatalf("%d %s: %+v", a.code, a.body, r.calls.query)
	}
	_, next, ok := strings.Cut(a.body, `"next":"`)
	if !ok {
		t.Fatal(a.body)
	}
	next, _, _ = strings.Cut(next, `"`)
	a = r.send(access.Viewer, "GET", "/calls?page="+next, "")
	if a.code != 200 || r.calls.query.After != (Mark{noon, "c2"}) || strings.Contains(a.body, `"next"`) {
		t.Errorf("%d %s: %+v", a.code, a.body, r.calls.query)
	}
	for range 5 {
		r.send(access.Supervisor, "POST", "/calls/live1/hangup", "")
	}
	a = r.send(access.Admin, "GET", "/audit?limit=3", "")
	if a.code != 200 || !strings.Contains(a.body, `"next":3`) {
		t.Errorf("%d %s", a.code, a.body)
	}
	if a = r.send(access.Admin, "GET", "/audit?limit=3&before=3", ""); strings.Count(a.body, `"action":"calls.end"`) != 2 || strings.Contains(a.body, `"next"`) {
		t.Errorf("%d %s", a.code, a.body)
	}
	if a = r.send(access.Admin, "GET", "/audit/export", ""); strings.Count(a.body, "\n") != 6 || !strings.HasPrefix(a.body, `{"id":6`) {
		t.Errorf("%d %s", a.code, a.body)
	}
}

func TestAgentsChangeThemselvesOnly(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct {
		role       access.Role
		path, body string
		code       int
	}{
		{access.Agent, "/agents/me/pause", `{"reason":"lunch"}`, 200},
		{access.Agent, "/agents/1001/pause", `{"reason":"lunch"}`, 200},
		{access.Agent, "/agents/1002/pause", `{"reason":"lunch"}`, 403},
		{access.Supervisor, "/agents/1002/pause", `{"reason":"lunch"}`, 200},
		{access.Supervisor, "/agents/me/pause", `{"reason":"lunch"}`, 404},
		{access.Agent, "/agents/me/login", `{"address":"sip:1@192.0.2.1"}`, 403},
		{access.Agent, "/agents/me/login", ``, 200},
		{access.Supervisor, "/agents/1001/login", `{"address":"sip:1@192.0.2.1"}`, 200},
		{access.Viewer, "/agents/me/pause", `{"reason":"lunch"}`, 403},
	} {
		r.forget()
		a := r.send(c.role, "POST", c.path, c.body)
		if a.code != c.code || (len(r.agent.changes) == 1) != (c.code == 200) {
			t.Errorf("%s %s: %d %s %v", c.role, c.path, a.code, a.body, r.agent.changes)
		}
	}
}

func TestTags(t *testing.T) {
	r := newRig(t)
	read := r.send(access.Agent, "GET", "/customers/p1", "")
	a := r.send(access.Agent, "PUT", "/customers/p1/tags", `{"tags":["late"," vip","late"]}`, "If-Match", read.head.Get("ETag"))
	if a.code != 200 || !slices.Equal(r.cust.person.Tags, []string{"late", "vip"}) || a.head.Get("ETag") == read.head.Get("ETag") {
		t.Fatalf("%d %s %v", a.code, a.body, r.cust.person.Tags)
	}
	if d := r.audit.deeds[0]; d.Before != "vip" || d.After != "late, vip" || d.Target != "customer p1" {
		t.Errorf("%+v", d)
	}
	if a := r.send(access.Agent, "PUT", "/customers/p1/tags", `{"tags":[]}`, "If-Match", read.head.Get("ETag")); a.code != 412 {
		t.Errorf("%d %s", a.code, a.body)
	}
}

// Half an export must not look like a whole one.
func TestBrokenExportIsCut(t *testing.T) {
	r := newRig(t)
	r.cust.broken = errors.New("disk I/O error")
	s := httptest.NewServer(r.api)
	defer s.Close()
	q, _ := http.NewRequest(http.MethodGet, s.URL+Prefix+"/customers/export", nil)
	q.Header.Set("Authorization", "Bearer "+r.keys[access.Admin])
	resp, err := http.DefaultClient.Do(q)
	if err == nil {
		_, err = readAll(resp)
	}
	if err == nil {
		t.Error("the export ended as if it were whole")
	}
}
