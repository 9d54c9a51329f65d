package classify

import (
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
)

// lines reads testdata/NAME: lines of intent, tab, text.
func lines(t testing.TB, name string) []Example {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var out []Example
	for line := range strings.Lines(string(data)) {
		intent, text, ok := strings.Cut(strings.TrimRight(line, "\n"), "\t")
		if !ok {
			t.Fatalf("%s: %q has no tab", name, line)
		}
		out = append(out, Example{intent, text})
	}
	return out
}

func trained(t testing.TB, examples []Example) *Model {
	t.Helper()
	m, err := Train(examples, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The lines were written apart from the examples. Nearly all are understood, and
// what is out of scope is not acted upon.
func TestUnderstandsOtherWordsThanTheExamples(t *testing.T) {
	for _, language := range []string{"zh", "en"} {
		m := trained(t, lines(t, language+".train.tsv"))
		var in, right, acted, out, fooled int
		for _, e := range lines(t, language+".test.tsv") {
			r := m.Classify(e.Text)
			switch {
			case e.Intent == "oos":
				out++
				if r.Band == Accept {
					fooled++
					t.Logf("%s: %q taken for %s (%.2f): %s", language, e.Text, r.Intent, r.Confidence, r.Why)
				}
			case r.Intent == e.Intent:
				in++
				right++
				if r.Band != Fallback {
					acted++
				}
			default:
				in++
				t.Logf("%s: %q is %s, taken for %s (%.2f): %s", language, e.Text, e.Intent, r.Intent, r.Confidence, r.Why)
			}
		}
		t.Logf("%s: %d of %d right, %d of those accepted or confirmed; %d of %d out of scope accepted", language, right, in, acted, fooled, out)
		if 100*right < 90*in || 100*acted < 90*right || 100*fooled > 10*out {
			t.Errorf("%s: want 90 %% right, 90 %% of those not to fall back, 10 %% of what is out of scope accepted at most", language)
		}
	}
}

// What a recogniser writes when it hears the sounds and misses the characters.
var misheard = []Example{
	{"invoice", "法飘台投则么该"}, {"invoice", "店紫法漂"}, {"refund", "腿宽怎么还没道帐"}, {"refund", "推货邮费谁处"},
	{"delivery", "筷弟道那勒"}, {"delivery", "勿留心西"}, {"loan", "新用咖环宽"}, {"loan", "纷七立西"},
	{"account", "蜜马望乐"}, {"account", "艳正马手不道"}, {"booking", "遇月名天夏五"}, {"repair", "平木岁了"},
	{"repair", "尚们为休"}, {"price", "偏疑一典"}, {"price", "友会火洞"},
}

func TestSoundCarriesWhatCharactersLose(t *testing.T) {
	right := func(tuning tuning) int {
		m, err := tuning.learn(lines(t, "zh.train.tsv"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, e := range misheard {
			if m.Classify(e.Text).Intent == e.Intent {
				n++
			}
		}
		return n
	}
	deaf := method
	deaf.groups[soundGrams] = 0
	with, without := right(method), right(deaf)
	t.Logf("%d of %d misheard lines with sounds, %d without", with, len(misheard), without)
	if with < len(misheard)*8/10 || with < without+4 {
		t.Errorf("%d of %d misheard lines understood, %d without their sounds", with, len(misheard), without)
	}
}

// The same examples in any order, in any goroutine, give the same answers.
func TestSameExamplesSameAnswers(t *testing.T) {
	examples := slices.Concat(lines(t, "en.train.tsv"), lines(t, "zh.train.tsv"))
	tests := slices.Concat(lines(t, "en.test.tsv"), lines(t, "zh.test.tsv"))
	first := trained(t, examples)
	shuffled := slices.Clone(examples)
	random := rand.New(rand.NewPCG(5, 6))
	random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	second := trained(t, append(shuffled, shuffled[:7]...)) // repeated examples change nothing either
	if !reflect.DeepEqual(first.Warnings(), second.Warnings()) {
		t.Errorf("warnings differ:\n%v\n%v", first.Warnings(), second.Warnings())
	}
	var wait sync.WaitGroup
	for range 2 {
		wait.Go(func() {
			for _, e := range tests {
				if a, b := first.Classify(e.Text), second.Classify(e.Text); !reflect.DeepEqual(a, b) {
					t.Errorf("%q: %+v, then %+v", e.Text, a, b)
				}
			}
		})
	}
	wait.Wait()
}

func TestAnswersAmongThoseAskedFor(t *testing.T) {
	m := trained(t, lines(t, "en.train.tsv"))
	free := m.Classify("i would like my money back please")
	if free.Intent != "refund" || free.RunnerUp == "" || free.RunnerUpAt <= 0 || free.RunnerUpAt > 0.5 {
		t.Fatalf("%+v", free)
	}
	some := m.Classify("i would like my money back please", "price", "booking", "no such intent", "price")
	if some.Intent != "price" && some.Intent != "booking" || some.Confidence >= free.Confidence || some.Band == Accept {
		t.Errorf("among price and booking: %+v", some)
	}
	if one := m.Classify("i would like my money back please", "refund"); one.Intent != "refund" || one.RunnerUp != "" || one.Band != Accept {
		t.Errorf("among refund: %+v", one)
	}
	if none := m.Classify("i would like my money back please", "no such intent"); none.Intent != "" || none.Confidence != 0 || none.Band != Fallback {
		t.Errorf("among none: %+v", none)
	}
}

func TestSmallestScripts(t *testing.T) {
	for name, examples := range map[string][]Example{"none": nil, "wordless": {{"a", "?!"}}} {
		m := trained(t, examples)
		if r := m.Classify("anything"); !reflect.DeepEqual(r, Result{}) || len(m.Intents()) != 0 {
			t.Errorf("%s: %+v", name, r)
		}
	}
	one := trained(t, []Example{{"person", "talk to a person"}, {"person", "转人工"}, {"person", "give me a human being"}})
	for text, want := range map[string]Band{
		"i want to talk to a person": Accept, "转人工": Accept, "转一下人工": Accept,
		"what is the weather like": Fallback, "我要退款": Fallback, "": Fallback, "???": Fallback, "qqqq": Fallback,
	} {
		r := one.Classify(text)
		if (want == Accept) != (r.Band != Fallback) {
			t.Errorf("one intent: %q gives %+v", text, r)
		}
	}
	two := trained(t, []Example{{"yes", "yes"}, {"no", "no"}})
	if a, b := two.Classify("yes please").Intent, two.Classify("oh no").Intent; a != "yes" || b != "no" {
		t.Errorf("two examples: %q and %q", a, b)
	}
}

// An intent's name is one of its examples, but none that it could be held out by.
func TestNameIsAnExample(t *testing.T) {
	m := trained(t, []Example{{"order_status", "where is it"}, {"openingHours", "when can i come"}, {"x", "hello there"}})
	for text, want := range map[string]string{"status of an order": "order_status", "your opening hours": "openingHours"} {
		if r := m.Classify(text); r.Intent != want {
			t.Errorf("%q gives %+v, want %s", text, r, want)
		}
	}
}

func TestTrainRefuses(t *testing.T) {
	many := make([]Example, MaxExamples+1)
	for i := range many {
		many[i] = Example{"a", "b"}
	}
	var intents []Example
	for i := range MaxIntents + 1 {
		intents = append(intents, Example{"intent" + strings.Repeat("x", i), "hello"})
	}
	random := rand.New(rand.NewPCG(1, 1))
	var noise strings.Builder
	for noise.Len() < MaxText-10_000 {
		noise.WriteRune(rune('a' + random.IntN(26)))
		if random.IntN(8) == 0 {
			noise.WriteByte(' ')
		}
	}
	var words []Example
	for text := noise.String(); text != ""; {
		n := min(900, len(text))
		words = append(words, Example{"a", text[:n]})
		text = text[n:]
	}
	for want, c := range map[string]struct {
		examples []Example
		bands    Bands
	}{
		"at most 30000: keep those":     {examples: many},
		"at most 500: join":             {examples: intents},
		"more than 2097152 bytes":       {examples: []Example{{"a", strings.Repeat("a", MaxText+1)}}},
		"belongs to no intent":          {examples: []Example{{"", "hello"}}},
		"different words and parts":     {examples: words},
		"want 0 <= confirm <= accept":   {bands: Bands{Accept: 0.3, Confirm: 0.4}},
		"bands accept 1.5, confirm 0.4": {bands: Bands{Accept: 1.5, Confirm: 0.4}},
	} {
		if _, err := Train(c.examples, Options{Bands: c.bands}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}

// One long text is cut, not refused, whether it is learnt or asked.
func TestLongTextIsCut(t *testing.T) {
	long := strings.Repeat("refund ", 200_000)
	m := trained(t, []Example{{"refund", long}, {"price", "how much"}})
	if r := m.Classify(long + "price"); r.Intent != "refund" {
		t.Errorf("%+v", r)
	}
}

func TestBands(t *testing.T) {
	m, err := Train(nil, Options{Bands: Bands{Accept: 0.8, Confirm: 0.2}})
	if err != nil {
		t.Fatal(err)
	}
	for confidence, want := range map[float64]Band{0: Fallback, 0.19: Fallback, 0.2: Confirm, 0.79: Confirm, 0.8: Accept, 1: Accept} {
		if got := m.Bands().Of(confidence); got != want {
			t.Errorf("%g: %s, want %s", confidence, got, want)
		}
	}
	if d := trained(t, nil).Bands(); d != DefaultBands {
		t.Errorf("default bands %v", d)
	}
}

func TestExplains(t *testing.T) {
	m := trained(t, lines(t, "en.train.tsv"))
	r := m.Classify("has my refund been approved")
	if r.Why.Example != "was my return approved" && r.Why.Example != "when will i get my refund" || r.Why.Likeness <= 0.2 || r.Why.Likeness > 1 {
		t.Errorf("like %q (%.2f)", r.Why.Example, r.Why.Likeness)
	}
	if !slices.ContainsFunc(r.Why.Features, func(f Feature) bool { return f.Kind == "words" && f.Text == "refund" }) {
		t.Errorf("features %+v", r.Why.Features)
	}
	if s := r.Why.String(); !strings.HasPrefix(s, `like "`) || !strings.Contains(s, `words "refund"`) {
		t.Errorf("why %s", s)
	}
	for i, f := range r.Why.Features {
		if f.Weight <= 0 || i > 0 && f.Weight > r.Why.Features[i-1].Weight || strings.ContainsAny(f.Text, opening+closing) {
			t.Errorf("feature %+v", f)
		}
	}
}

func TestWarns(t *testing.T) {
	examples := slices.Concat(lines(t, "en.train.tsv"), []Example{
		{"cost", "how much does this cost"}, {"cost", "what is the price of that"}, {"cost", "do you have a discount"},
		{"cost", "is there a cheaper price"}, {"cost", "what would it cost in total"}, {"cost", "do i pay for shipping"},
		{"refund", "!!"}, {"cost", "What's the price?"},
	})
	var got []string
	for _, w := range trained(t, examples).Warnings() {
		got = append(got, w.String())
	}
	for _, want := range []string{
		`intent "refund" has the example "!!", which has no words`,
		`intents "cost" and "price" both have the example "what's the price": leave it to one of them`,
		`intents "cost" and "price" are easily confused`,
	} {
		if !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, want) }) {
			t.Errorf("no warning begins %s in\n%s", want, strings.Join(got, "\n"))
		}
	}
	if clear := trained(t, []Example{{"a", "apples are red"}, {"a", "apples are green"}, {"b", "my dog barks"}, {"b", "my dog sleeps"}}).Warnings(); len(clear) != 0 {
		t.Errorf("nothing to warn of, but %v", clear)
	}
}

// sane tells what no result may be.
func sane(t *testing.T, m *Model, text string, r Result) {
	t.Helper()
	in := func(x float64) bool { return x >= 0 && x <= 1 } // false for NaN
	switch {
	case !in(r.Confidence) || !in(r.InScope) || !in(r.RunnerUpAt) || !in(r.Why.Likeness):
		t.Errorf("%q: out of 0..1: %+v", text, r)
	case r.Confidence > r.InScope:
		t.Errorf("%q: surer of the intent than of there being one: %+v", text, r)
	case r.Intent == "" && !reflect.DeepEqual(r, Result{}):
		t.Errorf("%q: no intent, but %+v", text, r)
	case r.Intent != "" && !slices.Contains(m.Intents(), r.Intent) || r.Intent != "" && r.Intent == r.RunnerUp:
		t.Errorf("%q: %+v", text, r)
	case r.Band != m.Bands().Of(r.Confidence):
		t.Errorf("%q: band %s for %g", text, r.Band, r.Confidence)
	}
}

func FuzzClassify(f *testing.F) {
	m := trained(f, slices.Concat(lines(f, "en.train.tsv"), lines(f, "zh.train.tsv")))
	for _, s := range []string{"", "退款", "where's my 快递", "\xff\xfe", "ﷺ", "\x02 \x03", "e\u0301\u200d", "no no no no", "１２３", "々〇"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := m.Classify(text)
		sane(t, m, text, r)
		if again := m.Classify(text); !reflect.DeepEqual(r, again) {
			t.Errorf("%q: %+v, then %+v", text, r, again)
		}
	})
}

// Whatever an author writes, training ends with a model or an error.
func FuzzTrain(f *testing.F) {
	f.Add("a:hello there\nb:good bye", "hello")
	f.Add("a:\xff\na:?\n:x", "退")
	f.Add("a:a\nb:a\nc:a\nc:a a a", "a")
	f.Add("a:\x02\nb:\x03 \x02", "\x02")
	f.Fuzz(func(t *testing.T, script, text string) {
		if len(script) > 2000 {
			script = script[:2000]
		}
		var examples []Example
		for line := range strings.SplitSeq(script, "\n") {
			intent, said, _ := strings.Cut(line, ":")
			examples = append(examples, Example{intent, said})
		}
		m, err := Train(examples, Options{})
		if err != nil {
			return
		}
		sane(t, m, text, m.Classify(text))
		for _, e := range examples {
			sane(t, m, e.Text, m.Classify(e.Text))
		}
	})
}

func BenchmarkTrain(b *testing.B) {
	examples := slices.Concat(lines(b, "en.train.tsv"), lines(b, "zh.train.tsv"))
	for b.Loop() {
		trained(b, examples)
	}
}

func BenchmarkClassify(b *testing.B) {
	m := trained(b, slices.Concat(lines(b, "en.train.tsv"), lines(b, "zh.train.tsv")))
	for b.Loop() {
		m.Classify("the package that i ordered last week still has not arrived")
	}
}
