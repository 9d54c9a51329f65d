package call

import (
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/dialog"
)

// Whatever callers say and authors write, the context is one bounded header
// value that holds valid JSON.
func FuzzContext(f *testing.F) {
	f.Add("+8613800001234", "member", "wants a person", "a person please", "human")
	f.Add(strings.Repeat("9", 500), strings.Repeat("s", 500), strings.Repeat("\x01", 500), strings.Repeat("<&\">", 99), strings.Repeat("意", 99))
	f.Add("\xff\xfe", "", "\r\nX-Evil: 1", "\xe4\xbd", "")
	f.Fuzz(func(t *testing.T, caller, script, brief, text, intent string) {
		d := NewDesk(Deps{Records: &fakeRecords{lines: map[string][]Entry{}}, Log: slog.New(slog.DiscardHandler)})
		s := newSession(d, &Script{ID: script}, Record{ID: "0190-id", Caller: caller, Script: script})
		for range 8 {
			s.j.add(time.Unix(0, 0), Entry{Kind: EntryHeard, Text: text, Intent: intent})
		}
		value := s.context(dialog.Transfer{Brief: brief})
		if value == "" {
			return
		}
		digits, ok := strings.CutSuffix(value, ";encoding=hex")
		raw, err := hex.DecodeString(digits)
		if !ok || err != nil || len(raw) > maxContext {
			t.Fatalf("%d bytes, %v: %q", len(raw), err, value)
		}
		var h handover
		if err := json.Unmarshal(raw, &h); err != nil || h.Call != "0190-id" {
			t.Fatalf("%s: %v", raw, err)
		}
	})
}
