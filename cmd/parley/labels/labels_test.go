package labels

import (
	"strings"
	"testing"

	"github.com/parley-voice/parley/store"
)

func TestWrite(t *testing.T) {
	var out strings.Builder
	n, disputed, err := Write(&out, []store.Label{
		{Intent: "price", Text: "多少钱啊"},
		{Intent: "price", Text: "多少钱啊？"},
		{Intent: "delivery", Text: "where\tis my\nparcel"},
		{Intent: "refund", Text: "Where is my parcel?"},
		{Intent: "phone", Text: "my number is 13800138000"},
		{Intent: "empty", Text: "…"},
	})
	want := "delivery\twhere is my parcel\nphone\tmy number is 138****8000\nprice\t多少钱啊\nrefund\tWhere is my parcel?\n"
	if err != nil || n != 4 || out.String() != want {
		t.Errorf("%d lines, %v:\n%s", n, err, out.String())
	}
	if len(disputed) != 1 || disputed[0] != "Where is my parcel?" {
		t.Errorf("disputed %q", disputed)
	}
}

func TestCheck(t *testing.T) {
	for _, bad := range []string{"", "two words", "a\tb", strings.Repeat("x", 101)} {
		if Check(bad) == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	if err := Check("stop_calling"); err != nil {
		t.Error(err)
	}
}
