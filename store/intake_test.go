package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/customer/intake"
	"github.com/parley-voice/parley/store/storetest"
)

// The same file again changes nothing but how fresh its people are; a newer one
// changes what it tells; one older than what was told last, nothing.
func TestImportIsIdempotent(t *testing.T) { both(t, importTwice) }

func importTwice(t *testing.T, where string) {
	s := storetest.Open(t, where)
	defer s.Close()
	file := "id,phone,name,tags\nc1,13800138000,Li,vip\n,13900139000,Han,\nc1,13800138000,Other,\nc2,13800138000,Wei,\n"
	for i, c := range []struct {
		file                               string
		days                               int
		created, updated, same, older, bad int
	}{
		{file, 0, 2, 0, 0, 0, 2},
		{file, 0, 0, 0, 2, 0, 2},
		{file, 9, 0, 0, 2, 0, 2},
		{strings.ReplaceAll(file, "Han", "Hanna"), -1, 0, 0, 1, 1, 2},
		{strings.ReplaceAll(file, "Han", "Hanna"), 8, 0, 0, 1, 1, 2},
		{strings.ReplaceAll(file, "Han", "Hanna"), 10, 0, 1, 1, 0, 2},
		{file, 0, 0, 0, 1, 1, 2},
	} {
		r, err := intake.Import(t.Context(), strings.NewReader(c.file), intake.Options{
			Source: "crm.csv", AsOf: storetest.T0.Add(time.Duration(c.days) * 24 * time.Hour), Country: "CN", Currency: "CNY",
		}, s.Upsert)
		if err != nil || r.Created != c.created || r.Updated != c.updated || r.Same != c.same || r.Older != c.older || r.Bad != c.bad {
			t.Errorf("import %d: %+v, %v; want %+v", i, r, err, c)
		}
	}
	if p, err := s.Customer(t.Context(), "c1"); err != nil || p.Name != "Li" || !p.Tagged("vip") {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err := s.ByNumber(t.Context(), "+8613900139000"); err != nil || p.Name != "Hanna" {
		t.Errorf("%+v, %v", p, err)
	}
}
