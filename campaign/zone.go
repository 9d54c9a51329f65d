package campaign

import (
	"sync"
	"time"
)

// zones keeps what time.LoadLocation reads anew each time: there are few hundred.
var zones sync.Map

func zone(name string) (*time.Location, error) {
	if known, ok := zones.Load(name); ok {
		return known.(*time.Location), nil
	}
	read, err := time.LoadLocation(name)
	if err == nil {
		zones.Store(name, read)
	}
	return read, err
}
