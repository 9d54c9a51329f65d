// Package notary keeps the key that signs heads of the ledger of consent, and puts
// the latest head where an auditor can fetch it. It keeps the key of links beside it.
package notary

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// The files in the data folder. Who has the key can sign another story: nobody but
// Parley's user may read it.
const (
	KeyFile    = "consent.key"  // private, 0600
	PublicFile = "consent.pub"  // what verifies: give it to auditors
	HeadFile   = "consent.head" // the latest signed head: fetch and keep it elsewhere
)

// Key signs heads, and verifies them.
type Key struct {
	note.Signer
	Known  note.Verifiers
	Public string
}

// Open reads the key in a folder, and makes one where there is none.
func Open(folder string) (Key, error) {
	k, err := read(folder)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	mark := make([]byte, 4)
	_, _ = rand.Read(mark) // never fails
	private, public, err := note.GenerateKey(rand.Reader, "parley.consent."+hex.EncodeToString(mark))
	if err != nil {
		return k, fmt.Errorf("the ledger's key: %w", err)
	}
	if err := put(filepath.Join(folder, KeyFile), private+"\n"+public+"\n"); err != nil && !errors.Is(err, fs.ErrExist) {
		return k, fmt.Errorf("the ledger's key: %w", err)
	}
	return read(folder) // ours, or that of one who was faster
}

// put writes a file that was not there, whole or not at all.
func put(path, text string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".consent-*") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Link(f.Name(), path)
}

func read(folder string) (k Key, err error) {
	path := filepath.Join(folder, KeyFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return k, fmt.Errorf("the ledger's key: %w", err)
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
		return k, fmt.Errorf("the ledger's key %s can be read by others: chmod 600 it, and ask who did", path)
	}
	private, public, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	if k.Signer, err = note.NewSigner(private); err != nil {
		return k, fmt.Errorf("the ledger's key %s is damaged: %w: put back a copy of it", path, err)
	}
	k.Public = strings.TrimSpace(public)
	if k.Known, err = Verifiers(k.Public); err != nil {
		return k, fmt.Errorf("the ledger's key %s is damaged: %w: put back a copy of it", path, err)
	}
	if err := replace(filepath.Join(folder, PublicFile), k.Public+"\n"); err != nil {
		return k, fmt.Errorf("the ledger's public key: %w", err)
	}
	return k, nil
}

// Verifiers reads public keys, one a line.
func Verifiers(text string) (note.Verifiers, error) {
	var all []note.Verifier
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		v, err := note.NewVerifier(line)
		if err != nil {
			return nil, fmt.Errorf("%q is no public key of a ledger: %w", line, err)
		}
		all = append(all, v)
	}
	if len(all) == 0 {
		return nil, errors.New("there is no public key in it")
	}
	return note.VerifierList(all...), nil
}

// Export puts a head where auditors fetch it, over the one before.
func Export(folder, head string) error {
	if err := replace(filepath.Join(folder, HeadFile), head); err != nil {
		return fmt.Errorf("the ledger's head: %w", err)
	}
	return nil
}

// replace writes a file for all to read, whole or not at all.
func replace(path, text string) error {
	if old, err := os.ReadFile(path); err == nil && string(old) == text {
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".consent-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone when it was renamed
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
