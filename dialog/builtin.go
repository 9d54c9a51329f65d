package dialog

import (
	"maps"
	"slices"
	"time"
)

// house is the built-in wording of one language.
type house struct {
	deaf, menu, operator, keypad, sorry, handover, last string
	readBack, hour, day                                 string            // is this the value? the missing half of a moment
	keypads                                             map[string]string // how to key in a value of a type
	confirm, meaning                                    string            // was this intent meant? meaning: of yes, no and wavering
	there, later, slow, recording, ai                   string
	ignore                                              []string // backchannels: they never interrupt
	yes                                                 []string // of these, the ones that may answer a question
	affirm, deny, hesitate                              string   // as the menu calls them
	saidYes, saidNo                                     string   // as meaning calls them, "" for the menu's word
}

var houses = map[string]house{
	"en": {
		deaf:     "I am sorry, I cannot hear you well. Please use the keys of your phone.",
		menu:     "For {{choice}}, press {{digit}}.",
		operator: "For a person, press 0.",
		keypad:   "Please key in the number, then press the hash key.",
		sorry:    "Sorry, I did not get that.",
		handover: "I am putting you through to a colleague. One moment, please.",
		readBack: "{{value}}, is that right?",
		hour:     "At what time?",
		day:      "On which day?",
		keypads: map[string]string{
			"amount":   "Please key in the amount, with the star key as the point, then press the hash key.",
			"date":     "Please key in the date, two digits for the month and two for the day, then press the hash key.",
			"time":     "Please key in the time, two digits for the hour from 0 to 23 and two for the minutes.",
			"datetime": "Please key in month and day, then hour and minutes, two digits each, then press the hash key.",
		},
		confirm:   "You mean {{choice}}, right?",
		meaning:   "You mean {{choice}}, right?",
		last:      "I am sorry, we cannot go on with this call. Please try again later. Goodbye.",
		there:     "Are you still there?",
		later:     "I cannot hear you, so I will end the call here. Goodbye.",
		slow:      "One moment, please.",
		recording: "This call is recorded.",
		ai:        "You are speaking with an automated assistant.",
		ignore: []string{"uh huh", "uh-huh", "mm hmm", "mm-hmm", "mhm", "mm", "mmm", "hmm", "hm", "uh", "um", "er", "ah",
			"oh", "ooh", "huh", "yeah", "yes", "yep", "ok", "okay", "right", "sure", "i see", "alright", "all right"},
		yes:    []string{"yeah", "yes", "yep", "ok", "okay", "right", "sure", "alright", "all right"},
		affirm: "yes", deny: "no", hesitate: "that you would like to think about it",
	},
	"zh": {
		deaf:     "不好意思，我听不清您的声音，请用电话按键操作。",
		menu:     "{{choice}}请按{{digit}}。",
		operator: "转人工请按0。",
		keypad:   "请按键输入号码，按井号键结束。",
		sorry:    "不好意思，我没听清。",
		handover: "我马上为您转接同事，请稍等。",
		readBack: "{{value}}，对吗？",
		hour:     "几点呢？",
		day:      "哪一天呢？",
		keypads: map[string]string{
			"amount":   "请按键输入金额，小数点按星号键，按井号键结束。",
			"date":     "请按键输入日期，月和日各两位，按井号键结束。",
			"time":     "请按键输入时间，小时和分钟各两位，二十四小时制。",
			"datetime": "请按键输入月、日、小时和分钟，各两位，按井号键结束。",
		},
		confirm:   "您是想问{{choice}}，对吗？",
		meaning:   "您是说{{choice}}，对吗？",
		last:      "非常抱歉，这通电话暂时无法继续，请您稍后再拨。再见。",
		there:     "您好，还在听吗？",
		later:     "没有听到您的声音，那我先挂断了，再见。",
		slow:      "好的，请稍等。",
		recording: "本次通话将被录音。",
		ai:        "我是智能语音助手。",
		ignore: []string{"嗯", "嗯嗯", "哦", "噢", "啊", "呃", "额", "唔", "诶", "哎", "对", "对对", "对对对", "好", "好的", "好好",
			"是", "是的", "是是", "行"},
		yes:    []string{"对", "对对", "对对对", "好", "好的", "好好", "是", "是的", "是是", "行"},
		affirm: "是", deny: "否", hesitate: "再考虑一下", saidYes: "可以", saidNo: "不要",
	},
}

// houseOf gives the wording for a BCP 47 tag.
func houseOf(language string) (house, bool) {
	h, ok := houses[primary(language)]
	return h, ok
}

// houseLanguages are those that have a wording.
func houseLanguages() []string { return slices.Sorted(maps.Keys(houses)) }

// house is the wording of the script's language.
func (s *Script) house() house {
	h, ok := houseOf(s.Language)
	if !ok {
		h = houses["en"]
	}
	return h
}

func fixed(s string) Line {
	t, err := ParseTemplate(s)
	if err != nil {
		panic("dialog: built-in text: " + err.Error())
	}
	return Line{Text: t}
}

// builtin fills every ladder and prompt before the author's own are read.
func (r *reader) builtin() {
	s := r.script
	h := s.house()
	s.Fallback = Fallback{Deaf: fixed(h.deaf), Menu: fixed(h.menu), Operator: fixed(h.operator), Keypad: fixed(h.keypad),
		Sorry: fixed(h.sorry), Confirm: fixed(h.confirm), ReadBack: fixed(h.readBack), Handover: fixed(h.handover), Last: fixed(h.last)}
	s.Defaults = Defaults{
		BargeIn: BargeIn{Mode: "pause", Decide: 400 * time.Millisecond, Ignore: h.ignore},
		Silence: Silence{Rungs: []Rung{
			{After: 6 * time.Second, Edge: Edge{Say: []Line{fixed(h.there)}}},
			{After: 6 * time.Second, Edge: Edge{Say: []Line{fixed(h.later)}, End: "no_input"}},
		}},
		NoMatch: NoMatch{Limit: 2, Then: TargetHandoff},
		Slow:    Slow{After: 700 * time.Millisecond, Say: []Line{fixed(h.slow)}},
		Turns:   Turns{Limit: 40, Then: TargetHandoff},
		Mood:    true,
		Doubts:  Doubts{Within: 600 * time.Millisecond},
	}
}

// noticeText is the built-in wording of a notice.
func (r *reader) noticeText(notice string) Template {
	h := r.script.house()
	if notice == "ai" {
		return fixed(h.ai).Text
	}
	return fixed(h.recording).Text
}
