package media

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// Priority is the SCHED_RR priority of pacer threads: above everything normal,
// below what the kernel and audio servers use.
const Priority = 10

// Procs is the GOMAXPROCS that leaves a P to the pacers when they wake, also
// while garbage is collected. Set it in main before NewEngine.
func Procs() int { return runtime.NumCPU() + 2 }

// becomePacer makes the calling, locked OS thread punctual: timer slack of 1 ns
// and, where asked for and permitted, SCHED_RR. It tells whether it got SCHED_RR.
func becomePacer(realtime bool) bool {
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0) // refused only by odd kernels: then 50 us late
	if !realtime {
		return false
	}
	attr := unix.SchedAttr{
		Size:     unix.SizeofSchedAttr,
		Policy:   unix.SCHED_RR,
		Flags:    unix.SCHED_FLAG_RESET_ON_FORK,
		Priority: Priority,
	}
	return unix.SchedSetAttr(0, &attr, 0) == nil
}

// monotonic reads CLOCK_MONOTONIC, ns.
func monotonic() int64 {
	var ts unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts)
	return ts.Nano()
}

// threadCPU is the processor time of the calling thread.
func threadCPU() time.Duration {
	var ru unix.Rusage
	if unix.Getrusage(unix.RUSAGE_THREAD, &ru) != nil {
		return 0
	}
	return time.Duration(ru.Utime.Nano() + ru.Stime.Nano())
}
