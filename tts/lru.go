package tts

import (
	"container/list"

	"github.com/parley-voice/parley/media"
)

// lru holds clips up to a number of bytes; the longest unused go first.
type lru struct {
	limit, used int64
	evicted     uint64
	order       *list.List // of *lruEntry, the last used in front
	byKey       map[string]*list.Element
}

type lruEntry struct {
	key  string
	clip *media.Clip
}

func newLRU(limit int64) lru {
	return lru{limit: limit, order: list.New(), byKey: map[string]*list.Element{}}
}

// clipBytes is what a clip takes: PCM16 and two codings of 8 bits.
func clipBytes(c *media.Clip) int64 { return int64(len(c.Frame().PCM)) * 4 }

func (l *lru) len() int { return l.order.Len() }

func (l *lru) get(key string) *media.Clip {
	e := l.byKey[key]
	if e == nil {
		return nil
	}
	l.order.MoveToFront(e)
	return e.Value.(*lruEntry).clip
}

func (l *lru) put(key string, c *media.Clip) {
	if e := l.byKey[key]; e != nil {
		l.drop(e)
	}
	l.byKey[key] = l.order.PushFront(&lruEntry{key: key, clip: c})
	l.used += clipBytes(c)
	for l.used > l.limit && l.order.Len() > 1 {
		l.drop(l.order.Back())
		l.evicted++
	}
}

func (l *lru) drop(e *list.Element) {
	entry := l.order.Remove(e).(*lruEntry)
	delete(l.byKey, entry.key)
	l.used -= clipBytes(entry.clip)
}
