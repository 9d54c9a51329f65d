package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// maxSize bounds the file; a configuration is a page or two.
const maxSize = 1 << 20

// Env looks a variable up, as os.LookupEnv does.
type Env func(name string) (string, bool)

// LoadFile reads a configuration; relative paths in it become relative to its
// folder. The error is a Problems when the content is wrong.
func LoadFile(path string, env Env) (*Config, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: no such file; name the configuration with -c FILE", path)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot open the configuration: %w", err)
	}
	defer f.Close()
	c, err := Load(f, path, env)
	if err != nil {
		return nil, err
	}
	dir := filepath.Dir(path)
	for _, p := range []*string{&c.Scripts, &c.Data, &c.Routes, &c.Words, &c.Consent.Jurisdictions, &c.Segments, &c.Campaigns} {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(dir, *p)
		}
	}
	for _, s := range c.Sources {
		if s.SQL != nil {
			s.SQL.under(dir)
		}
	}
	return c, nil
}

// Load reads a configuration; name is what errors call it. Paths stay as
// written.
func Load(r io.Reader, name string, env Env) (*Config, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(text) > maxSize {
		return nil, Problems{{name, 1, 1, "the file is larger than 1 MiB", "a configuration is a page or two: is this the right file?"}}
	}
	c := Default()
	c.file = name
	d := &decoder{file: name, env: env, positions: map[string]position{}}
	root, problem := parse(text, name)
	if problem != nil {
		return nil, Problems{*problem}
	}
	if root != nil {
		d.decode(root, reflect.ValueOf(c).Elem(), "", "")
	}
	c.positions = d.positions
	if len(d.problems) == 0 {
		d.problems = c.check()
	}
	if len(d.problems) > 0 {
		return nil, d.problems.Sorted()
	}
	return c, nil
}

// Default is the configuration of an empty file.
func Default() *Config {
	c := &Config{}
	setDefaults(reflect.ValueOf(c).Elem())
	return c
}

// yamlError is how the YAML library words a syntax error.
var yamlError = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// parse gives the document's mapping, or nil for an empty file.
func parse(text []byte, name string) (*yaml.Node, *Problem) {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc, more yaml.Node
	err := dec.Decode(&doc)
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err == nil {
		if err = dec.Decode(&more); errors.Is(err, io.EOF) {
			return doc.Content[0], nil
		}
		if err == nil {
			return nil, &Problem{name, more.Line, more.Column, "a second YAML document", "a configuration is one document: remove the ---"}
		}
	}
	line, what := 1, err.Error()
	if m := yamlError.FindStringSubmatch(what); m != nil {
		what = m[2]
		if m[1] != "" {
			line, _ = strconv.Atoi(m[1])
		}
	}
	return nil, &Problem{name, line, 1, "this is not YAML: " + what, "check the indentation, colons and quotes here and on the line above"}
}
