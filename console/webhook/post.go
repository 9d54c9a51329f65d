package webhook

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/parley-voice/parley/egress"
)

// maxReply is how much of an answer is read, so that its connection can be used again.
const maxReply = 64 << 10

// allow is the setting that lets a hook be at a private address.
const allow = "allow_private"

func decode(key string) ([]byte, error) { return base64.StdEncoding.DecodeString(key) }

// client makes what sends to one hook. The address is looked at when it is dialled,
// and redirects are not followed: they could lead anywhere.
func client(h Hook) *http.Client {
	dialer := &net.Dialer{Timeout: h.Timeout}
	if !h.Private {
		dialer.Control = egress.Refuse(allow)
	}
	return &http.Client{
		Transport: &http.Transport{ // no proxy: the address that is checked is the one that is dialled
			DialContext: dialer.DialContext, ForceAttemptHTTP2: true, MaxConnsPerHost: inFlight, MaxIdleConnsPerHost: inFlight,
			IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: h.Timeout, MaxResponseHeaderBytes: maxReply,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// post sends one message once.
func post(ctx context.Context, c *http.Client, h Hook, m Message, now time.Time) Reply {
	ctx, cancel := context.WithTimeout(ctx, h.Timeout)
	defer cancel()
	signature, err := h.sign(m.ID, now, m.Payload)
	if err != nil {
		return Reply{Err: "it cannot be signed: " + err.Error()}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(m.Payload))
	if err != nil {
		return Reply{Err: err.Error()}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Parley")
	req.Header.Set("Webhook-Id", m.ID)
	req.Header.Set("Webhook-Timestamp", strconv.FormatInt(now.Unix(), 10))
	req.Header.Set("Webhook-Signature", signature)
	resp, err := c.Do(req)
	if err != nil {
		return Reply{Err: explain(ctx, err)}
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxReply)) // the status says it all
	_ = resp.Body.Close()
	out := Reply{Code: resp.StatusCode}
	if out.Code == http.StatusTooManyRequests || out.Code == http.StatusServiceUnavailable {
		out.After = retryAfter(now, resp.Header.Get("Retry-After"))
	}
	return out
}

// explain leaves out the address, which may hold a token.
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
