package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/parley-voice/parley/call"
)

var client = &http.Client{Timeout: 5 * time.Second}

func get(ctx context.Context, address string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	if key := os.Getenv("PARLEY_KEY"); key != "" { // of parley keys add, where the server has keys
		req.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, fmt.Errorf("%s: %s", address, resp.Status)
	}
	return resp.Body, nil
}

// scrape reads the samples of /metrics (Prometheus text format), labels included
// in the names. Without a console there are none.
func scrape(ctx context.Context, base string) (map[string]float64, error) {
	all := map[string]float64{}
	if base == "" {
		return all, nil
	}
	body, err := get(ctx, strings.TrimSuffix(base, "/")+"/metrics")
	if err != nil {
		return nil, err
	}
	defer body.Close()
	s := bufio.NewScanner(body)
	for s.Scan() {
		line := s.Text()
		if cut := strings.LastIndexByte(line, ' '); cut > 0 && line[0] != '#' {
			if v, err := strconv.ParseFloat(line[cut+1:], 64); err == nil {
				all[line[:cut]] = v
			}
		}
	}
	return all, s.Err()
}

// record waits until the server has finished the record of a call, found by its
// SIP Call-ID.
func record(ctx context.Context, base, callID string) (call.Record, error) {
	var last error
	for {
		r, err := readRecord(ctx, base, callID)
		if err == nil && (r.State == call.Finished || r.State == call.Failed) {
			return r, nil
		}
		if last = err; err == nil {
			last = fmt.Errorf("it stays %s", r.State)
		}
		if err := sleep(ctx, 50*time.Millisecond); err != nil {
			return call.Record{}, fmt.Errorf("no finished record of call %s: %w", callID, errors.Join(err, last))
		}
	}
}

func readRecord(ctx context.Context, base, callID string) (call.Record, error) {
	var r call.Record
	body, err := get(ctx, strings.TrimSuffix(base, "/")+"/api/v1/calls/"+url.PathEscape(callID))
	if err != nil {
		return r, err
	}
	defer body.Close()
	return r, json.NewDecoder(body).Decode(&r)
}
