package unsubscribe

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

const (
	his  = "msg-000102030405060708090a0b"
	hers = "msg-0b0a09080706050403020100"
)

// shelf is a Book in memory: languages by message, and what was asked for.
type shelf struct {
	languages map[string]string
	asked     []string
	broken    error
}

func (s *shelf) Message(_ context.Context, id string) (channel, language string, err error) {
	language, ok := s.languages[id]
	switch {
	case s.broken != nil:
		return "", "", s.broken
	case !ok:
		return "", "", ErrNoMessage
	}
	return "sms", language, nil
}

func (s *shelf) OptOut(_ context.Context, id string, all bool) error {
	if all {
		id += " all"
	}
	s.asked = append(s.asked, id)
	return s.broken
}

type rig struct {
	t    *testing.T
	book *shelf
	page *Page
	now  time.Time
}

func newRig(t *testing.T) *rig {
	r := &rig{t: t, book: &shelf{languages: map[string]string{his: "zh-CN", hers: "en-GB"}}, now: noon}
	r.page = &Page{Links: Links{Base: "https://p.example", Key: bytes.Repeat([]byte{7}, 32)}, Book: r.book, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return r.now }}
	return r
}

// link is the path of a link that was made.
func (r *rig) link(message string) string {
	return strings.TrimPrefix(r.page.Links.To(message, noon), "https://p.example")
}

func (r *rig) send(method, path, kind, body string) *httptest.ResponseRecorder {
	r.t.Helper()
	req := httptest.NewRequestWithContext(r.t.Context(), method, path, strings.NewReader(body))
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	w := httptest.NewRecorder()
	r.page.ServeHTTP(w, req)
	for name := range headers {
		if w.Header().Get(name) == "" {
			r.t.Errorf("%s %s is answered without %s", method, path, name)
		}
	}
	if text := w.Body.String(); strings.Contains(text, "<script") || !strings.Contains(text, "<style>"+style+"</style>") {
		r.t.Errorf("%s %s: the policy does not fit the page: %s", method, path, text)
	}
	return w
}

const form = "application/x-www-form-urlencoded"

func (r *rig) post(path, body string) *httptest.ResponseRecorder {
	return r.send(http.MethodPost, path, form, body)
}

// A link is opened by scanners too: only one click on the page, or a mail program's
// one-click request, opts out, in the reader's language, and as often as it likes.
func TestOneClickOptsOut(t *testing.T) {
	r := newRig(t)
	for range 2 {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			if w := r.send(method, r.link(his), "", ""); w.Code != 200 || !strings.Contains(w.Body.String(), "不再接收短信") || strings.Contains(w.Body.String(), "Unsubscribe") {
				t.Errorf("%s: %d %s", method, w.Code, w.Body)
			}
		}
	}
	for _, body := range []string{"", "List-Unsubscribe=Two-Clicks", "scope=some", "%zz"} {
		if w := r.post(r.link(his), body); w.Code != 400 {
			t.Errorf("%q: %d", body, w.Code)
		}
	}
	if len(r.book.asked) > 0 {
		t.Fatalf("opted out without a click: %q", r.book.asked)
	}
	r.now = noon.Add(time.Hour)
	for range 2 {
		if w := r.post(r.link(his), "scope=this"); w.Code != 200 || !strings.Contains(w.Body.String(), "不会再收到我们的短信") || strings.Contains(w.Body.String(), "<form") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	if w := r.post(r.link(hers), "scope=all"); w.Code != 200 || !strings.Contains(w.Body.String(), "We will not contact you again.") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := r.post(r.link(hers), "List-Unsubscribe=One-Click"); w.Code != 200 {
		t.Errorf("one click (RFC 8058): %d", w.Code)
	}
	var b bytes.Buffer
	parts := multipart.NewWriter(&b)
	if err := errors.Join(parts.WriteField("List-Unsubscribe", "One-Click"), parts.Close()); err != nil {
		t.Fatal(err)
	}
	if w := r.send(http.MethodPost, r.link(hers), parts.FormDataContentType(), b.String()); w.Code != 200 {
		t.Errorf("one click in parts: %d", w.Code)
	}
	if got, want := strings.Join(r.book.asked, ", "), strings.Join([]string{his, his, hers + " all", hers, hers}, ", "); got != want {
		t.Errorf("asked for %s, want %s", got, want)
	}
}

// Whoever has no good link learns nothing, and opts nobody out.
func TestBadLinks(t *testing.T) {
	r := newRig(t)
	other := newRig(t)
	other.page.Links.Key = bytes.Repeat([]byte{8}, 32)
	good, another := r.link(his), r.link(hers)
	forged := map[string]string{
		"nothing":                    Path,
		"a part":                     good[:len(good)-4],
		"more":                       good + "AAAA",
		"one bit off":                good[:10] + flip(good[10]) + good[11:],
		"another's with its MAC":     Path + strings.TrimPrefix(another, Path)[:21] + strings.TrimPrefix(good, Path)[21:],
		"another server's":           other.link(his),
		"padded":                     good + "=",
		"with a folder":              good + "/x",
		"of a message that is none":  Path + "bXNnLTAwMDEwMjAzMDQwNTA2MDcwODA5MGEwYg",
		"of a number in plain sight": Path + "+8613800001111",
	}
	bodies := map[string]bool{}
	for name, path := range forged {
		r.now = r.now.Add(time.Minute)
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			w := r.send(method, path, form, "scope=all")
			if bodies[w.Body.String()] = true; w.Code != 404 {
				t.Errorf("%s by %s: %d", name, method, w.Code)
			}
		}
	}
	if len(bodies) != 1 {
		t.Errorf("%d different pages tell links apart", len(bodies))
	}
	r.book.languages = map[string]string{hers: "en"}
	if w := r.post(good, "scope=this"); w.Code != 404 || !bodies[w.Body.String()] {
		t.Errorf("of a message that nobody got: %d %s", w.Code, w.Body)
	}
	r.now = noon.Add(Life)
	if w := r.post(another, "scope=this"); w.Code != 410 || !strings.Contains(w.Body.String(), "has expired") || !strings.Contains(w.Body.String(), "已过期") {
		t.Errorf("expired: %d %s", w.Code, w.Body)
	}
	r.now = noon.Add(Life - time.Second)
	if w := r.send(http.MethodPut, another, "", ""); w.Code != 405 || w.Header().Get("Allow") == "" {
		t.Errorf("PUT: %d", w.Code)
	}
	if len(r.book.asked) > 0 {
		t.Errorf("opted out: %q", r.book.asked)
	}
	if w := r.post(another, "scope=this"); w.Code != 200 || len(r.book.asked) != 1 {
		t.Errorf("a second before it expires: %d", w.Code)
	}
}

func flip(c byte) string {
	if c == 'A' {
		return "B"
	}
	return "A"
}

// Who guesses is slowed down, and keeps nobody else from opting out.
func TestGuessingIsLimited(t *testing.T) {
	r := newRig(t)
	var w *httptest.ResponseRecorder
	for range 10 {
		if w = r.send(http.MethodGet, Path+"guess", "", ""); w.Code != 404 {
			t.Fatalf("%d", w.Code)
		}
	}
	if w = r.send(http.MethodGet, Path+"guess", "", ""); w.Code != 429 || w.Header().Get("Retry-After") != "6" {
		t.Errorf("%d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
	for range 10 { // the same address, as behind a proxy
		if w = r.post(r.link(his), "scope=this"); w.Code != 200 {
			t.Errorf("who has a link: %d", w.Code)
		}
	}
	if w = r.post(r.link(his), "scope=this"); w.Code != 429 || len(r.book.asked) != 10 {
		t.Errorf("one link ten times at once: %d", w.Code)
	}
	if w = r.post(r.link(hers), "scope=this"); w.Code != 200 {
		t.Errorf("another link: %d", w.Code)
	}
}

func TestABrokenBook(t *testing.T) {
	r := newRig(t)
	r.book.broken = errors.New("disk I/O error")
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if w := r.send(method, r.link(his), form, "scope=this"); w.Code != 503 || strings.Contains(w.Body.String(), "disk") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
}

// A link is short, goes into a text message as it is, and holds nothing of anybody.
func TestLinks(t *testing.T) {
	r := newRig(t)
	link := r.page.Links.To(his, noon)
	if u, err := url.Parse(link); err != nil || u.Host != "p.example" || len(u.Path) != len(Path)+43 || !regexp.MustCompile(`^/u/[A-Za-z0-9_-]+$`).MatchString(u.Path) {
		t.Errorf("%s", link)
	}
	if again := r.page.Links.To(his, noon); again != link {
		t.Errorf("a message that is posted again has another link: %s", again)
	}
	for _, id := range []string{"", "msg-", "msg-00", "13800001111", "msg-" + strings.Repeat("g", 24)} {
		if got := r.page.Links.To(id, noon); got != "" {
			t.Errorf("%q: %s", id, got)
		}
	}
}

// Who reads no language that we know of gets both.
func TestLanguages(t *testing.T) {
	r := newRig(t)
	for language, want := range map[string]string{"": "zh-CN en", "zh": "zh-CN", "zh-Hant-TW": "zh-CN", "ZH_cn": "zh-CN", "en": "en", "fr-FR": "en"} {
		r.book.languages[his] = language
		r.now = r.now.Add(time.Minute)
		body, err := io.ReadAll(r.send(http.MethodGet, r.link(his), "", "").Result().Body)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range regexp.MustCompile(`<section lang="([^"]+)"`).FindAllStringSubmatch(string(body), -1) {
			got = append(got, m[1])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %s", language, got, want)
		}
	}
}
