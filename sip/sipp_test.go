package sip

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/media"

	"github.com/parley-voice/parley/test/rig"
)

// sipp runs a scenario to its end. As a server it listens on port.
func sipp(t *testing.T, scenario string, args ...string) (wait func() error) {
	t.Helper()
	path, err := exec.LookPath("sipp")
	if err != nil {
		t.Skip("sipp is not installed: apt install sip-tester")
	}
	file, err := filepath.Abs(filepath.Join("testdata", "sipp", scenario))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	cmd := exec.CommandContext(ctx, path, append([]string{"-sf", file, "-m", "1", "-i", "127.0.0.1", "-nostdin", "-timeout", "25", "-recv_timeout", "8000"}, args...)...)
	cmd.Dir = t.TempDir()
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait(); cancel() }()
	t.Cleanup(cancel)
	return func() error {
		if err := <-done; err != nil {
			text := out.String()
			return fmt.Errorf("sipp %s: %w\n%s", scenario, err, text[max(0, len(text)-3000):])
		}
		return nil
	}
}

func TestSippCalls(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		scenario string
		check    func(t *testing.T, events []Event)
	}{
		{"uac_call.xml", func(t *testing.T, ev []Event) {
			if end := ev[len(ev)-1].(Ended); len(ev) != 1 || end.By != Them {
				t.Errorf("%+v", ev)
			}
		}},
		{"uac_reinvite.xml", func(t *testing.T, ev []Event) {
			var got []string
			for _, e := range ev {
				if m, ok := e.(MediaChanged); ok {
					got = append(got, fmt.Sprintf("%s %s %d", m.Params.Direction, m.Params.Codec.Name, m.Params.Remote.Port()))
				}
			}
			if s := strings.Join(got, ", "); s != "recvonly PCMA 6000, sendrecv PCMA 7000, sendrecv PCMU 7000, sendrecv PCMA 7000" {
				t.Errorf("changes %s", s)
			}
		}},
		{"uac_cancel.xml", func(t *testing.T, ev []Event) {
			if end := ev[len(ev)-1].(Ended); end.By != Them || end.Code != 487 {
				t.Errorf("%+v", end)
			}
		}},
	} {
		for network, flag := range map[string]string{"udp": "u1", "tcp": "t1"} {
			t.Run(c.scenario+" "+network, func(t *testing.T) {
				seen := make(chan []Event, 1)
				e := start(t, Config{Codecs: []media.Codec{media.PCMA, media.PCMU}}, func(ctx context.Context, l *Leg) {
					_ = l.Ring(ctx)
					if c.scenario != "uac_cancel.xml" {
						_, _ = l.Answer(ctx, rtp)
					}
					var events []Event
					for ev := range l.Events() {
						events = append(events, ev)
					}
					seen <- events
				})
				wait := sipp(t, c.scenario, "-s", "100", "-t", flag, "-p", rig.FreePort(t), e.Addr(network).String())
				if err := wait(); err != nil {
					t.Fatal(err)
				}
				select {
				case ev := <-seen:
					c.check(t, ev)
				case <-time.After(5 * time.Second):
					t.Error("the leg did not end")
				}
			})
		}
	}
}

func TestSippAnswers(t *testing.T) {
	t.Parallel()
	for scenario, want := range map[string]Ended{
		"uas_302.xml":      {By: Them, Code: 302, Reason: "Moved Temporarily"},
		"uas_486.xml":      {By: Them, Code: 486, Reason: "Busy Here"},
		"uas_603.xml":      {By: Them, Code: 603, Cause: 21, Reason: "no thanks"},
		"uas_noanswer.xml": {By: Us, Code: 408, Reason: "no answer"},
		"uas_401.xml":      {By: Us, Cause: 16},
	} {
		for network, flag := range map[string]string{"udp": "u1", "tcp": "t1"} {
			t.Run(scenario+" "+network, func(t *testing.T) {
				port := rig.FreePort(t)
				e := start(t, Config{Trunks: []Trunk{{
					Name: "sipp", Match: loopback, Host: "127.0.0.1:" + port, Transport: network, Username: "parley", Password: "secret",
				}}}, nil)
				wait := sipp(t, scenario, "-t", flag, "-p", port)
				var leg *Leg
				for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
					// over UDP the INVITE is sent again until sipp listens, over TCP
					// there is no connection until then
					var err error
					if leg, err = e.Dial(within(t), Dial{Trunk: "sipp", Target: "100", Local: rtp, Timeout: 2 * time.Second}); err == nil {
						break
					}
					if time.Now().After(deadline) {
						t.Fatal("sipp does not listen")
					}
				}
				var end Ended
				for ev := range leg.Events() {
					switch ev := ev.(type) {
					case Answered:
						go func() { _ = leg.Hangup(context.Background(), 16, "") }()
					case Ended:
						end = ev
					}
				}
				if err := wait(); err != nil {
					t.Error(err)
				}
				if end != want {
					t.Errorf("ended %+v, want %+v", end, want)
				}
			})
		}
	}
}
