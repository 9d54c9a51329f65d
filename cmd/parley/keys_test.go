package main_test

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestKeys(t *testing.T) {
	dir := t.TempDir()
	if code, out, errs := run(t, nil, "keys", "--data", dir); code != 0 || !strings.Contains(out, "There are no keys") {
		t.Fatalf("%d %s%s", code, out, errs)
	}
	code, text, errs := run(t, nil, "keys", "add", "--role", "supervisor", "--name", "Li Na", "--expires", "1h", "--data", dir)
	text = strings.TrimSuffix(text, "\n")
	if code != 0 || !strings.HasPrefix(text, "parley_") || strings.Contains(text, "\n") {
		t.Fatalf("%d %q %s", code, text, errs)
	}
	secret := text[strings.LastIndex(text, "_")+1:]
	id := strings.Split(text, "_")[1]
	type row struct{ ID, Name, Role, State string }
	list := func() (rows []row) {
		t.Helper()
		code, out, errs := run(t, nil, "keys", "list", "--json", "--data", dir)
		if err := json.Unmarshal([]byte(out), &rows); err != nil || code != 0 || strings.Contains(out, secret) {
			t.Fatalf("%d %v %s%s", code, err, out, errs)
		}
		return rows
	}
	if got := list(); len(got) != 1 || got[0] != (row{id, "Li Na", "supervisor", "valid"}) {
		t.Errorf("%+v", got)
	}
	if code, out, errs := run(t, nil, "keys", "revoke", id, "--data", dir); code != 0 {
		t.Errorf("%d %s%s", code, out, errs)
	}
	if got := list(); got[0].State != "revoked" {
		t.Errorf("%+v", got)
	}
	for _, args := range [][]string{
		{"add", "--role", "root", "--name", "x"},
		{"add", "--role", "admin"},
		{"add", "--role", "agent", "--name", "x"},
		{"add", "--role", "admin", "--name", "x", "--expires", "-1h"},
		{"revoke", "nobody"},
	} {
		if code, _, errs := run(t, nil, append(append([]string{"keys"}, args...), "--data", dir)...); code != 2 || errs == "" {
			t.Errorf("%v: %d %s", args, code, errs)
		}
	}
}
