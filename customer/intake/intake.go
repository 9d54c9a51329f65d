// Package intake reads customers from CSV, as Excel and CRM systems write it: with
// Chinese or English headers, in UTF-8 or GB18030.
package intake

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/parley-voice/parley/customer"
)

// Options of Import.
type Options struct {
	Map      map[string]string // header to field: customer.Fields' names, or field:NAME for one of your own
	Source   string            // who tells: put beside each value
	AsOf     time.Time         // when it was true, for rows without a date of their own
	Zone     *time.Location    // of dates without one; nil is UTC
	Country  string            // of numbers without a country code
	Currency string            // of amounts that name none
	MaxBytes int64             // 0: 256 MB
}

// Keep keeps profiles, in order, and tells of each what became of it.
type Keep func(ctx context.Context, profiles ...customer.Profile) ([]customer.Upserted, error)

// Report tells what became of a file's rows.
type Report struct {
	Rows     int       `json:"rows"` // without the header
	Created  int       `json:"created"`
	Updated  int       `json:"updated"`
	Same     int       `json:"same"`
	Older    int       `json:"older"` // what is known is as new or newer
	Bad      int       `json:"bad"`
	Problems []Problem `json:"problems,omitempty"` // of the first MaxProblems bad rows
	Ignored  []string  `json:"ignored,omitempty"`  // headers that nothing was taken from
}

// Problem is one row that was not taken.
type Problem struct {
	Line int    `json:"line"`
	What string `json:"what"`
	Do   string `json:"do"`
}

// MaxProblems are told of at most; all are counted.
const MaxProblems = 1000

// ErrFile marks a file of which nothing was taken.
var ErrFile = errors.New("nothing was imported")

const (
	defaultMax = 256 << 20
	batch      = 200 // profiles in one transaction: calls that write wait for it
)

// Import reads customers from r and keeps them. Good rows are kept, bad ones told
// of; an error (ErrFile, or one of keep) tells that the rest of the file was not
// read. The same file again changes nothing.
//
// A row is the customer with its id, or who has its number. It changes what is
// known only when it is newer: by its own date, or by AsOf. An empty cell leaves
// what is known. Of two rows of one file about one customer that differ, the first
// counts, unless the other has a later date of its own.
func Import(ctx context.Context, r io.Reader, o Options, keep Keep) (Report, error) {
	in := &intake{o: o, keep: keep, seen: map[string]seen{}}
	if in.o.Zone == nil {
		in.o.Zone = time.UTC
	}
	text, err := in.read(r)
	if err != nil {
		return in.report, err
	}
	rows := csv.NewReader(bytes.NewReader(text))
	rows.FieldsPerRecord = -1
	rows.Comma = separator(text)
	header, err := rows.Read()
	if err != nil {
		return in.report, fmt.Errorf("%w: there is no header line: %w", ErrFile, err)
	}
	if in.columns, in.report.Ignored, err = columns(header, o.Map); err != nil {
		return in.report, fmt.Errorf("%w: %w", ErrFile, err)
	}
	for {
		cells, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return in.report, in.flush(ctx)
		}
		line := 0 // a row that cannot be read tells its own
		if err == nil {
			line, _ = rows.FieldPos(0)
		}
		if err := in.row(ctx, line, cells, err); err != nil {
			return in.report, err
		}
	}
}

// intake is one import under way.
type intake struct {
	o       Options
	keep    Keep
	columns []column
	report  Report
	seen    map[string]seen // by id and by number
	waiting []customer.Profile
	lines   []int // of waiting
}

// seen is what an earlier row of the file told about a customer.
type seen struct {
	line    int
	updated time.Time
	cells   string
}

// read takes the whole file in, as UTF-8. Only the whole tells what it is written in.
func (in *intake) read(r io.Reader) ([]byte, error) {
	limit := in.o.MaxBytes
	if limit <= 0 {
		limit = defaultMax
	}
	text, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	if int64(len(text)) > limit {
		return nil, fmt.Errorf("%w: the file is larger than %d MB: divide it", ErrFile, limit>>20)
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if utf8.Valid(text) {
		return text, nil
	}
	if text, err = simplifiedchinese.GB18030.NewDecoder().Bytes(text); err != nil {
		return nil, fmt.Errorf("%w: the file is neither UTF-8 nor GB18030: save it as CSV UTF-8", ErrFile)
	}
	return text, nil
}

// separator is what divides the header's cells most often.
func separator(text []byte) rune {
	head, _, _ := bytes.Cut(text, []byte("\n"))
	best := ','
	for _, c := range ";\t" {
		if bytes.Count(head, []byte(string(c))) > bytes.Count(head, []byte(string(best))) {
			best = c
		}
	}
	return best
}

func (in *intake) row(ctx context.Context, line int, cells []string, broken error) error {
	in.report.Rows++
	var parse *csv.ParseError
	switch {
	case errors.As(broken, &parse):
		in.bad(parse.StartLine, "the row cannot be read: "+parse.Err.Error(), `put cells with quotes or commas into quotes, and write " as ""`)
		return nil
	case broken != nil:
		return broken
	case strings.TrimSpace(strings.Join(cells, "")) == "":
		in.report.Rows--
		return nil
	}
	p, what, do := in.profile(cells)
	if what == "" {
		what, do = in.twice(line, p, strings.Join(cells, "\x00"))
	}
	if what == again {
		in.report.Same++
		return nil
	}
	if what != "" {
		in.bad(line, what, do)
		return nil
	}
	in.waiting, in.lines = append(in.waiting, p), append(in.lines, line)
	if len(in.waiting) == batch {
		return in.flush(ctx)
	}
	return nil
}

func (in *intake) bad(line int, what, do string) {
	in.report.Bad++
	if len(in.report.Problems) < MaxProblems {
		in.report.Problems = append(in.report.Problems, Problem{line, what, do})
	}
}

// again marks a row that an earlier one says already.
const again = "again"

// twice tells of a row about a customer that the file has told of before.
func (in *intake) twice(line int, p customer.Profile, cells string) (what, do string) {
	keys := p.Numbers
	if p.ID != "" {
		keys = append([]string{"id " + p.ID}, keys...)
	}
	for _, k := range keys {
		old, ok := in.seen[k]
		switch {
		case !ok:
		case old.cells == cells:
			return again, ""
		case !p.Updated.After(old.updated):
			return fmt.Sprintf("line %d tells otherwise of the same customer", old.line),
				"keep one of the two rows, or add a column updated in which the right one is later"
		}
	}
	for _, k := range keys {
		in.seen[k] = seen{line, p.Updated, cells}
	}
	return "", ""
}

// flush keeps what waits.
func (in *intake) flush(ctx context.Context) error {
	if len(in.waiting) == 0 {
		return nil
	}
	got, err := in.keep(ctx, in.waiting...)
	if err != nil {
		return fmt.Errorf("from line %d on: %w", in.lines[0], err)
	}
	for i, u := range got {
		switch {
		case u.Err != nil:
			in.bad(in.lines[i], u.Err.Error(), "if they are one person, merge them (parley customers merge), else take the number or the id out of the row")
		case u.Change == customer.Created:
			in.report.Created++
		case u.Change == customer.Updated:
			in.report.Updated++
		case u.Change == customer.Older:
			in.report.Older++
		default:
			in.report.Same++
		}
	}
	in.waiting, in.lines = nil, nil
	return nil
}
