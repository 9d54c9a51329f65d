package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/store"
)

// OptOutImportCmd is parley optout import.
type OptOutImportCmd struct {
	From
	File   string `arg:"" help:"CSV file, UTF-8; - for standard input."`
	Source string `help:"Who tells; the file's name when not given."`
}

// Run imports. What can be taken is kept, and the rest told line by line.
func (c *OptOutImportCmd) Run(ctx context.Context, m *Main) (err error) {
	text, err := c.read(m)
	if err != nil {
		return wrong{err}
	}
	source := cmp.Or(c.Source, filepath.Base(c.File))
	e, cfg, err := c.newEditor(ctx, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	rows := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	rows.FieldsPerRecord = -1
	head, err := rows.Read()
	at := map[string]int{}
	for i, name := range head {
		at[strings.ToLower(strings.TrimSpace(name))] = i
	}
	if _, ok := at["number"]; err != nil || !ok {
		return wrong{fmt.Errorf("%s: the first line must name the columns, and one of them number", source)}
	}
	kept, bad := 0, 0
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := rows.FieldPos(0)
		var w store.Word
		if err == nil {
			w, err = wordOf(row, at, cfg.Callers.Country, source)
		}
		if err != nil {
			bad++
			fmt.Fprintf(m.Stderr, "%s:%d: %v\n", source, line, err)
			continue
		}
		if _, err := optOut(ctx, e, cfg, m.Now(), w); err != nil {
			return err
		}
		kept++
	}
	if err := m.audited(ctx, cfg, store.Deed{Action: "optout.import", Target: source, After: fmt.Sprintf("%d kept", kept)}); err != nil {
		return err
	}
	fmt.Fprintf(m.Stdout, "%d opt-outs kept, %d rows bad\n", kept, bad)
	if bad > 0 {
		return errQuiet
	}
	return nil
}

func (c *OptOutImportCmd) read(m *Main) ([]byte, error) {
	if c.File == "-" {
		return io.ReadAll(m.Stdin)
	}
	return os.ReadFile(c.File)
}

// wordOf reads a row; what it leaves empty is never, by every channel, whatever for.
func wordOf(row []string, at map[string]int, country, source string) (store.Word, error) {
	cell := func(name string) string {
		if i, ok := at[name]; ok && i < len(row) {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	n := customer.Parse(cell("number"), country)
	what := What{Kind: cmp.Or(cell("kind"), "never"), Channel: cmp.Or(cell("channel"), "all"), Purpose: cell("purpose")}
	switch {
	case !n.Personal():
		return store.Word{}, fmt.Errorf("%q is no number of a person: mend it, with its country code", cell("number"))
	case !slices.Contains(store.WordKinds(), store.WordKind(what.Kind)):
		return store.Word{}, fmt.Errorf("the kind cannot be %q: never, refusal or complaint", what.Kind)
	case !slices.Contains([]string{"all", "phone", "sms", "email"}, what.Channel):
		return store.Word{}, fmt.Errorf("the channel cannot be %q: all, phone, sms or email", what.Channel)
	}
	w := what.word(n, source)
	w.ID = fmt.Sprintf("%s/%s/%s/%s/%s", source, n.Text, what.Kind, what.Channel, what.Purpose) // the same file again is the same words
	if w.Kind == store.Complained {                                                             // a complaint's id outlives the person, so it holds no number
		sum := sha256.Sum256([]byte(w.ID))
		w.ID = "list-" + hex.EncodeToString(sum[:16])
	}
	return w, nil
}
