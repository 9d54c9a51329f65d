package values

import (
	"strings"
	"testing"
	"time"
)

var allTypes = []string{Digits, Number, Amount, Date, Time, DateTime, Phone, Choice, Name, YesNo, Text}

var fuzzOptions = []Option{{Value: "gold", Words: []string{"金卡", "the gold card"}}, {Value: "basic", Words: []string{"普通卡", "basic card"}}}

// FuzzRead holds that no words bring the reader down or keep it long, and that
// what it reads is read again from its own canonical form and from what is said
// back to the caller.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"三万五", "明天下午三点，不对，四点", "next Tuesday at half past ten", "fifteen ninety-nine", "幺三八三个零", "万万万万亿亿", "百分之", "第第第", "差差差五分", "点点点",
		"one hundred hundred hundred", "a a a a half", "1,2,3,4.5.6.7", "99999999999999999999", "$$$", "不是不是是是", "no wait no wait", "-----", "\xff\xfe", "二月三十号", "29th of February", "0000-00-00", "24:60",
		strings.Repeat("一", 1200), strings.Repeat("twenty ", 400), strings.Repeat("1,", 500), strings.Repeat("不是，", 300), strings.Repeat("下", 900)} {
		f.Add(s, true)
		f.Add(s, false)
	}
	now := time.Date(2028, 2, 29, 23, 59, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string, zh bool) {
		o := Options{Language: "en", Now: now, Options: fuzzOptions}
		if zh {
			o.Language = "zh"
		}
		for _, typ := range allTypes {
			began := time.Now()
			v, ok := Read(typ, text, o)
			if took := time.Since(began); took > 2*time.Second {
				t.Fatalf("%s %q took %v", typ, text, took)
			}
			if !ok {
				continue
			}
			if v.Canonical == "" || v.Spoken == "" {
				t.Fatalf("%s %q is read as %+v", typ, text, v)
			}
			checkCanonical(t, typ, text, v, o)
		}
	})
}

func checkCanonical(t *testing.T, typ, text string, v Value, o Options) {
	t.Helper()
	layouts := map[string][]string{Date: {dateLayout}, Time: {timeLayout}, DateTime: {dateTimeLayout, dateLayout, timeLayout}}[typ]
	if layouts != nil {
		for _, layout := range layouts {
			if _, err := time.Parse(layout, v.Canonical); err == nil {
				return
			}
		}
		t.Fatalf("%s %q is read as %q", typ, text, v.Canonical)
	}
	switch typ {
	case Number, Amount, Digits:
		if again, ok := Read(typ, v.Canonical, o); ok && again.Canonical != v.Canonical && typ == Digits {
			t.Fatalf("%s %q is read as %q, and that as %q", typ, text, v.Canonical, again.Canonical)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	for _, typ := range allTypes {
		b.Run(typ, func(b *testing.B) {
			o := Options{Language: "zh", Now: goldNow, Options: fuzzOptions}
			for b.Loop() {
				Read(typ, "嗯，我想想啊，明天下午三点，不对，是四点半，就这样吧", o)
			}
		})
	}
}
