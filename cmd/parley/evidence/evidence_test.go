package evidence

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/campaign/ledger"
	"github.com/parley-voice/parley/dialog/review"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func newKey(t *testing.T) (note.Signer, note.Verifiers) {
	t.Helper()
	private, public, err := note.GenerateKey(rand.Reader, "parley.test")
	if err != nil {
		t.Fatal(err)
	}
	s, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(public)
	if err != nil {
		t.Fatal(err)
	}
	return s, note.VerifierList(v)
}

// bundle is a call with one of everything, and a ledger of one leaf.
func bundle(t *testing.T, by note.Signer) Bundle {
	t.Helper()
	e, salt := ledger.Event{At: noon, Kind: "consent", Number: "+8613800138000", Purpose: "marketing", Detail: "granted"}, bytes.Repeat([]byte{7}, ledger.SaltSize)
	head, err := (ledger.Head{Size: 1, Root: ledger.LeafHash(salt, e), At: noon}).Sign(by)
	if err != nil {
		t.Fatal(err)
	}
	sound := []byte("RIFF0123456789")
	return Bundle{
		Made: noon, Head: head, Permit: &Permit{ID: "c1", Allowed: true, Purpose: "marketing"}, Proofs: []ledger.Proof{{Event: e, Salt: salt, Path: tlog.RecordProof{}, Head: head}},
		Record: call.Record{ID: "c1", Script: "offer", Began: noon, Answered: noon, Recording: "/var/lib/parley/recordings/c1.wav", Entries: []call.Entry{
			{Seq: 1, At: noon, Kind: call.EntrySaid, Text: "This call is recorded."},
			{Seq: 2, At: noon, Kind: call.EntryNote, Text: "notice=recording"},
			{Seq: 3, At: noon, Kind: call.EntryRecording, Text: "/var/lib/parley/recordings/c1.wav", Why: "the caller has heard the notice"},
			{Seq: 4, At: noon, Kind: call.EntryHeard, Text: "my number is +86138****8000"},
		}},
		Jurisdiction: Jurisdiction{Country: "CN", Rules: []Rule{{Name: "CN", SHA256: "00"}}},
		Script: []review.Event{
			{Script: "offer", Hash: "a", Act: review.Publish, At: noon.Add(-time.Hour)}, {Script: "offer", Hash: "b", Act: review.Publish, At: noon.Add(time.Hour)},
		},
		Recording: Recording{SHA256: hashOf(sound), Size: int64(len(sound)), Sound: sound},
	}
}

func written(t *testing.T, b Bundle, by note.Signer) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, b, by); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func verify(text []byte, keys note.Verifiers) Report {
	return Verify(bytes.NewReader(text), int64(len(text)), keys)
}

// remade packs a bundle again with its parts changed, as one would who knows zip.
func remade(t *testing.T, text []byte, change func(name string, body []byte) (string, []byte), more ...string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		body, err := read(f)
		if err != nil {
			t.Fatal(err)
		}
		name, body := change(f.Name, body)
		if name == "" {
			continue
		}
		to, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Write(body); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range more {
		if _, err := w.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func names(t *testing.T, text []byte) (all []string) {
	t.Helper()
	remade(t, text, func(name string, body []byte) (string, []byte) { all = append(all, name); return name, body })
	return all
}

func TestABundleHasEverything(t *testing.T) {
	by, keys := newKey(t)
	text := written(t, bundle(t, by), by)
	want := []string{partManifest, partAnnouncement, partCall, partJurisdiction, partHead, partProofs + "0.json", partPermit, partRecording, partSound, partScript, partTranscript}
	if got := names(t, text); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if r := verify(text, keys); len(r.Findings) > 0 || r.Call != "c1" || !r.Made.Equal(noon) || r.Proofs != 1 || !r.Sound || r.Parts != len(want) {
		t.Errorf("%+v", r)
	}
	if !bytes.Equal(text, written(t, bundle(t, by), by)) {
		t.Error("the same bundle again is another file")
	}
	_, strangers := newKey(t)
	if r := verify(text, strangers); len(r.Findings) != 1 || r.Findings[0].Part != partManifest {
		t.Errorf("by a stranger's key: %+v", r)
	}
	remade(t, text, func(name string, body []byte) (string, []byte) {
		for what, want := range map[string]string{partAnnouncement: "heard the notice", partScript: `"in_force": "a"`, partTranscript: "caller: my number is +86138****8000"} {
			if name == what && !strings.Contains(string(body), want) {
				t.Errorf("%s has no %q: %s", name, want, body)
			}
		}
		if strings.Contains(string(body), "/var/lib") {
			t.Errorf("%s tells where files lie here", name)
		}
		return name, body
	})
}

// One byte that is not what it was, in each part, is found there; so is a part that
// is gone, and one that was put in.
func TestEachChangeIsFound(t *testing.T) {
	by, keys := newKey(t)
	text := written(t, bundle(t, by), by)
	only := func(what, part string, r Report) {
		t.Helper()
		if len(r.Findings) != 1 || r.Findings[0].Part != part {
			t.Errorf("%s of %s: %+v", what, part, r.Findings)
		}
	}
	for _, part := range names(t, text) {
		for _, at := range []int{0, 1, 2} { // the first, the middle and the last byte
			only("a byte", part, verify(remade(t, text, func(name string, body []byte) (string, []byte) {
				if name == part {
					body = bytes.Clone(body)
					body[at*(len(body)-1)/2] ^= 1
				}
				return name, body
			}), keys))
		}
		only("the loss", part, verify(remade(t, text, func(name string, body []byte) (string, []byte) {
			if name == part {
				return "", nil
			}
			return name, body
		}), keys))
	}
	only("an addition", "evil.txt", verify(remade(t, text, func(name string, body []byte) (string, []byte) { return name, body }, "evil.txt"), keys))
}

// A manifest that is signed over parts which do not belong together helps nobody.
func TestASignedLieIsFound(t *testing.T) {
	by, keys := newKey(t)
	for part, change := range map[string]func(b *Bundle){
		partPermit:            func(b *Bundle) { b.Permit.ID = "c2" },
		partProofs + "0.json": func(b *Bundle) { b.Proofs[0].Event.Detail = "refused" },
		partHead:              func(b *Bundle) { b.Head = strings.Replace(b.Head, "1\n", "2\n", 1); b.Proofs = nil },
		partSound:             func(b *Bundle) { b.Recording.Sound = []byte("RIFFother") },
	} {
		b := bundle(t, by)
		change(&b)
		if r := verify(written(t, b, by), keys); len(r.Findings) != 1 || r.Findings[0].Part != part {
			t.Errorf("%s: %+v", part, r.Findings)
		}
	}
}

// Any byte of the file itself: never taken for whole unless what it holds is.
func TestAFlippedByteOfTheFile(t *testing.T) {
	by, keys := newKey(t)
	b := bundle(t, by)
	text := written(t, b, by)
	harmless, tried := 0, 0
	for i := 0; i < len(text); i += 47 {
		tried++
		flipped := bytes.Clone(text)
		flipped[i] ^= 1
		if r := verify(flipped, keys); len(r.Findings) == 0 {
			harmless++ // a date or a flag of zip's that nobody reads: every part is still what was signed
		}
	}
	if harmless > tried/3 {
		t.Errorf("%d of %d bytes may change unseen", harmless, tried)
	}
}
