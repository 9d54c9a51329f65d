package api

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/console/access"
)

func TestPlacingIsIdempotent(t *testing.T) {
	r := newRig(t)
	place := func(role access.Role, key, to string) (int, string) {
		a := r.send(role, "POST", "/calls", fmt.Sprintf(`{"to":%q,"trunk":"carrier","script":"member","vars":{"a":"b"},"timeout_s":20}`, to), "Idempotency-Key", key)
		return a.code, a.body
	}
	code, first := place(access.Supervisor, "order-1234", "13812345678")
	if code != 202 || len(r.lines.placed) != 1 {
		t.Fatalf("%d %s", code, first)
	}
	got := r.lines.placed[0]
	if got.To != "13812345678" || got.Trunk != "carrier" || got.Vars["a"] != "b" || got.Timeout != 20*time.Second || !strings.Contains(first, got.ID) {
		t.Errorf("%+v %s", got, first)
	}
	if code, again := place(access.Supervisor, "order-1234", "13812345678"); code != 202 || !strings.Contains(again, `"again":true`) || !strings.Contains(again, got.ID) {
		t.Errorf("again: %d %s", code, again)
	}
	if code, body := place(access.Supervisor, "order-1234", "13900000000"); code != 422 {
		t.Errorf("another call under the same key: %d %s", code, body)
	}
	if _, body := place(access.Admin, "order-1234", "13812345678"); strings.Contains(body, got.ID) {
		t.Error("two holders share an Idempotency-Key")
	}
	r.lines.done[0]() // over, and the record is there: the next request finds it
	r.api.Calls = recorded{r.calls, call.Record{ID: got.ID, Called: got.To, Script: got.Script}}
	if code, again := place(access.Supervisor, "order-1234", "13812345678"); code != 202 || !strings.Contains(again, `"again":true`) || len(r.lines.placed) != 2 {
		t.Errorf("after the call: %d %s, %d placed", code, again, len(r.lines.placed))
	}
	r.lines.refused = errors.Join(ErrConflict, errors.New("all lines are in use"))
	if code, body := place(access.Supervisor, "order-5678", "13812345678"); code != 409 || !strings.Contains(body, "all lines") {
		t.Errorf("%d %s", code, body)
	}
	if acts := r.audit.actions(); acts[len(acts)-1] != "calls.place.failed" {
		t.Errorf("%v", acts)
	}
	for _, d := range r.audit.deeds {
		if strings.Contains(d.After, "13812345678") {
			t.Errorf("the audit log holds a whole number: %+v", d)
		}
	}
}

type recorded struct {
	*fakeCalls
	r call.Record
}

func (c recorded) Get(ctx context.Context, id string) (call.Record, error) {
	if id == c.r.ID {
		return c.r, nil
	}
	return c.fakeCalls.Get(ctx, id)
}
