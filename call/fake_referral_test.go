package call

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/sip"
)

// fakeExchange knows the three agents by their numbers, and the queue.
type fakeExchange struct{}

func (fakeExchange) Extension(number string) (dialog.Transfer, error) {
	switch number {
	case "1001", "1002", "1003":
		return dialog.Transfer{Agent: number, SIP: "sip:" + number + "@192.0.2.9"}, nil
	case "8000":
		return dialog.Transfer{SIP: "sip:8000@192.0.2.9"}, nil
	case "aftersales":
		return dialog.Transfer{Queue: number}, nil
	}
	return dialog.Transfer{}, fmt.Errorf("nobody has the number %s", number)
}

func (fakeExchange) Agent(phone string) string { return phone }

// fakeReferral is the telephone's end of a REFER.
type fakeReferral struct {
	r   *rig
	err error // of Accept

	mu    sync.Mutex
	codes []string // 202, then the NOTIFYs; or the refusal
}

func (f *fakeReferral) note(code int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.codes = append(f.codes, strconv.Itoa(code))
}

func (f *fakeReferral) Accept() error {
	f.r.moment("accept")
	if f.err == nil {
		f.note(202)
	}
	return f.err
}

func (f *fakeReferral) Refuse(code int, _ string) error {
	f.r.moment("refuse")
	f.note(code)
	return nil
}

func (f *fakeReferral) Notify(_ context.Context, code int, _ string) error {
	f.r.moment("notify")
	f.note(code)
	return nil
}

func (f *fakeReferral) told() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.Join(f.codes, " ")
}

// handOn has the person's telephone send a REFER.
func (f *floor) handOn(leg *fakeLeg, number string) *fakeReferral {
	ask := &fakeReferral{r: f.rig}
	leg.send(sip.ReferAsked{To: "sip:" + number + "@192.0.2.1", Number: number, Headers: map[string]string{"x-need": "watch", "user-to-user": "00"}, Referral: ask})
	return ask
}

// texts are what the record says of the transfer from one step on.
func texts(rec Record, from string) []string {
	all := steps(rec)
	i := slices.IndexFunc(all, func(s string) bool { return strings.HasPrefix(s, from) })
	return all[max(i, 0):]
}

var errGone = errors.New("the leg is gone")
