// Package lookup asks other systems, over HTTP, for what a script wants to know.
// It goes only where the configuration lets it, and brings back only so much.
package lookup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/egress"
)

// Config says where scripts may ask.
type Config struct {
	Hosts   []string // HOST or HOST:PORT; without a port 443 and 80 are meant
	Private bool     // hosts may be at private, loopback and link-local addresses
	Secrets []Secret
}

// Secret is a header that goes to one host, and that no script sees.
type Secret struct {
	Name, Host    string
	Header, Value string
}

// Client asks. It is safe for concurrent use.
type Client struct {
	cfg  Config
	http *http.Client
}

// New makes a client. Its deadlines are those of each Fetch.
func New(cfg Config) *Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	if !cfg.Private {
		dialer.Control = egress.Refuse("lookups.private")
	}
	return &Client{cfg: cfg, http: &http.Client{
		Transport: &http.Transport{ // no proxy: the address that is checked is the one that is asked
			DialContext: dialer.DialContext, ForceAttemptHTTP2: true, MaxConnsPerHost: 64, MaxIdleConnsPerHost: 16,
			IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 5 * time.Second, MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: sameHost,
	}}
}

// sameHost follows redirects that stay with the host that was asked.
func sameHost(req *http.Request, via []*http.Request) error {
	if len(via) > 3 || req.URL.Host != via[0].URL.Host || req.URL.Scheme != via[0].URL.Scheme {
		return http.ErrUseLastResponse
	}
	return nil
}

// Allows tells why a script may not ask at an address, nil if it may.
func (c *Client) Allows(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return errors.New("it is no http(s) address")
	}
	if !slices.ContainsFunc(c.cfg.Hosts, func(h string) bool { return matches(h, u) }) {
		return fmt.Errorf("the host %s is not among lookups.hosts of the configuration", u.Host)
	}
	return nil
}

// Check tells why a script may not ask what it means to, nil if it may.
func (c *Client) Check(f dialog.Fetch) error {
	if err := c.Allows(f.URL); err != nil || f.Secret == "" {
		return err
	}
	u, err := url.Parse(f.URL)
	if err != nil {
		return err
	}
	_, err = c.secret(f.Secret, u)
	return err
}

// matches tells whether an entry of the configuration means u's host and port.
func matches(entry string, u *url.URL) bool {
	host, port, err := net.SplitHostPort(entry)
	if err != nil {
		host, port = entry, ""
	}
	own := u.Port()
	if own == map[string]string{"http": "80", "https": "443"}[u.Scheme] {
		own = ""
	}
	return strings.EqualFold(strings.Trim(host, "[]"), u.Hostname()) && (port == own || port == u.Port())
}

// secret finds credentials by name. They go to their own host only, and in the
// clear only inside the house.
func (c *Client) secret(name string, u *url.URL) (Secret, error) {
	for _, s := range c.cfg.Secrets {
		switch {
		case s.Name != name:
		case !matches(s.Host, u):
			return Secret{}, fmt.Errorf("the secret %q is not for the host %s", name, u.Host)
		case u.Scheme != "https" && !c.cfg.Private:
			return Secret{}, fmt.Errorf("the secret %q does not go over http: use https", name)
		default:
			return s, nil
		}
	}
	return Secret{}, fmt.Errorf("lookups.secrets has no %q", name)
}

// Fetch asks once and waits for the answer, at most f.Deadline. What went wrong
// is in Why; it holds neither the address nor a secret.
func (c *Client) Fetch(ctx context.Context, f dialog.Fetch) dialog.Fetched {
	out := dialog.Fetched{ID: f.ID}
	ctx, cancel := context.WithTimeout(ctx, f.Deadline)
	defer cancel()
	req, err := c.request(ctx, f)
	if err != nil {
		out.Why = err.Error()
		return out
	}
	out.Status, out.Body, err = c.ask(req)
	if err != nil {
		out.Why = explain(ctx, err)
	}
	return out
}

func (c *Client) request(ctx context.Context, f dialog.Fetch) (*http.Request, error) {
	if err := c.Allows(f.URL); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, f.Method, f.URL, strings.NewReader(f.Body))
	if err != nil {
		return nil, errors.New("it is no http(s) address")
	}
	if f.Body != "" {
		req.Header.Set("Content-Type", "application/json")
	} else {
		req.Body, req.ContentLength = nil, 0
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "Parley")
	for name, value := range f.Headers {
		req.Header.Set(name, value)
	}
	if f.Secret != "" {
		s, err := c.secret(f.Secret, req.URL)
		if err != nil {
			return nil, err
		}
		req.Header.Set(s.Header, s.Value)
	}
	return req, nil
}

func (c *Client) ask(req *http.Request) (status int, body []byte, err error) {
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = resp.Body.Close() }() // all that is wanted has been read
	body, err = io.ReadAll(io.LimitReader(resp.Body, dialog.MaxFetched+1))
	switch {
	case err != nil:
		return resp.StatusCode, nil, err
	case len(body) > dialog.MaxFetched:
		return resp.StatusCode, nil, fmt.Errorf("the answer is larger than %d KiB", dialog.MaxFetched>>10)
	case resp.StatusCode/100 == 3:
		return resp.StatusCode, nil, errors.New("the answer leads to another host")
	}
	return resp.StatusCode, body, nil
}

// explain leaves out the address, which may hold what the caller said.
func explain(ctx context.Context, err error) string {
	var of *url.Error
	if errors.As(err, &of) {
		err = of.Err
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return "no answer in time"
	}
	return err.Error()
}

// Close lets go of idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }
