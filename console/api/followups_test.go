package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/parley-voice/parley/console/access"
)

// Settling is written down with who did it, and refused when it was done or is not
// there.
func TestFollowUps(t *testing.T) {
	r := newRig(t)
	a := r.send(access.Supervisor, http.MethodGet, "/follow-ups?limit=1", "")
	if a.code != 200 || !strings.Contains(a.body, `"next":"c1.feedback"`) || strings.Contains(a.body, "13812345678") {
		t.Errorf("%d %s", a.code, a.body)
	}
	if a = r.send(access.Supervisor, http.MethodGet, "/follow-ups?limit=1&page=c1.feedback", ""); a.code != 200 || !strings.Contains(a.body, "c1.complaint") || strings.Contains(a.body, "next") {
		t.Errorf("%d %s", a.code, a.body)
	}
	r.forget()
	a = r.send(access.Agent, http.MethodPost, "/follow-ups/c1.complaint/settle", `{"note":"called 13812345678"}`)
	if a.code != 200 || !strings.Contains(a.body, `"who":"the agent"`) || strings.Contains(a.body, "13812345678") {
		t.Errorf("%d %s", a.code, a.body)
	}
	if len(r.audit.deeds) != 1 || r.audit.deeds[0].Action != "follow_ups.settle" || r.audit.deeds[0].Target != "follow-up c1.complaint" || strings.Contains(r.audit.deeds[0].After, "13812345678") {
		t.Errorf("%+v", r.audit.deeds)
	}
	for path, code := range map[string]int{"/follow-ups/c1.feedback/settle": 409, "/follow-ups/none/settle": 404} {
		if a := r.send(access.Agent, http.MethodPost, path, `{"note":"done"}`); a.code != code {
			t.Errorf("%s: %d, want %d: %s", path, a.code, code, a.body)
		}
		problemOf(t, r.send(access.Agent, http.MethodPost, path, `{"note":"done"}`))
	}
	if a := r.send(access.Agent, http.MethodPost, "/follow-ups/c1.complaint/settle", `{"note":""}`); a.code != 422 {
		t.Errorf("no word of what was done: %d", a.code)
	}
}
