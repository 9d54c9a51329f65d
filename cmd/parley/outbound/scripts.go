package outbound

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/parley-voice/parley/campaign/experiment"
	"github.com/parley-voice/parley/dialog/review"
	"github.com/parley-voice/parley/store"
)

// Alarm is who goes back to a script's former version by itself.
const Alarm = "parley (deviation alarm)"

// Scripts is what campaigns know of the scripts that they speak.
type Scripts struct {
	// Spoken is the hash of the version that a call would speak now; false when none
	// may be spoken.
	Spoken  func(script string) (hash string, ok bool)
	Reviews *store.Reviews // who published which version; nil: nobody did
	// Audit writes a line of the audit log.
	Audit func(context.Context, store.Deed) error
	// Tell makes the messages about a decision, which are posted with it; nil: nobody is
	// told.
	Tell func(Turned) []store.Message
}

// Turned is a decision of a campaign's wordings.
type Turned struct {
	store.Decided
	Script   string   // of a rollback, done or asked for
	Variants []string // that speak it
	From, To string   // hashes of its versions: the worse one, and the former one
}

// version is the hash of what a variant speaks now, or why it may not be spoken.
func (s Scripts) version(v experiment.Variant) (string, error) {
	hash, ok := s.Spoken(v.Script)
	switch {
	case !ok:
		return "", fmt.Errorf("no version of the script %q may be spoken", v.Script)
	case !strings.HasPrefix(hash, v.Version):
		return "", fmt.Errorf("variant %q is version %s of the script %q, and %s is published", v.Name, review.Short(v.Version), v.Script, review.Short(hash))
	}
	return hash, nil
}

func (s Scripts) approved(v experiment.Variant) bool {
	_, err := s.version(v)
	return err == nil
}

// edition is the published version of a script, as its reviews tell.
type edition struct {
	by     review.Event // published it
	before string       // hash of the version that it replaced; "" when there was none
	former string       // hash of the version that an alarm goes back to; "" when there is none
}

// editions are those of scripts that have any.
func (s Scripts) editions(ctx context.Context, scripts []string) (map[string]edition, error) {
	all := map[string]edition{}
	if s.Reviews == nil {
		return all, nil
	}
	for _, name := range scripts {
		past, err := s.Reviews.History(ctx, name)
		if err != nil {
			return nil, err
		}
		if by, ok := review.Latest(past); ok {
			e := edition{by: by, before: review.Replaced(past)}
			e.former, _ = review.Former(past)
			all[name] = e
		}
	}
	return all, nil
}

// seq grows with every act of a review.
func (s Scripts) seq(ctx context.Context) (int64, error) {
	if s.Reviews == nil {
		return 0, nil
	}
	return s.Reviews.Seq(ctx)
}

// goBack publishes the former version of a script again, as parley script rollback
// does: false when somebody was faster.
func (s Scripts) goBack(ctx context.Context, now time.Time, e edition, why string) (bool, error) {
	deed := store.Deed{At: now, Who: Alarm, Action: "scripts.rollback", Target: "script " + e.by.Script, Before: review.Short(e.by.Hash),
		After: review.Short(e.former), Reason: why, Source: "local"}
	if err := s.Audit(ctx, deed); err != nil {
		return false, err
	}
	err := s.Reviews.Replace(ctx, e.by.Hash, review.Event{Script: e.by.Script, Hash: e.former, Who: Alarm, Note: noted(why), At: now})
	if err == nil {
		return true, nil
	}
	deed.Action, deed.Before, deed.After = deed.Action+".failed", "", err.Error()
	if failed := s.Audit(ctx, deed); failed != nil {
		return false, errors.Join(err, failed)
	}
	if errors.Is(err, review.ErrState) {
		err = nil
	}
	return false, err
}

// noted is a reason as long as a review's note may be.
func noted(why string) string {
	const most = 400
	if r := []rune(why); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return why
}
