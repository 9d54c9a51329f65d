package evidence

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/campaign/ledger"
)

// Finding is something wrong with a bundle.
type Finding struct {
	Part string `json:"part"` // "": the file as a whole
	Text string `json:"text"`
}

// Report is what a check came to.
type Report struct {
	Call     string    `json:"call"`
	Made     time.Time `json:"made"`
	Parts    int       `json:"parts"`
	Proofs   int       `json:"proofs"`
	Sound    bool      `json:"sound"` // the recording is in it
	Findings []Finding `json:"findings"`
}

// maxPart bounds what a part may unpack to, and maxParts how many there may be: a
// bundle may come from anybody.
const (
	maxPart  = 512 << 20
	maxParts = 10_000
)

// checker collects what is wrong.
type checker struct {
	Report
	parts map[string][]byte
	keys  note.Verifiers
}

func (c *checker) wrong(part, format string, args ...any) {
	c.Findings = append(c.Findings, Finding{part, fmt.Sprintf(format, args...)})
}

// Verify says what is wrong with a bundle, and in which part. Without findings it is
// what one of the keys signed, and every proof in it leads to a head that one signed.
func Verify(in io.ReaderAt, size int64, keys note.Verifiers) Report {
	c := &checker{parts: map[string][]byte{}, keys: keys, Report: Report{Findings: []Finding{}}}
	if c.unpack(in, size) && c.manifest() {
		c.story()
		c.ledger()
		c.sound()
	}
	return c.Report
}

func (c *checker) unpack(in io.ReaderAt, size int64) bool {
	z, err := zip.NewReader(in, size)
	if err != nil || len(z.File) > maxParts {
		c.wrong("", "this is no bundle, or its list of parts is damaged: %v", err)
		return false
	}
	for _, f := range z.File {
		if _, twice := c.parts[f.Name]; twice {
			c.wrong(f.Name, "it is there twice")
			continue
		}
		body, err := read(f)
		if err != nil {
			c.wrong(f.Name, "it cannot be unpacked: %v", err)
		}
		c.parts[f.Name] = body
	}
	c.Parts = len(c.parts)
	return true
}

func read(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(r, maxPart+1))
	if err == nil && len(body) > maxPart {
		err = errors.New("it is too large")
	}
	return body, errors.Join(err, r.Close())
}

// manifest holds each part against its hash. Without a manifest that is signed there
// is nothing to hold the rest against.
func (c *checker) manifest() bool {
	text, ok := c.parts[partManifest]
	if !ok {
		c.wrong(partManifest, "it is missing")
		return false
	}
	n, err := note.Open(text, c.keys)
	if err != nil {
		c.wrong(partManifest, "it is not what was signed, or by another key: %v", err)
		return false
	}
	lines := strings.Split(strings.TrimSuffix(n.Text, "\n"), "\n")
	if len(lines) < 3 || lines[0] != version || !strings.HasPrefix(lines[1], "call ") || !strings.HasPrefix(lines[2], "made ") {
		c.wrong(partManifest, "it is the manifest of nothing that this version knows")
		return false
	}
	c.Call, err = strconv.Unquote(lines[1][len("call "):])
	made, wrong := time.Parse(time.RFC3339Nano, lines[2][len("made "):])
	if c.Made = made; err != nil || wrong != nil {
		c.wrong(partManifest, "the call or the time cannot be read")
	}
	listed := []string{partManifest}
	for _, line := range lines[3:] {
		f := strings.SplitN(line, " ", 3)
		if len(f) != 3 {
			c.wrong(partManifest, "the line %q cannot be read", line)
			continue
		}
		listed = append(listed, f[2])
		body, ok := c.parts[f[2]]
		switch {
		case !ok:
			c.wrong(f[2], "it is missing")
		case hashOf(body) != f[0] || strconv.Itoa(len(body)) != f[1]:
			c.wrong(f[2], "it is not what was signed: its SHA-256 is %s with %d bytes, the manifest says %s with %s", hashOf(body), len(body), f[0], f[1])
		}
	}
	for name := range c.parts {
		if !slices.Contains(listed, name) {
			c.wrong(name, "it was put in: the manifest does not name it")
		}
	}
	slices.SortStableFunc(c.Findings, func(a, b Finding) int { return strings.Compare(a.Part, b.Part) })
	return true
}

// story sees that the parts tell of one call.
func (c *checker) story() {
	var r call.Record
	if c.json(partCall, &r) && r.ID != c.Call {
		c.wrong(partCall, "it is of the call %q, the manifest of %q", r.ID, c.Call)
	}
	if body := transcript(r); r.ID != "" && !bytes.Equal(body, c.parts[partTranscript]) && !c.found(partTranscript) {
		c.wrong(partTranscript, "it says something else than the call's record")
	}
	var a struct{ ID string }
	if _, is := c.parts[partPermit]; is && c.json(partPermit, &a) && a.ID != c.Call {
		c.wrong(partPermit, "the attempt %q is of another call", a.ID)
	}
}

// ledger checks each proof, and that it leads to the one head.
func (c *checker) ledger() {
	head, whole := string(c.parts[partHead]), !c.found(partHead)
	if whole && head != "" {
		if _, err := ledger.OpenHead(head, c.keys); err != nil {
			c.wrong(partHead, "%v", err)
		}
	}
	for _, name := range c.names() {
		if !strings.HasPrefix(name, partProofs) {
			continue
		}
		c.Proofs++
		var p ledger.Proof
		if !c.json(name, &p) {
			continue
		}
		if _, err := p.Check(c.keys); err != nil {
			c.wrong(name, "it proves nothing: %v", err)
		} else if whole && p.Head != head {
			c.wrong(name, "it leads to another head than %s", partHead)
		}
	}
}

// sound holds the recording, when it is there, against its hash.
func (c *checker) sound() {
	var r Recording
	body, is := c.parts[partSound]
	if c.Sound = is; c.json(partRecording, &r) && is && (hashOf(body) != r.SHA256 || int64(len(body)) != r.Size) && !c.found(partSound) {
		c.wrong(partSound, "it is not the recording of %s: SHA-256 %s", partRecording, hashOf(body))
	}
}

// json reads a part; one that is missing or changed was told of before.
func (c *checker) json(name string, to any) bool {
	if c.found(name) || c.parts[name] == nil {
		return false
	}
	if err := json.Unmarshal(c.parts[name], to); err != nil {
		c.wrong(name, "it cannot be read: %v", err)
		return false
	}
	return true
}

func (c *checker) found(part string) bool {
	return slices.ContainsFunc(c.Findings, func(f Finding) bool { return f.Part == part })
}

func (c *checker) names() (all []string) {
	for name := range c.parts {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}
