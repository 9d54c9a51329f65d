package parley_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/parley-voice/parley"

// floors says on which floor each room stands. Imports go down only. A package
// belongs to the longest entry that its path begins with. Rooms on one floor are
// cousins and do not import each other; an entry ending in /* makes each package
// below it a room of its own.
var floors = []struct {
	floor int
	rooms string
}{
	{0, "media customer egress dialog/expr dialog/vocab"},
	{1, "dialog routing campaign asr asr/models asr/asrtest tts tts/ttstest sip"},
	{2, "call dialog/model"},
	{3, "store console feeds asr/* tts/* dialog/intent dialog/lookup dialog/compose scripts"},
	{4, "cmd"},
	{5, "tools test docker"},
}

// never lists what a room may not import at all, and why. An entry covers the
// packages below it.
var never = []struct{ room, imports, why string }{
	{"media", "log log/slog", "low floors return values and counters: count it in Stats and let call log it"},
	{"asr", "log log/slog", "low floors return values and counters: return it and let call log it"},
	{"tts", "log log/slog", "low floors return values and counters: return it and let call log it"},
	{"dialog", "log log/slog", "low floors return values and counters: return an Action or a Problem"},
	{"dialog", "net net/http database/sql syscall time/tzdata", "the machine is pure: do I/O in call and pass the outcome in as an Event"},
	{"dialog/expr", "log log/slog net net/http os database/sql syscall", "expressions are pure: pass in what they need as Facts"},
	{"dialog/vocab", "log log/slog net net/http os database/sql syscall", "a reader reads what it is given: open files in the rooms above"},
	{"customer", "net net/http os database/sql log log/slog", "rows come in, answers go out: read them in store"},
	{"routing", "net net/http os database/sql log log/slog", "decisions are pure: pass in what they need"},
	{"campaign", "net net/http os database/sql log log/slog", "decisions are pure: pass in what they need"},
	{"call", "net/http database/sql", "call knows interfaces only: put HTTP into console or an engine, SQL into store"},
	{"console", "database/sql", "console reads through an interface: put the query into store"},
	{"console", module + "/sip " + module + "/media", "console shows what call tells: add it to call's snapshot or record"},
	{"store", module + "/sip " + module + "/media " + module + "/console", "store keeps what call gives it: add it to the record"},
	{"dialog/intent", module + "/call " + module + "/media", "intents see words, not calls: pass it in dialog.Query"},
}

// only lists the rooms that may import a third party's module, so that it can
// be replaced in one place.
var only = []struct{ imports, rooms, why string }{
	{"github.com/emiago/sipgo", "sip", "speak through sip.Endpoint and sip.Leg"},
	{"github.com/pion/rtp github.com/pion/rtcp", "media", "speak through media.Session"},
	{"github.com/pion/sdp", "sip", "SDP is parsed once, into media.Params"},
	{"github.com/k2-fsa github.com/yalue/onnxruntime_go", "asr/moonshine asr/silero asr/sherpa tts/sherpa", "speak through asr.Recognizer or tts.Speaker"},
	{"github.com/sashabaranov/go-openai", "asr/openai tts/openai dialog/intent dialog/compose dialog/model", "speak through asr.Recognizer, tts.Speaker or an intent engine"},
	{"modernc.org/sqlite github.com/jackc/pgx", "store", "keep it through store"},
	{"github.com/riverqueue", "store", "ask store/workqueue who works when"},
	{"github.com/prometheus", "console cmd", "count in a Stats value and let console show it"},
	{"github.com/alecthomas/kong", "cmd tools", "flags belong to the command: take a Config"},
	{"github.com/twmb/franz-go", "feeds", "read topics through feeds.Feed"},
	{"C", "asr/* tts/*", "cgo belongs to a speech engine in its own package"},
}

// excused names the types that may be larger than the rule, each with its reason.
// An excuse that is no longer needed is a breach too.
var excused = map[string]string{
	"asr.SegmenterConfig": "the timings of one endpointing rule, each with its default beside it",
	"ws.talk":             "one method for each step of a WebSocket protocol; Vosk and FunASR differ in all of them",
	"call.Queue":          "the six things a mouth does with a playout queue; a part of it has no consumer",
	"call.mouth":          "the speaking half of one call's state, owned by one goroutine",
	"dialog.house":        "one field for each sentence that the house says in a language",
	"sip.Info":            "the facts of an INVITE, one field a header",
}

func TestFloors(t *testing.T) {
	pkgs, err := readPackages(".")
	if err != nil {
		t.Fatal(err)
	}
	if len(pkgs) < 10 {
		t.Fatalf("only %d packages found: this test looks in the wrong place", len(pkgs))
	}
	for _, v := range slices.Concat(checkFloors(pkgs), checkNever(pkgs), checkOnly(pkgs), checkPurity(pkgs), checkSizes(pkgs, excused), checkNames(pkgs)) {
		t.Error(v)
	}
}

// room finds a package's room and floor by its path in the module.
func room(path string) (name string, floor int) {
	best := -1
	for _, f := range floors {
		for entry := range strings.FieldsSeq(f.rooms) {
			dir, engines := strings.CutSuffix(entry, "/*")
			if !within(path, dir) || engines && path == dir {
				continue
			}
			weight := 2 * strings.Count(dir, "/")
			if engines {
				weight++
			}
			if weight <= best {
				continue
			}
			best, floor, name = weight, f.floor, dir
			if engines {
				name = strings.Join(strings.SplitN(path, "/", 3)[:2], "/")
			}
		}
	}
	return name, floor
}

// within tells whether path is dir or lies below it.
func within(path, dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }

func checkFloors(pkgs []pkg) (out []string) {
	for _, p := range pkgs {
		from, high := room(p.path)
		if from == "" {
			if p.path != "." {
				out = append(out, fmt.Sprintf("%s: stands on no floor: give its room one in floors_test.go and in docs/architecture.md", p.path))
			}
			continue
		}
		for _, i := range p.imports {
			path, ours := strings.CutPrefix(i.path, module+"/")
			to, low := room(path)
			switch {
			case !ours || to == from || sameHouse(from, to):
			case low > high:
				out = append(out, fmt.Sprintf("%s imports %s: imports go down only, and %s (floor %d) stands above %s (floor %d): declare the interface you need in %s and let the upper room implement it", i.at, path, to, low, from, high, from))
			case low == high:
				out = append(out, fmt.Sprintf("%s imports %s: cousins on floor %d do not import each other: let a room above join %s and %s", i.at, path, low, from, to))
			}
		}
	}
	return out
}

// sameHouse lets asr/models and the behaviour suites go with their room.
func sameHouse(a, b string) bool {
	top := func(s string) string { head, _, _ := strings.Cut(s, "/"); return head }
	_, fa := room(a)
	_, fb := room(b)
	return fa == 1 && fb == 1 && top(a) == top(b)
}

func checkNever(pkgs []pkg) (out []string) {
	for _, p := range pkgs {
		name, _ := room(p.path)
		for _, rule := range never {
			if name != rule.room {
				continue
			}
			for _, i := range p.imports {
				for banned := range strings.FieldsSeq(rule.imports) {
					if i.path == banned || strings.HasPrefix(banned, module) && within(i.path, banned) {
						out = append(out, fmt.Sprintf("%s imports %s, which %s never does: %s", i.at, i.path, name, rule.why))
					}
				}
			}
		}
	}
	return out
}

func checkOnly(pkgs []pkg) (out []string) {
	for _, p := range pkgs {
		for _, rule := range only {
			if slices.ContainsFunc(strings.Fields(rule.rooms), func(r string) bool {
				dir, engines := strings.CutSuffix(r, "/*")
				return within(p.path, dir) && (!engines || p.path != dir)
			}) {
				continue
			}
			for _, i := range p.imports {
				for theirs := range strings.FieldsSeq(rule.imports) {
					if within(i.path, theirs) {
						out = append(out, fmt.Sprintf("%s imports %s, which only %s may: %s", i.at, i.path, rule.rooms, rule.why))
					}
				}
			}
		}
	}
	return out
}

// The fixture breaks every rule once; without it a checker that finds nothing
// would look the same as a house in order.
func TestFloorsCatchesEveryBreach(t *testing.T) {
	pkgs, err := readPackages("testdata/floors")
	if err != nil {
		t.Fatal(err)
	}
	got := slices.Concat(checkFloors(pkgs), checkNever(pkgs), checkOnly(pkgs), checkPurity(pkgs), checkSizes(pkgs, map[string]string{"call.tidy": "kept", "call.gone": "kept"}), checkNames(pkgs))
	want := []string{
		"media/up.go:3 imports dialog: imports go down only",
		"asr/cousin.go:3 imports tts: cousins on floor 1",
		"asr/ws/cousin.go:3 imports asr/openai: cousins on floor 3",
		"attic: stands on no floor",
		"dialog/impure.go:4 imports net/http, which dialog never does",
		"console/sql.go:4 imports database/sql, which console never does",
		"console/sql.go:5 imports " + module + "/sip, which console never does",
		"call/sipgo.go:3 imports github.com/emiago/sipgo/sip, which only sip may",
		"dialog/impure.go:9: time.Now in dialog",
		"dialog/impure.go:11: a goroutine in dialog",
		"dialog/impure.go:5 imports os",
		"call/long.go: 401 lines",
		"call/sizes.go:8: function long has 61 lines",
		"call/sizes.go:72: struct wide has 13 fields",
		"call/sizes.go:89: interface fat has 6 methods",
		"call/sizes.go:98: a context is kept in a struct",
		"call/util: a package named util",
		"excused: call.gone",
	}
	for _, w := range want {
		n := 0
		for _, g := range got {
			if strings.HasPrefix(g, w) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d breaches begin with %q, want 1", n, w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d breaches found, the fixture holds %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
	}
}
