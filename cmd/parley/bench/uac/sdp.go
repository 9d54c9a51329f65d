package uac

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// offer is the SDP of a plain telephone that prefers A-law.
func offer(rtp netip.AddrPort) string {
	a := rtp.Addr()
	return fmt.Sprintf("v=0\r\no=bench 1 1 IN IP4 %s\r\ns=bench\r\nc=IN IP4 %s\r\nt=0 0\r\nm=audio %d RTP/AVP 8 0 101\r\n"+
		"a=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n",
		a, a, rtp.Port())
}

// Media is what the answer agreed on.
type Media struct {
	Remote netip.AddrPort
	Type   uint8 // 0 or 8
}

// answer reads where to send, and in which of the two laws.
func answer(sdp []byte) (Media, error) {
	var session, audio string
	var m Media
	inAudio := false
	for line := range strings.SplitSeq(string(sdp), "\n") {
		line = strings.TrimRight(line, "\r")
		switch {
		case strings.HasPrefix(line, "m="):
			f := strings.Fields(line[2:])
			if inAudio = audio == "" && len(f) >= 4 && f[0] == "audio"; !inAudio {
				continue
			}
			audio = f[1]
			t, err := strconv.Atoi(f[3])
			if err != nil || t != 0 && t != 8 {
				return m, fmt.Errorf("the answer chose payload type %s, not PCMA or PCMU", f[3])
			}
			m.Type = uint8(t)
		case strings.HasPrefix(line, "c=IN IP4 ") && (audio == "" || inAudio):
			session = strings.TrimSpace(line[9:])
		}
	}
	port, err := strconv.ParseUint(audio, 10, 16)
	if err != nil || port == 0 {
		return m, fmt.Errorf("the answer has no audio")
	}
	addr, err := netip.ParseAddr(session)
	if err != nil {
		return m, fmt.Errorf("the answer has no address: %w", err)
	}
	m.Remote = netip.AddrPortFrom(addr, uint16(port))
	return m, nil
}
