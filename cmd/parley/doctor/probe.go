package doctor

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/parley-voice/parley/media"
)

// Bind tries a port and lets it go.
func Bind(network, addr string) error {
	if strings.HasPrefix(network, "udp") {
		c, err := net.ListenPacket(network, addr)
		if err != nil {
			return err
		}
		return c.Close()
	}
	l, err := net.Listen(network, addr)
	if err != nil {
		return err
	}
	return l.Close()
}

// Realtime takes SCHED_RR on a thread of its own. The thread is never given
// back, so it ends with the goroutine.
func Realtime() error {
	result := make(chan error)
	go func() {
		runtime.LockOSThread()
		result <- unix.SchedSetAttr(0, &unix.SchedAttr{
			Size: unix.SizeofSchedAttr, Policy: unix.SCHED_RR, Priority: media.Priority,
		}, 0)
	}()
	return <-result
}

// Disk makes the folder, writes a file there, and tells how much room is left.
func Disk(dir string) (uint64, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return 0, err
	}
	probe := filepath.Join(dir, ".doctor")
	if err := os.WriteFile(probe, []byte("x"), 0o600); err != nil {
		return 0, err
	}
	if err := os.Remove(probe); err != nil {
		return 0, err
	}
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return s.Bavail * uint64(s.Bsize), nil
}

// Files gives the limits on open files.
func Files() (soft, hard uint64, err error) {
	var l unix.Rlimit
	err = unix.Getrlimit(unix.RLIMIT_NOFILE, &l)
	return l.Cur, l.Max, err
}

// Installed tells whether a program is on the PATH.
func Installed(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}
