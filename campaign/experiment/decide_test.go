package experiment

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func day(n int) time.Time { return t0.Add(time.Duration(n) * 24 * time.Hour) }

func look(n int, tallies ...Tally) Look { return Look{day(n), tallies} }

func tally(name string, called, converted, complained int) Tally {
	return Tally{Variant: name, Assigned: called, Called: called, Answered: called / 2, Converted: converted, Negative: complained, Complained: complained}
}

func TestDecide(t *testing.T) {
	even := []Look{look(1, tally("former", 500, 20, 0), tally("warm", 500, 21, 0))}
	better := look(2, tally("former", 1000, 42, 0), tally("warm", 1000, 78, 0))
	for name, c := range map[string]struct {
		now   time.Time
		looks []Look
		act   Act
		which string
		why   string
	}{
		"nothing yet":               {day(0), nil, Continue, "", "no verdict yet; it ends on 2026-03-16"},
		"even":                      {day(1), even, Continue, "", "no verdict yet"},
		"even at the end":           {day(14), even, Keep, "former", "the time was over"},
		"better":                    {day(2), append(even, better), Adopt, "warm", "better: warm converted 78 of 1000 (7.8 %) against 42 of 1000 (4.2 %)"},
		"what was decided stands":   {day(20), append(even, better, look(3, tally("former", 2000, 120, 0), tally("warm", 2000, 120, 0))), Adopt, "warm", "better"},
		"worse":                     {day(2), []Look{look(2, tally("former", 1000, 78, 0), tally("warm", 1000, 42, 0))}, Keep, "former", "worse: warm"},
		"complaints":                {day(1), []Look{look(1, tally("former", 500, 20, 0), tally("warm", 500, 20, 20))}, Keep, "former", "warm: 20 of 500 complained, more than 0.5 %"},
		"complaints of the control": {day(1), []Look{look(1, tally("former", 500, 20, 20), tally("warm", 500, 20, 0))}, Halt, "", "former: 20 of 500"},
		"shares":                    {day(1), []Look{look(1, tally("former", 5000, 20, 0), tally("warm", 5400, 200, 0))}, Halt, "", "called [5000 5400] for weights [1 1]"},
	} {
		d := Decide(c.now, two(), c.looks)
		if d.Act != c.act || d.Variant != c.which || !strings.Contains(strings.Join(d.Why, "\n"), c.why) {
			t.Errorf("%s: %+v", name, d)
		}
	}
	d := Decide(day(2), two(), append(even, better))
	if got := fmt.Sprintf("%.6f %.8f", d.Comparison[0].Chi2, d.Comparison[0].ChiP); got != "10.859929 0.00098267" {
		t.Errorf("the comparison says %s", got)
	}
	if c := d.Comparison[0]; c.Low <= 0 || c.High < c.Difference || c.Difference < 0.0359 {
		t.Errorf("%+v", c)
	}
}

// Who was dropped gets nobody new, which is no mismatch of the others.
func TestDroppingIsNoMismatch(t *testing.T) {
	e := two()
	e.Variants = append(e.Variants, Variant{Name: "short", Script: "c"})
	looks := []Look{
		look(1, tally("former", 500, 40, 0), tally("warm", 500, 40, 30), tally("short", 500, 40, 0)),
		look(2, tally("former", 1500, 120, 0), tally("warm", 500, 40, 30), tally("short", 1500, 121, 0)),
	}
	if d := Decide(day(2), e, looks); d.Act != Continue || len(d.Dropped) != 1 || d.Dropped[0] != "warm" {
		t.Errorf("%+v", d)
	}
	looks[1].Tallies[2].Called = 1800
	if d := Decide(day(2), e, looks); d.Act != Halt {
		t.Errorf("1500 to 1800 is a mismatch: %+v", d)
	}
}

// What people say counts from then on, and a variant that they drop is no mismatch.
func TestDecideHeedsPeople(t *testing.T) {
	e := two()
	e.Variants = append(e.Variants, Variant{Name: "short", Script: "c"})
	even := look(1, tally("former", 500, 40, 0), tally("warm", 500, 40, 0), tally("short", 500, 41, 0))
	apart := look(3, tally("former", 1500, 120, 0), tally("warm", 500, 40, 0), tally("short", 1500, 121, 0))
	word := func(n int, act Act, variant string) Word {
		return Word{day(n), act, variant, "li", "the press wrote of it"}
	}
	better := look(4, tally("former", 2000, 84, 0), tally("warm", 2000, 156, 0), tally("short", 2000, 85, 0))
	for name, c := range map[string]struct {
		looks       []Look
		words       []Word
		act         Act
		which, gone string
		why         string
	}{
		"nobody says a thing":           {[]Look{even, apart}, nil, Halt, "", "", "not the shares"},
		"dropped before the look":       {[]Look{even, apart}, []Word{word(2, Drop, "warm")}, Continue, "", "warm", "warm was dropped by li: the press wrote of it"},
		"too late for the look":         {[]Look{even, apart}, []Word{word(4, Drop, "warm")}, Halt, "", "", "not the shares"},
		"adopted after a halt":          {[]Look{even, apart}, []Word{word(4, Adopt, "short")}, Adopt, "short", "", "short was adopted by li"},
		"adopted before any look":       {nil, []Word{word(1, Adopt, "warm")}, Adopt, "warm", "", "adopted by li"},
		"adopted although dropped":      {[]Look{even}, []Word{word(2, Drop, "warm"), word(3, Adopt, "warm")}, Adopt, "warm", "", "adopted"},
		"the later one holds":           {nil, []Word{word(1, Adopt, "warm"), word(2, Adopt, "former")}, Adopt, "former", "", "former was adopted"},
		"both others dropped":           {nil, []Word{word(1, Drop, "warm"), word(2, Drop, "short")}, Keep, "former", "warm short", "no variant is left"},
		"the control stays":             {nil, []Word{word(1, Drop, "former")}, Continue, "", "", "no verdict yet"},
		"one of another version":        {nil, []Word{word(1, Drop, "old"), word(1, Adopt, "old")}, Continue, "", "", "no verdict yet"},
		"what the looks said is theirs": {[]Look{better}, []Word{{day(4), Adopt, "warm", "parley", "better"}}, Adopt, "warm", "", "better: warm converted 156"},
		"a person against the looks":    {[]Look{better}, []Word{{day(4), Adopt, "warm", "parley", "better"}, word(5, Adopt, "former")}, Adopt, "former", "", "former was adopted by li"},
	} {
		d := Decide(day(6), e, c.looks, c.words...)
		if d.Act != c.act || d.Variant != c.which || strings.Join(d.Dropped, " ") != c.gone || !strings.Contains(strings.Join(d.Why, "\n"), c.why) {
			t.Errorf("%s: %+v", name, d)
		}
		if strings.Contains(strings.Join(d.Why, "\n"), "by parley") {
			t.Errorf("%s: what the looks said is told twice: %v", name, d.Why)
		}
	}
}

func TestWatchRollsBack(t *testing.T) {
	former := Tally{Variant: "v1", Called: 5000, Answered: 2500, Converted: 300, Negative: 100, Complained: 5}
	for name, c := range map[string]struct {
		now  Tally
		back bool
		why  string
	}{
		"the same":       {Tally{Variant: "v2", Called: 2000, Answered: 1000, Converted: 120, Negative: 40, Complained: 2}, false, "2000 persons called"},
		"a little worse": {Tally{Variant: "v2", Called: 2000, Answered: 950, Converted: 110, Negative: 44, Complained: 2}, false, "no rate"},
		"nobody yet":     {Tally{Variant: "v2"}, false, "0 persons"},
		"no answers":     {Tally{Variant: "v2", Called: 60, Answered: 3}, true, "answer rate fell to 5.0 %"},
		"sells half":     {Tally{Variant: "v2", Called: 2000, Answered: 1000, Converted: 50, Negative: 40}, true, "conversion rate fell to 2.5 %"},
		"angers":         {Tally{Variant: "v2", Called: 400, Answered: 200, Converted: 24, Negative: 40}, true, "negative rate rose to 10.0 %"},
		"complaints":     {Tally{Variant: "v2", Called: 400, Answered: 200, Converted: 24, Negative: 12, Complained: 12}, true, "complaint rate is 3.00 %"},
	} {
		r := Watch(former, c.now, DefaultLimits)
		if r.Back != c.back || r.To != "v1" || !strings.Contains(strings.Join(r.Why, "\n"), c.why) {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if r := Watch(Tally{Variant: "v1"}, Tally{Variant: "v2", Called: 100}, DefaultLimits); r.Back {
		t.Errorf("a former version that called nobody blames the new one: %+v", r)
	}
}
