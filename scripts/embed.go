// Package scripts holds the dialog scripts that ship with Parley and the audio
// that they play, carried inside the one binary.
package scripts

import (
	"embed"
	"fmt"

	"github.com/parley-voice/parley/media"
)

//go:generate go run ../tools/holdmusic audio/hold-music.wav

// FS holds what ships: a script is named by its path without .yaml, and names
// its clips relative to its own folder. Tests of scripts (*.test.yaml) lie among
// them.
//
//go:embed *.yaml audio line-test
var FS embed.FS

// Clip reads a WAV file that ships, by its path in FS.
func Clip(path string) (*media.Clip, error) {
	f, err := FS.Open(path)
	if err != nil {
		return nil, fmt.Errorf("no clip %q ships with Parley: %w", path, err)
	}
	defer f.Close()
	frame, err := media.ReadWAV(f)
	if err != nil {
		return nil, fmt.Errorf("clip %s: %w", path, err)
	}
	return media.NewClip(frame), nil
}
