package api

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/netip"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/parley-voice/parley/console/access"
)

type requestKey struct{}

// request is what is known of the request under way.
type request struct {
	id     string
	who    access.Who
	reason string
	log    *slog.Logger
}

// asked gives the request that a context belongs to.
func asked(ctx context.Context) *request {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r
	}
	return &request{log: slog.New(slog.DiscardHandler)}
}

// enter lets a request in by its key.
func (a *API) enter(ctx huma.Context, next func(huma.Context)) {
	r := asked(ctx.Context())
	source, err := netip.ParseAddrPort(ctx.RemoteAddr())
	if err != nil {
		source = netip.AddrPort{}
	}
	who, err := a.Gate.Enter(ctx.Context(), ctx.Header("Authorization"), source.Addr())
	var denied access.Denied
	switch {
	case errors.As(err, &denied) && denied.Retry > 0:
		ctx.SetHeader("Retry-After", strconv.Itoa(int(math.Ceil(denied.Retry.Seconds()))))
		a.refuse(ctx, 429, denied.Why)
		return
	case errors.As(err, &denied):
		ctx.SetHeader("WWW-Authenticate", `Bearer realm="parley"`)
		a.refuse(ctx, 401, denied.Why)
		return
	case err != nil:
		r.log.Error("the keys cannot be read", "error", err)
		a.refuse(ctx, 503, "the keys cannot be read just now; try again")
		return
	}
	r.who = who
	r.reason = strings.TrimSpace(ctx.Header("X-Reason"))
	if r.reason == "" {
		r.reason = strings.TrimSpace(ctx.Query("reason"))
	}
	next(ctx)
}

// Whole lets a request ask for whole numbers.
type Whole struct {
	Header string `header:"X-Reason" maxLength:"200" doc:"Why whole numbers are needed. It is written to the audit log; without it, and without the role, the middle digits are masked."`
	Query  string `query:"reason" maxLength:"200" doc:"The same, where a header cannot be sent."`
}

// view is how much of an answer its reader may see.
type view struct {
	role    access.Role
	whole   bool // numbers
	country string
}

// look settles what the reader of target may see. A reason asks for whole numbers:
// it is refused to roles that may not see them, and written down before they do.
func (a *API) look(ctx context.Context, target string) (view, error) {
	r := asked(ctx)
	v := view{role: r.who.Role, country: a.Site.Country}
	if r.reason == "" {
		return v, nil
	}
	if !r.who.Role.Sees(access.Numbers) {
		return v, problem(403, "the role %s never sees whole numbers; leave the reason out to get them masked", r.who.Role)
	}
	v.whole = true
	return v, a.write(ctx, "numbers.read", target, "", "")
}

func (v view) number(n string) string {
	if v.whole {
		return n
	}
	return access.Mask(n, v.country)
}

func (v view) text(s string) string {
	if v.whole {
		return s
	}
	return access.MaskText(s, v.country)
}

// write puts a line into the audit log. When it cannot be written, what it tells
// of must not be done.
func (a *API) write(ctx context.Context, action, target, before, after string) error {
	r := asked(ctx)
	err := a.Audit.Write(ctx, access.Deed{
		At: a.Site.Now(), Who: r.who.Name, Key: r.who.Key, Role: r.who.Role, Action: action, Target: target,
		Before: short(before), After: short(after), Reason: r.reason, Source: r.who.Source.String(), Request: r.id,
	})
	if err != nil {
		r.log.Error("the audit log cannot be written", "error", err)
		return problem(503, "the audit log cannot be written, so nothing was done; try again")
	}
	return nil
}

// act writes a deed down and does it. One that fails gets a second line.
func (a *API) act(ctx context.Context, action access.Action, target, before, after string, do func() error) error {
	if err := a.write(ctx, string(action), target, before, after); err != nil {
		return err
	}
	err := do()
	if err != nil {
		if e := a.write(ctx, string(action)+".failed", target, "", err.Error()); e != nil {
			return errors.Join(err, e)
		}
	}
	return err
}

// short keeps a line of the audit log small.
func short(s string) string {
	const most = 500
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
