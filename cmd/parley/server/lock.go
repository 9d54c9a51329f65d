package server

import (
	"context"
	"errors"
	"time"

	"github.com/parley-voice/parley/store"
)

const (
	lockLook  = time.Second
	lockTold  = 30 * time.Second // between two words about a lock that is lost
	lockTaken = "another parley of this name has taken the records while the database was away: two write at once; stop one of them"
)

// watchLock says it, again and again, when this process can no longer be sure that
// it alone writes records, until ctx ends.
func (s *Server) watchLock(ctx context.Context) {
	tick := time.NewTicker(lockLook)
	defer tick.Stop()
	var told time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			err := s.Store.Held()
			switch {
			case err == nil && !told.IsZero():
				s.log.Info("the lock on the records is held again")
				told = time.Time{}
			case err != nil && now.Sub(told) >= lockTold:
				if errors.Is(err, store.ErrInUse) {
					s.log.Error(lockTaken, "error", err)
				} else {
					s.log.Error("the lock on the records is lost; it is taken again when the database is there", "error", err)
				}
				told = now
			}
		}
	}
}
