package ws

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/parley-voice/parley/asr"
)

// protocol is how one kind of server is spoken to.
type protocol struct {
	name         string
	chunk        time.Duration // audio in one message
	subprotocols []string
	begin        func(asr.Options) talk
}

// talk is the state of one turn's conversation with a server. It is not safe
// for concurrent use.
type talk interface {
	hello() []byte // the first message
	bye() []byte   // the last one
	sent()         // a message of audio went out
	// reply takes a message: the words so far, and whether the turn's are complete.
	reply(msg []byte) (said string, complete bool, err error)
	words() string
	closed() bool // the server hung up: are the words complete?
	// settled tells whether the words may count as complete when nothing came
	// for so long after the bye, though the server lives.
	settled(silence time.Duration) bool
}

var protocols = map[string]protocol{
	"vosk":   {name: "vosk", chunk: 100 * time.Millisecond, begin: beginVosk},
	"funasr": {name: "funasr", chunk: 60 * time.Millisecond, subprotocols: []string{"binary"}, begin: beginFunASR},
}

// vosk: each message of audio is answered by {"partial"} or, when the server
// itself hears an endpoint, {"text"}; {"eof" : 1} by the last {"text"}, after
// which the server hangs up.
type vosk struct {
	texts           []string
	awaited, ended  bool
	messages, heard int
}

func beginVosk(asr.Options) talk { return &vosk{} }

func (v *vosk) hello() []byte { return []byte(`{"config":{"sample_rate":8000}}`) }

// bye is compared by the server letter by letter, blanks included.
func (v *vosk) bye() []byte {
	v.awaited = true
	return []byte(`{"eof" : 1}`)
}

func (v *vosk) sent() { v.messages++ }

func (v *vosk) reply(msg []byte) (string, bool, error) {
	var r struct {
		Partial      *string
		Text         *string
		Alternatives []struct{ Text string }
	}
	if err := json.Unmarshal(msg, &r); err != nil {
		return "", false, fmt.Errorf("not a Vosk reply: %.80q: %w", msg, err)
	}
	v.heard++
	if r.Text == nil && len(r.Alternatives) > 0 {
		r.Text = &r.Alternatives[0].Text
	}
	switch {
	case r.Text != nil:
		if t := strings.TrimSpace(*r.Text); t != "" {
			v.texts = append(v.texts, t)
		}
		// Replies come in order: one for each message of audio, then the last.
		v.ended = v.awaited && v.heard > v.messages
		return v.words(), v.ended, nil
	case r.Partial != nil:
		return strings.TrimSpace(v.words() + " " + *r.Partial), false, nil
	}
	return "", false, nil
}

func (v *vosk) words() string { return strings.Join(v.texts, " ") }

func (v *vosk) closed() bool { return v.ended || v.awaited && len(v.texts) > 0 }

func (v *vosk) settled(time.Duration) bool { return false } // the last reply always comes

// funASR, 2-pass: fast words as "2pass-online", then each stretch of speech
// again as "2pass-offline". After {"is_speaking":false} the C++ server sends a
// last message with is_final, the Python one may have nothing left to say.
type funASR struct {
	options asr.Options
	offline []string
	online  string // since the last offline
	awaited bool
	ended   bool
}

func beginFunASR(o asr.Options) talk { return &funASR{options: o} }

func (f *funASR) hello() []byte {
	h := map[string]any{"mode": "2pass", "chunk_size": []int{5, 10, 5}, "chunk_interval": 10, "audio_fs": 8000,
		"wav_format": "pcm", "wav_name": "parley", "is_speaking": true, "itn": true}
	if len(f.options.Hotwords) > 0 {
		weights := make(map[string]int)
		for _, w := range f.options.Hotwords {
			weights[w] = 20
		}
		text, _ := json.Marshal(weights) // a map of words to numbers always marshals
		h["hotwords"] = string(text)
	}
	msg, _ := json.Marshal(h)
	return msg
}

func (f *funASR) bye() []byte {
	f.awaited = true
	return []byte(`{"is_speaking":false}`)
}

func (f *funASR) sent() {}

func (f *funASR) reply(msg []byte) (string, bool, error) {
	var r struct {
		Mode  string
		Text  string
		Final bool `json:"is_final"`
	}
	if err := json.Unmarshal(msg, &r); err != nil {
		return "", false, fmt.Errorf("not a FunASR reply: %.80q: %w", msg, err)
	}
	switch {
	case r.Mode == "2pass-offline" || r.Mode == "offline":
		if t := strings.TrimSpace(r.Text); t != "" {
			f.offline = append(f.offline, t)
		}
		f.online = ""
		f.ended = f.awaited
	case r.Text != "":
		f.online += r.Text
	}
	// The Python server marks first-pass words is_final as long as we speak, and
	// some may be under way when we stop.
	if r.Final && r.Text == "" {
		f.ended = f.awaited
	}
	return f.words(), f.ended, nil
}

// words are the second pass's, and the first's of what has had no second.
func (f *funASR) words() string {
	between := " "
	if l := strings.ToLower(f.options.Language); strings.HasPrefix(l, "zh") || strings.HasPrefix(l, "yue") || l == "" {
		between = ""
	}
	return strings.TrimSpace(strings.Join(f.offline, between) + between + f.online)
}

func (f *funASR) closed() bool { return f.ended }

func (f *funASR) settled(silence time.Duration) bool {
	if len(f.offline) > 0 && f.online == "" { // all that was heard had its second pass
		return silence >= 300*time.Millisecond
	}
	return silence >= time.Second
}
