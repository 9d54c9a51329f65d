package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/parley-voice/parley/customer"
)

// personal is every table that holds something about people, by which column its
// rows are found, and what erasing does: forget is what is set in a row that stays
// for the sake of figures, "" for a row that goes.
var personal = []struct{ table, person, number, call, forget string }{
	{"customers", "id", "", "", ""},
	{"numbers", "customer", "number", "", ""},
	{"customer_tags", "customer", "", "", ""},
	{"events", "customer", "", "", ""},
	{"portraits", "customer", "", "", ""},
	{"portraits_due", "customer", "", "", ""},
	{"candidates", "person", "", "", ""},
	{"number_marks", "", "number", "", ""},
	{"remarks", "", "number", "", ""},
	{"follow_ups", "person", "number", "", ""},
	{"callbacks", "", "number", "call", ""},
	{"voicemails", "", "number", "call", ""},
	{"labels", "", "", "call", ""},
	{"entries", "", "", "call", ""},
	{"past", "", "number", "call", "number = ''"},
	{"owed", "", "number", "call", "number = '', note = '', why = '', task = '', paid_code = '', paid_note = ''"},
	{"calls", "", "", "id", "caller = '', called = '', why = '', recording = '', pickup = ''"},
	{"attempts", "person", "number", "", ""},      // forgotten by hand: see forgetReach
	{"complaints", "", "number", "call", ""},      // likewise
	{"opt_outs", "person", "number", "", ""},      // likewise
	{"permit_events", "person", "number", "", ""}, // likewise
}

// byHand are those that keep a pseudonym instead of the number, or a leaf.
var byHand = []string{"attempts", "complaints", "opt_outs", "permit_events"}

// theirRows is a condition for the rows of one table, or "" when there can be none.
func (s subject) theirRows(person, number, call string, calls []any) (where string, args []any) {
	var found []string
	for _, c := range []struct {
		column string
		values []any
	}{{person, s.ids}, {number, slices.Concat(s.numbers, s.hidden)}, {call, calls}} {
		if c.column != "" && len(c.values) > 0 {
			found = append(found, c.column+" IN ("+marks(len(c.values))+")")
			args = append(args, c.values...)
		}
	}
	return strings.Join(found, " OR "), args
}

// theirCalls finds a person's calls: by their history, and by the numbers in the
// records, however a trunk wrote them.
func (q queries) theirCalls(ctx context.Context, who subject, country string) (all []any, err error) {
	if len(who.numbers) == 0 {
		return nil, nil
	}
	ids, err := q.texts(ctx, "SELECT call FROM past WHERE number IN ("+marks(len(who.numbers))+")", who.numbers...)
	if err != nil {
		return nil, err
	}
	for _, n := range who.numbers {
		tail := n.(string)
		tail = "%" + tail[max(0, len(tail)-7):]
		err := q.each(ctx, func(scan func(...any) error) error {
			var id, caller, called string
			if err := scan(&id, &caller, &called); err != nil {
				return err
			}
			for _, told := range []string{caller, called} {
				if customer.Parse(told, country).Text == n.(string) {
					ids = append(ids, id)
				}
			}
			return nil
		}, "SELECT id, caller, called FROM calls WHERE caller LIKE ? OR called LIKE ?", tail, tail)
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		all = append(all, id)
	}
	return all, nil
}

// Everything is all that is kept of a person: rows by table, as they are stored, but
// for times, which are told in words. Salts stay where they are.
type Everything map[string][]map[string]any

// Everything gives all that is kept of a person, found by id or number.
func (e *Editor) Everything(ctx context.Context, who string) (Everything, error) {
	q := e.db.q()
	s, err := q.anybody(ctx, who, e.country)
	if err != nil {
		return nil, fmt.Errorf("customers: %w", err)
	}
	calls, err := q.theirCalls(ctx, s, e.country)
	if err != nil {
		return nil, fmt.Errorf("customers: %w", err)
	}
	out := Everything{}
	for _, t := range personal {
		where, args := s.theirRows(t.person, t.number, t.call, calls)
		if where == "" {
			continue
		}
		if out[t.table], err = q.maps(ctx, "SELECT * FROM "+t.table+" WHERE "+where, args...); err != nil {
			return nil, fmt.Errorf("customers: %s: %w", t.table, err)
		}
		if len(out[t.table]) == 0 {
			delete(out, t.table)
		}
	}
	return out, nil
}

// anybody is whom an id or a number is about; the number may be nobody's.
func (q queries) anybody(ctx context.Context, who, country string) (s subject, err error) {
	if n := customer.Parse(who, country); n.Personal() {
		return q.subject(ctx, "", n.Text)
	}
	return q.subject(ctx, who, "")
}

// maps reads rows by the names of their columns.
func (q queries) maps(ctx context.Context, query string, args ...any) (all []map[string]any, err error) {
	rows, err := q.on.QueryContext(ctx, q.d.text(query), clean(args)...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		values, to := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			to[i] = &values[i]
		}
		if err := rows.Scan(to...); err != nil {
			return nil, err
		}
		row := map[string]any{}
		for i, name := range names {
			if name != "salt" {
				row[name] = told(values[i])
			}
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

// told is a stored value for people: Unix nanoseconds as a time, JSON as JSON.
func told(v any) any {
	const year2001 = 1e18
	switch v := v.(type) {
	case int64:
		if v > year2001 {
			return time.Unix(0, v).UTC()
		}
	case string:
		if strings.HasPrefix(v, "{") && json.Valid([]byte(v)) {
			return json.RawMessage(v)
		}
	}
	return v
}
