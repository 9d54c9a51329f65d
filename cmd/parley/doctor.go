package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"time"

	"github.com/parley-voice/parley/asr/models"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/doctor"
	"github.com/parley-voice/parley/cmd/parley/server"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/tts"
)

// DoctorCmd is parley doctor.
type DoctorCmd struct {
	Settings
	JSON bool `name:"json" help:"As JSON."`
}

// Run examines the machine, and fails when something is broken.
func (c *DoctorCmd) Run(ctx context.Context, m *Main) error {
	cfg, err := c.load(m)
	if err != nil {
		return err
	}
	machine, release := thisMachine(ctx, cfg)
	defer release()
	found := doctor.Examine(ctx, cfg, machine)
	if c.JSON {
		err = doctor.WriteJSON(m.Stdout, found)
	} else {
		doctor.Write(m.printer(), found)
	}
	if err == nil && !doctor.Healthy(found) {
		return errQuiet
	}
	return err
}

// thisMachine is what the checks look at.
func thisMachine(ctx context.Context, cfg *config.Config) (doctor.Machine, func()) {
	voices, _ := server.NewVoices(ctx, cfg.Speech) // a voice that cannot be made fails to speak
	prober := &server.Prober{Config: cfg, Log: slog.New(slog.DiscardHandler)}
	return doctor.Machine{
		Bind:   doctor.Bind,
		Models: verifyModels,
		Now:    time.Now,
		Hear:   reach,
		Speak: func(ctx context.Context, language string) (time.Duration, error) {
			return firstAudio(ctx, voices, language)
		},
		Scripts: func() (int, error) {
			n, err := server.CheckScripts(ctx, cfg)
			if err != nil {
				return 0, firstLine(err)
			}
			return n, nil
		},
		Routes: func() (string, error) {
			found, err := server.CheckRoutes(ctx, cfg)
			if err != nil {
				return "", firstLine(err)
			}
			return found, nil
		},
		Realtime: doctor.Realtime, Disk: doctor.Disk, Files: doctor.Files,
		Options: prober.Options, Installed: doctor.Installed,
	}, prober.Close
}

func verifyModels() error {
	for _, s := range models.Verify(models.Dir()) {
		if s.State != models.Good {
			return fmt.Errorf("%s in %s is %s %s", s.Name, models.Dir(), s.State, s.Why)
		}
	}
	return nil
}

// reach connects to a recogniser's server.
func reach(ctx context.Context, e config.ASREngine) error {
	u, err := url.Parse(e.URL)
	if err != nil {
		return err
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "ws": "80", "https": "443", "wss": "443"}[u.Scheme]
	}
	c, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return err
	}
	return c.Close()
}

var errHeard = errors.New("heard enough")

// firstAudio speaks a word and tells how long its first sound took.
func firstAudio(ctx context.Context, voices tts.Speaker, language string) (time.Duration, error) {
	if language == "*" {
		language = ""
	}
	began := time.Now()
	var first time.Duration
	err := voices.Speak(ctx, tts.Utterance{Text: "1 2 3", Language: language}, func(f media.Frame) error {
		first = time.Since(began)
		return errHeard
	})
	switch {
	case errors.Is(err, errHeard):
		return first, nil
	case err == nil:
		return 0, errors.New("it gave no audio")
	}
	return 0, err
}

// firstLine keeps an error to one line of the table.
func firstLine(err error) error {
	for i, r := range err.Error() {
		if r == '\n' {
			return fmt.Errorf("%s (and more: parley serve tells all)", err.Error()[:i])
		}
	}
	return err
}
