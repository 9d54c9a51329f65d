package server

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/media"
)

func load(t *testing.T, text string) *config.Config {
	t.Helper()
	c, err := config.Load(strings.NewReader(text), "parley.yaml", func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func ipNet(s string) net.Addr {
	ip, n, err := net.ParseCIDR(s)
	if err != nil {
		panic(err)
	}
	n.IP = ip
	return n
}

func TestMediaAddress(t *testing.T) {
	host := func() ([]net.Addr, error) {
		return []net.Addr{ipNet("127.0.0.1/8"), ipNet("fe80::1/64"), ipNet("2001:db8::1/64"), ipNet("192.0.2.7/24"), ipNet("192.0.2.8/24")}, nil
	}
	for text, want := range map[string]string{
		"media: {address: 198.51.100.1}":                        "198.51.100.1",
		"sip: {listen: [udp://0.0.0.0:5060, tcp://10.0.0.5:1]}": "10.0.0.5",
		"sip: {listen: [udp://127.0.0.1:5060]}":                 "127.0.0.1",
		"sip: {listen: [udp://0.0.0.0:5060]}":                   "192.0.2.7",
		"media: {address: 0.0.0.0}":                             "192.0.2.7",
	} {
		if got := mediaAddress(load(t, text), host).String(); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	none := func() ([]net.Addr, error) { return nil, errors.New("no interfaces") }
	if got := mediaAddress(config.Default(), none).String(); got != "127.0.0.1" {
		t.Errorf("without interfaces: %s", got)
	}
}

type fakeMedia struct{ call.Media }

func (fakeMedia) LocalAddr() netip.AddrPort { return netip.MustParseAddrPort("10.0.0.5:20002") }

type fakeAudio struct{ joined []call.Media }

func (*fakeAudio) Open(context.Context, media.Params, media.Sink) (call.Media, error) {
	return fakeMedia{}, nil
}

func (a *fakeAudio) Join(x, y call.Media) (func(), error) {
	a.joined = []call.Media{x, y}
	return func() {}, nil
}

func (a *fakeAudio) Patch(x, y call.Media) (func(), error) { return a.Join(x, y) }

func (a *fakeAudio) Overhear(x, y call.Media) (func(), error) { return a.Join(x, y) }

func TestAdvertisedAddress(t *testing.T) {
	inner := &fakeAudio{}
	a := advertised{inner, netip.MustParseAddr("198.51.100.1")}
	m, err := a.Open(context.Background(), media.Params{}, nil)
	if err != nil || m.LocalAddr().String() != "198.51.100.1:20002" {
		t.Errorf("%v, %v", m.LocalAddr(), err)
	}
	for name, join := range map[string]func(a, b call.Media) (func(), error){"Join": a.Join, "Patch": a.Patch, "Overhear": a.Overhear} {
		inner.joined = nil
		if _, err := join(m, m); err != nil || len(inner.joined) != 2 || inner.joined[0] != (fakeMedia{}) || inner.joined[1] != (fakeMedia{}) {
			t.Errorf("%s: %v, %v: the engine knows its own sessions only", name, inner.joined, err)
		}
	}
}

func TestDirectory(t *testing.T) {
	d := directory{"aftersales": "sip:4100@192.0.2.20", "sales": "4100@carrier"}
	for _, c := range []struct {
		in   dialog.Transfer
		want call.Target
		err  string
	}{
		{dialog.Transfer{Queue: "aftersales"}, call.Target{URI: "sip:4100@192.0.2.20"}, ""},
		{dialog.Transfer{Agent: "sales"}, call.Target{URI: "4100", Trunk: "carrier"}, ""},
		{dialog.Transfer{SIP: "sip:1@h"}, call.Target{URI: "sip:1@h"}, ""},
		{dialog.Transfer{Queue: "none"}, call.Target{}, `no queue or agent is named "none" (known: aftersales, sales)`},
	} {
		got, err := d.Find(context.Background(), c.in)
		if got != c.want || (err == nil) != (c.err == "") || err != nil && err.Error() != c.err {
			t.Errorf("%+v: %+v, %v", c.in, got, err)
		}
	}
	star := directory{"*": "sip:desk@192.0.2.20"}
	if got, err := star.Find(context.Background(), dialog.Transfer{Queue: "any"}); err != nil || got.URI != "sip:desk@192.0.2.20" {
		t.Errorf("*: %v, %v", got, err)
	}
	if _, err := (directory{}).Find(context.Background(), dialog.Transfer{Queue: "any"}); err == nil || !strings.Contains(err.Error(), "none is configured") {
		t.Error(err)
	}
}

func TestHears(t *testing.T) {
	for text, want := range map[string][2]bool{ // English, Mandarin
		"speech: {asr: {engine: moonshine}}":                                      {true, false},
		"speech: {asr: {engine: none}}":                                           {false, false},
		"speech: {asr: {engine: ws, url: 'ws://h'}}":                              {true, true},
		"speech: {asr: {engine: none, second: {engine: moonshine}}}":              {true, false},
		"speech: {asr: {engine: moonshine, second: {engine: ws, url: 'ws://h'}}}": {true, true},
		"speech: {asr: {languages: {zh: {engine: ws, url: 'ws://h'}}}}":           {true, true},
		"speech: {asr: {languages: {en: {engine: none}}}}":                        {false, false},
		"speech: {asr: {engine: ws, url: 'ws://h', languages: {en-US: {engine: moonshine}, zh-CN: {engine: none, second: {engine: openai, url: 'http://h'}}}}}": {true, true},
	} {
		c := load(t, text).Speech.ASR
		if got := [2]bool{Hears(c, "en-US"), Hears(c, "zh-CN")}; got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}
