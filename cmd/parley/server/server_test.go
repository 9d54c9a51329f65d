package server

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/media"
	"github.com/parley-voice/parley/scripts"
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

func TestAdvertisedAddress(t *testing.T) {
	inner := &fakeAudio{}
	a := advertised{inner, netip.MustParseAddr("198.51.100.1")}
	m, err := a.Open(context.Background(), media.Params{}, nil)
	if err != nil || m.LocalAddr().String() != "198.51.100.1:20002" {
		t.Errorf("%v, %v", m.LocalAddr(), err)
	}
	if _, err := a.Join(m, m); err != nil || inner.joined[0] != (fakeMedia{}) || inner.joined[1] != (fakeMedia{}) {
		t.Errorf("joined %v, %v: the engine knows its own sessions only", inner.joined, err)
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

// Every script that ships loads, and can be reached by its name.
func TestShippedScripts(t *testing.T) {
	l, err := LoadLibrary(scripts.FS, "", true)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"member-callback.en", "member-callback.zh", "line-test/echo"} {
		s, ok := l.Named(name)
		if !ok || s.ID != name || !s.Record {
			t.Errorf("%s: %v %+v", name, ok, s)
		}
	}
	if err := l.SetNumbers(load(t, `numbers: {4001: member-callback.en, 4002: member-callback.en, "*": line-test/echo}`)); err != nil {
		t.Fatal(err)
	}
	if s, ok := l.ForNumber("4001"); !ok || s.ID != "member-callback.en" || !s.Listens {
		t.Errorf("4001: %+v", s)
	}
	if s, ok := l.ForNumber("12345"); !ok || s.ID != "line-test/echo" {
		t.Errorf("*: %+v", s)
	}
	if got := l.Reached(); !slices.Equal(got, []string{"line-test/echo", "member-callback.en"}) {
		t.Errorf("reached: %v", got)
	}
	if len(l.Fixed("member-callback.en")) < 10 {
		t.Error("hardly anything can be rendered ahead")
	}
	if got := l.Listening([]string{"line-test/play", "member-callback.en", "none"}); !slices.Equal(got, []string{"member-callback.en"}) {
		t.Errorf("listening: %v", got)
	}
	if got := l.Languages(l.Names()); len(got) < 2 || !slices.IsSorted(got) {
		t.Errorf("languages: %v", got)
	}
}

const small = "script: mine\nversion: 7\nlanguage: en\nnodes:\n  hello: {stage: opening, say: Hello., end: done}\n"

func TestOwnScriptsTakeThePlaceOfShippedOnes(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "member-callback.en.yaml"), small)
	write(t, filepath.Join(dir, "team", "mine.yaml"), small)
	write(t, filepath.Join(dir, "mine.test.yaml"), "not: a script")
	write(t, filepath.Join(dir, ".git", "x.yaml"), "not: a script")
	l, err := LoadLibrary(scripts.FS, dir, false)
	if err != nil {
		t.Fatal(err)
	}
	if s, _ := l.Named("member-callback.en"); s == nil || s.Version != 7 {
		t.Errorf("%+v", s)
	}
	if _, ok := l.Named("team/mine"); !ok {
		t.Errorf("known: %v", l.Names())
	}
	if err := l.AddFile(filepath.Join(dir, "team", "mine.yaml"), false); err != nil {
		t.Fatal(err)
	}
	if _, ok := l.Named(ScriptName(filepath.Join(dir, "team", "mine.yaml"))); !ok {
		t.Errorf("known: %v", l.Names())
	}
}

func TestWrongScriptsAndNumbersAreAllTold(t *testing.T) {
	shipped := fstest.MapFS{
		"a.yaml": {Data: []byte("script: a\nnodez: {}\n")},
		"b.yaml": {Data: []byte("script: b\nlanguage: [\n")},
	}
	_, err := LoadLibrary(shipped, filepath.Join(t.TempDir(), "none"), false)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"a.yaml:2:1", "b.yaml:", "is not there: make it"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in\n%v", want, err)
		}
	}
	l, err := LoadLibrary(scripts.FS, "", false)
	if err != nil {
		t.Fatal(err)
	}
	err = l.SetNumbers(load(t, "numbers:\n  4001: member-calback.en\n  4002: zzz\n"))
	want := `parley.yaml:2:9: numbers.4001: no script is named "member-calback.en"; did you mean "member-callback.en"?`
	if err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), "parley.yaml:3:9") {
		t.Errorf("got %v", err)
	}
}

func TestHears(t *testing.T) {
	for text, want := range map[string][2]bool{ // English, Mandarin
		"speech: {asr: {engine: moonshine}}":                                      {true, false},
		"speech: {asr: {engine: none}}":                                           {false, false},
		"speech: {asr: {engine: ws, url: 'ws://h'}}":                              {true, true},
		"speech: {asr: {engine: none, second: {engine: moonshine}}}":              {true, false},
		"speech: {asr: {engine: moonshine, second: {engine: ws, url: 'ws://h'}}}": {true, true},
	} {
		c := load(t, text).Speech.ASR
		if got := [2]bool{Hears(c, "en-US"), Hears(c, "zh-CN")}; got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
