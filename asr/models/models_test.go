package models

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func sum(data string) string {
	h := sha256.Sum256([]byte(data))
	return hex.EncodeToString(h[:])
}

// tgz packs name, content pairs.
func tgz(t testing.TB, dir string, entries ...string) string {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	w := tar.NewWriter(z)
	for i := 0; i < len(entries); i += 2 {
		h := &tar.Header{Name: entries[i], Size: int64(len(entries[i+1])), Mode: 0o644, Typeflag: tar.TypeReg}
		if target, ok := strings.CutPrefix(entries[i+1], "->"); ok {
			h.Typeflag, h.Linkname, h.Size = tar.TypeSymlink, target, 0
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if h.Size > 0 {
			_, _ = w.Write([]byte(entries[i+1]))
		}
	}
	_ = w.Close()
	_ = z.Close()
	path := filepath.Join(dir, "p.tgz")
	if err := os.WriteFile(path, buf.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

var sample = []File{
	{Name: "a/one.onnx", Bytes: 3, SHA256: sum("one"), Package: "p@1", Path: "dist/one.onnx"},
	{Name: "a/two.txt", Bytes: 5, SHA256: sum("TWO-2"), Package: "p@1", Path: "two.js",
		make: func(b []byte) ([]byte, error) { return []byte(strings.ToUpper(string(b))), nil }},
	{Name: "b/three", Bytes: 5, SHA256: sum("three"), Package: "q@2", Path: "three"},
}

func TestPullPutsEveryFileInPlace(t *testing.T) {
	dir := t.TempDir()
	var fetched []string
	var told []Progress
	p := puller{dir: dir, progress: func(p Progress) { told = append(told, p) }}
	p.fetch = func(_ context.Context, pkg, into string) (string, error) {
		fetched = append(fetched, pkg)
		if pkg == "q@2" {
			return tgz(t, into, "package/three", "three"), nil
		}
		return tgz(t, into, "package/other", "x", "package/dist/one.onnx", "one", "package/two.js", "two-2"), nil
	}
	if err := p.pull(context.Background(), sample); err != nil {
		t.Fatal(err)
	}
	for _, s := range verify(dir, sample) {
		if s.State != Good {
			t.Errorf("%s: %s %s", s.Name, s.State, s.Why)
		}
	}
	if last := told[len(told)-1]; last.Done != 3 || last.Total != 3 || last.File != "b/three" {
		t.Errorf("last progress: %+v", last)
	}
	// What is there already is not fetched again; what was damaged is.
	if err := os.WriteFile(Path(dir, "b/three"), []byte("thrEE"), 0o644); err != nil {
		t.Fatal(err)
	}
	fetched = nil
	if err := p.pull(context.Background(), sample); err != nil || fmt.Sprint(fetched) != "[q@2]" {
		t.Errorf("second pull fetched %v, %v; want q@2 only", fetched, err)
	}
	left, _ := filepath.Glob(filepath.Join(dir, ".pull-*"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestPullRefuses(t *testing.T) {
	one := sample[:1]
	for name, c := range map[string]struct {
		entries []string
		want    string
	}{
		"altered":       {[]string{"package/dist/one.onnx", "0ne"}, "SHA-256"},
		"absent":        {[]string{"package/x", "x"}, "does not hold dist/one.onnx"},
		"climbing":      {[]string{"package/../../x", "x", "package/dist/one.onnx", "one"}, "points outside"},
		"absolute":      {[]string{"/etc/passwd", "x", "package/dist/one.onnx", "one"}, "points outside"},
		"backslashes":   {[]string{`package\..\..\x`, "x", "package/dist/one.onnx", "one"}, "points outside"},
		"symbolic link": {[]string{"package/dist/one.onnx", "->/etc/passwd"}, "not a plain file"},
		"too big":       {[]string{"package/dist/one.onnx", "one and more"}, "not a plain file of at most 3"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			p := puller{dir: dir, fetch: func(_ context.Context, _, into string) (string, error) { return tgz(t, into, c.entries...), nil }}
			err := p.pull(context.Background(), one)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
			if _, err := os.Stat(Path(dir, one[0].Name)); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("a file came into place: %v", err)
			}
		})
	}
}

func TestPullWaitsForAnother(t *testing.T) {
	dir := t.TempDir()
	unlock, err := lock(context.Background(), filepath.Join(dir, ".lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	p := puller{dir: dir}
	if err := p.pull(ctx, sample); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the deadline", err)
	}
}

func TestNpmErrorsAreClear(t *testing.T) {
	t.Run("not installed", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		if _, err := npmPack(context.Background(), "p@1", t.TempDir()); err == nil || !strings.Contains(err.Error(), "install it") {
			t.Errorf("got %v", err)
		}
	})
	for code, want := range map[string]string{"ECONNREFUSED": "cannot be reached", "E404": "does not have it", "EINTEGRITY": "damaged", "EODD": "EODD odd thing"} {
		t.Run(code, func(t *testing.T) {
			bin := t.TempDir()
			script := "#!/bin/sh\necho 'npm warn x' >&2\necho 'npm error code " + code + "' >&2\necho 'npm error odd thing' >&2\nexit 1\n"
			if err := os.WriteFile(filepath.Join(bin, "npm"), []byte(script), 0o755); err != nil {
				t.Fatal(err)
			}
			t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
			_, err := npmPack(context.Background(), "p@1", t.TempDir())
			if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one line with %q", err, want)
			}
		})
	}
}

func TestTokens(t *testing.T) {
	pieces := make([]string, llamaPieces)
	for i := range pieces {
		pieces[i] = fmt.Sprint("p", i)
	}
	script := `const llama_vocab_base64 = "` + base64.StdEncoding.EncodeToString([]byte(strings.Join(pieces, "\n"))) + `";`
	out, err := tokens([]byte(script))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(lines) != moonshinePieces || lines[1] != "cDE= 1" || lines[32767] != base64.StdEncoding.EncodeToString([]byte("<<ST_767>>"))+" 32767" {
		t.Errorf("%d lines, %q, %q", len(lines), lines[1], lines[len(lines)-1])
	}
	for _, bad := range []string{"", `const llama_vocab_base64 = "abc`, `const llama_vocab_base64 = "!";`, `const llama_vocab_base64 = "YQ==";`} {
		if _, err := tokens([]byte(bad)); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}

func TestDirFollowsTheCacheVariable(t *testing.T) {
	t.Setenv("PARLEY_CACHE", "/x")
	if got := Dir(); got != "/x/models" {
		t.Errorf("got %s", got)
	}
	t.Setenv("PARLEY_CACHE", "")
	t.Setenv("XDG_CACHE_HOME", "/y")
	if got := Dir(); got != "/y/parley/models" {
		t.Errorf("got %s", got)
	}
}

func TestCheckNamesWhatIsMissing(t *testing.T) {
	err := Check(t.TempDir(), SileroVAD)
	if err == nil || !strings.Contains(err.Error(), SileroVAD) || !strings.Contains(err.Error(), "parley models pull") || strings.Contains(err.Error(), "moonshine") {
		t.Errorf("got %v", err)
	}
}

func TestCheckSumsFindsDamage(t *testing.T) {
	dir := t.TempDir()
	size := int64(0)
	for _, f := range Files() {
		if f.Name == MoonshineTokens {
			size = f.Bytes
		}
	}
	path := Path(dir, MoonshineTokens)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, make([]byte, size), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Check(dir, MoonshineTokens); err != nil {
		t.Errorf("by size: %v", err)
	}
	if err := CheckSums(dir, MoonshineTokens); err == nil || !strings.Contains(err.Error(), "SHA-256") {
		t.Errorf("by sum: %v", err)
	}
}

func FuzzTokens(f *testing.F) {
	f.Add([]byte(`const llama_vocab_base64 = "YQ==";`))
	f.Fuzz(func(_ *testing.T, b []byte) { _, _ = tokens(b) })
}

func FuzzInside(f *testing.F) {
	f.Add("package/../../etc")
	f.Add("a/b/c")
	f.Fuzz(func(t *testing.T, name string) {
		if rest, err := inside(name); err == nil {
			if joined := filepath.Join("/root-dir", rest); joined != "/root-dir" && !strings.HasPrefix(joined, "/root-dir/") {
				t.Errorf("%q leads to %q", name, joined)
			}
		}
	})
}
