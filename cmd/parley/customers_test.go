package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parley-voice/parley/store"
)

func TestCustomers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "var")
	file := filepath.Join(t.TempDir(), "crm.csv")
	text := "会员编号,姓名,手机号,客单价,标签\nc1,李雷,13800138000,5000,vip\nc2,韩梅梅,13900139000,10,\nc3,坏,123,1,\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	income := filepath.Join(t.TempDir(), "income.csv")
	if err := os.WriteFile(income, []byte("手机号,月收入\n13800138001,5000\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"list", 1, "no records"},
		{"import " + income, 2, "收入"},
		{"import " + file + ".none", 2, "no such file"},
		{"import " + file, 1, "3 rows: 2 created, 0 updated, 0 same, 0 older, 1 bad"},
		{"import " + file, 1, "crm.csv:4: "},
		{"import " + file, 1, "0 created, 0 updated, 2 same"},
		{"list", 0, "+86138****8000"},
		{"list --tag vip --json", 0, `"name": "李雷"`},
		{"show c1", 0, "5000.00 CNY"},
		{"show 139-0013-9000", 0, "韩梅梅"},
		{"show 13900139009", 1, "no such customer: +86139****9009"},
		{"show c1 --reveal complaint-7", 0, "+8613800138000"},
		{"merge c1 c2", 0, "c2 is c1 now, with 2 numbers"},
		{"show c2", 0, "李雷"},
		{"merge c1 nobody", 1, "no such customer"},
		{"export c1", 2, "--reason"},
		{"export 13900139000 --reason request-7", 0, `"customers"`},
		{"export 13900139009 --reason request-7", 1, "nothing is kept of +86139****9009"},
		{"erase c1 --reason request-7", 2, "--yes"},
		{"erase c1 --reason request-7 --yes", 0, "c1: 2 numbers"},
		{"show c1", 1, "no such customer"},
	} {
		args := append([]string{"customers"}, strings.Split(c.args, " ")...)
		code, out, errs := run(t, nil, append(args, "--data", dir)...)
		if code != c.code || !strings.Contains(out+errs, c.want) {
			t.Errorf("parley customers %s: exit code %d, %s%s", c.args, code, out, errs)
		}
		if strings.Contains(out+errs, "13800138000") && !strings.Contains(c.args, "--reveal") && !strings.Contains(c.args, "export 139") {
			t.Errorf("parley customers %s shows a whole number: %s%s", c.args, out, errs)
		}
	}
	a, err := store.OpenAccess(t.Context(), filepath.Join(dir, "access.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	for action, want := range map[string]int{"customers.import": 3, "customers.reveal": 1, "customers.merge": 1, "customers.export": 1, "customers.erase": 1} {
		if deeds, err := a.Deeds(t.Context(), store.DeedFilter{Action: action}); err != nil || len(deeds) != want {
			t.Errorf("%s: %d lines in the audit, %v; want %d", action, len(deeds), err, want)
		}
	}
}

func TestCustomersByTheirLabels(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "var")
	file := filepath.Join(t.TempDir(), "crm.csv")
	if err := os.WriteFile(file, []byte("id,phone,value\nc1,13800138000,5000\nc2,13900139000,10\nc3,13900139001,10\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"import", file}, 0, "3 created"},
		{[]string{"cluster"}, 1, "run parley customers label"},
		{[]string{"vector"}, 1, "run parley customers label"},
		{[]string{"label"}, 0, "3 customers, 0 events"},
		{[]string{"vector"}, 0, "customer,as_of,version,days_since_order,orders_365d"},
		{[]string{"vector", "--weight", "value:high=2.5"}, 0, ",2.5,"},
		{[]string{"vector", "--weight", "valeu=2"}, 2, `no column "valeu"`},
		{[]string{"vector", "--columns"}, 0, `"label": "orders_365d"`},
		{[]string{"segment", "value == high"}, 0, "c1 "},
		{[]string{"segment", "value == high"}, 0, "1 of 3 customers"},
		{[]string{"segment", "new_observation", "--json"}, 0, `"found": 3`},
		{[]string{"segment", "value == hgih"}, 2, `expression:1:10: there is no value of value "hgih"; did you mean "high"?`},
		{[]string{"segment", "value == high", "--by", "region"}, 2, "no label with a number"},
		{[]string{"explain", "13800138000"}, 0, "no order; the profile tells an average of"},
		{[]string{"explain", "13800138009"}, 1, "no such customer: +86138****8009"},
		{[]string{"cluster", "list"}, 0, "were not divided into clusters yet"},
		{[]string{"cluster"}, 0, "cluster 0: 3 customers, welcome (100 %)"},
		{[]string{"cluster", "list"}, 0, "parley customers cluster"},
		{[]string{"explain", "13800138000"}, 0, " with seed 1 [clusters, contract, until another version is used]"},
		{[]string{"cluster", "use", "2026-W01-00000000", "--why", "x"}, 2, "cluster list shows them"},
	} {
		code, out, errs := run(t, nil, append(append([]string{"customers"}, c.args...), "--data", dir)...)
		if code != c.code || !strings.Contains(out+errs, c.want) || strings.Contains(out+errs, "13800138000") {
			t.Errorf("parley customers %q: exit code %d, %s%s", c.args, code, out, errs)
		}
	}
}
