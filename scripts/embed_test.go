package scripts

import (
	"testing"
	"time"
)

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
