// Package console is Parley's HTTP side: health, metrics, and the API.
// It knows calls only through what it is given: no SIP, no media, no SQL.
package console

import (
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/parley-voice/parley/console/api"
	"github.com/parley-voice/parley/console/unsubscribe"
)

// Config is what the console shows.
type Config struct {
	// API answers everything under /api/v1.
	API http.Handler
	// Unsubscribe answers links in messages, under whatever name people reach us; nil
	// when there is none.
	Unsubscribe http.Handler
	// Ready tells what keeps Parley from taking calls; nothing means ready.
	Ready func() []string
	// Notes tells what an operator should know although calls are taken; nil has
	// nothing to tell.
	Notes func() []string
	// Metrics are served at /metrics.
	Metrics prometheus.Gatherer
	// Local refuses requests whose Host is a name other than localhost: a web
	// page elsewhere could point such a name here and read the calls.
	Local bool
}

// New gives the handler of every path.
func New(c Config) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]string{"status": "live"})
	})
	mux.HandleFunc("GET /readyz", c.ready)
	mux.Handle("GET /metrics", promhttp.HandlerFor(c.Metrics, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 10 * time.Second}))
	mux.Handle(api.Prefix+"/", c.API)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fail(w, http.StatusNotFound, "nothing here; try /healthz, /readyz, /metrics or /api/v1/openapi.json")
	})
	if c.Unsubscribe == nil {
		return c.guard(mux)
	}
	outer := http.NewServeMux()
	outer.Handle(unsubscribe.Path, c.Unsubscribe) // nothing but a good link opens anything there
	outer.Handle("/", c.guard(mux))
	return outer
}

// NewServer gives an HTTP server with every timeout set.
func NewServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
}

func (c Config) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c.Local && !localHost(r.Host) {
			fail(w, http.StatusForbidden, "this console answers on 127.0.0.1 and localhost only")
			return
		}
		w.Header().Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}

// localHost tells whether a Host header is an address or localhost; addresses
// cannot be pointed elsewhere by a name server.
func localHost(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if len(host) > 1 && host[0] == '[' && host[len(host)-1] == ']' {
		host = host[1 : len(host)-1]
	}
	_, err := netip.ParseAddr(host)
	return err == nil || host == "localhost"
}

func (c Config) ready(w http.ResponseWriter, _ *http.Request) {
	if waits := c.Ready(); len(waits) > 0 {
		writeJSON(w, http.StatusServiceUnavailable, map[string]any{"status": "not ready", "because": waits})
		return
	}
	body := map[string]any{"status": "ready"}
	if c.Notes != nil {
		if notes := c.Notes(); len(notes) > 0 {
			body["notes"] = notes
		}
	}
	writeJSON(w, http.StatusOK, body)
}
