package dialog

// hand is the way to a person.
type hand struct {
	now   *Handoff
	tries int
}

// maxTransfers bounds the attempts of one call to reach a person.
const maxTransfers = 3

// transfer asks for the person; everything said has been heard.
func (m *Machine) transfer(h *Handoff) {
	m.yield(h)
	m.hand.tries++
	brief, _ := h.Brief.Fill(m.value)
	headers := map[string]string{}
	for _, s := range h.Headers {
		if text, _ := s.Value.Fill(m.value); clean(text) != "" {
			headers[s.Name] = clean(text)
		}
	}
	m.do(Transfer{Queue: h.Queue, Agent: h.Agent, SIP: h.SIP, Style: h.Style, Headers: headers,
		Wait: h.Wait, Hold: h.Hold, Brief: clean(brief), Back: h.Then != ""})
}

// back ends the conversation, or goes on with a caller whom the person has left.
func (m *Machine) back(e TransferEnded, done string) {
	next := m.hand.now.Then
	if !e.Back || next == "" {
		m.finish(done)
		return
	}
	m.ear.sounding, m.ear.cut = false, false
	m.at.last = nil
	m.at.then = then{kind: thenGo, name: next, why: "the person hung up"}
}

// takenOver leaves the caller to a supervisor; nothing is said or asked any more.
func (m *Machine) takenOver() {
	if !m.away() {
		m.hushPrompt()
		m.yield(&Handoff{OnFail: Edge{Go: TargetClose}})
	}
	m.facts.outcome = "taken_over"
	m.do(Outcome{Outcome: "taken_over"})
}

// yield lets go of the conversation until TransferEnded.
func (m *Machine) yield(h *Handoff) {
	m.stopAll()
	m.turn.pending = 0
	m.ear.kept, m.ear.keys = "", ""
	m.hand.now = h
	m.at.then = then{kind: thenAway}
}

// transferEnded ends the conversation, or takes it up again when nobody came.
func (m *Machine) transferEnded(e TransferEnded) {
	if !m.away() {
		return
	}
	if e.OK {
		done := "transferred"
		if e.Reason == CalledBack || e.Reason == Voicemail {
			done = e.Reason
		}
		if m.facts.outcome == "" {
			m.do(Outcome{Outcome: done})
		}
		m.back(e, done)
		return
	}
	m.facts.vars["transfer.reason"] = clean(e.Reason)
	why := "transfer failed: " + clean(e.Reason)
	if e.Detail != "" {
		why += ": " + clean(e.Detail)
	}
	m.do(Note{Key: "transfer", Value: why})
	m.ear.sounding, m.ear.cut = false, false
	m.at.then = then{kind: thenEnd, name: why}
	m.at.last = nil
	if m.hand.tries >= maxTransfers {
		m.last(why)
		return
	}
	edge := m.hand.now.OnFail
	m.take(edge, "", why)
}

// directed goes to a person because a rule outside the script says so. Whoever is
// on the way to one already goes on. The last prompt is for those whom nobody takes: it stops.
func (m *Machine) directed(e Directed) {
	if m.away() || m.hand.tries >= maxTransfers {
		return
	}
	m.at.final = false
	m.hushPrompt()
	m.dropErrand()
	m.turn.pending = 0
	m.stop(TimerSlow, TimerUnderstand, TimerSilence, TimerDigits, TimerWait)
	m.do(Note{Key: "directed", Value: clean(e.Why)})
	m.at.last = nil
	m.at.then = then{kind: thenTransfer, hand: &Handoff{
		Queue: e.To.Queue, Agent: e.To.Agent, SIP: e.To.SIP, Brief: verbatim(e.To.Brief), OnFail: Edge{Go: TargetHandoff},
	}}
	if text := clean(e.Say); text != "" && !m.voice.mute && !m.forbidden(text) {
		m.say([]Part{{Text: text, Language: m.s.Language}}, nil, false)
	}
}

// verbatim is a template that says a text as it is.
func verbatim(text string) Template {
	return Template{Source: text, pieces: []piece{{text: text}}}
}
