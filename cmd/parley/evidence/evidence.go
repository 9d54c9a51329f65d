// Package evidence makes one file of all that proves why a call was made and what was
// said in it, for somebody who has nothing but that file and the public key of the
// ledger of consent, and checks such a file. It is pure: what goes in is read elsewhere.
package evidence

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/campaign/ledger"
	"github.com/parley-voice/parley/dialog/review"
)

// Bundle is what is known of a call. What does not apply is zero.
type Bundle struct {
	Made         time.Time
	Record       call.Record    // as it is kept: masked
	Permit       *Permit        // of a call that we placed for a campaign
	Proofs       []ledger.Proof // of each event that the call relied on
	Head         string         // signed: what the proofs lead to
	Jurisdiction Jurisdiction
	Script       []review.Event // what was done with the script's versions before the call began
	Recording    Recording
}

// Permit is the decision that let a call be placed. The event reserved, which its
// transaction wrote, is in the ledger; a decision that refuses leaves no call.
type Permit struct {
	ID      string    `json:"id"` // the attempt's, and the call's
	Allowed bool      `json:"allowed"`
	At      time.Time `json:"at"`
	Purpose string    `json:"purpose"`
	Channel string    `json:"channel"`
	Reasons []string  `json:"reasons"` // what lets it through, in words
	Attempt any       `json:"attempt"` // its row
	Events  []Relied  `json:"events"`  // that it relied on, and that it left
}

// Relied is an event by its place in the ledger.
type Relied struct {
	ID     int64     `json:"id"`
	Leaf   int64     `json:"leaf"` // of its proof; -1: from before the ledger, or erased: there is no proof
	At     time.Time `json:"at"`
	Kind   string    `json:"kind"`
	Detail string    `json:"detail,omitempty"`
}

// Jurisdiction is the rules of the place, as they are when the bundle is made.
type Jurisdiction struct {
	Country string `json:"country,omitempty"` // of the number
	Rules   []Rule `json:"rules"`
}

// Rule is one of them.
type Rule struct {
	Name   string `json:"name"`
	Source string `json:"source,omitempty"`
	SHA256 string `json:"sha256"` // of what the rule says: two files that say the same have the same
}

// Recording is the file of a call's sound.
type Recording struct {
	SHA256 string `json:"sha256,omitempty"`
	Size   int64  `json:"size,omitempty"`
	Why    string `json:"why,omitempty"` // it is not there
	Sound  []byte `json:"-"`             // only when it is to be in the bundle
}

// The parts of a bundle.
const (
	partManifest     = "manifest.note"
	partCall         = "call.json"
	partTranscript   = "transcript.txt"
	partAnnouncement = "announcement.json"
	partPermit       = "permit.json"
	partHead         = "ledger/head.note"
	partProofs       = "ledger/proofs/"
	partJurisdiction = "jurisdiction.json"
	partScript       = "script.json"
	partRecording    = "recording.json"
	partSound        = "recording.wav"
)

const version = "parley evidence 1"

// part is one file.
type part struct {
	name string
	body []byte
}

// Write makes the bundle: a zip whose manifest names each part's hash and is signed.
// The same bundle and key give the same bytes.
func Write(w io.Writer, b Bundle, by note.Signer) error {
	parts, err := b.parts()
	if err != nil {
		return err
	}
	manifest, err := note.Sign(&note.Note{Text: manifestOf(b, parts)}, by)
	if err != nil {
		return fmt.Errorf("the manifest: %w", err)
	}
	z := zip.NewWriter(w)
	for _, p := range append([]part{{partManifest, manifest}}, parts...) {
		f, err := z.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Deflate, Modified: b.Made.UTC()})
		if err != nil {
			return err
		}
		if _, err := f.Write(p.body); err != nil {
			return err
		}
	}
	return z.Close()
}

// manifestOf is the text that is signed: the version, the call, the time, and a line
// for each part: SHA-256, size, name.
func manifestOf(b Bundle, parts []part) string {
	var t strings.Builder
	fmt.Fprintf(&t, "%s\ncall %s\nmade %s\n", version, strconv.Quote(b.Record.ID), b.Made.UTC().Format(time.RFC3339Nano))
	for _, p := range parts {
		fmt.Fprintf(&t, "%s %d %s\n", hashOf(p.body), len(p.body), p.name)
	}
	return t.String()
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func (b Bundle) parts() (all []part, err error) {
	put := func(name string, v any) {
		body, e := json.MarshalIndent(v, "", "  ")
		if e != nil && err == nil {
			err = fmt.Errorf("%s: %w", name, e)
		}
		all = append(all, part{name, append(body, '\n')})
	}
	r := b.Record
	r.Recording = path.Base(strings.ReplaceAll(r.Recording, `\`, "/")) // not where it lies here
	if b.Record.Recording == "" {
		r.Recording = ""
	}
	r.Entries = slices.Clone(r.Entries)
	for i, e := range r.Entries {
		if e.Kind == call.EntryRecording {
			r.Entries[i].Text = path.Base(strings.ReplaceAll(e.Text, `\`, "/"))
		}
	}
	put(partCall, r)
	all = append(all, part{partTranscript, transcript(r)})
	put(partAnnouncement, announced(r))
	if b.Permit != nil {
		put(partPermit, b.Permit)
	}
	for _, p := range b.Proofs {
		put(fmt.Sprintf("%s%d.json", partProofs, p.Leaf), p)
	}
	if b.Head != "" {
		all = append(all, part{partHead, []byte(b.Head)})
	}
	put(partJurisdiction, b.Jurisdiction)
	put(partScript, scriptOf(r, b.Script))
	put(partRecording, b.Recording)
	if b.Recording.Sound != nil {
		all = append(all, part{partSound, b.Recording.Sound})
	}
	slices.SortFunc(all, func(a, b part) int { return strings.Compare(a.name, b.name) })
	return all, err
}

// transcript is who said what and when, a line each.
func transcript(r call.Record) []byte {
	var t bytes.Buffer
	for _, e := range r.Entries {
		who := map[call.EntryKind]string{call.EntrySaid: "parley", call.EntryHeard: "caller", call.EntryDigits: "caller keyed", call.EntryTalk: e.From}[e.Kind]
		if who != "" {
			fmt.Fprintf(&t, "%s %s: %s\n", e.At.UTC().Format("2006-01-02T15:04:05.000Z"), who, strings.ReplaceAll(e.Text, "\n", " "))
		}
	}
	return t.Bytes()
}

// Announcement is what shows that the recording was announced before it began.
type Announcement struct {
	Recorded bool         `json:"recorded"`          // a recording was to begin
	Reason   string       `json:"reason,omitempty"`  // why it might
	Heard    []call.Entry `json:"heard"`             // notices that were heard to their end
	Said     []call.Entry `json:"said"`              // what was said until the recording began
	Began    time.Time    `json:"began,omitzero"`    // of the recording
	Answered time.Time    `json:"answered,omitzero"` // of the call
}

func announced(r call.Record) Announcement {
	a := Announcement{Answered: r.Answered, Heard: []call.Entry{}, Said: []call.Entry{}}
	for _, e := range r.Entries {
		switch {
		case e.Kind == call.EntryRecording && !a.Recorded:
			a.Recorded, a.Reason, a.Began = true, e.Why, e.At
		case e.Kind == call.EntryNote && strings.HasPrefix(e.Text, "notice="):
			a.Heard = append(a.Heard, e)
		case e.Kind == call.EntrySaid && !a.Recorded:
			a.Said = append(a.Said, e)
		}
	}
	return a
}

// Script is which version was spoken, and who let it.
type Script struct {
	Name    string         `json:"name"`
	Version int            `json:"version"`
	InForce string         `json:"in_force,omitempty"` // hash of what was published when the call began; missing: it was never reviewed
	History []review.Event `json:"history"`            // before the call began
}

func scriptOf(r call.Record, all []review.Event) Script {
	s := Script{Name: r.Script, Version: r.Version, History: []review.Event{}}
	for _, e := range all {
		if e.At.After(r.Began) {
			continue
		}
		s.History = append(s.History, e)
		switch e.Act {
		case review.Publish, review.Rollback:
			s.InForce = e.Hash
		case review.Withdraw:
			s.InForce = ""
		}
	}
	return s
}
