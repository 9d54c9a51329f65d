package script

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"time"

	"github.com/parley-voice/parley/cmd/parley/script/audio"
)

// ByPhone are the flags of tests that are played by telephone.
type ByPhone struct {
	Audio  bool   `help:"Play them by telephone: SIP and RTP on loopback, the caller's lines spoken, the configured recogniser. It takes as long as the calls."`
	Config string `short:"c" placeholder:"FILE" help:"Configuration, for its list of words that no call may say, and with --audio for its speech section."`
	Log    string `placeholder:"FILE" help:"Where the server of --audio writes its log."`
}

// play plays a script's tests by telephone.
func (c *ByPhone) play(ctx context.Context, w *World, s suite, tell func(verdict)) (err error) {
	if len(s.tests) == 0 {
		return nil
	}
	cfg, err := w.Config(c.Config)
	if err != nil {
		return err
	}
	log := slog.New(slog.DiscardHandler)
	if c.Log != "" {
		f, err := os.OpenFile(c.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		log = slog.New(slog.NewTextHandler(f, nil))
	}
	if w.Spare != nil {
		w.Spare()
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt) // calls are hung up, sockets freed
	defer stop()
	stage, err := audio.Open(ctx, cfg.Speech, s.file, s.script, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stage.Close()) }()
	for _, t := range s.tests {
		began := time.Now()
		r, err := stage.Play(ctx, t)
		if err != nil {
			return err
		}
		tell(verdict{Script: s.script.ID, Test: t.Name, File: t.File, Line: t.Line, Passed: len(r.Failures) == 0,
			Failures: r.Failures, Notes: r.Notes, Entries: r.Entries, Took: time.Since(began).Seconds()})
	}
	return nil
}
