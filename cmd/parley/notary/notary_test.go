package notary

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestOneKeyIsMadeAndKept(t *testing.T) {
	dir := t.TempDir()
	var all sync.WaitGroup
	names := make([]string, 8)
	for i := range names {
		all.Go(func() {
			k, err := Open(dir)
			if err != nil {
				t.Error(err)
				return
			}
			names[i] = k.Public
		})
	}
	all.Wait()
	for _, n := range names {
		if n != names[0] || n == "" {
			t.Errorf("keys %q", names)
		}
	}
	info, err := os.Stat(filepath.Join(dir, KeyFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	left, err := filepath.Glob(filepath.Join(dir, ".consent-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if err := os.Chmod(filepath.Join(dir, KeyFile), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that all can read: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, KeyFile), []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, KeyFile), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("a damaged key: %v", err)
	}
	if _, err := Verifiers("\n"); err == nil {
		t.Error("no key is taken for one")
	}
}
