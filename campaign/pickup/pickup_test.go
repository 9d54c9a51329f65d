package pickup_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/media/amd"
	"github.com/parley-voice/parley/media/progress"
)

var phrases = pickup.Standard()

func early(words string) pickup.Evidence { return pickup.Evidence{Early: []string{words}} }

func TestAnnouncements(t *testing.T) {
	for words, want := range map[string]pickup.Status{
		"您好，您拨打的号码是空号，请核对后再拨。":                                                        pickup.Empty,
		"你所拨打的号码不存在请查证后再拨":                                                            pickup.Empty,
		"对不起您拨打的号码是控号请核对后再播":                                                          pickup.Empty,
		"您拨叫的号码有误":                                                                    pickup.Empty,
		"Sorry, the number you dialed does not exist, please check it and dial again": pickup.Empty,
		"The number you have dialed is not in service.":                               pickup.Empty,
		"We're sorry, you have reached a number that has been disconnected":           pickup.Empty,
		"your call cannot be completed as dialed please check the number":             pickup.Empty,
		"您拨打的电话已关机":                                                                   pickup.Off,
		"您好您所拨打的电话已关鸡请稍后再拨":                                                           pickup.Off,
		"sorry the subscriber you dialed is power off":                                pickup.Off,
		"The mobile phone you are calling is switched off":                            pickup.Off,
		"您拨打的电话已停机":                                                                   pickup.Suspended,
		"对不起，您拨打的用户因欠费已暂停服务":                                                          pickup.Suspended,
		"sorry the number you dialed is out of service":                               pickup.Suspended,
		"您好，您拨打的电话正在通话中，请稍后再拨":                                                        pickup.Busy,
		"您拨打的用户正忙，请稍后再拨":                                                              pickup.Busy,
		"Sorry, the subscriber you dialed is busy now, please redial later":           pickup.Busy,
		"您拨打的电话暂时无人接听，请稍后再拨":                                                          pickup.NoAnswer,
		"sorry the number you dialed is not answering please redial later":            pickup.NoAnswer,
		"您拨打的电话暂时无法接通，请稍后再拨":                                                          pickup.Unreachable,
		"您拨打的用户不在服务区":                                                                 pickup.Unreachable,
		"the subscriber you dialed cannot be connected for the moment":                pickup.Unreachable,
		"您拨打的用户已设置呼入限制":                                                               pickup.Blocked,
		"对不起，您的呼叫受限":                                                                  pickup.Blocked,
		"The number you have called is not accepting calls at this time":              pickup.Blocked,
		"用户拒绝接听您的电话":                                                                  pickup.Refused,
		"对不起，网络繁忙，请稍后再拨":                                                              pickup.Network,
		"we're sorry all circuits are busy now":                                       pickup.Network,
		"您拨打的号码已更改为":                                                                  pickup.Changed,
		"the number you have dialed has been changed, the new number is":              pickup.Changed,
		"good afternoon and welcome":                                                  pickup.Unknown,
		"":                                                                            pickup.Unknown,
	} {
		got := pickup.Judge(phrases, early(words))
		if got.Status != want || len(got.Why) == 0 {
			t.Errorf("%q: %+v, want %s", words, got, want)
		}
	}
}

// TestAnnouncementsMisheard loses or changes one character in ten.
func TestAnnouncementsMisheard(t *testing.T) {
	right, all := 0, 0
	for words, want := range map[string]pickup.Status{
		"您好您拨打的号码是空号请核对后再拨": pickup.Empty, "您拨打的电话已关机请稍后再拨": pickup.Off, "您好您拨打的用户正忙请稍后再拨": pickup.Busy,
		"您拨打的电话暂时无法接通请稍后再拨": pickup.Unreachable, "您拨打的电话暂时无人接听请稍后再拨": pickup.NoAnswer,
	} {
		r := rand.New(rand.NewPCG(4, 4))
		for range 200 {
			var b strings.Builder
			for _, c := range words {
				switch r.IntN(20) {
				case 0:
				case 1:
					b.WriteRune('的')
				default:
					b.WriteRune(c)
				}
			}
			all++
			switch got := pickup.Judge(phrases, early(b.String())).Status; got {
			case want:
				right++
			case pickup.Empty, pickup.Changed, pickup.Suspended:
				if want != pickup.Empty {
					t.Errorf("%q is taken for %s", b.String(), got)
				}
			}
		}
	}
	if share := float64(right) / float64(all); share < 0.75 {
		t.Errorf("%.2f of the announcements are understood", share)
	}
}

func TestCausesAndCodes(t *testing.T) {
	rang := []progress.Event{{Tone: progress.Ringback, Region: "cn"}}
	for _, c := range []struct {
		name string
		e    pickup.Evidence
		want pickup.Status
	}{
		{"404", pickup.Evidence{Final: pickup.Final{Code: 404}}, pickup.Empty},
		{"404 with cause 3", pickup.Evidence{Final: pickup.Final{Code: 404, Cause: 3}}, pickup.Network},
		{"404 with cause 1", pickup.Evidence{Final: pickup.Final{Code: 404, Cause: 1}}, pickup.Empty},
		{"480", pickup.Evidence{Final: pickup.Final{Code: 480}}, pickup.Unreachable},
		{"480 after ringing", pickup.Evidence{Final: pickup.Final{Code: 480}, Tones: rang}, pickup.NoAnswer},
		{"480 with cause 19", pickup.Evidence{Final: pickup.Final{Code: 480, Cause: 19}}, pickup.NoAnswer},
		{"480 with cause 20", pickup.Evidence{Final: pickup.Final{Code: 480, Cause: 20}}, pickup.Unreachable},
		{"480 User Busy", pickup.Evidence{Final: pickup.Final{Code: 480, Text: "User Busy"}}, pickup.Busy},
		{"486", pickup.Evidence{Final: pickup.Final{Code: 486}}, pickup.Busy},
		{"486 over 空号", pickup.Evidence{Final: pickup.Final{Code: 486}, Early: []string{"您拨打的号码是空号"}}, pickup.Empty},
		{"487 by us", pickup.Evidence{Final: pickup.Final{Code: 487, Ours: true}, Tones: rang}, pickup.NoAnswer},
		{"given up over 关机", pickup.Evidence{Final: pickup.Final{Code: 408, Ours: true}, Early: []string{"您拨打的电话已关机"}}, pickup.Off},
		{"603", pickup.Evidence{Final: pickup.Final{Code: 603}}, pickup.Refused},
		{"603 over 正忙", pickup.Evidence{Final: pickup.Final{Code: 603}, Early: []string{"您拨打的用户正忙"}}, pickup.Refused},
		{"603 with cause 17", pickup.Evidence{Final: pickup.Final{Code: 603, Cause: 17}}, pickup.Busy},
		{"607", pickup.Evidence{Final: pickup.Final{Code: 607}}, pickup.Blocked},
		{"503", pickup.Evidence{Final: pickup.Final{Code: 503}}, pickup.Network},
		{"503 with cause 34", pickup.Evidence{Final: pickup.Final{Code: 503, Cause: 34}}, pickup.Network},
		{"no response", pickup.Evidence{Final: pickup.Final{Code: 408, Network: true}}, pickup.Network},
		{"408 of theirs", pickup.Evidence{Final: pickup.Final{Code: 408}}, pickup.NoAnswer},
		{"410", pickup.Evidence{Final: pickup.Final{Code: 410}}, pickup.Changed},
		{"484", pickup.Evidence{Final: pickup.Final{Code: 484}}, pickup.Empty},
		{"busy tone, 480", pickup.Evidence{Final: pickup.Final{Code: 480}, Tones: append(rang, progress.Event{Tone: progress.Busy})}, pickup.Busy},
		{"vacant, 503", pickup.Evidence{Final: pickup.Final{Code: 503}, Tones: []progress.Event{{Tone: progress.Special, Code: progress.Vacant}}}, pickup.Empty},
		{"rang only", pickup.Evidence{Tones: rang}, pickup.Unknown},
		{"nothing", pickup.Evidence{}, pickup.Unknown},
	} {
		got := pickup.Judge(phrases, c.e)
		if got.Status != c.want || got.Confidence < 0 || got.Confidence > 1 || len(got.Why) == 0 {
			t.Errorf("%s: %+v, want %s", c.name, got, c.want)
		}
	}
}

func TestAgreementRaisesConfidenceAndConflictLowersIt(t *testing.T) {
	alone := pickup.Judge(phrases, early("您拨打的号码是空号"))
	agree := pickup.Judge(phrases, pickup.Evidence{Early: []string{"您拨打的号码是空号"}, Final: pickup.Final{Code: 404, Cause: 1}})
	against := pickup.Judge(phrases, pickup.Evidence{Early: []string{"您拨打的号码是空号"}, Final: pickup.Final{Code: 486, Cause: 17}})
	if !(agree.Confidence > alone.Confidence && alone.Confidence > against.Confidence) {
		t.Fatalf("agreeing %v, alone %v, against %v", agree, alone, against)
	}
	if len(against.Why) < 2 || !strings.HasPrefix(against.Why[1], "against it") {
		t.Fatalf("the conflict is not told: %q", against.Why)
	}
}

func TestWhoPickedUp(t *testing.T) {
	human := amd.Verdict{Kind: amd.Human, Why: "a short greeting, then silence"}
	unknown := amd.Verdict{Why: "still talking"}
	machine := amd.Verdict{Kind: amd.Machine, Why: "talks on"}
	beep := amd.Verdict{Kind: amd.Machine, Why: "a beep", Features: amd.Features{Beep: 400 * time.Millisecond}}
	for _, c := range []struct {
		said   string
		timing amd.Verdict
		want   pickup.Status
	}{
		{"hello", human, pickup.Human},
		{"", human, pickup.Human},
		{"", unknown, pickup.Unknown},
		{"", machine, pickup.Machine},
		{"喂你好哪位", human, pickup.Human},
		{"喂", machine, pickup.Human},
		{"ABC company good morning this is John speaking how can I help", unknown, pickup.Human},
		{"ABC company good morning this is John speaking how can I help", machine, pickup.Human},
		{"he can't come to the phone right now can I take a message", unknown, pickup.Human},
		{"you have reached Ann I can't come to the phone right now I will get back to you", unknown, pickup.Machine},
		{"hi this is Bob speaking please leave a message after the tone", unknown, pickup.Machine},
		{"hi this is Bob please leave your name and number", human, pickup.Machine},
		{"please leve a mesage after the tone", unknown, pickup.Machine},
		{"您拨打的用户暂时无法接听，请在提示音后留言", unknown, pickup.Machine},
		{"你好我现在不方便接电话请在滴声后流言", unknown, pickup.Machine},
		{"your call is important to us", unknown, pickup.Machine},
		{"欢迎致电某某公司，查询请按1", unknown, pickup.Machine},
		{"", beep, pickup.Machine},
		{"hi please say your name and why you're calling", unknown, pickup.Screening},
		{"hi the person you're calling is using a screening service from google", unknown, pickup.Screening},
		{"if you record your name and reason for calling I'll see if this person is available", unknown, pickup.Screening},
		{"您好我是机主的智能助理请问您有什么事", unknown, pickup.Screening},
		{"您好，您拨打的号码是空号", unknown, pickup.Empty},
		{"sorry the subscriber you dialed is powered off", machine, pickup.Off},
		{"please hold on a second", human, pickup.Human},
		{"I can't answer that", human, pickup.Human},
	} {
		got := pickup.Judge(phrases, pickup.Evidence{Answered: true, Greeting: []string{c.said}, Timing: c.timing})
		if got.Status != c.want || len(got.Why) == 0 {
			t.Errorf("%q, %s: %+v, want %s", c.said, c.timing.Why, got, c.want)
		}
	}
}

func TestWrongListsAreRefused(t *testing.T) {
	for list, want := range map[string]string{
		"empty_number":              "x:1",
		"# fine\n\nnonsense 90 a b": `x:3: status "nonsense"`,
		"busy many a b":             "x:1: \"many\"",
		"busy 101 a b":              "0 to 100",
		"busy 90 a||b":              "a bar stands between two words",
		"busy 90 a ...":             "has no letter",
	} {
		_, err := pickup.ReadPhrases("x", strings.NewReader(list))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", list, err, want)
		}
	}
}

func TestOnlyNumbersThatAreGoneAreNotCalledAgain(t *testing.T) {
	for _, s := range pickup.Statuses {
		if s.Permanent() != (s == pickup.Empty || s == pickup.Changed) {
			t.Errorf("%s: permanent %v", s, s.Permanent())
		}
		if s.Permanent() && s.Answerer() {
			t.Errorf("%s is both", s)
		}
	}
}

func FuzzHear(f *testing.F) {
	f.Add("您拨打的号码是空号 leave a message")
	f.Fuzz(func(t *testing.T, text string) {
		for _, m := range phrases.Hear(text) {
			if m.Sure <= 0 || m.Sure > 1 {
				t.Fatalf("%q: %+v", text, m)
			}
		}
	})
}

func BenchmarkJudge(b *testing.B) {
	e := pickup.Evidence{Answered: true, Greeting: []string{"hi you have reached the office of Ann we are closed please leave your name and number after the tone"}}
	for b.Loop() {
		pickup.Judge(phrases, e)
	}
}
