package scripts_test

import (
	"context"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/intent"
	"github.com/parley-voice/parley/dialog/transcript"
	"github.com/parley-voice/parley/scripts"
)

// TestShipped loads every script that ships, from disk with its clips, and plays
// the transcripts beside it. A script that holds a conversation has some.
func TestShipped(t *testing.T) {
	found := 0
	err := fs.WalkDir(scripts.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() && d.Name() == "testdata" {
			return fs.SkipDir
		}
		if err != nil || d.IsDir() || path.Ext(name) != ".yaml" || strings.HasSuffix(name, ".test.yaml") {
			return err
		}
		found++
		t.Run(name, func(t *testing.T) { play(t, name) })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 8 {
		t.Errorf("only %d scripts found", found)
	}
}

func play(t *testing.T, name string) {
	s, err := dialog.LoadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	detect, err := intent.New(s)
	if err != nil {
		t.Fatal(err)
	}
	beside := strings.TrimSuffix(name, ".yaml") + ".test.yaml"
	f, err := os.Open(beside)
	if err != nil {
		t.Fatalf("%s has no transcripts: %v", name, err)
	}
	defer f.Close()
	tests, err := transcript.Load(f, beside)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		t.Run(test.Name, func(t *testing.T) {
			result, err := transcript.Run(context.Background(), s, detect, test)
			if err != nil {
				t.Fatal(err)
			}
			if !result.Passed() {
				t.Error("\n" + result.String())
			}
		})
	}
}
