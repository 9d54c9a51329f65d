package lookup

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/dialog"
)

// theirs is another system that misbehaves on request.
func theirs(t *testing.T) (address, host string) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"stolen": true}`)
	}))
	t.Cleanup(other.Close)
	mux := http.NewServeMux()
	mux.HandleFunc("/orders/", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, `{"path": %q, "method": %q, "key": %q, "tenant": %q, "type": %q, "body": %q}`,
			r.URL.EscapedPath(), r.Method, r.Header.Get("X-Key"), r.Header.Get("X-Tenant"), r.Header.Get("Content-Type"), body)
	})
	mux.HandleFunc("/slow", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/missing", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	mux.HandleFunc("/huge", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat("x", dialog.MaxFetched+1))
	})
	mux.HandleFunc("/bomb", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = z.Write(make([]byte, 50<<20))
		_ = z.Close()
	})
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) })
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/orders/1", http.StatusFound)
	})
	mux.HandleFunc("/cut", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "{")
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL, strings.TrimPrefix(s.URL, "http://")
}

func client(t *testing.T, cfg Config) *Client {
	c := New(cfg)
	t.Cleanup(c.Close)
	return c
}

func TestFetch(t *testing.T) {
	address, host := theirs(t)
	c := client(t, Config{Hosts: []string{host}, Private: true, Secrets: []Secret{
		{Name: "orders", Host: host, Header: "X-Key", Value: "s3cret"}, {Name: "stock", Host: "stock.example.com", Header: "X-Key", Value: "other"},
	}})
	got := c.Fetch(t.Context(), dialog.Fetch{ID: 7, Method: "POST", URL: address + "/orders/a%2Fb", Body: `{"a":"b"}`,
		Headers: map[string]string{"X-Tenant": "42"}, Secret: "orders", Deadline: time.Minute})
	want := `{"path": "/orders/a%2Fb", "method": "POST", "key": "s3cret", "tenant": "42", "type": "application/json", "body": "{\"a\":\"b\"}"}`
	if got.ID != 7 || got.Status != 200 || got.Why != "" || string(got.Body) != want {
		t.Errorf("%d %d %q %s", got.ID, got.Status, got.Why, got.Body)
	}
	for _, f := range []struct {
		path, secret, why string
		status            int
		deadline          time.Duration
	}{
		{"/slow", "", "no answer in time", 0, 50 * time.Millisecond},
		{"/missing", "", "", 404, time.Minute},
		{"/huge", "", "larger than 64 KiB", 200, time.Minute},
		{"/bomb", "", "larger than 64 KiB", 200, time.Minute},
		{"/away", "", "leads to another host", 302, time.Minute},
		{"/moved", "", "", 200, time.Minute},
		{"/cut", "", "unexpected EOF", 200, time.Minute},
		{"/orders/1", "stock", `the secret "stock" is not for the host`, 0, time.Minute},
		{"/orders/1", "sotck", `lookups.secrets has no "sotck"`, 0, time.Minute},
	} {
		got := c.Fetch(t.Context(), dialog.Fetch{Method: "GET", URL: address + f.path, Secret: f.secret, Deadline: f.deadline})
		if got.Status != f.status || !strings.Contains(got.Why, f.why) || (f.why == "") != (got.Why == "") {
			t.Errorf("%s: %d %q, want %d %q", f.path, got.Status, got.Why, f.status, f.why)
		}
		if strings.Contains(got.Why, address) || len(got.Body) > 0 && got.Why != "" {
			t.Errorf("%s: the error tells too much: %q, %d bytes", f.path, got.Why, len(got.Body))
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := c.Fetch(ctx, dialog.Fetch{Method: "GET", URL: address + "/slow", Deadline: time.Minute}); got.Why == "" {
		t.Error("a call that is over still has an answer")
	}
}

// TestAllows holds where a script may ask.
func TestAllows(t *testing.T) {
	c := client(t, Config{Hosts: []string{"api.example.com", "stock.example.com:8443", "[2001:db8::1]:9"}})
	for address, want := range map[string]bool{
		"https://api.example.com/x": true, "https://API.example.com:443/x": true, "http://api.example.com/x": true,
		"https://api.example.com:8443/x": false, "https://stock.example.com:8443/": true, "https://stock.example.com/": false,
		"https://api.example.com.evil.org/": false, "https://api.example.com@evil.org/": false, "https://evil.org/api.example.com": false,
		"ftp://api.example.com/": false, "file:///etc/passwd": false, "api.example.com": false, "": false, "http://[2001:db8::1]:9/": true,
	} {
		if got := c.Allows(address) == nil; got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
}

// TestPrivateAddresses holds that a name which leads into the house opens nothing.
func TestPrivateAddresses(t *testing.T) {
	address, host := theirs(t)
	c := client(t, Config{Hosts: []string{host}, Secrets: []Secret{{Name: "orders", Host: host, Header: "X-Key", Value: "s3cret"}}})
	if got := c.Fetch(t.Context(), dialog.Fetch{Method: "GET", URL: address + "/orders/1", Deadline: time.Minute}); !strings.Contains(got.Why, "private address") {
		t.Errorf("%+v", got)
	}
	if got := c.Fetch(t.Context(), dialog.Fetch{Method: "GET", URL: address + "/orders/1", Secret: "orders", Deadline: time.Minute}); !strings.Contains(got.Why, "use https") {
		t.Errorf("%+v", got)
	}
}
