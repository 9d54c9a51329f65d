package callees

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// Labels of the scenario that are no roles'.
const (
	labelAnswered = 900
	labelRings    = 901
	labelBye      = 902
	labelEnd      = 903
	labelOK       = 904 // to a BYE
	labelRefused  = 910 // and up: one for each way to refuse
)

const response = `
SIP/2.0 %s
[last_Via:]
[last_From:]
[last_To:];tag=[pid]c[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:callee@[local_ip]:[local_port]>
%s`

const withSound = `Content-Type: application/sdp
Content-Length: [len]

v=0
o=callee 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [rtpstream_audio_port] RTP/AVP 8
a=rtpmap:8 PCMA/8000
`

const empty = "Content-Length: 0\n\n"

// scenario is one for sipp that plays every role, told by the last two digits of the
// number that is called. sipp takes no keyword for a file or a response code, so that
// each has a branch of its own. An announcement is played twice, of which lengths
// tells, before the call is refused.
func scenario(seed uint64, lengths map[int]time.Duration) string {
	w := &writer{r: rand.New(rand.NewPCG(seed, 3))}
	w.add(`<?xml version="1.0" encoding="ISO-8859-1" ?>`, `<scenario name="callees">`)
	w.add(`<recv request="INVITE" rrs="true"><action>`,
		`<ereg regexp="INVITE sip:([+0-9]*)@" search_in="msg" assign_to="all,number"/>`,
		`<ereg regexp=".*" search_in="hdr" header="CSeq:" assign_to="cseq"/>`,
		`<ereg regexp="sip:[^&gt;;]*" search_in="hdr" header="Contact:" assign_to="contact"/>`,
		`<log message="called [$number]"/>`)
	for i := range roles {
		w.add(fmt.Sprintf(`<ereg regexp="INVITE sip:[+0-9]*%02d@" search_in="msg" assign_to="is%d"/>`, i, i))
	}
	w.add(`</action></recv>`, `<Reference variables="all"/>`)
	for i, r := range roles {
		to := i
		if r.answers() {
			to = labelAnswered
		} else if r.ends.rings {
			to = labelRings
		}
		w.add(fmt.Sprintf(`<nop next="%d" test="is%d"/>`, to, i))
	}
	refused := w.unanswered(lengths)
	w.add(fmt.Sprintf(`<label id="%d"/>`, labelRings))
	w.send("180 Ringing", empty, "")
	w.add(`<recv request="CANCEL" timeout="120000"/>`)
	w.send("200 OK", empty, "")
	w.add(`<send retrans="500"><![CDATA[`, `
SIP/2.0 487 Request Terminated
[last_Via:]
[last_From:]
[last_To:];tag=[pid]c[call_number]
[last_Call-ID:]
CSeq:[$cseq]
Content-Length: 0

]]></send>`, `<recv request="ACK" next="903"/>`)
	w.refusals(refused)
	w.answered()
	w.add(fmt.Sprintf(`<label id="%d"/>`, labelBye))
	w.add(`<recv request="BYE" timeout="120000"/>`)
	w.add(fmt.Sprintf(`<label id="%d"/>`, labelOK))
	w.send("200 OK", empty, "")
	w.add(fmt.Sprintf(`<label id="%d"/>`, labelEnd), `<nop/>`, `</scenario>`)
	return w.b.String()
}

type writer struct {
	b strings.Builder
	r *rand.Rand
}

func (w *writer) add(lines ...string) {
	for _, l := range lines {
		w.b.WriteString(l + "\n")
	}
}

// send writes a response; retrans is for one that is acknowledged.
func (w *writer) send(status, rest, retrans string) {
	w.add(fmt.Sprintf("<send%s><![CDATA[", retrans), fmt.Sprintf(response, status, rest), "]]></send>")
}

func play(role, times int) string {
	return fmt.Sprintf(`<nop><action><exec rtp_stream="%02d.al,%d,8,PCMA/8000"/></action></nop>`, role, times)
}

// unanswered writes what happens before a refusal, and gives each refusal's label.
func (w *writer) unanswered(lengths map[int]time.Duration) map[final]int {
	labels := map[final]int{}
	for i, r := range roles {
		if r.answers() || r.ends.rings {
			continue
		}
		if labels[r.ends] == 0 {
			labels[r.ends] = labelRefused + len(labels)
		}
		w.add(fmt.Sprintf(`<label id="%d"/>`, i))
		if len(r.lines) > 0 {
			w.send("183 Session Progress", withSound, "")
			w.add(play(i, 2), fmt.Sprintf(`<pause milliseconds="%d"/>`, 2*lengths[i].Milliseconds())) // as networks do
		} else {
			w.send("180 Ringing", empty, "")
			w.add(fmt.Sprintf(`<pause milliseconds="%d"/>`, 500+w.r.IntN(2000)))
		}
		w.add(fmt.Sprintf(`<nop next="%d"/>`, labels[r.ends]))
	}
	return labels
}

func (w *writer) refusals(labels map[final]int) {
	for f, label := range labels { // in any order: each is jumped to
		w.add(fmt.Sprintf(`<label id="%d"/>`, label))
		reason := empty
		if f.reason != "" {
			reason = f.reason + "\n" + empty
		}
		w.send(fmt.Sprintf("%d %s", f.code, f.phrase), reason, ` retrans="500"`)
		w.add(fmt.Sprintf(`<recv request="ACK" next="%d"/>`, labelEnd))
	}
}

// answered rings, answers, and plays a role's recording. A person presses a key as
// SIP INFO, or hangs up; who is hung up on before does neither.
func (w *writer) answered() {
	w.add(fmt.Sprintf(`<label id="%d"/>`, labelAnswered))
	w.send("180 Ringing", empty, "")
	w.add(`<pause distribution="uniform" min="300" max="3000"/>`)
	w.send("200 OK", withSound, ` retrans="500"`)
	w.add(`<recv request="ACK"><action>`,
		`<ereg regexp=".*" search_in="hdr" header="From:" assign_to="them"/>`,
		`<ereg regexp=".*" search_in="hdr" header="To:" assign_to="us"/>`, `</action></recv>`)
	for i, r := range roles {
		if r.answers() {
			w.add(fmt.Sprintf(`<nop next="%d" test="is%d"/>`, i, i))
		}
	}
	for i, r := range roles {
		if !r.answers() {
			continue
		}
		w.add(fmt.Sprintf(`<label id="%d"/>`, i), play(i, 1))
		if r.status == "machine" {
			w.add(fmt.Sprintf(`<nop next="%d"/>`, labelBye))
			continue
		}
		wait := 4000 + w.r.IntN(3000)
		w.add(fmt.Sprintf(`<recv request="BYE" timeout="%d" ontimeout="%d" next="%d"/>`, wait, 1000+i, labelOK),
			fmt.Sprintf(`<label id="%d"/>`, 1000+i))
		w.request(r.keys)
	}
}

// request presses a key, or hangs up.
func (w *writer) request(key string) {
	method, body := "BYE", empty
	if key != "" {
		method = "INFO"
		body = fmt.Sprintf("Content-Type: application/dtmf-relay\nContent-Length: [len]\n\nSignal=%s\nDuration=160\n", key)
	}
	w.add(`<send retrans="500"><![CDATA[`, fmt.Sprintf(`
%s [$contact] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From:[$us]
To:[$them]
Call-ID: [call_id]
CSeq: 2 %s
Contact: <sip:callee@[local_ip]:[local_port]>
Max-Forwards: 70
%s]]></send>`, method, method, body))
	next := labelBye
	if key == "" {
		next = labelEnd
	}
	w.add(fmt.Sprintf(`<recv response="200" next="%d"/>`, next))
}
