package tts

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/parley-voice/parley/media"
)

// A cache file is a WAV file of the engine's own rate, which any player opens,
// followed by a RIFF chunk "psum" with the SHA-256 of all before it.
const (
	lineSuffix = ".wav"
	tempPrefix = "new-"
	sumSize    = 8 + sha256.Size
)

var errCorrupt = errors.New("damaged")

func (c *Cache) path(key string) string { return filepath.Join(c.dir, key+lineSuffix) }

// readLine reads a cache file and marks it as used. A damaged one is removed.
func readLine(path string) (media.Frame, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return media.Frame{}, err
	}
	body := b[:max(0, len(b)-sumSize)]
	f, err := media.ReadWAV(bytes.NewReader(body))
	if err != nil || !bytes.Equal(b[len(body):], sumChunk(body)) || len(f.PCM) == 0 {
		_ = os.Remove(path)
		return media.Frame{}, fmt.Errorf("%s: %w", path, errCorrupt)
	}
	now := time.Now()
	_ = os.Chtimes(path, now, now) // only prune looks at it
	return f, nil
}

func sumChunk(body []byte) []byte {
	sum := sha256.Sum256(body)
	b := append(make([]byte, 0, sumSize), "psum"...)
	b = binary.LittleEndian.AppendUint32(b, sha256.Size)
	return append(b, sum[:]...)
}

// write puts a line on disk in one step: readers see all of it or nothing.
func (c *Cache) write(key string, f media.Frame) error {
	var b bytes.Buffer
	if err := media.WriteWAV(&b, f.Rate, 1, f.PCM); err != nil {
		return err
	}
	b.Write(sumChunk(b.Bytes()))
	file, err := c.create(c.dir)
	if err != nil {
		return err
	}
	_, err = file.Write(b.Bytes())
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), c.path(key))
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}

func createTemp(dir string) (*os.File, error) { return os.CreateTemp(dir, tempPrefix) }

// prune removes what a killed process left half written, and the lines longest
// unused until the rest takes no more than limit bytes.
func prune(dir string, limit int64) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var lines []fs.FileInfo
	var total int64
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		switch {
		case strings.HasPrefix(e.Name(), tempPrefix) && time.Since(info.ModTime()) > time.Hour:
			_ = os.Remove(filepath.Join(dir, e.Name()))
		case strings.HasSuffix(e.Name(), lineSuffix):
			lines, total = append(lines, info), total+info.Size()
		}
	}
	slices.SortFunc(lines, func(a, b fs.FileInfo) int {
		return cmp.Compare(a.ModTime().UnixNano(), b.ModTime().UnixNano())
	})
	for _, info := range lines {
		if total <= limit {
			break
		}
		if os.Remove(filepath.Join(dir, info.Name())) == nil {
			total -= info.Size()
		}
	}
	return nil
}
