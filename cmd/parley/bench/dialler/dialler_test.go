package dialler

import (
	"bytes"
	"encoding/json"
	"testing"
)

func TestPlaysBothModes(t *testing.T) {
	var out bytes.Buffer
	if err := (&Command{Seeds: 1, Days: 2, Agents: 20, Answer: 0.3, JSON: "-"}).run(&out); err != nil {
		t.Fatal(err)
	}
	var r Report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Modes) != 2 || r.Modes[1].TalkShare <= r.Modes[0].TalkShare || r.Modes[1].Windows != 1 || r.Modes[1].Worst == 0 {
		t.Errorf("%+v", r)
	}
	if err := (&Command{}).run(&out); err == nil {
		t.Error("no seeds, no days: no error")
	}
}
