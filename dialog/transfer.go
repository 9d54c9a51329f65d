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
		if e.Reason == CalledBack {
			done = CalledBack
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

// directed goes to a person because a rule outside the script says so. Whoever is
// on the way to one already, or has heard the last prompt, goes on.
func (m *Machine) directed(e Directed) {
	if m.away() || m.at.final || m.hand.tries >= maxTransfers {
		return
	}
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
