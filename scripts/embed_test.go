package scripts

import (
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
	"time"
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
