package media

import "net/netip"

// Session is one leg's audio: a socket, a slot on the wheel, a playout queue.
type Session struct{ out *Queue }

// LocalAddr is where the peer shall send RTP.
func (s *Session) LocalAddr() netip.AddrPort { return netip.AddrPort{} }

// Start begins to send: the first packet leaves at once.
func (s *Session) Start() {}

// Update takes what a re-INVITE agreed on.
func (s *Session) Update(p Params) error { return nil }

// Out is the playout queue.
func (s *Session) Out() *Queue { return s.out }

// SendDigits queues telephone-events (RFC 4733).
func (s *Session) SendDigits(digits string) error { return nil }

// RecordOptions of a recording. There are none yet.
type RecordOptions struct{}

// Record writes a stereo WAV: left what came, right what we sent.
func (s *Session) Record(path string, o RecordOptions) error { return nil }

// StopRecording ends the recording; the file is whole when it returns.
func (s *Session) StopRecording() error { return nil }

// RecordError tells what went wrong with the recording, or nil.
func (s *Session) RecordError() error { return nil }

// Echo sends back audio, digits or both.
func (s *Session) Echo(audio, digits bool) {}

// Stats counts so far.
func (s *Session) Stats() Stats { return Stats{} }

// Close waits until the wheel has let go and gives the last counts.
func (s *Session) Close() Stats { return Stats{} }

// Bridge joins two sessions that hear each other.
type Bridge struct{}

// Join lets a and b hear each other, also with different codecs.
func Join(a, b *Session) (*Bridge, error) { return &Bridge{}, nil }

// Close parts them; both sessions go on.
func (b *Bridge) Close() {}
