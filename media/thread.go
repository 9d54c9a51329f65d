package media

import (
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// pacerPriority is the SCHED_RR priority of pacer threads: above everything
// normal, below what the kernel and audio servers use.
const pacerPriority = 10

// Procs is the GOMAXPROCS that keeps garbage collection from holding up the
// pacers: a pacer sleeps without giving its P away, so that it never waits for
// one. Set it in main before NewEngine.
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
		Priority: pacerPriority,
	}
	return unix.SchedSetAttr(0, &attr, 0) == nil
}

// monotonic reads CLOCK_MONOTONIC, ns.
func monotonic() int64 {
	var ts unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts)
	return ts.Nano()
}

// sleepOnce sleeps until CLOCK_MONOTONIC shows deadline and returns false when a
// signal woke it before. It is a raw system call: the thread keeps its P, which
// spares the wait for one on waking (p99 0.1 ms instead of 1 under GC). The
// runtime stops such a thread by a signal, and the function's prologue is where
// it then yields, so it must stay a real call.
//
//go:noinline
func sleepOnce(deadline int64) bool {
	ts := unix.NsecToTimespec(deadline)
	_, _, errno := unix.RawSyscall6(unix.SYS_CLOCK_NANOSLEEP, unix.CLOCK_MONOTONIC,
		unix.TIMER_ABSTIME, uintptr(unsafe.Pointer(&ts)), 0, 0, 0)
	return errno != unix.EINTR
}

// threadCPU is the processor time of the calling thread.
func threadCPU() time.Duration {
	var ru unix.Rusage
	if unix.Getrusage(unix.RUSAGE_THREAD, &ru) != nil {
		return 0
	}
	return time.Duration(ru.Utime.Nano() + ru.Stime.Nano())
}
