package main

import (
	"os"
	"os/signal"
	"syscall"
)

// osSignals gives the signals that end the program, and how to stop listening.
func osSignals() (<-chan os.Signal, func()) {
	c := make(chan os.Signal, 2)
	signal.Notify(c, syscall.SIGINT, syscall.SIGTERM)
	return c, func() { signal.Stop(c) }
}
