package scripts_test

import (
	"context"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/intent"
	"github.com/parley-voice/parley/dialog/transcript"
	"github.com/parley-voice/parley/scripts"
)

// TestDemoLines plays the demo's customer against the script: every line is
// understood at its node, and the customer ends with a person.
func TestDemoLines(t *testing.T) {
	data, err := scripts.FS.ReadFile("demo/customer.en.yml")
	if err != nil {
		t.Fatal(err)
	}
	var demo struct {
		Script   string
		Customer []struct{ When, Say string }
	}
	if err := yaml.Unmarshal(data, &demo); err != nil {
		t.Fatal(err)
	}
	if len(demo.Customer) < 6 {
		t.Fatalf("the customer says %d things, at least 6 are wanted", len(demo.Customer))
	}
	s, err := dialog.LoadFile(demo.Script + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	detect, err := intent.New(s)
	if err != nil {
		t.Fatal(err)
	}
	test := transcript.Test{Name: "the demo", Script: demo.Script, File: "demo/customer.en.yml"}
	for _, line := range demo.Customer {
		test.Steps = append(test.Steps,
			transcript.Step{Kind: "expect", Expect: map[string][]string{"node": {line.When}}},
			transcript.Step{Kind: "caller", Text: line.Say})
	}
	test.Steps = append(test.Steps, transcript.Step{Kind: "expect", Expect: map[string][]string{"transfer": {"aftersales"}}})
	result, err := transcript.Run(context.Background(), s, detect, test)
	if err != nil {
		t.Fatal(err)
	}
	if !result.Passed() {
		t.Error("\n" + result.String())
	}
}
