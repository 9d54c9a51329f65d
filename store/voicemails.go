package store

import (
	"context"
	"fmt"
	"time"
)

// Voicemail is a message that a caller left.
type Voicemail struct {
	ID     string        `json:"id"`
	Call   string        `json:"call"`
	Number string        `json:"number"`
	Queue  string        `json:"queue"`
	Path   string        `json:"path"`
	Length time.Duration `json:"length"`
	At     time.Time     `json:"at"`
}

const voicemailColumns = "id, call, number, queue, path, length, at"

// Keep writes a voicemail down and returns when that is durable. The same ID again
// is replaced: write it when the recording begins, and once more with its length.
func (s *Store) Keep(ctx context.Context, v Voicemail) error {
	return s.row(ctx, "voicemail/"+v.ID, insert("voicemails", voicemailColumns, 1), v.ID, v.Call, v.Number, v.Queue, v.Path, int64(v.Length), v.At.UnixNano())
}

// Voicemails lists them, the latest first.
func (r *Reader) Voicemails(ctx context.Context, limit int) (all []Voicemail, err error) {
	err = r.db.q().each(ctx, func(scan func(...any) error) error {
		var v Voicemail
		var length, at int64
		err := scan(&v.ID, &v.Call, &v.Number, &v.Queue, &v.Path, &length, &at)
		v.Length, v.At = time.Duration(length), time.Unix(0, at).UTC()
		all = append(all, v)
		return err
	}, "SELECT "+voicemailColumns+" FROM voicemails ORDER BY at DESC, id DESC LIMIT ?", limit)
	if err != nil {
		return nil, fmt.Errorf("voicemails: %w", err)
	}
	return all, nil
}
