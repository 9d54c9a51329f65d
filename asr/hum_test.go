package asr

import "testing"

func TestHum(t *testing.T) {
	for language, texts := range map[string]map[string]string{
		"en-US": {
			"Uh-huh.": "uh-huh", "uh huh": "uh-huh", "Aha!": "uh-huh", "Mm-hmm": "uh-huh", "mhm": "uh-huh", "Mmm.": "uh-huh", "Hmm,": "uh-huh",
			"Ah.": "uh-huh", "Uhuh": "uh-huh", "um": "uh-huh", "Uh-hum": "",
			"No": "", "On": "", "Him?": "", "Home": "", "Human": "", "He": "", "Me": "", "Ham": "", "Yes": "", "Yeah": "", "A": "", "": "",
			"uh-huh, but how much is it?": "", "Who": "", "men": "", "mean": "", "name": "",
		},
		"zh-CN": {"嗯": "嗯", "嗯嗯。": "嗯", "恩": "嗯", "哦": "嗯", "对": "对", "队": "对", "对对对": "对", "对不起": "", "嗯不要": "", "不": "", "恩情": ""},
	} {
		for text, want := range texts {
			if got, ok := Hum(text, language); got != want || ok != (want != "") {
				t.Errorf("Hum(%q) = %q, %v; want %q", text, got, ok, want)
			}
		}
	}
}

func TestAlike(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"Yes.", "Yes,", true}, {"We're", "Where?", true}, {"Friend", "Brend", true}, {"Four.", "Poor!", true}, {"Agent.", "Agent.", true},
		{"Ever.", "That's right.", false}, {"I heard.", "", false}, {"", "", false}, {"Thank you.", "You.", false},
	} {
		if got := Alike(c.a, c.b); got != c.want {
			t.Errorf("Alike(%q, %q) = %v, distance %.2f", c.a, c.b, got, distance(phones(c.a), phones(c.b)))
		}
	}
}
