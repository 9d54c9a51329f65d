package measure

import (
	"encoding/json"
	"errors"
	"io"
	"os"
)

// Output writes a result: as a table to out and, if a file is named, as JSON to
// it. The file "-" is out itself, and there is no table then.
func Output(out io.Writer, file string, result any, table func(io.Writer) error) error {
	if file == "-" {
		return indented(out, result)
	}
	if err := table(out); err != nil || file == "" {
		return err
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(indented(f, result), f.Close())
}

func indented(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
