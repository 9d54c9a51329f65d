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
	m.stopAll()
	m.turn.pending = 0
	m.ear.kept, m.ear.keys = "", ""
	m.hand.now = h
	m.hand.tries++
	m.at.then = then{kind: thenAway}
	brief, _ := h.Brief.Fill(m.value)
	headers := map[string]string{}
	for _, s := range h.Headers {
		if text, _ := s.Value.Fill(m.value); clean(text) != "" {
			headers[s.Name] = clean(text)
		}
	}
	m.do(Transfer{Queue: h.Queue, Agent: h.Agent, SIP: h.SIP, Style: h.Style, Headers: headers,
		Wait: h.Wait, Hold: h.Hold, Brief: clean(brief)})
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
		m.finish(done)
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
