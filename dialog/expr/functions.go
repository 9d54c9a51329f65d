package expr

import (
	"errors"
	"math"
	"strings"
	"time"

	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/conf"

	"reflect"
)

// function is one that expressions can call. All are pure.
type function struct {
	name string
	form any // a func of the types it takes and gives
	call func(args []any) (any, error)
}

var errUnfit = errors.New("the value does not fit")

func (f function) option(c *conf.Config) {
	c.Functions[f.name] = &builtin.Function{
		Name:  f.name,
		Func:  func(args ...any) (any, error) { return f.call(args) },
		Types: []reflect.Type{reflect.TypeOf(f.form)},
	}
}

// functions is the whole list; docs/scripts.md explains each.
var functions = []function{
	{"lower", func(string) string { return "" }, func(a []any) (any, error) { return strings.ToLower(a[0].(string)), nil }},
	{"upper", func(string) string { return "" }, func(a []any) (any, error) { return strings.ToUpper(a[0].(string)), nil }},
	{"trim", func(string) string { return "" }, func(a []any) (any, error) { return strings.TrimSpace(a[0].(string)), nil }},
	{"length", func(string) float64 { return 0 }, func(a []any) (any, error) { return float64(len([]rune(a[0].(string)))), nil }},
	{"first", func(string, float64) string { return "" }, func(a []any) (any, error) {
		r := []rune(a[0].(string))
		return string(r[:letters(a[1], len(r))]), nil
	}},
	{"last", func(string, float64) string { return "" }, func(a []any) (any, error) {
		r := []rune(a[0].(string))
		return string(r[len(r)-letters(a[1], len(r)):]), nil
	}},
	{"number", func(string) float64 { return 0 }, func(a []any) (any, error) { return must(number(strings.TrimSpace(a[0].(string)))) }},
	{"round", func(float64) float64 { return 0 }, func(a []any) (any, error) { return math.Round(float(a[0])), nil }},
	{"floor", func(float64) float64 { return 0 }, func(a []any) (any, error) { return math.Floor(float(a[0])), nil }},
	{"ceil", func(float64) float64 { return 0 }, func(a []any) (any, error) { return math.Ceil(float(a[0])), nil }},
	{"abs", func(float64) float64 { return 0 }, func(a []any) (any, error) { return math.Abs(float(a[0])), nil }},
	{"min", func(float64, float64) float64 { return 0 }, func(a []any) (any, error) { return math.Min(float(a[0]), float(a[1])), nil }},
	{"max", func(float64, float64) float64 { return 0 }, func(a []any) (any, error) { return math.Max(float(a[0]), float(a[1])), nil }},
	{"date", func(string) time.Time { return time.Time{} }, func(a []any) (any, error) { return must(date(a[0].(string))) }},
	{"days", func(float64) time.Duration { return 0 }, func(a []any) (any, error) {
		n := float(a[0])
		if math.Abs(n) > 100_000 {
			return nil, errUnfit
		}
		return time.Duration(n * 24 * float64(time.Hour)), nil
	}},
	{"days_between", func(time.Time, time.Time) float64 { return 0 }, func(a []any) (any, error) {
		const day = 24 * time.Hour // of the calendar, whatever the hour; dates are read without a zone
		return a[1].(time.Time).Truncate(day).Sub(a[0].(time.Time).Truncate(day)).Hours() / 24, nil
	}},
	{"weekday", func(time.Time) float64 { return 0 }, func(a []any) (any, error) {
		return float64((int(a[0].(time.Time).Weekday())+6)%7 + 1), nil // 1 is Monday (ISO 8601)
	}},
	{"hour", func(time.Time) float64 { return 0 }, func(a []any) (any, error) { return float64(a[0].(time.Time).Hour()), nil }},
}

// asked are the functions of what happened in the conversation; each takes a
// bare name.
var asked = []string{"known", "reached", "visits", "said", "times"}

// Functions lists every function's name, for the reference.
func Functions() []string {
	all := append([]string(nil), asked...)
	for _, f := range functions {
		all = append(all, f.name)
	}
	return all
}

func functionNames() string { return strings.Join(Functions(), ", ") }

func must(v any, ok bool) (any, error) {
	if !ok {
		return nil, errUnfit
	}
	return v, nil
}

func letters(v any, most int) int { return max(0, min(most, int(min(float(v), 1e6)))) }

func float(v any) float64 {
	switch v := v.(type) {
	case float64:
		return v
	case int:
		return float64(v)
	}
	return math.NaN()
}
