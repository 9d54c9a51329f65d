package main_test

import (
	"debug/elf"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What keeps Parley from starting is told in one clear line that says what to
// do, without a trace, and the exit code is not 0.
func TestWhatKeepsServeFromStarting(t *testing.T) {
	t.Parallel()
	udp, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	tcp, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	for name, c := range map[string]struct {
		config string
		files  map[string]string
		env    []string
		code   int
		want   []string // all in the first line
	}{
		"port taken": {
			config: strings.Replace(plain, "127.0.0.1:0]", udp.LocalAddr().String()+"]", 1),
			code:   1, want: []string{udp.LocalAddr().String(), "another program has it", "choose another port"},
		},
		"http port taken": {
			config: strings.Replace(plain, "listen: 127.0.0.1:0", "listen: "+tcp.Addr().String(), 1),
			code:   1, want: []string{"http.listen", tcp.Addr().String(), "choose another address"},
		},
		"wrong config": {
			config: strings.Replace(plain, "media: {ports", "media: {prots", 1),
			code:   2, want: []string{"parley.yaml:4:9:", `unknown key "prots"`, `did you mean "ports"?`},
		},
		"secret missing": {
			config: plain + "scripts: ${NO_SUCH_VARIABLE_HERE}\n",
			code:   2, want: []string{"parley.yaml:9:10:", "NO_SUCH_VARIABLE_HERE is not set", "export NO_SUCH_VARIABLE_HERE="},
		},
		"wrong script": {
			config: plain + "scripts: ./mine\ndrafts: true\n", files: map[string]string{"mine/x.yaml": "script: x\nlanguage: en\nnodes:\n  a: {stage: opening, sya: Hello., end: done}\n"},
			code: 2, want: []string{"mine/x.yaml:4:23:", "sya", `did you mean "say"?`},
		},
		"no such script": {
			config: strings.Replace(plain, "line-test/play", "line-test/paly", 1),
			code:   2, want: []string{"numbers.9196", `no script is named "line-test/paly"`, `did you mean "line-test/play"?`},
		},
		"model missing": {
			config: strings.Replace(plain, "engine: none", "engine: moonshine", 1), env: []string{"PARLEY_CACHE=" + t.TempDir()},
			code: 1, want: []string{"speech models", "missing", "run parley models pull"},
		},
		"no folder for data": {
			config: plain + "data: ./parley.yaml/var\n",
			code:   1, want: []string{"data folder", "change data"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			c.files = mergeFile(c.files, "parley.yaml", c.config)
			for file, text := range c.files {
				path := filepath.Join(dir, file)
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			code, out, errs := run(t, c.env, "serve", "-c", filepath.Join(dir, "parley.yaml"))
			lines := slices.DeleteFunc(strings.Split(strings.TrimSpace(errs), "\n"), func(l string) bool {
				return strings.HasPrefix(l, "  ") // the place in the script that the line is about
			})
			if code != c.code || out != "" || len(lines) != 1 || !strings.HasPrefix(lines[0], "parley: ") {
				t.Errorf("exit code %d, want %d, and one line:\n%s%s", code, c.code, out, errs)
			}
			for _, want := range c.want {
				if !strings.Contains(lines[0], want) {
					t.Errorf("%q is missing in\n%s", want, errs)
				}
			}
		})
	}
}

func mergeFile(files map[string]string, name, text string) map[string]string {
	out := map[string]string{name: text}
	for k, v := range files {
		out[k] = v
	}
	return out
}

func TestRecordsHaveOneWriter(t *testing.T) {
	t.Parallel()
	first := serve(t, t.TempDir(), plain)
	path := filepath.Join(t.TempDir(), "parley.yaml")
	if err := os.WriteFile(path, []byte(plain+"data: "+filepath.Join(first.dir, "var")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, errs := run(t, nil, "serve", "-c", path)
	if code != 1 || !strings.Contains(errs, "in use by another parley") || strings.Count(errs, "\n") != 1 {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}

func TestCommandLine(t *testing.T) {
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"", 0, "Commands:"},
		{"--help", 0, "Exit code 0"},
		{"srve", 2, `did you mean "serve"?`},
		{"serve -c none.yaml", 2, "name the configuration with -c FILE"},
		{"call sip:x@127.0.0.1", 2, "--script"},
		{"call x --script member-callback.en", 2, "write sip:USER@HOST"},
		{"call 4711 --trunk none --script member-callback.en", 2, `no trunk with a host is named "none"`},
		{"call sip:x@127.0.0.1 --script member-calback.en", 2, `did you mean "member-callback.en"?`},
		{"call sip:x@127.0.0.1 --script none.yaml", 2, "none.yaml"},
		{"calls list", 1, "say with -c or --data where they are"},
		{"demo --language zh --once", 2, "no recogniser hears zh-CN"},
		{"version", 0, "parley "},
		{"version --json", 0, `"sipgo": "v`},
	} {
		t.Run(c.args, func(t *testing.T) {
			code, out, errs := run(t, nil, strings.Fields(c.args)...)
			if code != c.code || !strings.Contains(out+errs, c.want) {
				t.Errorf("exit code %d, want %d and %q:\n%s%s", code, c.code, c.want, out, errs)
			}
		})
	}
}

// The folder that make build leaves can be copied to another place and another
// machine: its libraries are found beside the program, wherever they came from.
func TestTheFolderCanBeCopied(t *testing.T) {
	from, err := bin()
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(to, "parley"), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := elf.Open(filepath.Join(to, "parley"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, tag := range []elf.DynTag{elf.DT_RPATH, elf.DT_RUNPATH} {
		paths, err := f.DynString(tag)
		if err != nil {
			t.Fatal(err)
		}
		if want := tag == elf.DT_RPATH; want != (len(paths) == 1) || want && paths[0] != "$ORIGIN" {
			t.Errorf("%s: %q", tag, paths)
		}
	}
	out, err := exec.Command("ldd", filepath.Join(to, "parley")).CombinedOutput()
	if err != nil {
		t.Fatalf("ldd: %v\n%s", err, out)
	}
	ours := 0
	for line := range strings.Lines(string(out)) {
		name, path, _ := strings.Cut(strings.TrimSpace(line), " => ")
		switch {
		case strings.Contains(line, "not found"):
			t.Error(line)
		case strings.HasPrefix(path, to+"/"):
			ours++
		case strings.HasPrefix(name, "libflite"), strings.HasPrefix(name, "libsherpa"), strings.HasPrefix(name, "libonnx"), strings.HasPrefix(name, "libasound"):
			t.Errorf("not from the folder: %s", line)
		}
	}
	if ours < 5 {
		t.Errorf("%d libraries come from the folder:\n%s", ours, out)
	}
	if out, err := exec.Command(filepath.Join(to, "parley"), "version").CombinedOutput(); err != nil {
		t.Error(fmt.Errorf("%w\n%s", err, out))
	}
}
