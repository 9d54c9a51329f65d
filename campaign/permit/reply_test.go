package permit

import "testing"

func TestReply(t *testing.T) {
	for text, want := range map[string]Channel{
		"TD": SMS, "td": SMS, " ＴＤ。": SMS, "退订": SMS, "回复退订": "", "Stop!": SMS, "opt-out": SMS, "STOP ALL": Every, "全部退订": Every,
		"please don't stop": "", "": "", "T1": "", "好的": "", "unsubscribe": SMS,
	} {
		if got := Reply(text, SMS); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
