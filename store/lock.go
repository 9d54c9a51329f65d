package store

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

// lockFile takes the lock that keeps two servers off one file; the kernel drops
// it with the process, so a kill leaves nothing behind.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o640)
	if err != nil {
		return nil, fmt.Errorf("records: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder, _ := os.ReadFile(path)
		_ = f.Close()
		return nil, fmt.Errorf("%w (process %s holds %s); stop it, or give this one another data folder",
			ErrInUse, strings.TrimSpace(string(holder)), path)
	}
	if err := f.Truncate(0); err == nil {
		_, err = fmt.Fprintf(f, "%d\n", os.Getpid())
		_ = err // the number is only a hint for people
	}
	return f, nil
}
