package feed

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"
)

// BatchRows is how many rows are kept at a time: it bounds the memory, and how long
// others wait for the database.
const BatchRows = 500

// CSV reads a file of any length a batch at a time; take keeps each. asOf is when
// rows are true that do not say. The first 64 KB tell whether it is UTF-8 or
// GB18030, and what divides the cells.
func (m *Mapping) CSV(r io.Reader, asOf time.Time, take func(Batch) error) error {
	head := bufio.NewReaderSize(r, 64<<10)
	peek, err := head.Peek(64 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	for len(peek) > 0 && !utf8.RuneStart(peek[len(peek)-1]) { // the last letter may be cut
		peek = peek[:len(peek)-1]
	}
	var text io.Reader = head
	if valid := utf8.Valid(peek[:max(0, len(peek)-1)]); !valid {
		text = transform.NewReader(head, simplifiedchinese.GB18030.NewDecoder())
	} else if bytes.HasPrefix(peek, []byte("\xef\xbb\xbf")) {
		_, _ = head.Discard(3) // it was peeked
	}
	rows := csv.NewReader(text)
	rows.FieldsPerRecord, rows.ReuseRecord = -1, true
	first, _, _ := bytes.Cut(peek, []byte("\n"))
	for _, c := range ";\t" {
		if bytes.Count(first, []byte(string(c))) > bytes.Count(first, []byte(string(rows.Comma))) {
			rows.Comma = c
		}
	}
	header, err := rows.Read()
	if err != nil {
		return fmt.Errorf("there is no header line: %w", err)
	}
	names := append([]string(nil), header...)
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	if err := m.found(names); err != nil {
		return err
	}
	return m.cells(rows, names, asOf, take)
}

// found sees that the columns which the mapping names are there.
func (m *Mapping) found(names []string) error {
	there := map[string]bool{}
	for _, n := range names {
		there[n] = true
	}
	for _, f := range who {
		if theirs := m.Fields[f]; theirs != "" && there[theirs] {
			return nil
		}
	}
	return fmt.Errorf("no column tells whose a row is: the mapping names %q and %q, the columns are %s", m.Fields["customer"], m.Fields["number"], strings.Join(names, ", "))
}

func (m *Mapping) cells(rows *csv.Reader, names []string, asOf time.Time, take func(Batch) error) error {
	b := Batch{Source: m.Source}
	for {
		cells, err := rows.Read()
		if errors.Is(err, io.EOF) {
			if b.Rows() == 0 {
				return nil
			}
			return take(b)
		}
		var parse *csv.ParseError
		switch {
		case errors.As(err, &parse):
			b.Bad = append(b.Bad, Rejected{"line " + strconv.Itoa(parse.StartLine), "the row cannot be read: " + parse.Err.Error()})
		case err != nil:
			return err
		default:
			line, _ := rows.FieldPos(0)
			row := make(map[string]string, len(names))
			for i, text := range cells[:min(len(cells), len(names))] {
				row[names[i]] = strings.Clone(text)
			}
			m.Row(&b, "line "+strconv.Itoa(line), row, asOf)
		}
		if b.Rows() == BatchRows {
			if err := take(b); err != nil {
				return err
			}
			b = Batch{Source: m.Source}
		}
	}
}

// JSON takes an object, or a list of them, into the batch.
func (m *Mapping) JSON(b *Batch, ref string, text []byte, asOf time.Time) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil || d.More() {
		b.Bad = append(b.Bad, Rejected{ref, "this is no JSON"})
		return
	}
	objects, several := v.([]any)
	if !several {
		objects = []any{v}
	}
	for i, o := range objects {
		at := ref
		if several {
			at = strings.TrimSpace(ref + " " + strconv.Itoa(i+1))
		}
		object, ok := o.(map[string]any)
		if !ok {
			b.Bad = append(b.Bad, Rejected{at, "this is no object"})
			continue
		}
		row := map[string]string{}
		flatten(row, "", object, 0)
		m.Row(b, at, row, asOf)
	}
}

// flatten writes an object as values by their paths: buyer.phone. Lists of values
// are divided by semicolons; what lies deeper than eight objects is left out.
func flatten(row map[string]string, path string, object map[string]any, depth int) {
	for name, v := range object {
		at := path + name
		switch v := v.(type) {
		case map[string]any:
			if depth < 8 {
				flatten(row, at+".", v, depth+1)
			}
		case []any:
			var words []string
			for _, one := range v {
				if text, ok := value(one); ok {
					words = append(words, text)
				}
			}
			row[at] = strings.Join(words, ";")
		default:
			if text, ok := value(v); ok {
				row[at] = text
			}
		}
	}
}

func value(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}
