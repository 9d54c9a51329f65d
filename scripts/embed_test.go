package scripts

import (
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/dialog"
)

// A folder that is added here must be added to the embed line as well.
func TestEveryScriptAndClipShips(t *testing.T) {
	n := 0
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.Contains(name, "testdata/") {
			return err
		}
		if ext := path.Ext(name); ext != ".yaml" && ext != ".yml" && ext != ".wav" {
			return nil
		}
		n++
		if _, err := fs.Stat(FS, name); err != nil {
			t.Errorf("%s does not ship: add it to the embed line of embed.go", name)
		}
		return nil
	})
	if err != nil || n == 0 {
		t.Errorf("%d files, %v", n, err)
	}
}

func TestHoldMusicShips(t *testing.T) {
	clip, err := Clip("audio/hold-music.wav")
	if err != nil || clip.Duration() != 8*time.Second {
		t.Errorf("%v", err)
	}
	if _, err := Clip("audio/nothing.wav"); err == nil {
		t.Error("a clip that is not there was read")
	}
	if _, err := Clip("embed.go"); err == nil {
		t.Error("a text was read as a clip")
	}
}

// The samples' callers wait for a person with music, which therefore must be
// among what is loaded ahead.
func TestSamplesHoldWithMusic(t *testing.T) {
	for _, name := range []string{"member-callback.en.yaml", "member-callback.zh.yaml"} {
		s, err := dialog.LoadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(s.FixedLines(), dialog.Part{Clip: "audio/hold-music.wav"}) {
			t.Errorf("%s: the hold music is not among the fixed lines", name)
		}
	}
}
