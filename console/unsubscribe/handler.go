package unsubscribe

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"mime"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/parley-voice/parley/console/access"
)

// ErrNoMessage tells that no message of this id was sent to anybody.
var ErrNoMessage = errors.New("no such message")

// Book knows to whom messages were sent, and keeps opt-outs.
type Book interface {
	// Message tells how a message was sent, and in which language its reader reads
	// (BCP 47; "" when that is not known). ErrNoMessage says that none was.
	Message(ctx context.Context, id string) (channel, language string, err error)
	// OptOut closes the message's channel to its reader, or all of them. It is durable
	// when it returns; the same again changes nothing.
	OptOut(ctx context.Context, id string, all bool) error
}

// Page answers links. It tells nothing of the person, and the same to all who have a
// good link, whatever is on record.
type Page struct {
	Links Links
	Book  Book
	Log   *slog.Logger
	Now   func() time.Time

	forged access.Limiter[netip.Addr] // links that we did not make, by address
	used   access.Limiter[string]     // good ones, by message: nobody's link keeps another from opting out
}

// maxBody is how much of a request is read.
const maxBody = 4 << 10

// headers keep the page from being framed, scripted, cached, indexed, and its address
// from being told to others.
var headers = map[string]string{
	"Content-Type":            "text/html; charset=utf-8",
	"Content-Security-Policy": "default-src 'none'; style-src '" + styleHash + "'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
	"X-Content-Type-Options":  "nosniff",
	"Referrer-Policy":         "no-referrer",
	"Cache-Control":           "no-store",
	"X-Robots-Tag":            "noindex, nofollow",
}

// ServeHTTP shows the page on GET, which mail scanners follow and which changes
// nothing, and opts out on POST.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for name, value := range headers {
		w.Header().Set(name, value)
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, HEAD, POST")
		p.show(w, http.StatusMethodNotAllowed, view{Say: sayBad})
		return
	}
	now := p.Now()
	id, err := p.Links.read(strings.TrimPrefix(r.URL.Path, Path), now)
	var wait time.Duration
	if errors.Is(err, errForged) {
		wait = p.forged.Hit(place(r), now)
	} else {
		wait = p.used.Hit(id, now)
	}
	switch {
	case wait > 0:
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		p.show(w, http.StatusTooManyRequests, view{Say: sayBusy})
	case errors.Is(err, errForged):
		p.show(w, http.StatusNotFound, view{Say: sayBad})
	case errors.Is(err, errExpired):
		p.show(w, http.StatusGone, view{Say: sayOld})
	default:
		p.answer(w, r, id)
	}
}

// answer answers a good link.
func (p *Page) answer(w http.ResponseWriter, r *http.Request, id string) {
	channel, language, err := p.Book.Message(r.Context(), id)
	v := view{Say: sayAsk, Channel: channel, language: language}
	status := http.StatusOK
	if err == nil && r.Method == http.MethodPost {
		switch all, ok := asked(w, r); {
		case !ok:
			status = http.StatusBadRequest // and the page asks again
		default:
			v.Say, v.All = sayDone, all
			err = p.Book.OptOut(r.Context(), id, all)
		}
	}
	switch {
	case errors.Is(err, ErrNoMessage):
		status, v = http.StatusNotFound, view{Say: sayBad}
	case err != nil:
		p.Log.Error("an opt-out by link could not be kept", "message", id, "error", err)
		w.Header().Set("Retry-After", "60")
		status, v = http.StatusServiceUnavailable, view{Say: sayFails, language: language}
	}
	p.show(w, status, v)
}

// asked reads what a form asks for: a button of ours, or a mail program's one click
// (RFC 8058 §3.1). Nothing else opts out.
func asked(w http.ResponseWriter, r *http.Request) (all, ok bool) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // what it cannot read is none of the two
	var err error
	switch kind {
	case "application/x-www-form-urlencoded":
		err = r.ParseForm()
	case "multipart/form-data":
		err = r.ParseMultipartForm(maxBody)
	default:
		return false, false
	}
	if err != nil {
		return false, false
	}
	scope := r.PostForm.Get("scope")
	return scope == scopeAll, scope == scopeAll || scope == scopeThis || r.PostForm.Get("List-Unsubscribe") == "One-Click"
}

func place(r *http.Request) netip.Addr {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return access.Place(from.Addr())
}
