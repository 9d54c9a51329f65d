package compose

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/dialog/model"
)

// serving speaks OpenAI's SSE protocol, and misbehaves on request.
func serving(t *testing.T, how func(w http.ResponseWriter, r *http.Request, send func(text string))) *Composer {
	return servingAt(t, time.Now, how)
}

// servingAt is serving by another clock.
func servingAt(t *testing.T, now func() time.Time, how func(w http.ResponseWriter, r *http.Request, send func(text string))) *Composer {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		how(w, r, func(text string) {
			part, _ := json.Marshal(text)
			_, _ = fmt.Fprintf(w, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":%s}}]}\n\n", part)
			w.(http.Flusher).Flush()
		})
	}))
	t.Cleanup(s.Close)
	c, err := New(model.Config{URL: s.URL + "/v1/", Key: "k3y", Model: "small", Failures: 2, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func say(ctx context.Context, c *Composer, deadline time.Duration) ([]string, error) {
	var all []string
	err := c.Compose(ctx, dialog.Compose{Language: "en", Goal: "Answer.", Facts: []string{"Two years of warranty."}, Sentences: 3, Deadline: deadline,
		Talk: []dialog.Spoke{{Text: "Hello."}, {Caller: true, Text: "How long is the warranty?"}}}, func(s string) { all = append(all, s) })
	return all, err
}

func TestCompose(t *testing.T) {
	var asked struct {
		Model    string
		Messages []struct{ Role, Content string }
	}
	var key string
	c := serving(t, func(w http.ResponseWriter, r *http.Request, send func(string)) {
		key = r.Header.Get("Authorization")
		_ = json.NewDecoder(r.Body).Decode(&asked)
		for _, piece := range []string{"<thi", "nk>hm. what?</think>\n", "It has two", " years. At 3", ".5 per", " cent! 两年保修。", "Four. Five."} {
			send(piece)
		}
		_, _ = io.WriteString(w, "data: [DONE]\n\n")
	})
	got, err := say(t.Context(), c, time.Minute)
	if want := []string{"It has two years.", "At 3.5 per cent!", "两年保修。"}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%q %v", got, err)
	}
	if key != "Bearer k3y" || asked.Model != "small" || len(asked.Messages) != 3 || asked.Messages[2].Role != "user" ||
		!strings.Contains(asked.Messages[0].Content, "- Two years of warranty.") || !strings.Contains(asked.Messages[0].Content, "at most 3") {
		t.Errorf("%q %+v", key, asked)
	}
}

// TestFirstSentenceComesFirst holds that a sentence is handed on while the model
// is still writing the next.
func TestFirstSentenceComesFirst(t *testing.T) {
	heard := make(chan struct{})
	c := serving(t, func(_ http.ResponseWriter, r *http.Request, send func(string)) {
		send("The first. ")
		select {
		case <-heard:
			send("The second.")
		case <-r.Context().Done():
		}
	})
	var all []string
	err := c.Compose(t.Context(), dialog.Compose{Sentences: 2, Deadline: time.Minute}, func(s string) {
		if all = append(all, s); len(all) == 1 {
			close(heard)
		}
	})
	if err != nil || len(all) != 2 {
		t.Errorf("%q %v", all, err)
	}
}

func TestTrouble(t *testing.T) {
	for _, c := range []struct {
		name, why string
		got       int
		how       func(w http.ResponseWriter, r *http.Request, send func(string))
	}{
		{"slow", "not done in time", 1, func(_ http.ResponseWriter, r *http.Request, send func(string)) {
			send("One. And ")
			<-r.Context().Done()
		}},
		{"silent", "not done in time", 0, func(w http.ResponseWriter, r *http.Request, _ func(string)) {
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}},
		{"garbage", "", 0, func(w http.ResponseWriter, _ *http.Request, _ func(string)) {
			_, _ = io.WriteString(w, "data: {not json\n\n")
		}},
		{"error in the stream", "", 1, func(w http.ResponseWriter, _ *http.Request, send func(string)) {
			send("One. ")
			_, _ = io.WriteString(w, "data: {\"error\":{\"message\":\"overloaded\"}}\n\n")
		}},
		{"key", "check llm.key", 0, func(w http.ResponseWriter, _ *http.Request, _ func(string)) { w.WriteHeader(401) }},
		{"model", "check llm.url", 0, func(w http.ResponseWriter, _ *http.Request, _ func(string)) { w.WriteHeader(404) }},
		{"busy", "too many requests", 0, func(w http.ResponseWriter, _ *http.Request, _ func(string)) { w.WriteHeader(429) }},
		{"broken", "HTTP 500", 0, func(w http.ResponseWriter, _ *http.Request, _ func(string)) { w.WriteHeader(500) }},
		{"moved", "wrote nothing", 0, func(w http.ResponseWriter, r *http.Request, _ func(string)) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
		}},
		{"does not know", "the facts do not hold the answer", 0, func(_ http.ResponseWriter, _ *http.Request, send func(string)) { send("UNKNOWN") }},
		{"a sentence without end", "without end", 0, func(_ http.ResponseWriter, _ *http.Request, send func(string)) {
			for range 100 {
				send("and then and then and then and then ")
			}
		}},
		{"one line without end", "", 0, func(w http.ResponseWriter, r *http.Request, _ func(string)) {
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, strings.Repeat("data", 4096)); err != nil {
					return
				}
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := say(t.Context(), serving(t, c.how), 300*time.Millisecond)
			if err == nil || !strings.Contains(err.Error(), c.why) || len(got) != c.got {
				t.Errorf("%q %v", got, err)
			}
			if err != nil && strings.Contains(err.Error(), "k3y") {
				t.Errorf("the key is told: %v", err)
			}
		})
	}
}

// TestRests holds that a server which fails is left alone, and tried again.
func TestRests(t *testing.T) {
	asked, broken, now := 0, true, time.Unix(0, 0)
	c := servingAt(t, func() time.Time { return now }, func(w http.ResponseWriter, _ *http.Request, send func(string)) {
		if asked++; broken {
			w.WriteHeader(500)
			return
		}
		send("Well.")
	})
	for range 5 {
		if _, err := say(t.Context(), c, time.Minute); err == nil {
			t.Fatal("no error")
		}
	}
	if _, err := say(t.Context(), c, time.Minute); asked != 2 || !errors.Is(err, model.ErrResting) {
		t.Errorf("asked %d times: %v", asked, err)
	}
	now, broken = now.Add(31*time.Second), false
	if got, err := say(t.Context(), c, time.Minute); err != nil || len(got) != 1 {
		t.Errorf("%q %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 2 { // as many as would make it rest
		if _, err := say(ctx, c, time.Minute); !errors.Is(err, context.Canceled) || !c.Allowed() {
			t.Errorf("a caller who hangs up is no failure of the model: %v, resting %v", err, !c.Allowed())
		}
	}
}

// TestCutter holds that a text comes out whole, wherever the stream was cut.
func TestCutter(t *testing.T) {
	text := `He said "Wait." Then: 3.5 per cent, e.g. more! 好的。“两年。最后 the end`
	want := []string{`He said "Wait."`, "Then: 3.5 per cent, e.g.", "more!", "好的。", "“两年。", "最后 the end"}
	for size := 1; size < len(text); size++ {
		var c cutter
		var got []string
		for rest := text; rest != ""; {
			n := min(size, len(rest))
			for n < len(rest) && rest[n]&0xC0 == 0x80 {
				n++
			}
			if err := c.add(rest[:n]); err != nil {
				t.Fatal(err)
			}
			got = append(got, c.take(false)...)
			rest = rest[n:]
		}
		if got = append(got, c.take(true)...); strings.ReplaceAll(strings.Join(got, ""), " ", "") != strings.ReplaceAll(strings.Join(want, ""), " ", "") {
			t.Fatalf("size %d: %q", size, got)
		}
		if size > 40 && !reflect.DeepEqual(got, want) {
			t.Errorf("size %d: %q", size, got)
		}
	}
}

func TestNew(t *testing.T) {
	for _, address := range []string{"ftp://x/v1", "127.0.0.1:8000", "http://"} {
		if _, err := New(model.Config{URL: address, Model: "m"}); err == nil {
			t.Errorf("%s was taken", address)
		}
	}
}
