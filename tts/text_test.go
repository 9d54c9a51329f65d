package tts

import (
	"slices"
	"strings"
	"testing"
	"unicode"
)

func TestSentences(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{" \n\t ", nil},
		{"Hello there. How are you?", []string{"Hello there.", "How are you?"}},
		{"It costs 3.5 dollars. Really!", []string{"It costs 3.5 dollars.", "Really!"}},
		{"Dr. Wu is here. Ask e.g. Mr. Li at 5 p.m. on Monday.", []string{"Dr. Wu is here.", "Ask e.g. Mr. Li at 5 p.m. on Monday."}},
		{"J. Smith and I. Then we left.", []string{"J. Smith and I.", "Then we left."}},
		{"No. Thanks. Take No. 5 then.", []string{"No.", "Thanks.", "Take No. 5 then."}},
		{`He said "Stop!" and left. (Yes.) So`, []string{`He said "Stop!"`, "and left.", "(Yes.)", "So"}},
		{"Wait... what?! See example.com now", []string{"Wait... what?!", "See example.com now"}},
		{"您好！请问您需要什么？我们有优惠。", []string{"您好！", "请问您需要什么？", "我们有优惠。"}},
		{"他说：“好的。”然后走了；再见……拜拜", []string{"他说：“好的。”", "然后走了；", "再见……", "拜拜"}},
		{"优惠码SAVE8.今天有效", []string{"优惠码SAVE8.", "今天有效"}},
		{"one\ntwo\r\n\nthree", []string{"one", "two", "three"}},
	} {
		if got := Sentences(c.text); !slices.Equal(got, c.want) {
			t.Errorf("Sentences(%q)\n got %q\nwant %q", c.text, got, c.want)
		}
	}
}

func TestSentencesCutLongOnes(t *testing.T) {
	for name, text := range map[string]string{
		"commas":   strings.Repeat("we will call you back as soon as somebody is free, ", 20),
		"words":    strings.Repeat("word ", 200),
		"one word": strings.Repeat("x", 1000),
		"chinese":  strings.Repeat("我们会尽快给您回电话，", 30),
		"no mark":  strings.Repeat("好", 300),
	} {
		got := Sentences(text)
		if len(got) < 3 {
			t.Errorf("%s: %d pieces", name, len(got))
		}
		for _, s := range got {
			if n := width(s); n > maxWidth {
				t.Errorf("%s: a piece of width %d: %q", name, n, s)
			}
		}
		if name == "commas" && !strings.HasSuffix(got[0], ",") {
			t.Errorf("not cut at a comma: %q", got[0])
		}
	}
}

// A text of any length takes time in proportion: a script can hold 1 MiB.
func TestSentencesOfALongText(t *testing.T) {
	for _, s := range []string{"a. b. ", "A. ", ". ", "。", "x", ", "} {
		text := strings.Repeat(s, 1<<20/len(s))
		if n := len(Sentences(text)); n == 0 {
			t.Errorf("%q gives no pieces", s)
		}
	}
}

func width(s string) (n int) {
	for _, r := range s {
		n++
		if isWide(r) {
			n += 2
		}
	}
	return n
}

func FuzzSentences(f *testing.F) {
	for _, s := range []string{"Hello. World", "您好。再见", "a.b.c", "...", "\x00\xff.", "e.g. 3.5%", "“a.”", strings.Repeat("，", 400)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "")
		strip := func(s string) string {
			return strings.Map(func(r rune) rune {
				if unicode.IsSpace(r) {
					return -1
				}
				return r
			}, s)
		}
		pieces := Sentences(text)
		if got, want := strip(strings.Join(pieces, "")), strip(text); got != want {
			t.Errorf("pieces say %q, the text %q", got, want)
		}
		for _, p := range pieces {
			if strings.TrimSpace(p) != p || p == "" {
				t.Errorf("piece %q", p)
			}
			if width(p) > maxWidth {
				t.Errorf("piece of width %d", width(p))
			}
		}
	})
}

func TestReadAloud(t *testing.T) {
	for _, c := range []struct{ lang, text, want string }{
		{"en-US", "Use code SAVE8 today.", "Use code S, A, V, E, 8 today."},
		{"zh-CN", "优惠码SAVE8，今天有效。", "优惠码S, A, V, E, 8，今天有效。"},
		{"en", "A1B2-C3", "A, 1, B, 2-C, 3"},
		{"en", "IVR and USA stay", "IVR and USA stay"},
		{"en", "Save 20% now, 8.5 % later", "Save 20 percent now, 8.5 percent later"},
		{"zh", "今天打八折，再减20%。", "今天打八折，再减百分之20。"},
		{"en", "It is $1, not $20 or $1,299.50.", "It is 1 dollar, not 20 dollars or 1299 dollars 50."},
		{"en", "$12000, please", "12000 dollars, please"},
		{"en", "From $5.05 to €3.5", "From 5 dollars 5 to 3.5 euros"},
		{"zh", "只要¥299，原价￥12,000.00", "只要299元，原价12000元"},
		{"en", "Call 13800138000 or +44 20 7946", "Call 1 3 8, 0 0 1 3, 8 0 0 0 or 4 4 20 7946"},
		{"en", "Room 007, 1234, in 2026, at 09:05.", "Room 0 0 7, 1234, in 2026, at 09:05."},
		{"en", "12,000 people", "12000 people"},
		{"zh", "满12000元，订单10086", "满12000元，订单1 0 0 8 6"},
		{"en", "don’t say “no” — ever…", `don't say "no" , ever...`},
		{"en", "<b>hi</b> [[x]] \x00\x1b[0m\u202e\u200b end\ufffd", "b hi /b x 0m end"},
		{"fr", "20 %", "20 percent"},
	} {
		if got := ReadAloud(c.text, c.lang); got != c.want {
			t.Errorf("%s %q\n got %q\nwant %q", c.lang, c.text, got, c.want)
		}
	}
}

func TestPiecesHoldSomethingToSay(t *testing.T) {
	got := Pieces(Utterance{Text: "One.  ... \n --- Two\x00! \u200b 。", Language: "en"})
	if want := []string{"One.", "--- Two !"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzReadAloud(f *testing.F) {
	for _, s := range []string{"$1,299.50", "SAVE8", "20%", "+1-2", "￥.5", "$1,,,", "0000", "١٢٣٤٥"} {
		f.Add(s, "en")
		f.Add(s, "zh-CN")
	}
	f.Fuzz(func(t *testing.T, text, lang string) {
		got := ReadAloud(text, lang)
		for _, r := range got {
			if unicode.IsControl(r) || strings.ContainsRune("<>[]\\", r) {
				t.Fatalf("%q from %q", got, text)
			}
		}
		if len(got) > 40+16*len(text) {
			t.Fatalf("%d bytes from %d", len(got), len(text))
		}
	})
}
