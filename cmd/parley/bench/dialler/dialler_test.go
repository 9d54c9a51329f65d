package dialler

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"
)

func TestPlaysBothModes(t *testing.T) {
	var out bytes.Buffer
	if err := (&Command{Seeds: 2, Days: 1, Agents: 20, Answer: 0.3, Jobs: 2, JSON: "-"}).run(&out, io.Discard); err != nil {
		t.Fatal(err)
	}
	var r Report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Modes) != 2 || r.Modes[1].TalkShare <= r.Modes[0].TalkShare || r.Modes[1].Windows != 2 || r.Modes[1].Worst == 0 {
		t.Errorf("%+v", r)
	}
	if err := (&Command{}).run(&out, io.Discard); err == nil {
		t.Error("no seeds, no days: no error")
	}
}
