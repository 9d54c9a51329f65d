package call

import (
	"time"
)

// maxEntries bounds a record; a script that runs in circles for hours must not
// eat the memory of the others.
const maxEntries = 5000

// journal is the record of one call as it grows. Only the call's loop uses it.
type journal struct {
	rec     Record
	records Records
	watch   func(Entry)
}

// add appends a line and returns its Seq, 0 when the journal is full.
func (j *journal) add(now time.Time, e Entry) int {
	if len(j.rec.Entries) >= maxEntries {
		return 0
	}
	e.Seq, e.At = len(j.rec.Entries)+1, now
	if e.Seq == maxEntries {
		e = Entry{Seq: e.Seq, At: now, Kind: EntryTrouble, Text: "the journal is full; what follows is not kept"}
	}
	j.rec.Entries = append(j.rec.Entries, e)
	j.write(e)
	return e.Seq
}

// amend changes a line that was added before and writes it again.
func (j *journal) amend(seq int, change func(*Entry)) {
	if seq < 1 || seq > len(j.rec.Entries) {
		return
	}
	e := &j.rec.Entries[seq-1]
	change(e)
	j.write(*e)
}

func (j *journal) write(e Entry) {
	if e.Timing != nil { // the store and watchers read it while the loop may amend it
		t := *e.Timing
		e.Timing = &t
	}
	j.records.Append(j.rec.ID, e)
	j.watch(e)
}

func (j *journal) trouble(now time.Time, node, text, why string) {
	j.add(now, Entry{Kind: EntryTrouble, Node: node, Text: text, Why: why})
}

// snapshot is a copy that nobody else changes.
func (j *journal) snapshot() Record {
	r := j.rec
	r.Entries = append([]Entry(nil), j.rec.Entries...)
	for i := range r.Entries {
		if t := r.Entries[i].Timing; t != nil {
			c := *t
			r.Entries[i].Timing = &c
		}
	}
	return r
}
