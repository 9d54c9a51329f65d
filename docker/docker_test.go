// Package docker holds what is shipped for containers and systemd to the code.
package docker

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/cmd/parley/config"
)

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestConfigurationLoads(t *testing.T) {
	c, err := config.Load(strings.NewReader(read(t, "parley.yaml")), "parley.yaml", func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Trunks) == 0 || len(c.Numbers) == 0 {
		t.Error("nobody can call it")
	}
}

func TestGoVersionIsTheModules(t *testing.T) {
	module := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "../go.mod"))
	image := regexp.MustCompile(`FROM golang:(\d+\.\d+)`).FindStringSubmatch(read(t, "Dockerfile"))
	if module == nil || image == nil || module[1] != image[1] {
		t.Errorf("go.mod has %v, the Dockerfile %v", module, image)
	}
}

// The services that are commented out must be good when taken in.
func TestComposeIsYAML(t *testing.T) {
	text := read(t, "compose.yaml")
	all := regexp.MustCompile(`(?m)^  # ( *[a-z-].*)$`).ReplaceAllString(text, "  $1")
	all = regexp.MustCompile(`(?m)^  (A SIP|For when).*$`).ReplaceAllString(all, "")
	for name, s := range map[string]string{"as it ships": text, "with all services": all} {
		var c struct {
			Services map[string]map[string]any `yaml:"services"`
			Volumes  map[string]any            `yaml:"volumes"`
		}
		if err := yaml.Unmarshal([]byte(s), &c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if want := map[string]int{"as it ships": 1, "with all services": 3}[name]; len(c.Services) != want || len(c.Volumes) != (want+1)/2 {
			t.Errorf("%s: services %d, volumes %d", name, len(c.Services), len(c.Volumes))
		}
	}
}

func TestHealthCheck(t *testing.T) {
	var status atomic.Int32
	status.Store(http.StatusOK)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" {
			http.NotFound(w, r)
			return
		}
		w.WriteHeader(int(status.Load()))
	}))
	host, port, err := net.SplitHostPort(srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	check := func() error { return exec.Command("./healthy.sh", host, port).Run() }
	if err := check(); err != nil {
		t.Errorf("a healthy server fails: %v", err)
	}
	status.Store(http.StatusServiceUnavailable)
	if check() == nil {
		t.Error("an ill server passes")
	}
	srv.Close()
	if check() == nil {
		t.Error("no server passes")
	}
}
