package review

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"time"
)

// Bounds of a bundle. Clips are most of it: 64 MiB is over an hour of 8 kHz PCM.
const (
	maxFiles = 500
	maxBytes = 64 << 20
)

// Bundle is everything that a version of a script is made of: the file itself,
// what it includes and its clips. It is the zip archive of them.
type Bundle struct {
	Main string // the script's file in the archive
	Hash string // hex SHA-256 of Main and of every path and content, in the order of the paths
	Zip  []byte
}

// Pack gathers files of a folder. The same files have the same hash, whatever
// their times and their order. main must be among the names.
func Pack(files fs.FS, main string, names []string) (Bundle, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	hash, err := each(files, main, names, func(name string, data []byte) error {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Unix(0, 0).UTC()})
		if err == nil {
			_, err = w.Write(data)
		}
		return err
	})
	if err := errors.Join(err, z.Close()); err != nil {
		return Bundle{}, err
	}
	return Bundle{Main: main, Hash: hash, Zip: out.Bytes()}, nil
}

// Hash is the hash that Pack gives the same files.
func Hash(files fs.FS, main string, names []string) (string, error) {
	return each(files, main, names, func(string, []byte) error { return nil })
}

// each reads the files in the order of their names and gives their hash.
func each(files fs.FS, main string, names []string, take func(name string, data []byte) error) (hash string, err error) {
	names = slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(names), main))))
	if len(names) > maxFiles {
		return "", fmt.Errorf("%s is made of %d files, at most %d are taken", main, len(names), maxFiles)
	}
	sum, left := sha256.New(), int64(maxBytes)
	feed(sum, "", []byte(main)) // no file has an empty name: which one is the script is part of the version
	for _, name := range names {
		data, err := readBounded(files, name, left)
		if err == nil {
			err = take(name, data)
		}
		if err != nil {
			return "", err
		}
		left -= int64(len(data))
		feed(sum, name, data)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func readBounded(files fs.FS, name string, limit int64) ([]byte, error) {
	f, err := files.Open(path.Clean(name))
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%s: the script and its clips are larger than %d MiB together", name, maxBytes>>20)
	}
	return data, nil
}

// Open checks a stored bundle against its hash and gives its files.
func (b Bundle) Open() (fs.FS, error) {
	z, err := zip.NewReader(bytes.NewReader(b.Zip), int64(len(b.Zip)))
	if err != nil {
		return nil, fmt.Errorf("version %s: %w", Short(b.Hash), err)
	}
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
	}
	hash, err := Hash(z, b.Main, names)
	if err != nil {
		return nil, fmt.Errorf("version %s: %w", Short(b.Hash), err)
	}
	if hash != b.Hash {
		return nil, fmt.Errorf("version %s is not what was approved: its files have the hash %s", Short(b.Hash), Short(hash))
	}
	return z, nil
}

// feed writes a file into the hash; lengths keep one file from passing for two.
func feed(sum io.Writer, name string, data []byte) {
	var head [16]byte
	binary.BigEndian.PutUint64(head[:8], uint64(len(name)))
	binary.BigEndian.PutUint64(head[8:], uint64(len(data)))
	for _, part := range [][]byte{head[:], []byte(name), data} {
		_, _ = sum.Write(part) // a hash takes everything
	}
}

// Short is the beginning of a hash, for people.
func Short(hash string) string { return hash[:min(len(hash), 12)] }
