package measure

import (
	"time"

	"golang.org/x/sys/unix"
)

// Spent is the CPU that this process has used, user and system, the collector's
// share included.
func Spent() time.Duration {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
