package calendar

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
)

//go:embed shipped/*.yaml
var files embed.FS

// Shipped is the book that ships.
func Shipped() (*Book, error) {
	names, err := fs.Glob(files, "shipped/*.yaml") // sorted
	if err != nil {
		return nil, err
	}
	var rules []Rule
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		r, err := Load(bytes.NewReader(text), path.Base(name))
		if err != nil {
			return nil, fmt.Errorf("calendar: %w", err)
		}
		rules = append(rules, r)
	}
	return NewBook(rules...), nil
}
