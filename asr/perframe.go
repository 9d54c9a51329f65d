package asr

import (
	"sync"
	"time"

	"github.com/parley-voice/parley/media"
)

// PerFrame makes a Detector of a detector that judges each frame by itself as
// it comes, such as one by energy. begin makes one leg's judge, which tells
// whether a frame is speech; hang is how long after the end of sound it still
// says so. The verdicts come within Write.
func PerFrame(hang time.Duration, begin func() func(media.Frame) bool) Detector {
	return perFrame{hang, begin}
}

type perFrame struct {
	hang  time.Duration
	begin func() func(media.Frame) bool
}

func (d perFrame) Hang() time.Duration { return d.hang }

func (d perFrame) Open(rate int, heard func(Activity)) (DetectorStream, error) {
	if err := CheckRate(rate); err != nil {
		return nil, err
	}
	return &perFrameStream{judge: d.begin(), heard: heard}, nil
}

type perFrameStream struct {
	mu    sync.Mutex
	judge func(media.Frame) bool
	heard func(Activity)
	at    time.Duration
	shut  bool
}

func (s *perFrameStream) Write(f media.Frame) error {
	if err := CheckFrame(f, media.TelephoneRate); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shut {
		return ErrClosed
	}
	s.at += f.Duration()
	a := Activity{End: s.at, Length: f.Duration()}
	if s.judge(f) {
		a.Speech = 1
	}
	s.heard(a)
	return nil
}

func (s *perFrameStream) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shut = true
	return nil
}
