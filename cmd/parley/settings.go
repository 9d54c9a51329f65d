package main

import (
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"runtime"

	"github.com/parley-voice/parley/cmd/parley/config"
)

// Settings are the flags of every command that needs the configuration.
type Settings struct {
	Config string `short:"c" placeholder:"FILE" help:"Configuration; parley.yaml in this folder when there is one, else the defaults."`
}

const defaultConfig = "parley.yaml"

// load reads the configuration.
func (s Settings) load(m *Main) (*config.Config, error) {
	path := s.Config
	if path == "" {
		if _, err := os.Stat(defaultConfig); errors.Is(err, fs.ErrNotExist) {
			return config.Default(), nil
		}
		path = defaultConfig
	}
	c, err := config.LoadFile(path, m.Env)
	if err != nil {
		return nil, wrong{err}
	}
	return c, nil
}

// newLog makes the log that the configuration asks for.
func newLog(w io.Writer, c config.Log) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		level = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// spareCores lets the garbage collector and the network run while the pacer and
// the recogniser hold every core: without two more Ps, packets leave late.
func spareCores(env config.Env) {
	if _, set := env("GOMAXPROCS"); !set {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 2)
	}
}
