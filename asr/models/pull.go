package models

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// Progress tells what Pull does.
type Progress struct {
	Package string // being fetched
	File    string // put in its place; empty while the package is fetched
	Done    int    // files in place
	Total   int
}

// Pull brings the files that are missing or wrong below dir: it runs `npm pack`
// for each package in a temporary folder, takes only the listed files out of
// it, checks their SHA-256 and renames them into place. progress may be nil.
// Two Pulls into one folder wait for each other.
func Pull(ctx context.Context, dir string, progress func(Progress)) error {
	p := puller{dir: dir, fetch: npmPack, progress: progress}
	return p.pull(ctx, Files())
}

type puller struct {
	dir      string
	fetch    func(ctx context.Context, pkg, into string) (tarball string, err error)
	progress func(Progress)
	done     int
	total    int
}

func (p *puller) pull(ctx context.Context, files []File) error {
	if err := os.MkdirAll(p.dir, 0o755); err != nil {
		return fmt.Errorf("models' folder: %w", err)
	}
	unlock, err := lock(ctx, filepath.Join(p.dir, ".lock"))
	if err != nil {
		return err
	}
	defer unlock()
	wanted := make(map[string][]File)
	var order []string
	p.total = len(files)
	for _, s := range verify(p.dir, files) {
		if s.State == Good {
			p.done++
			continue
		}
		if wanted[s.Package] == nil {
			order = append(order, s.Package)
		}
		wanted[s.Package] = append(wanted[s.Package], s.File)
	}
	for _, pkg := range order {
		if err := p.pullPackage(ctx, pkg, wanted[pkg]); err != nil {
			return err
		}
	}
	return nil
}

func (p *puller) pullPackage(ctx context.Context, pkg string, files []File) error {
	p.tell(pkg, "")
	// Beside the models, so that renaming into place stays on one disk.
	tmp, err := os.MkdirTemp(p.dir, ".pull-")
	if err != nil {
		return fmt.Errorf("models' folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	tarball, err := p.fetch(ctx, pkg, tmp)
	if err != nil {
		return err
	}
	got, err := extract(tarball, files)
	if err != nil {
		return fmt.Errorf("package %s: %w", pkg, err)
	}
	for _, f := range files {
		if err := p.put(f, got[f.Path], tmp); err != nil {
			return fmt.Errorf("package %s: %w", pkg, err)
		}
		p.done++
		p.tell(pkg, f.Name)
	}
	return nil
}

func (p *puller) tell(pkg, file string) {
	if p.progress != nil {
		p.progress(Progress{Package: pkg, File: file, Done: p.done, Total: p.total})
	}
}

// put checks data and renames it into f's place.
func (p *puller) put(f File, data []byte, tmp string) error {
	if f.make != nil {
		made, err := f.make(data)
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		data = made
	}
	sum := sha256.Sum256(data)
	if got := hex.EncodeToString(sum[:]); got != f.SHA256 {
		return fmt.Errorf("%s: SHA-256 is %s instead of %s: the registry or a proxy altered the package; clear npm's cache (npm cache clean --force) and try again",
			f.Name, got, f.SHA256)
	}
	part := filepath.Join(tmp, "part")
	if err := write(part, data); err != nil {
		return fmt.Errorf("%s: %w (is the disk full?)", f.Name, err)
	}
	to := Path(p.dir, f.Name)
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.Rename(part, to)
}

// write makes data durable before it is renamed: a power cut must not leave an
// empty model under a good name.
func write(path string, data []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

// lock waits for the folder's lock until ctx ends.
func lock(ctx context.Context, path string) (func(), error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("models' folder: %w", err)
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = f.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			_ = f.Close()
			return nil, fmt.Errorf("locking %s: %w", path, err)
		}
		if err := pause(ctx); err != nil {
			_ = f.Close()
			return nil, fmt.Errorf("waiting for another pull into the same folder: %w", err)
		}
	}
}
