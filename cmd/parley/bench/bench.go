// Package bench is parley bench: it calls a SIP answerer, Parley or any other,
// and measures from the packets. Its caller shares neither SIP stack nor media
// engine with Parley.
package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/parley-voice/parley/cmd/parley/bench/callees"
	"github.com/parley-voice/parley/cmd/parley/bench/dialler"
	"github.com/parley-voice/parley/cmd/parley/bench/hotline"
	"github.com/parley-voice/parley/cmd/parley/bench/intents"
	"github.com/parley-voice/parley/cmd/parley/bench/pickups"
	"github.com/parley-voice/parley/cmd/parley/bench/timing"
	"github.com/parley-voice/parley/cmd/parley/bench/uac"
	"github.com/parley-voice/parley/cmd/parley/bench/wire"
)

// Command is the command line of parley bench.
type Command struct {
	Media    MediaCmd        `cmd:"" help:"Hold many calls: packets a second, pacing, lateness, loss, CPU and memory a call."`
	Setup    SetupCmd        `cmd:"" help:"Place calls at a rate: time to the 200 and to the first RTP, CPU a call, what is left behind."`
	Latency  LatencyCmd      `cmd:"" help:"Talk with a script: from the caller's last sound to the first sound of the answer."`
	Bargein  BargeinCmd      `cmd:"" help:"Interrupt a prompt: how soon it pauses, and that a cough loses nothing of it."`
	ASR      ASRCmd          `cmd:"" name:"asr" help:"Speak recordings over A-law calls: word error rate, with every miss."`
	Intents  intents.Command `cmd:"" help:"Learn a set of intents and answer another: accuracy, calibration, what is out of scope, CPU."`
	Queue    hotline.Command `cmd:"" help:"Play hours of a hotline against the queues: waits, promises, occupancy, CPU an event."`
	Pacing   dialler.Command `cmd:"" help:"Play days of a campaign with agents: people abandoned, the agents' talking time, predictive against progressive."`
	Timing   timing.Command  `cmd:"" help:"Learn when made-up people answer: log-loss and calibration of each model, and what choosing the hour is worth."`
	Pickup   pickups.Command `cmd:"" help:"Let synthetic people and machines answer: who is taken for whom."`
	Campaign callees.Command `cmd:"" help:"Run a campaign against sipp callees who answer, are busy, machines, not there: every attempt's record, who is taken for whom, calls a second, CPU."`
	Pairs    PairsCmd        `cmd:"" help:"Write the file that bench asr reads, from Debian's asterisk-core-sounds-en-wav."`
}

// Common are the flags of every measurement.
type Common struct {
	Target  string `placeholder:"sip:NUMBER@HOST:PORT" help:"Whom to call (UDP, IPv4). Without it a server of our own is started and ended."`
	From    string `default:"bench" help:"User part of our address: which caller we are."`
	HTTP    string `name:"http" placeholder:"http://HOST:PORT" help:"The target's console, for its /metrics and its records. Parley only."`
	PID     int    `name:"pid" help:"The target's process, to read its CPU and memory from /proc."`
	JSON    string `name:"json" placeholder:"FILE" help:"Also write the result as JSON (- for standard output, instead of the table)."`
	Threads int    `default:"1" help:"Threads that send and receive our RTP."`
	Gate    bool   `help:"Exit with 1 when a goal is missed, not only when the measurement failed."`
}

// rig is what one measurement calls with.
type rig struct {
	target uac.Target
	from   string
	agent  *uac.Agent
	wheel  *wire.Wheel
	pid    int
	http   string
	own    *server
}

// open starts our own server if there is no target, and the callers' sockets.
func (c Common) open(ctx context.Context, number string, o options) (*rig, error) {
	r := &rig{pid: c.PID, http: c.HTTP, from: c.From}
	target := c.Target
	if target == "" {
		own, err := startServer(ctx, o)
		if err != nil {
			return nil, err
		}
		r.own, r.pid, r.http = own, own.pid(), own.http
		target = fmt.Sprintf("sip:%s@%s", number, own.sip)
	}
	err := r.connect(target, c.Threads, o.steady)
	if err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *rig) connect(target string, threads int, steady bool) error {
	var err error
	if r.target, err = uac.ParseTarget(target); err != nil {
		return err
	}
	local, err := localFor(r.target.Addr)
	if err != nil {
		return err
	}
	if r.agent, err = uac.New(local); err != nil {
		return err
	}
	r.wheel, err = wire.NewWheel(local, threads, steady)
	return err
}

// number is the same server under another number, when the server is our own.
func (r *rig) number(n string) uac.Target {
	t := r.target
	if r.own != nil {
		t.Number = n
	}
	return t
}

func (r *rig) close() {
	if r.wheel != nil {
		r.wheel.Close()
	}
	if r.agent != nil {
		r.agent.Close()
	}
	if r.own != nil {
		r.own.stop()
	}
}

// localFor is the address that the route to addr leaves from.
func localFor(addr netip.AddrPort) (netip.Addr, error) {
	conn, err := net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(addr))
	if err != nil {
		return netip.Addr{}, fmt.Errorf("no route to %s: %w", addr, err)
	}
	defer conn.Close()
	return conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap(), nil
}

// talk is one call that is up.
type talk struct {
	call *uac.Call
	flow *wire.Flow
}

// speaker is a party that may have to know the payload type agreed on.
type speaker interface {
	wire.Party
	agreed(*wire.Law)
}

// dial places a call. What comes from the other side is heard by p from the
// start, and p speaks from the answer on.
func (r *rig) dial(ctx context.Context, to uac.Target, p speaker, abort bool) (*talk, error) {
	flow, err := r.wheel.Open()
	if err != nil {
		return nil, err
	}
	flow.Listen(p)
	call, err := r.agent.Place(ctx, uac.Request{Target: to, From: r.from, RTP: flow.Local(), Abort: abort})
	if err != nil {
		flow.Close()
		return &talk{call: call}, err
	}
	m := call.Media()
	p.agreed(wire.LawOf(m.Type))
	flow.Start(p, m.Remote, m.Type)
	return &talk{call, flow}, nil
}

// end hangs up. The call's own context may be over by then. The party is not
// called after it.
func (t *talk) end() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err := t.call.Hangup(ctx)
	t.flow.Close()
	return err
}

// errGate fails a measurement whose goals were missed.
var errGate = errors.New("a goal was missed")

// finish prints the result and judges it.
func (c Common) finish(r Report) error {
	r.Target = cmp.Or(c.Target, "a server of our own")
	if err := r.write(c.JSON); err != nil {
		return err
	}
	if c.Gate && r.missed() {
		return errGate
	}
	return nil
}

// sleep waits for d or for ctx's end.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
