// Package segment chooses customers by their labels: with expressions in the
// language of scripts, with groups that have a name, and with a table that says
// what to do for whom.
package segment

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/parley-voice/parley/customer"
	"github.com/parley-voice/parley/customer/label"
	"github.com/parley-voice/parley/dialog/expr"
	"github.com/parley-voice/parley/dialog/vocab"
)

// Segment is an expression over labels.
type Segment struct {
	Source string
	cond   *expr.Expr
}

// clusterName is the name by which expressions ask for a customer's cluster.
const clusterName = "cluster"

// scope is what segments may name: labels, the cluster, and groups.
func scope(groups []Group) expr.Scope {
	s := expr.Scope{Vars: map[string]expr.Type{clusterName: expr.Number}, Words: map[string][]string{}}
	for _, l := range label.Registry() {
		s.Vars[l.Name] = map[label.Type]expr.Type{
			label.Flag: expr.Flag, label.Number: expr.Number, label.Word: expr.Text, label.Text: expr.Text, label.List: expr.List,
		}[l.Type]
		if l.Type == label.Word {
			s.Words[l.Name] = l.Words
		}
	}
	for _, g := range groups {
		s.Vars[g.Name] = expr.Flag
	}
	return s
}

// Fault is what is wrong with an expression.
type Fault struct {
	Offset int // into the source, in runes
	Text   string
	Hint   string
}

func (f *Fault) Error() string {
	if f.Hint == "" {
		return f.Text
	}
	return f.Text + "; " + f.Hint
}

// compile reads an expression; the error is a *Fault.
func compile(source string, groups []Group) (*Segment, error) {
	s := scope(groups)
	p := plainOf(source, s)
	e, err := expr.Parse(p.text)
	if err == nil {
		err = e.BindCondition(s)
	}
	var f *expr.Fault
	if errors.As(err, &f) {
		out := &Fault{Offset: p.offset(f.Offset), Text: f.Text, Hint: f.Hint}
		if f.Name != "" {
			out.Text = strings.Replace(f.Text, "variable", "label or group", 1)
			out.Hint = vocab.Suggest(f.Name, nearFunction(f))
		}
		return nil, out
	}
	if err != nil {
		return nil, err
	}
	return &Segment{Source: source, cond: e}, nil
}

// Row is one customer to be asked about.
type Row struct {
	Customer string
	Labels   string // lines name=value, with a line feed before the first and after each
	AsOf     time.Time
	Cluster  int // negative: none
}

// facts answers what expressions ask of a row. A label that has expired at now is
// not known any more.
type facts struct {
	row  Row
	age  int // days since the labels were computed
	book *Book
}

func (f *facts) Value(name string) (string, bool) {
	if l, ok := label.Find(name); ok {
		if f.age > l.Days {
			return "", false
		}
		return label.Lookup(f.row.Labels, name)
	}
	if name == clusterName {
		return strconv.Itoa(f.row.Cluster), f.row.Cluster >= 0
	}
	if g := f.book.group(name); g != nil {
		return strconv.FormatBool(g.cond.True(f)), true
	}
	return "", false
}

func (f *facts) Visits(string) int { return 0 }
func (f *facts) Times(string) int  { return 0 }

// Number is the value of a label that has numbers, absent when there is none.
func (r Row) Number(name string, absent float64) float64 {
	if text, ok := label.Lookup(r.Labels, name); ok {
		if v, err := strconv.ParseFloat(text, 64); err == nil {
			return v
		}
	}
	return absent
}

// ask makes the facts of a row as of now.
func (b *Book) ask(r Row, now time.Time) *facts {
	return &facts{row: r, age: customer.Days(r.AsOf, now), book: b}
}

// Parse reads an expression, or the name of a group; where is the file and line
// that it stands in, for messages: the error tells file:line:column and what to do.
func (b *Book) Parse(source, where string) (*Segment, error) {
	s, err := compile(strings.TrimSpace(source), b.Groups)
	var f *Fault
	if errors.As(err, &f) {
		return nil, fmt.Errorf("%s:%d: %w", where, f.Offset+1, f)
	}
	return s, err
}

// Holds tells whether a customer is in the segment at now.
func (b *Book) Holds(s *Segment, r Row, now time.Time) bool { return s.cond.True(b.ask(r, now)) }
