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
)

// LinksFile is the key of links by which people opt out, in the data folder: whoever
// has it can opt out others, and nothing else.
const LinksFile = "unsubscribe.key" // private, 0600

const secretSize = 32

// Secret reads a key of 32 bytes in a folder, and makes one where there is none.
func Secret(folder, file string) ([]byte, error) {
	path := filepath.Join(folder, file)
	key, err := readSecret(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	fresh := make([]byte, secretSize)
	_, _ = rand.Read(fresh) // never fails
	if err := put(path, hex.EncodeToString(fresh)+"\n"); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("the key %s: %w", path, err)
	}
	return readSecret(path) // ours, or that of one who was faster
}

func readSecret(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the key: %w", err)
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("the key %s can be read by others: chmod 600 it, and ask who did", path)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != secretSize {
		return nil, fmt.Errorf("the key %s is damaged: put back a copy of it, or delete it: links that were sent then end", path)
	}
	return key, nil
}
