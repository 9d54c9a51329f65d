package sip

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/parley-voice/parley/sip/registrar"
)

// BindingsFile keeps registrations in one JSON file, which is always whole: it is
// written beside and then put in place.
type BindingsFile string

// Load reads the file; there is nothing in one that is not there.
func (f BindingsFile) Load() ([]registrar.Binding, error) {
	data, err := os.ReadFile(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []registrar.Binding
	if err := json.Unmarshal(data, &out); err != nil {
		return nil, fmt.Errorf("%s: %w; remove the file, and the phones will register again", f, err)
	}
	return out, nil
}

// Save replaces the file.
func (f BindingsFile) Save(list []registrar.Binding) error {
	data, err := json.Marshal(list)
	if err != nil {
		return err
	}
	dir, name := filepath.Split(string(f))
	tmp, err := os.CreateTemp(dir, name+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // nothing there when all went well
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Sync()
	}
	if err := errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), string(f))
}
