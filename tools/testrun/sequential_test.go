package main

import (
	"context"
	"slices"
	"testing"
)

// The rooms that decide are sequential, those that act are not.
func TestSequential(t *testing.T) {
	t.Chdir("../..")
	got, err := sequential(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for room, want := range map[string]bool{
		"dialog/lint": true, "routing": true, "routing/queue/sim": true, "campaign/pacing": true, "customer": true,
		"call": false, "sip": false, "media": false, "asr": false, "store": false, "cmd/parley": false, "test/e2e": false,
		"call/switchboard": false, "console/api": false,
	} {
		if slices.Contains(got, "github.com/parley-voice/parley/"+room) != want {
			t.Errorf("%s: sequential is %v, want %v", room, !want, want)
		}
	}
}
