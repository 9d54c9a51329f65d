// Package call follows one call from ring to record: it joins a leg, a media
// session, a recogniser, a speaker and a script's machine, and carries out what
// the machine decides. It also keeps the desk of live calls.
package call

import (
	"time"

	"github.com/parley-voice/parley/campaign/pickup"
	"github.com/parley-voice/parley/media"
)

// Record is what is kept of one call. There is exactly one per attempt, also
// after a kill: it is begun before the leg is answered or the INVITE is sent.
type Record struct {
	ID        string    `json:"id"`
	CallID    string    `json:"call_id"` // SIP Call-ID
	Direction string    `json:"direction"`
	Trunk     string    `json:"trunk"`
	Caller    string    `json:"caller"`
	Called    string    `json:"called"`
	Script    string    `json:"script"`
	Version   int       `json:"version"`
	Language  string    `json:"language"`
	Began     time.Time `json:"began"`
	Answered  time.Time `json:"answered,omitzero"`
	Ended     time.Time `json:"ended,omitzero"`
	State     State     `json:"state"`
	Outcome   string    `json:"outcome,omitempty"`
	Grade     string    `json:"grade,omitempty"`    // "A" to "D", as the script gave it
	EndedBy   string    `json:"ended_by,omitempty"` // "us", "them", "network", "crash"
	Why       string    `json:"why,omitempty"`      // in words
	SIPCode   int       `json:"sip_code,omitempty"`
	Cause     int       `json:"cause,omitempty"` // Q.850
	// Pickup is who picked up an outbound call, or why nobody did.
	Pickup    *pickup.Finding `json:"pickup,omitempty"`
	Recording string          `json:"recording,omitempty"`
	Media     MediaFacts      `json:"media"`
	Entries   []Entry         `json:"entries,omitempty"`
}

// State is how far a record has come.
type State string

// The states of a record.
const (
	Ringing     State = "ringing"
	Talking     State = "talking"
	Finished    State = "finished"
	Failed      State = "failed"      // never answered
	Interrupted State = "interrupted" // the process died in mid-call; written by the next start
)

// MediaFacts is media.Stats in the record's words.
type MediaFacts = media.Stats

// EntryKind says what an Entry of the journal tells.
type EntryKind string

// The kinds of Entry.
const (
	EntrySaid       EntryKind = "said"
	EntryHeard      EntryKind = "heard"
	EntryDigits     EntryKind = "digits"
	EntryMoved      EntryKind = "moved"
	EntryStopped    EntryKind = "stopped"    // our speech gave way: At is the decision, Text how, Timing.Stop how long it took
	EntryNote       EntryKind = "note"       // tag, opt-out, variable
	EntryRecording  EntryKind = "recording"  // Text is the file, Why the consent; written before it begins
	EntryTransfer   EntryKind = "transfer"   // begun, progress, ended
	EntrySupervised EntryKind = "supervised" // who listens to the call, or talks in it: Text is the Mode or what became of it, Why the address
	EntryServed     EntryKind = "served"     // by whom: Text is the agent or address, From the queue, Why and Timing how long; written when they part
	EntryTrouble    EntryKind = "trouble"    // a rung of the fallback ladder, and why
)

// Entry is one line of a call's journal, in order of Seq from 1.
type Entry struct {
	Seq    int       `json:"seq"`
	At     time.Time `json:"at"`
	Kind   EntryKind `json:"kind"`
	Turn   int       `json:"turn,omitempty"`
	Node   string    `json:"node,omitempty"`
	From   string    `json:"from,omitempty"`  // moved, served; talk, alert, masked: who, Caller, Agent or Us
	Stage  string    `json:"stage,omitempty"` // moved
	Text   string    `json:"text,omitempty"`
	Intent string    `json:"intent,omitempty"`
	Score  float64   `json:"score,omitempty"`
	Why    string    `json:"why,omitempty"`
	Timing *Timing   `json:"timing,omitempty"` // heard, stopped, served, talk, masked
}

// Timing is the latency of one turn, or the parts of a service, each in milliseconds. Reply is from
// the caller's last sound to our first packet of the answer.
type Timing struct {
	Endpoint   float64 `json:"endpoint_ms"`
	Decode     float64 `json:"decode_ms"`
	Understand float64 `json:"understand_ms"`
	Reply      float64 `json:"reply_ms"`
	SpeechMS   float64 `json:"speech_ms"` // how long the caller spoke; talk, masked: how long it is
	Barged     bool    `json:"barged,omitempty"`
	Waited     float64 `json:"wait_ms,omitempty"`  // served: until the person's phone was answered
	Briefed    float64 `json:"brief_ms,omitempty"` // served: from then until the two were joined
	Talked     float64 `json:"talk_ms,omitempty"`  // served: until they parted
	Start      float64 `json:"start_ms,omitempty"` // talk, masked: from the beginning of the recording
	Stop       float64 `json:"stop_ms,omitempty"`  // stopped: from the decision to the last packet of our speech; negative: it had left by then
}
