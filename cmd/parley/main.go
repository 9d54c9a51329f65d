// Command parley is a telephone that talks: it answers and places SIP calls,
// follows a script, and hands the caller to a person when a person is better.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	_ "time/tzdata" // whom we may call depends on zones: a host or an image without them must not refuse everybody

	"github.com/alecthomas/kong"
	"github.com/mattn/go-isatty"

	"github.com/parley-voice/parley/cmd/parley/bench"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/cmd/parley/route"
	"github.com/parley-voice/parley/cmd/parley/script"
	"github.com/parley-voice/parley/dialog/market"
)

// The exit codes, told by parley --help.
const (
	exitOK     = 0
	exitFailed = 1 // it ran and failed
	exitWrong  = 2 // command line, configuration or script is wrong
)

// CLI is the command line: one field, one file, for each subcommand.
type CLI struct {
	Serve      ServeCmd       `cmd:"" help:"Answer and place calls, as the configuration says."`
	Demo       DemoCmd        `cmd:"" help:"Show a whole call between Parley, a simulated customer and a simulated supervisor."`
	Call       CallCmd        `cmd:"" help:"Place one call and show it as it goes."`
	Script     script.Command `cmd:"" help:"Write scripts: check, test, chat, draw, compare and hear them."`
	Route      route.Command  `cmd:"" help:"Say where calls go: check, explain, test and replay a table of routes."`
	Calls      CallsCmd       `cmd:"" help:"List and show the records of calls."`
	Report     ReportCmd      `cmd:"" help:"Report the figures of a day, a week, a month or a quarter, as text, CSV and HTML."`
	Keys       KeysCmd        `cmd:"" help:"Make, list and revoke the keys of the API."`
	Campaign   CampaignCmd    `cmd:"" help:"Check and simulate campaigns, start, pause and stop them, and tell how they stand."`
	Experiment ExperimentCmd  `cmd:"" help:"Show how the wordings of campaigns do, and decide which is spoken."`
	Customers  CustomersCmd   `cmd:"" help:"Import, list and show customers."`
	OptOut     OptOutCmd      `cmd:"" name:"optout" help:"Keep who does not want to be reached, and say whether a number may be called."`
	FollowUps  FollowUpsCmd   `cmd:"" name:"follow-ups" help:"List what is owed to callers, and settle it."`
	Consent    ConsentCmd     `cmd:"" help:"The record of consent: list it, verify it, prove it."`
	Doctor     DoctorCmd      `cmd:"" help:"Check ports, models, voices, rights, disk and trunks, and tell how to mend each."`
	Bench      bench.Command  `cmd:"" help:"Measure a running server, Parley or any other, from the packets."`
	Models     ModelsCmd      `cmd:"" help:"List, fetch and verify the speech models."`
	Version    VersionCmd     `cmd:"" help:"Tell the version and what it was built from."`
}

// Main is what the program takes from the world outside, so that tests can give
// it another.
type Main struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Env            config.Env
	Now            func() time.Time
	Terminal       bool // standard output is one
	Signals        func() (<-chan os.Signal, func())
}

func main() {
	m := &Main{
		Stdin:    os.Stdin,
		Stdout:   os.Stdout,
		Stderr:   os.Stderr,
		Env:      os.LookupEnv,
		Now:      time.Now,
		Terminal: isatty.IsTerminal(os.Stdout.Fd()),
		Signals:  osSignals,
	}
	os.Exit(m.Run(context.Background(), os.Args[1:]))
}

// Run carries out one command line and gives the exit code.
func (m *Main) Run(ctx context.Context, args []string) int {
	var cli CLI
	parser, err := kong.New(&cli,
		kong.Name("parley"),
		kong.Description("A telephone that talks: SIP and RTP in, speech recognition, a script, speech out, and a person when a person is better.\n\nExit code 0: done. 1: it failed. 2: the command line, the configuration or a script is wrong."),
		kong.Writers(m.Stdout, m.Stderr),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(m, m.world()),
		kong.Vars{"markets": strings.Join(market.Trades(), ", ")},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
	)
	if err != nil {
		fmt.Fprintln(m.Stderr, "parley:", err)
		return exitWrong
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	kctx, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(m.Stderr, "parley: %v\nTry parley --help.\n", err)
		return exitWrong
	}
	return m.report(kctx.Run())
}

// world is what parley script takes from outside.
func (m *Main) world() *script.World {
	return &script.World{Stdin: m.Stdin, Stdout: m.Stdout, Stderr: m.Stderr, Terminal: m.Terminal, Env: m.Env, Now: m.Now,
		Spare:  func() { spareCores(m.Env) },
		Config: func(path string) (*config.Config, error) { return Settings{Config: path}.load(m) }}
}

// wrong marks an error of the user's input: exit code 2.
type wrong struct{ error }

func (w wrong) Unwrap() error { return w.error }

// errQuiet fails a command that has already told why.
var errQuiet = errors.New("failed")

// report writes an error as plain lines, without a trace, and gives its exit code.
func (m *Main) report(err error) int {
	if err == nil {
		return exitOK
	}
	if !errors.Is(err, errQuiet) && !errors.Is(err, script.ErrTold) {
		for line := range strings.SplitSeq(strings.TrimRight(err.Error(), "\n"), "\n") {
			if strings.HasPrefix(line, " ") { // the place in a file that the line before is about
				fmt.Fprintln(m.Stderr, line)
				continue
			}
			fmt.Fprintln(m.Stderr, "parley:", line)
		}
	}
	var w wrong
	var theirs script.Wrong
	if errors.As(err, &w) || errors.As(err, &theirs) {
		return exitWrong
	}
	return exitFailed
}
