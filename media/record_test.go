package media

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// TestRecordingIsPlayableWhenKilled copies the file while it is written, which is
// what a kill leaves behind.
func TestRecordingIsPlayableWhenKilled(t *testing.T) {
	e := newTestEngine(t, Config{})
	ha := newHearing()
	a, b := pair(t, e, plain, ha, nil)
	must(t, b.Out().Clip(b.Out().Gen(), NewClip(Frame{8000, tone(800, time.Second, 9000)}), true))
	must(t, a.Out().Clip(a.Out().Gen(), NewClip(Frame{8000, tone(1700, time.Second, 9000)}), true))
	path := filepath.Join(t.TempDir(), "call.wav")
	began := time.Now()
	must(t, a.Record(path, RecordOptions{}))
	start := len(ha.heard())
	ha.until(t, "two seconds", func() bool { return len(ha.heard())-start > 2*TelephoneRate })
	left := killed(t, path, time.Since(began))
	if loudest(left[0], 800) < 8000 || loudest(left[1], 1700) < 8000 || loudest(left[0], 1700) > 500 {
		t.Errorf("left: 800 Hz at %.0f; right: 1700 Hz at %.0f", loudest(left[0], 800), loudest(left[1], 1700))
	}
	if err := a.Record(path, RecordOptions{}); err == nil {
		t.Error("a file that exists was overwritten")
	}
	a.Close()
	whole := killed(t, path, 0)
	if lack := time.Since(began) - time.Duration(len(whole[0]))*time.Second/TelephoneRate; lack > time.Second {
		t.Errorf("the closed file lacks %v", lack)
	}
}

// killed reads what a kill would leave, after so long a call.
func killed(t *testing.T, path string, after time.Duration) [2][]int16 {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	if _, err := ReadWAV(bytes.NewReader(b)); err != nil {
		t.Fatalf("not playable: %v", err)
	}
	var s [2][]int16
	s[0], s[1] = stereo(t, path)
	if lost := after - time.Duration(len(s[0]))*time.Second/TelephoneRate; lost > time.Second {
		t.Errorf("%v of %v lost", lost, after)
	}
	return s
}

func TestFullDiskCostsFramesNotTheCall(t *testing.T) {
	r := newRig(t)
	h := newHearing()
	s, far := r.talk(plain, h)
	path := filepath.Join(t.TempDir(), "full.wav")
	r.call(func() { must(t, s.Record(path, RecordOptions{})) })
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here: ", err)
	}
	rec := s.tap.rec
	rec.mu.Lock()
	good := rec.file
	rec.file = full
	rec.mu.Unlock()
	const lost = 3 * blockFrames
	for range lost {
		far.send(voice(1000))
		r.step(1)
	}
	rec.mu.Lock()
	rec.flush(make([]byte, 0, 2*blockFrames*recordFrameBytes))
	rec.file = good // someone made room
	rec.mu.Unlock()
	full.Close()
	far.send(voice(5000))
	r.step(1)
	if err := s.RecordError(); err == nil {
		t.Error("no error")
	}
	if got := h.told(); len(got) != 1 || got[0].Kind != EventRecording {
		t.Errorf("events %v", got)
	}
	if st := s.Stats(); st.RecordDrops != lost || st.Sent != lost+1 {
		t.Errorf("%+v", st)
	}
	r.call(func() {
		if s.StopRecording() == nil {
			t.Error("the loss is not told at the end")
		}
	})
	left, _ := stereo(t, path)
	if len(left) != (lost+1)*frameSize || peak(left[:lost*frameSize]) != 0 || peak(left[lost*frameSize:]) < 500 {
		t.Errorf("%d samples, before %d, after %d: want silence where frames were dropped", len(left),
			peak(left[:lost*frameSize]), peak(left[lost*frameSize:]))
	}
	if st := r.e.Stats(); st.RecordDrops != lost || st.RecordError == "" {
		t.Errorf("engine: %+v", st)
	}
}

func TestSlowDiskDropsAndCounts(t *testing.T) {
	r := newRig(t)
	s, _ := r.talk(plain, nil)
	r.call(func() { must(t, s.Record(filepath.Join(t.TempDir(), "slow.wav"), RecordOptions{})) })
	rec := s.tap.rec
	rec.mu.Lock() // the writer is stuck
	r.step(blockDepth*blockFrames + 10)
	if n := s.Stats().RecordDrops; n < 6 {
		t.Errorf("%d drops", n)
	}
	rec.mu.Unlock()
	waits := func() int {
		rec.mu.Lock()
		defer rec.mu.Unlock()
		return rec.ring.len()
	}
	for end := time.Now().Add(10 * time.Second); waits() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the writer does not go on")
		}
	}
	if left, _ := stereo(t, rec.file.Name()); len(left) != blockDepth*blockFrames*frameSize {
		t.Errorf("%d samples reached the disk, want what the writer had room for", len(left))
	}
}

// TestNothingIsLeftBehind opens and closes many sessions in every state.
func TestNothingIsLeftBehind(t *testing.T) {
	files := func() int {
		d, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip("no /proc here: ", err)
		}
		return len(d)
	}
	e := newTestEngine(t, Config{Quarantine: -1})
	dir := t.TempDir()
	run := func(n int) {
		for i := range n {
			a, b := pair(t, e, plain, nil, nil)
			if i%10 == 0 {
				must(t, a.Record(filepath.Join(dir, time.Now().Format("150405.000000000")+".wav"), RecordOptions{}))
			}
			if i%7 == 0 {
				_, err := Join(a, b)
				must(t, err)
			}
			must(t, a.Out().Write(a.Out().Gen(), Frame{8000, constant(1, 800)}))
			a.Close()
			b.Close()
			a.Close()
		}
	}
	run(5)
	runtime.GC()
	fds, routines := files(), runtime.NumGoroutine()
	run(250)
	if n := files(); n > fds {
		t.Errorf("%d descriptors, %d before", n, fds)
	}
	if n := runtime.NumGoroutine(); n > routines {
		t.Errorf("%d goroutines, %d before", n, routines)
	}
	if st := e.Stats(); st.Sessions != 0 {
		t.Errorf("%d sessions", st.Sessions)
	}
	e.Close()
	if _, err := e.Open(t.Context(), plain, nil); err == nil {
		t.Error("a closed engine opened a session")
	}
}
