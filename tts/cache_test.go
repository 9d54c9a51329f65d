package tts

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/parley-voice/parley/media"
)

func newCache(t *testing.T, dir string, s Speaker, cfg CacheConfig) *Cache {
	t.Helper()
	c, err := NewCache(dir, s, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func render(t *testing.T, c *Cache, lines ...Utterance) {
	t.Helper()
	if err := c.Render(t.Context(), lines); err != nil {
		t.Fatal(err)
	}
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

var hello = Utterance{Text: "Hello there, how are you?", Language: "en-US"}

// A marked line is made when it is first spoken, and kept then.
func TestCacheKeepsWhatIsMarked(t *testing.T) {
	dir, fake := t.TempDir(), &Fake{Rate: 16000}
	c := newCache(t, dir, fake, CacheConfig{})
	c.Mark([]Utterance{hello})
	if n := len(fake.Said()); n != 0 {
		t.Fatalf("%d lines were made", n)
	}
	for range 3 {
		if err := c.Speak(t.Context(), hello, func(media.Frame) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(fake.Said()); n != 1 || len(files(t, dir)) != 1 {
		t.Errorf("made %d times, %d files", n, len(files(t, dir)))
	}
}

func TestCacheSurvivesARestart(t *testing.T) {
	dir, fake := t.TempDir(), &Fake{Rate: 16000}
	render(t, newCache(t, dir, fake, CacheConfig{}), hello, hello, Utterance{Text: "  "})
	if len(fake.Said()) != 1 {
		t.Fatalf("the engine was asked %d times for one line", len(fake.Said()))
	}
	c := newCache(t, dir, fake, CacheConfig{})
	clip, ok := c.Clip(hello)
	again, _ := c.Clip(hello)
	if !ok || clip != again || clip.Duration() < time.Second {
		t.Fatalf("found %v, the same clip %v", ok, clip == again)
	}
	render(t, c, hello)
	var heard time.Duration
	if err := c.Speak(t.Context(), hello, func(f media.Frame) error { heard += f.Duration(); return nil }); err != nil || heard != clip.Duration() {
		t.Errorf("heard %v of %v: %v", heard, clip.Duration(), err)
	}
	if st := c.Stats(); len(fake.Said()) != 1 || st.Disk != 1 || st.Clips != 1 || st.Bytes != clipBytes(clip) {
		t.Errorf("engine asked %d times, %+v", len(fake.Said()), st)
	}
	if f, err := media.ReadClip(files(t, dir)[0]); err != nil || f.Duration() != clip.Duration() {
		t.Errorf("the cache file is no WAV that plays: %v", err)
	}
}

func TestCacheKeepsOnlyFixedLines(t *testing.T) {
	dir, fake := t.TempDir(), &Fake{}
	c := newCache(t, dir, fake, CacheConfig{})
	for range 2 {
		if err := c.Speak(t.Context(), Utterance{Text: "Hello Ms Wang"}, drop); err != nil {
			t.Fatal(err)
		}
	}
	if len(fake.Said()) != 2 || len(files(t, dir)) != 0 || c.Stats().Clips != 0 {
		t.Errorf("engine asked %d times, files %v", len(fake.Said()), files(t, dir))
	}
}

func TestCacheKeys(t *testing.T) {
	c := newCache(t, t.TempDir(), &Fake{}, CacheConfig{})
	same := hello
	same.Speed, same.Language = 1, "en_us"
	if c.key(hello) != c.key(same) {
		t.Error("speed 0 and 1, or en-US and en_us, have two keys")
	}
	keys := map[string]bool{}
	for _, u := range []Utterance{{Text: "ab", Voice: "c"}, {Text: "a", Voice: "bc"}, {Text: "abc"}, {Text: "abc", Speed: 1.1}, {Text: "abc", Language: "en"}} {
		keys[c.key(u)] = true
	}
	if len(keys) != 5 {
		t.Errorf("5 utterances have %d keys", len(keys))
	}
	if other := newCache(t, t.TempDir(), Chain(ByLanguage(map[string]Speaker{"": Guard(&named{}, GuardConfig{})})), CacheConfig{}); other.key(hello) == c.key(hello) {
		t.Error("two engines share a key")
	}
}

type named struct{ Fake }

func (*named) Engine(Utterance) string { return "another" }

func TestCacheRendersADamagedFileAgain(t *testing.T) {
	for name, damage := range map[string]func(b []byte) []byte{
		"empty":    func([]byte) []byte { return nil },
		"cut":      func(b []byte) []byte { return b[:len(b)/2] },
		"bit flip": func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
		"no sum":   func(b []byte) []byte { return b[:len(b)-sumSize] },
		"text":     func([]byte) []byte { return []byte(strings.Repeat("not audio ", 50)) },
	} {
		t.Run(name, func(t *testing.T) {
			dir, fake := t.TempDir(), &Fake{}
			render(t, newCache(t, dir, fake, CacheConfig{}), hello)
			path := files(t, dir)[0]
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, damage(b), 0o600); err != nil {
				t.Fatal(err)
			}
			c := newCache(t, dir, fake, CacheConfig{})
			if _, ok := c.Clip(hello); ok {
				t.Error("a damaged file was played")
			}
			render(t, c, hello)
			if _, ok := newCache(t, dir, fake, CacheConfig{}).Clip(hello); !ok || len(fake.Said()) != 2 || c.Stats().Corrupt != 1 {
				t.Errorf("stands again: %v, engine asked %d times, %+v", ok, len(fake.Said()), c.Stats())
			}
		})
	}
}

func TestCacheMendsALostFixedLineWhenSpoken(t *testing.T) {
	dir, fake := t.TempDir(), &Fake{}
	c := newCache(t, dir, fake, CacheConfig{MemoryBytes: 1, Workers: 1}) // room for one clip
	render(t, c, hello, Utterance{Text: "something else"})
	for _, f := range files(t, dir) {
		if err := os.Remove(f); err != nil {
			t.Fatal(err)
		}
	}
	_ = c.Speak(t.Context(), hello, drop)
	if _, ok := c.Clip(hello); !ok || len(files(t, dir)) != 1 || len(fake.Said()) != 3 {
		t.Errorf("kept %v, %d files, engine asked %d times", ok, len(files(t, dir)), len(fake.Said()))
	}
}

// /dev/full answers every write with ENOSPC, as a full disk does.
func TestCacheOnAFullDisk(t *testing.T) {
	dir := t.TempDir()
	c := newCache(t, dir, &Fake{}, CacheConfig{})
	c.create = func(dir string) (*os.File, error) {
		link := filepath.Join(dir, tempPrefix+"full")
		if err := os.Symlink("/dev/full", link); err != nil {
			return nil, err
		}
		return os.OpenFile(link, os.O_WRONLY, 0)
	}
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("this system has no /dev/full to stand for a full disk")
	}
	render(t, c, hello)
	if _, ok := c.Clip(hello); !ok {
		t.Error("the line does not live in memory")
	}
	if st := c.Stats(); st.WriteErrors != 1 || !strings.Contains(st.LastError, "no space left") {
		t.Errorf("%+v", st)
	}
	if left := files(t, dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestCacheWhoseFolderVanishes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "prompts")
	c := newCache(t, dir, &Fake{}, CacheConfig{})
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	render(t, c, hello)
	if _, ok := c.Clip(hello); !ok || c.Stats().WriteErrors != 1 {
		t.Errorf("%+v", c.Stats())
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := NewCache(file, &Fake{}, CacheConfig{}); err == nil {
		t.Error("a file serves as the cache's folder")
	}
}

func TestCacheMemoryIsBounded(t *testing.T) {
	c := newCache(t, t.TempDir(), &Fake{}, CacheConfig{MemoryBytes: 120_000})
	var lines []Utterance
	for i := range 20 {
		lines = append(lines, Utterance{Text: strings.Repeat("x", 10+i)})
	}
	render(t, c, lines...)
	st := c.Stats()
	if st.Bytes > 120_000 || st.Clips < 2 || st.Clips+int(st.Evicted) != 20 {
		t.Errorf("%+v", st)
	}
	for _, u := range lines {
		if _, ok := c.Clip(u); !ok {
			t.Errorf("%d characters are gone from memory and disk", len(u.Text))
		}
	}
}

func TestCacheDiskIsBounded(t *testing.T) {
	dir := t.TempDir()
	first, second := Utterance{Text: "first line"}, Utterance{Text: "second line"}
	c := newCache(t, dir, &Fake{}, CacheConfig{})
	render(t, c, first, second)
	old := time.Now().Add(-2 * time.Hour)
	half := filepath.Join(dir, tempPrefix+"killed")
	foreign := filepath.Join(dir, "README")
	for _, err := range []error{
		os.WriteFile(half, []byte("half"), 0o600), os.WriteFile(foreign, []byte("mine"), 0o600),
		os.Chtimes(half, old, old), os.Chtimes(c.path(c.key(first)), old, old),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	c = newCache(t, dir, &Fake{}, CacheConfig{DiskBytes: 15_000})
	_, gone := c.Clip(first)
	_, kept := c.Clip(second)
	if gone || !kept || len(files(t, dir)) != 2 {
		t.Errorf("the older stays: %v, the newer: %v, files %v", gone, kept, files(t, dir))
	}
}

func TestCacheKeepsNoSubstituteOnDisk(t *testing.T) {
	dir := t.TempDir()
	broken := &Fake{Err: errors.New("down")}
	s := ByLanguage(map[string]Speaker{"": Chain(Guard(broken, GuardConfig{}), &named{})})
	c := newCache(t, dir, s, CacheConfig{})
	render(t, c, hello)
	if _, ok := c.Clip(hello); !ok || len(files(t, dir)) != 0 {
		t.Errorf("in memory %v, on disk %v", ok, files(t, dir))
	}
}

func TestRenderReportsAndGoesOn(t *testing.T) {
	bad := errors.New("cannot say that")
	var now, most atomic.Int64
	s := speakerFunc(func(ctx context.Context, u Utterance, emit func(media.Frame) error) error {
		most.Store(max(most.Load(), now.Add(1)))
		defer now.Add(-1)
		time.Sleep(time.Millisecond)
		switch {
		case strings.HasPrefix(u.Text, "bad"):
			return bad
		case u.Text == "mute":
			return nil
		}
		return emit(media.Frame{Rate: 8000, PCM: make([]int16, 160)})
	})
	var last Progress
	var mu sync.Mutex
	c := newCache(t, t.TempDir(), s, CacheConfig{Workers: 3, Progress: func(p Progress) {
		mu.Lock()
		defer mu.Unlock()
		if p.Done != last.Done+1 || (p.Err != nil) != (strings.HasPrefix(p.Line.Text, "bad") || p.Line.Text == "mute") {
			t.Errorf("%+v after %d", p, last.Done)
		}
		last = p
	}})
	lines := []Utterance{{Text: "mute"}}
	for i := range 20 {
		lines = append(lines, Utterance{Text: strings.Repeat("good", i+1)}, Utterance{Text: "bad" + strings.Repeat("!", i)})
	}
	err := c.Render(t.Context(), lines)
	if !errors.Is(err, bad) || !strings.Contains(err.Error(), "21 of 41 lines") || strings.Count(err.Error(), "\n") > shownErrors {
		t.Errorf("got %v", err)
	}
	if last.Done != 41 || last.Total != 41 || c.Stats().Rendered != 20 || most.Load() > 3 {
		t.Errorf("%+v, %+v, %d at once", last, c.Stats(), most.Load())
	}
}

type speakerFunc func(context.Context, Utterance, func(media.Frame) error) error

func (f speakerFunc) Speak(ctx context.Context, u Utterance, emit func(media.Frame) error) error {
	return f(ctx, u, emit)
}

func TestRenderStops(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	s := speakerFunc(func(ctx context.Context, _ Utterance, _ func(media.Frame) error) error {
		stop()
		<-ctx.Done()
		return ctx.Err()
	})
	err := newCache(t, t.TempDir(), s, CacheConfig{}).Render(ctx, []Utterance{{Text: "a"}, {Text: "b"}, {Text: "c"}, {Text: "d"}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestCacheUnderManyCalls(t *testing.T) {
	c := newCache(t, t.TempDir(), &Fake{}, CacheConfig{MemoryBytes: 60_000})
	lines := []Utterance{{Text: "one line"}, {Text: "another line"}, {Text: "a third one"}}
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			if i%4 == 0 {
				if err := c.Render(t.Context(), lines); err != nil {
					t.Error(err)
				}
			}
			for j := range 20 {
				u := lines[(i+j)%3]
				if clip, ok := c.Clip(u); ok && clip.Duration() != time.Duration(len(u.Text))*fakeRune {
					t.Errorf("%q sounds for %v", u.Text, clip.Duration())
				}
				if err := c.Speak(t.Context(), u, drop); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func FuzzReadLine(f *testing.F) {
	body := []byte("RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x04\x00\x00\x00\x01\x00\x02\x00")
	f.Add(append(body, sumChunk(body)...))
	f.Add(sumChunk(nil))
	f.Add([]byte("RIFF"))
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "x.wav")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if frame, err := readLine(path); err == nil && len(frame.PCM) == 0 {
			t.Error("an empty line")
		}
	})
}
