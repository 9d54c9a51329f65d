package label

import (
	"fmt"
	"testing"
)

func TestChangesAreWhatMoved(t *testing.T) {
	old := "\nregion=广东\nvalue=normal\nsatisfaction=4\ndays_since_order=5\nprofile_age=1\ntenure=30\ngone_label=1\n"
	for now, want := range map[string]string{
		old: "[]",
		"\nregion=广东\nvalue=normal\nsatisfaction=4\ndays_since_order=6\nprofile_age=2\ntenure=31\n":     "[]", // a day passed
		"\nregion=广东\nvalue=high\nchurn_warning=true\nsatisfaction=4\ndays_since_order=0\nnew_word=2\n": "[{value normal high} {churn_warning  true}]",
		"\nvalue=normal\nsatisfaction=4\n": "[{region 广东 }]",
		"":                                 "[{region 广东 } {value normal } {satisfaction 4 }]",
	} {
		if got := fmt.Sprint(Changes(old, now)); got != want {
			t.Errorf("to %q: %s, want %s", now, got, want)
		}
	}
	if got := fmt.Sprint(Changes("", "\nvalue=high\n")); got != "[{value  high}]" {
		t.Errorf("the first: %s", got)
	}
}
