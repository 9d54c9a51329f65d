package outbound

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/parley-voice/parley/campaign"
)

// ErrNoFile tells that no file of a folder is the campaign that was asked for.
var ErrNoFile = errors.New("no such campaign in the folder")

// File is a campaign of a folder.
type File struct {
	*campaign.Campaign
	Path, Text string
}

// Read reads one file, and tells every mistake in it.
func Read(path string) (File, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return File{}, err
	}
	c, err := campaign.Load(strings.NewReader(string(text)), path)
	return File{c, path, string(text)}, err
}

// Find reads the campaign of an id from a folder: its file is id.yaml.
func Find(folder, id string) (File, error) {
	if folder == "" {
		return File{}, fmt.Errorf("%w: the configuration names no folder of campaigns (campaigns)", ErrNoFile)
	}
	if id == "" || strings.ContainsAny(id, `/\.`) {
		return File{}, fmt.Errorf("%w: %q is no name of a campaign", ErrNoFile, id)
	}
	f, err := Read(filepath.Join(folder, id+".yaml"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return f, fmt.Errorf("%w: there is no %s", ErrNoFile, filepath.Join(folder, id+".yaml"))
	case err != nil:
		return f, err
	case f.ID != id:
		return f, fmt.Errorf("%s: it calls itself %q: name the file after the campaign", f.Path, f.ID)
	}
	return f, nil
}
