package tts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/parley-voice/parley/media"
)

// CacheConfig bounds a Cache. Zero fields take the defaults named beside them.
type CacheConfig struct {
	Workers     int            // renderings at once; 2
	MemoryBytes int64          // of clips held in memory; 64 MiB, about half an hour of speech
	DiskBytes   int64          // of files kept, held at NewCache by age; 1 GiB
	Progress    func(Progress) // called by Render after each line, one call at a time
}

// Progress tells how far Render is.
type Progress struct {
	Done, Total int
	Line        Utterance
	Err         error // why Line could not be rendered
}

// CacheStats counts a Cache's work since it was made.
type CacheStats struct {
	Memory      uint64 // clips found in memory
	Disk        uint64 // clips read from disk
	Missed      uint64 // clips not found
	Rendered    uint64 // lines spoken by the engine for the cache
	Corrupt     uint64 // files that were damaged and thrown away
	WriteErrors uint64 // lines that could not be written, and live in memory only
	Evicted     uint64 // clips dropped from memory for room
	Clips       int    // in memory now
	Bytes       int64  // of them
	LastError   string // of the last write error
}

// Cache is a Speaker that keeps fixed lines: rendered once, in files keyed by
// engine, text, voice, speed and language, and in memory while they are used.
// What was never given to Render or Mark goes straight to the engine and is not kept,
// for it may name a person.
type Cache struct {
	dir     string
	speaker Speaker
	cfg     CacheConfig
	create  func(dir string) (*os.File, error) // a new file in dir

	mu    sync.Mutex
	clips lru
	fixed map[string]struct{} // keys given to Render or Mark
	stats CacheStats
}

// Bounds that only a mistake reaches.
const (
	maxLine  = 10 * time.Minute // longest line that is kept
	maxFixed = 100_000          // keys remembered as fixed
)

// NewCache makes a cache of what s speaks, with its files in dir, which is made
// when missing. Files beyond DiskBytes go, the longest unused first.
func NewCache(dir string, s Speaker, cfg CacheConfig) (*Cache, error) {
	cfg.Workers = orDefault(cfg.Workers, 2)
	cfg.MemoryBytes = orDefault(cfg.MemoryBytes, 64<<20)
	cfg.DiskBytes = orDefault(cfg.DiskBytes, 1<<30)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("tts: prompt cache: %w (choose another folder, or make it writable)", err)
	}
	if err := prune(dir, cfg.DiskBytes); err != nil {
		return nil, fmt.Errorf("tts: prompt cache: %w", err)
	}
	return &Cache{
		dir: dir, speaker: s, cfg: cfg, create: createTemp,
		clips: newLRU(cfg.MemoryBytes), fixed: map[string]struct{}{},
	}, nil
}

// Stats tells what the cache has done.
func (c *Cache) Stats() CacheStats {
	c.mu.Lock()
	defer c.mu.Unlock()
	st := c.stats
	st.Clips, st.Bytes, st.Evicted = c.clips.len(), c.clips.used, c.clips.evicted
	return st
}

// Engine names the engine behind the cache.
func (c *Cache) Engine(u Utterance) string { return EngineOf(c.speaker, u) }

// Clip finds a rendered line in memory or on disk.
func (c *Cache) Clip(u Utterance) (*media.Clip, bool) {
	clip := c.find(c.key(u))
	return clip, clip != nil
}

func (c *Cache) find(key string) *media.Clip {
	if clip := c.inMemory(key); clip != nil {
		return clip
	}
	f, err := readLine(c.path(key))
	if err != nil {
		c.mu.Lock()
		c.stats.Missed++
		if errors.Is(err, errCorrupt) {
			c.stats.Corrupt++
		}
		c.mu.Unlock()
		return nil
	}
	clip := media.NewClip(f)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stats.Disk++
	c.clips.put(key, clip)
	return clip
}

func (c *Cache) inMemory(key string) *media.Clip {
	c.mu.Lock()
	defer c.mu.Unlock()
	clip := c.clips.get(key)
	if clip != nil {
		c.stats.Memory++
	}
	return clip
}

// Speak plays the line from the cache, else from the engine.
func (c *Cache) Speak(ctx context.Context, u Utterance, emit func(media.Frame) error) error {
	_, err := c.speakNoting(ctx, u, emit)
	return err
}

func (c *Cache) speakNoting(ctx context.Context, u Utterance, emit func(media.Frame) error) (lost, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	key := c.key(u)
	if clip := c.find(key); clip != nil {
		return nil, play(ctx, clip, emit)
	}
	c.mu.Lock()
	_, fixed := c.fixed[key]
	c.mu.Unlock()
	if !fixed {
		return SpeakNoting(ctx, c.speaker, u, emit)
	}
	_, lost, err = c.speakAndKeep(ctx, key, u, emit)
	return lost, err
}

func play(ctx context.Context, clip *media.Clip, emit func(media.Frame) error) error {
	f := clip.Frame()
	framer := NewFramer(f.Rate, func(f media.Frame) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return emit(f)
	})
	if err := framer.Write(f.PCM); err != nil {
		return err
	}
	return framer.Flush()
}

// speakAndKeep gives u to the listener as it is made, and keeps it when whole.
// It tells how long u sounds, and why a substitute spoke it if one did.
func (c *Cache) speakAndKeep(ctx context.Context, key string, u Utterance, emit func(media.Frame) error) (length time.Duration, lost, err error) {
	var all media.Frame
	lost, err = SpeakNoting(ctx, c.speaker, u, func(f media.Frame) error {
		all.Rate, all.PCM = f.Rate, append(all.PCM, f.PCM...)
		if all.Duration() > maxLine {
			return fmt.Errorf("tts: a line of more than %v", maxLine)
		}
		return emit(f)
	})
	if err == nil && len(all.PCM) > 0 {
		c.keep(key, all, lost != nil)
	}
	return all.Duration(), lost, err
}

// keep puts a whole line into memory and, unless a substitute spoke it, on disk.
func (c *Cache) keep(key string, f media.Frame, substitute bool) {
	clip := media.NewClip(f)
	c.mu.Lock()
	c.stats.Rendered++
	c.clips.put(key, clip)
	c.mu.Unlock()
	if substitute {
		return // the next start asks the first voice again
	}
	if err := c.write(key, f); err != nil {
		c.mu.Lock()
		c.stats.WriteErrors++
		c.stats.LastError = err.Error()
		c.mu.Unlock()
	}
}

// key is the SHA-256 of all that shapes the sound, each field with its length.
func (c *Cache) key(u Utterance) string {
	speed := strconv.FormatFloat(orDefault(u.Speed, 1), 'g', -1, 64)
	h := sha256.New()
	for _, s := range []string{"parley line 1", EngineOf(c.speaker, u), u.Text, u.Voice, speed, tagKey(u.Language)} {
		fmt.Fprintf(h, "%d:%s", len(s), s)
	}
	return hex.EncodeToString(h.Sum(nil))
}
