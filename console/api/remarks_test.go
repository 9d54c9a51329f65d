package api

import (
	"strings"
	"testing"

	"github.com/parley-voice/parley/console/access"
)

// The same remark with the same key is kept once, by whoever's key it was.
func TestRemarksAreIdempotent(t *testing.T) {
	r := newRig(t)
	tell := func(role access.Role, key string) answer {
		return r.send(role, "POST", "/customers/p1/remarks", `{"kind":"complaint","text":"late, call 13987654321"}`, "Idempotency-Key", key)
	}
	if a := tell(access.Agent, "crm-4711-1"); a.code != 200 || strings.Contains(a.body, `"again"`) || strings.Contains(a.body, "13987654321") || strings.Contains(a.body, "13812345678") {
		t.Errorf("%d %s", a.code, a.body)
	}
	if a := tell(access.Agent, "crm-4711-1"); a.code != 200 || !strings.Contains(a.body, `"again":true`) || len(r.told.kept) != 1 {
		t.Errorf("%d %s", a.code, a.body)
	}
	if tell(access.Agent, "crm-4711-2"); len(r.told.kept) != 2 {
		t.Error("another key is not another remark")
	}
	if tell(access.Supervisor, "crm-4711-1"); len(r.told.kept) != 3 || r.told.kept[2].Who != "the supervisor" || r.told.kept[0].Text != "late, call 13987654321" {
		t.Errorf("kept %+v", r.told.kept)
	}
	if got := r.audit.actions(); len(got) != 4 || got[0] != "customers.note" {
		t.Errorf("the audit log: %v", got)
	}
}
