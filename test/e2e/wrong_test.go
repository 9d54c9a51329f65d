package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/test/rig"
)

// TestWhatIsWrongIsToldInOneLine starts the program with everything that can be
// wrong: it says what, where and what to do in one line, and fails.
func TestWhatIsWrongIsToldInOneLine(t *testing.T) {
	t.Parallel()
	taken, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	sip, console := rig.FreeAddr(t), rig.FreeAddr(t)
	good := fmt.Sprintf("sip: {listen: [\"udp://%s\"]}\nhttp: {listen: \"%s\"}\nspeech: {asr: {engine: none}}\ndata: ./data\n", sip, console)
	tests := []struct {
		name, config, script string
		env                  []string
		want                 []string
		code                 int
		lines                int // 0 is one
	}{
		{name: "unknown key", config: good + "medya: {threads: 2}\n",
			want: []string{"parley.yaml:5:1", "medya", "media"}, code: 2},
		{name: "value out of range", config: good + "media: {threads: 0}\n",
			want: []string{"parley.yaml:5:18", "threads"}, code: 2},
		{name: "not YAML", config: good + "media: {threads: 1\n",
			want: []string{"parley.yaml:"}, code: 2},
		{name: "secret not set", config: good + "trunks: [{name: a, password: \"${NOT_SET_ANYWHERE}\"}]\n",
			want: []string{"parley.yaml:5:", "NOT_SET_ANYWHERE"}, code: 2},
		{name: "wrong script", config: good + "scripts: ./scripts\ndrafts: true\nnumbers: {\"1\": broken}\n",
			script: "script: broken\nlanguage: en\nnodes:\n  hello: {stage: opening, say: Hello., go: nowhere}\n",
			want:   []string{"broken.yaml:4:", "nowhere"}, code: 2, lines: 3}, // the line is shown, and where in it
		{name: "number of no script", config: good + "numbers: {\"1\": line-test/pley}\n",
			want: []string{"line-test/pley", "line-test/play"}, code: 2},
		{name: "port taken", config: strings.Replace(good, sip, taken.LocalAddr().String(), 1),
			want: []string{taken.LocalAddr().String(), "in use"}, code: 1},
		{name: "model missing", config: strings.Replace(good, "engine: none", "engine: moonshine", 1),
			env: []string{"PARLEY_CACHE=" + t.TempDir()}, want: []string{"parley models pull"}, code: 1},
		{name: "no such file", config: "", want: []string{"parley.yaml"}, code: 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "parley.yaml")
			if tt.config != "" {
				write(t, file, tt.config)
			}
			if tt.script != "" {
				write(t, filepath.Join(dir, "scripts", "broken.yaml"), tt.script)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			cmd := exec.CommandContext(ctx, program, "serve", "-c", file)
			cmd.Env = append(os.Environ(), tt.env...)
			var out bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &out
			err := cmd.Run()
			if ctx.Err() != nil {
				t.Fatalf("it runs on:\n%s", &out)
			}
			if err == nil || cmd.ProcessState.ExitCode() != tt.code {
				t.Errorf("ended with %v, want exit code %d", err, tt.code)
			}
			text := strings.TrimSpace(out.String())
			for _, w := range tt.want {
				if !strings.Contains(text, w) {
					t.Errorf("no word of %q", w)
				}
			}
			if lines := strings.Split(text, "\n"); len(lines) != max(tt.lines, 1) || strings.Contains(text, "goroutine ") || text == "" {
				t.Errorf("%d lines instead of one", len(lines))
			}
			if t.Failed() {
				t.Logf("it said:\n%s", text)
			}
		})
	}
}
