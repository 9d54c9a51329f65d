// Package doctor looks at a machine and a configuration and tells what is
// broken, what could be better, and how to mend each.
package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/term"
)

// State is how a check ended.
type State string

// The states.
const (
	OK     State = "ok"
	Warn   State = "warn"   // works, and could be better
	Broken State = "broken" // will not work
)

// Finding is what one check found.
type Finding struct {
	Check string `json:"check"`
	State State  `json:"state"`
	Found string `json:"found"`
	Mend  string `json:"mend,omitempty"` // what to do, unless all is well
}

// Machine is what the checks look at; tests give another.
type Machine struct {
	Bind      func(network, addr string) error // tries a port and lets it go
	Models    func() error                     // speech models of the configured engine, nil when usable
	Hear      func(ctx context.Context, e config.ASREngine) error
	Speak     func(ctx context.Context, language string) (time.Duration, error) // time to first audio
	Scripts   func() (count int, err error)
	Routes    func() (found string, err error)          // "" when there is no table
	Realtime  func() error                              // takes SCHED_RR on a thread and lets it go
	Disk      func(dir string) (free uint64, err error) // writes and removes a file there too
	Files     func() (soft, hard uint64, err error)     // RLIMIT_NOFILE
	Options   func(ctx context.Context, trunk string) (time.Duration, error)
	Installed func(program string) bool
	Now       func() time.Time
}

// Examine runs every check, in order.
func Examine(ctx context.Context, c *config.Config, m Machine) []Finding {
	var out []Finding
	for _, check := range []func(context.Context, *config.Config, Machine) []Finding{
		ports, hearing, speaking, scripts, routes, rights, disk, files, trunks, npm, holidays, messages,
	} {
		out = append(out, check(ctx, c, m)...)
	}
	return out
}

// Healthy tells whether nothing is broken.
func Healthy(fs []Finding) bool {
	for _, f := range fs {
		if f.State == Broken {
			return false
		}
	}
	return true
}

// WriteJSON writes findings for programs.
func WriteJSON(w io.Writer, fs []Finding) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		Healthy  bool      `json:"healthy"`
		Findings []Finding `json:"findings"`
	}{Healthy(fs), fs})
}

// Write writes findings for people.
func Write(p term.Printer, fs []Finding) {
	style := map[State]term.Style{OK: term.Green, Warn: term.Yellow, Broken: term.Red}
	width := 0
	for _, f := range fs {
		width = max(width, term.Width(f.Check))
	}
	count := map[State]int{}
	for _, f := range fs {
		count[f.State]++
		p.Printf("%s  %-*s  %s\n", p.In(style[f.State], fmt.Sprintf("%-6s", f.State)), width, f.Check, f.Found)
		if f.Mend != "" {
			p.Printf("        %-*s  %s\n", width, "", "→ "+f.Mend)
		}
	}
	p.Printf("\n%d ok, %d to better, %d broken\n", count[OK], count[Warn], count[Broken])
}
