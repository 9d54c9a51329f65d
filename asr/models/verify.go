package models

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// State is how a file of the manifest was found.
type State string

// The states of a file.
const (
	Present State = "present" // there, with the right size
	Good    State = "good"    // there, with the right SHA-256
	Missing State = "missing"
	Wrong   State = "wrong" // there, but not the file that is meant
)

// Status of one file.
type Status struct {
	File
	State State
	Why   string // Wrong: what is wrong with it
}

// List looks at the files' sizes below dir; it is quick.
func List(dir string) []Status { return list(dir, Files()) }

// Verify reads every file below dir and compares its SHA-256.
func Verify(dir string) []Status { return verify(dir, Files()) }

func list(dir string, files []File) []Status {
	var out []Status
	for _, f := range files {
		s := Status{File: f, State: Present}
		info, err := os.Stat(Path(dir, f.Name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			s.State = Missing
		case err != nil:
			s.State, s.Why = Wrong, err.Error()
		case info.Size() != f.Bytes:
			s.State, s.Why = Wrong, fmt.Sprintf("%d bytes instead of %d", info.Size(), f.Bytes)
		}
		out = append(out, s)
	}
	return out
}

func verify(dir string, files []File) []Status {
	out := list(dir, files)
	for i, s := range out {
		if s.State != Present {
			continue
		}
		sum, err := sumFile(Path(dir, s.Name))
		switch {
		case err != nil:
			out[i].State, out[i].Why = Wrong, err.Error()
		case sum != s.SHA256:
			out[i].State, out[i].Why = Wrong, "SHA-256 is "+sum+" instead of "+s.SHA256
		default:
			out[i].State = Good
		}
	}
	return out
}

func sumFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Check says, in one error, which of the named files (all, when none is named)
// cannot be used, and what to do. It looks at sizes only.
func Check(dir string, names ...string) error { return complain(dir, List(dir), names) }

// CheckSums is Check by SHA-256, for libraries that end the process over a
// damaged file. It reads every file: 0.1 to 0.5 s.
func CheckSums(dir string, names ...string) error {
	files := slices.DeleteFunc(Files(), func(f File) bool { return len(names) > 0 && !slices.Contains(names, f.Name) })
	return complain(dir, verify(dir, files), names)
}

func complain(dir string, found []Status, names []string) error {
	var bad []string
	for _, s := range found {
		if s.State == Present || s.State == Good || len(names) > 0 && !slices.Contains(names, s.Name) {
			continue
		}
		bad = append(bad, strings.TrimSpace(s.Name+" is "+string(s.State)+" "+s.Why))
	}
	if len(bad) == 0 {
		return nil
	}
	return fmt.Errorf("speech models in %s: %s: run `parley models pull`", dir, strings.Join(bad, ", "))
}
