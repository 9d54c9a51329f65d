package api

import (
	"context"
	"strings"
	"testing"

	"github.com/parley-voice/parley/console/access"
	"github.com/parley-voice/parley/customer"
)

type fakeReceipts struct{}

func (fakeReceipts) Receipt(_ context.Context, id string, r customer.Receipt) (customer.Receipt, bool, error) {
	if id != "msg-5d1c" {
		return r, false, ErrNotFound
	}
	return r, true, nil
}

// A gateway that makes a mistake is told which, and nothing is written down.
func TestReceiptsAreChecked(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct {
		role     access.Role
		id, body string
		code     int
		want     string
	}{
		{access.Agent, "msg-5d1c", `{"state":"delivered","at":"` + noon.Format("2006-01-02T15:04:05Z07:00") + `"}`, 200, `"changed":true`},
		{access.Agent, "msg-5d1c", `{"state":"expired","code":"000"}`, 200, `"code":"000"`},
		{access.Viewer, "msg-5d1c", `{"state":"delivered"}`, 403, ""},
		{access.Agent, "msg-none", `{"state":"delivered"}`, 404, ""},
		{access.Agent, "msg-5d1c", `{"state":"DELIVRD"}`, 422, "delivered, delayed, failed, expired, rejected"},
		{access.Agent, "msg-5d1c", `{"state":"delivered","status":1}`, 422, "status"},
		{access.Agent, "msg-5d1c", `{}`, 422, "state"},
		{access.Agent, "msg-5d1c", `{"state":"failed","code":"a code of words"}`, 422, "code"},
		{access.Agent, "msg-5d1c", `{"state":"failed","at":"2099-01-01T00:00:00Z"}`, 422, "future"},
	} {
		before := len(r.audit.deeds)
		a := r.send(c.role, "POST", "/messages/"+c.id+"/receipt", c.body)
		if a.code != c.code || !strings.Contains(a.body, c.want) {
			t.Errorf("%s by %s: %d %s, want %d and %q", c.body, c.role, a.code, a.body, c.code, c.want)
		}
		if wrote := len(r.audit.deeds) > before; wrote != (c.code == 200 || c.code == 404) {
			t.Errorf("%s by %s: in the audit log: %v", c.body, c.role, wrote)
		}
	}
}
