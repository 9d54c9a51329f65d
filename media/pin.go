package media

import (
	"syscall"
	"unsafe"
	_ "unsafe" // go:linkname

	"golang.org/x/sys/unix"
)

// A pacer must not be taken off its thread between ticks: the runtime would put
// its goroutine into the common queue, and only another, ordinary thread could
// bring it back, tens of milliseconds late on a busy machine, SCHED_RR or not.
// The runtime does so to every goroutine that it finds running 10 ms on end, and
// takes the short sleeps of a pacer for running. Pinned, as sync.Pool is for a
// moment, the goroutine stays; asleep it lets go of its P, so that nobody waits
// for it. Beside four busy processes on two cores this brought the p99 of waking
// from 1-30 ms to 0.1.
//
// While pinned the goroutine must not block: a sink, which is not ours, is
// called unpinned.

//go:linkname procPin runtime.procPin
func procPin() int

//go:linkname procUnpin runtime.procUnpin
func procUnpin()

// sleepPinned sleeps until CLOCK_MONOTONIC shows deadline and returns false when
// a signal woke it before. It comes and goes pinned. It has no prologue, because
// there the runtime would take an unpinned goroutine away.
//
//go:nosplit
func sleepPinned(deadline *unix.Timespec) bool {
	procUnpin()
	_, _, errno := syscall.Syscall6(unix.SYS_CLOCK_NANOSLEEP, unix.CLOCK_MONOTONIC,
		unix.TIMER_ABSTIME, uintptr(unsafe.Pointer(deadline)), 0, 0, 0)
	procPin()
	return errno != unix.EINTR
}
