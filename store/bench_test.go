package store_test

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/parley-voice/parley/store"
	"github.com/parley-voice/parley/store/storetest"
)

// BenchmarkCall writes whole calls, many at a time: begun, answered, finished.
func BenchmarkCall(b *testing.B) {
	s, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "records.db"), "CN")
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	var n atomic.Int64
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			id := fmt.Sprint(n.Add(1))
			if err := s.Begin(b.Context(), storetest.Begun(id, storetest.T0)); err != nil {
				b.Error(err)
			}
			if err := s.Answered(b.Context(), id, storetest.T0); err != nil {
				b.Error(err)
			}
			if err := s.Finish(b.Context(), storetest.Ended(id, storetest.T0)); err != nil {
				b.Error(err)
			}
		}
	})
}
