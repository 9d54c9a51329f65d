package dialog

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
)

// body is a JSON object of texts; "" without any.
func body(fields []Setting, value func(string) (string, bool)) string {
	if len(fields) == 0 {
		return ""
	}
	all := map[string]string{}
	for _, f := range fields {
		text, _ := f.Value.Fill(value)
		all[f.Name] = clean(text)
	}
	out, err := json.Marshal(all)
	if err != nil { // texts always can be
		return ""
	}
	return string(out)
}

// parseAnswer reads the JSON of another system.
func parseAnswer(answer []byte) (any, error) {
	if len(answer) > MaxFetched {
		return nil, errors.New("the answer is too large")
	}
	d := json.NewDecoder(bytes.NewReader(answer))
	d.UseNumber()
	var root any
	if err := d.Decode(&root); err != nil {
		return nil, errors.New("the answer is no JSON")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the answer is more than one JSON value")
	}
	return root, nil
}

// value finds a field's value in an answer, in canonical form. It is "" where
// there is none; why tells of one that is not of the type.
func (f Field) value(root any) (value, why string) {
	at := root
	for step := range strings.SplitSeq(f.Path, ".") {
		switch in := at.(type) {
		case map[string]any:
			at = in[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(in) {
				return "", ""
			}
			at = in[i]
		default:
			return "", ""
		}
	}
	var text string
	switch v := at.(type) {
	case nil:
		return "", ""
	case string:
		text = clean(v)
	case bool:
		text = strconv.FormatBool(v)
	case json.Number:
		text = v.String()
	default:
		return "", "is no single value"
	}
	if text = typed(f.Type, text); text == "" {
		return "", "is no " + f.Type
	}
	return text, ""
}

// typed is a text in the canonical form of a variable's type; "" when it is none.
func typed(typ, text string) string {
	switch typ {
	case "number":
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || n != n || n > 1e300 || n < -1e300 {
			return ""
		}
		return strconv.FormatFloat(n, 'f', -1, 64)
	case "date":
		if len(text) > len(dateLayout) { // with a time
			text = text[:len(dateLayout)]
		}
		if _, err := time.Parse(dateLayout, text); err != nil {
			return ""
		}
	case "flag":
		if text != "true" && text != "false" {
			return ""
		}
	}
	return text
}
