package config

import (
	"strings"
	"testing"
	"time"
)

func TestRegistrarAccounts(t *testing.T) {
	c, err := Load(strings.NewReader(`registrar: {networks: [192.168.1.0/24]}
queues: {sales: {}}
agents:
  anna: {address: "1001", password: "hush", queues: [sales]}
  ben: {address: sip:ben@192.0.2.7, queues: [sales]}
`), "parley.yaml", testEnv)
	if err != nil {
		t.Fatal(err)
	}
	r := c.Registrar
	if r == nil || r.Realm != "parley" || r.MinExpires != time.Minute || r.MaxExpires != time.Hour || len(r.Digest) != 1 {
		t.Errorf("%+v", r)
	}
	if got := c.Accounts(); len(got) != 1 || got["1001"] != "hush" {
		t.Errorf("%v", got)
	}
	if c, err := Load(strings.NewReader("{}"), "parley.yaml", testEnv); err != nil || c.Registrar != nil {
		t.Errorf("a registrar that nobody asked for: %v", err)
	}
}
