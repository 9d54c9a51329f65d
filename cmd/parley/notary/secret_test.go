package notary

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestOneSecretIsMadeAndKept(t *testing.T) {
	dir := t.TempDir()
	var all sync.WaitGroup
	keys := make([][]byte, 8)
	for i := range keys {
		all.Go(func() {
			var err error
			if keys[i], err = Secret(dir, LinksFile); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, k := range keys {
		if len(k) != secretSize || !bytes.Equal(k, keys[0]) || bytes.Equal(k, make([]byte, secretSize)) {
			t.Errorf("keys %x", keys)
		}
	}
	path := filepath.Join(dir, LinksFile)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := Secret(dir, LinksFile); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("read by others: %v", err)
	}
	for _, text := range []string{"", "00", strings.Repeat("zz", secretSize)} {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Secret(dir, LinksFile); err == nil || !strings.Contains(err.Error(), "damaged") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
