package call

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/parley-voice/parley/media"
)

type pastCalls map[string]Record

func (p pastCalls) Get(_ context.Context, id string) (Record, error) {
	r, ok := p[id]
	if !ok {
		return r, errors.New("no such record")
	}
	return r, nil
}

// TestRecordingsLeftByAKill has a folder as a kill leaves it: what the journals name
// is silenced, and the end of what a recogniser was listening to; a recording without
// a record, or that is none, stays locked.
func TestRecordingsLeftByAKill(t *testing.T) {
	dir := t.TempDir()
	left := func(name string, seconds int) string {
		path := filepath.Join(dir, "2026", name+".wav")
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o750), os.WriteFile(path+partSuffix, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
		f, err := os.Create(path + partSuffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(media.WriteWAV(f, 8000, 2, slices.Repeat([]int16{1000, -1000}, seconds*8000)), f.Close()); err != nil {
			t.Fatal(err)
		}
		return path
	}
	number := Entry{Kind: EntryMasked, From: Agent, Text: concealSpeech, Timing: &Timing{Start: 2000, SpeechMS: 1000}}
	plain, heard, joined := left("plain", 20), left("heard", 30), left("joined", 30)
	lost, broken := left("lost", 5), filepath.Join(dir, "broken.wav")
	if err := os.WriteFile(broken+partSuffix, []byte("RIFF"), 0o600); err != nil {
		t.Fatal(err)
	}
	n, err := SealLeft(t.Context(), dir, pastCalls{
		"plain":  {Entries: []Entry{{Kind: EntryRecording}, number}},
		"heard":  {Entries: []Entry{{Kind: EntryRecording, Stage: stageMasked}}},
		"joined": {Entries: []Entry{{Kind: EntryRecording}, number, {Kind: EntryNote, Text: noteScribe}}},
		"broken": {},
	})
	if n != 3 || err == nil || !strings.Contains(err.Error(), lost) || !strings.Contains(err.Error(), broken) {
		t.Errorf("%d sealed, %v", n, err)
	}
	for path, want := range map[string][2]string{ // a letter a second, . for silence
		plain:  {"xxxxxxxxxxxxxxxxxxxx", "xx.xxxxxxxxxxxxxxxxx"},
		heard:  {"xxxxxxxxxxxxxxx...............", "xxxxxxxxxxxxxxx..............."},
		joined: {"xxxxxxxxxxxxxxx...............", "xx.xxxxxxxxxxxx..............."},
	} {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
			continue
		}
		for side := range 2 {
			var got strings.Builder
			for i := 44 + 4*4000 + 2*side; i < len(b); i += 4 * 8000 {
				if binary.LittleEndian.Uint16(b[i:]) == 0 {
					got.WriteByte('.')
				} else {
					got.WriteByte('x')
				}
			}
			if got.String() != want[side] {
				t.Errorf("%s, side %d: %s, want %s", filepath.Base(path), side, got.String(), want[side])
			}
		}
	}
	for _, path := range []string{lost, broken} {
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s is to be read", path)
		}
	}
	if n, _ := SealLeft(t.Context(), dir, pastCalls{}); n != 0 {
		t.Errorf("%d sealed again", n)
	}
}
