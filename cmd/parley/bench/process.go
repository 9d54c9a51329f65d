package bench

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// process is what /proc tells of the server.
type process struct {
	CPU         time.Duration `json:"-"` // user and system, since its start
	RSS         int64         `json:"rss_bytes"`
	Threads     int           `json:"threads"`
	Descriptors int           `json:"descriptors"`
}

// clockTick is USER_HZ, which Linux fixes at 100 for /proc.
const clockTick = time.Second / 100

// readProcess reads /proc/PID. The zero process stands for pid 0, unknown.
func readProcess(pid int) (process, error) {
	var p process
	if pid == 0 {
		return p, nil
	}
	dir := fmt.Sprintf("/proc/%d/", pid)
	stat, err := os.ReadFile(dir + "stat")
	if errors.Is(err, os.ErrNotExist) {
		return p, fmt.Errorf("no process %d: give the server's --pid, or none", pid)
	}
	if err != nil {
		return p, err
	}
	// The name in brackets may hold anything, so count from its end (proc(5)).
	f := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(f) < 22 {
		return p, fmt.Errorf("/proc/%d/stat has %d fields", pid, len(f))
	}
	number := func(i int) int64 {
		n, _ := strconv.ParseInt(f[i], 10, 64)
		return n
	}
	p.CPU = time.Duration(number(11)+number(12)) * clockTick
	p.Threads = int(number(17))
	p.RSS = number(21) * int64(os.Getpagesize())
	if fds, err := os.ReadDir(dir + "fd"); err == nil {
		p.Descriptors = len(fds)
	}
	return p, nil
}
