package sdp

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/parley-voice/parley/media"
)

var (
	ours   = netip.MustParseAddrPort("192.0.2.1:4000")
	codecs = []media.Codec{media.PCMA, media.PCMU}
)

func lines(s ...string) []byte {
	return []byte("v=0\r\no=- 1 1 IN IP4 198.51.100.7\r\ns=-\r\nc=IN IP4 198.51.100.7\r\nt=0 0\r\n" + strings.Join(s, "\r\n") + "\r\n")
}

func TestChoose(t *testing.T) {
	there := netip.MustParseAddrPort("198.51.100.7:6000")
	pcma := media.Params{Remote: there, Codec: media.PCMA}
	with := func(f func(*media.Params)) media.Params { p := pcma; f(&p); return p }
	for name, c := range map[string]struct {
		body []byte
		wish media.Direction
		want media.Params
	}{
		"our preference": {lines("m=audio 6000 RTP/AVP 0 8"), 0, pcma},
		"digits":         {lines("m=audio 6000 RTP/AVP 8 96", "a=rtpmap:96 telephone-event/8000"), 0, with(func(p *media.Params) { p.DTMF = 96 })},
		"wideband digits": {lines("m=audio 6000 RTP/AVP 8 96 97", "a=rtpmap:96 telephone-event/48000", "a=rtpmap:97 TELEPHONE-EVENT/8000"), 0,
			with(func(p *media.Params) { p.DTMF = 97 })},
		"dynamic type":                         {lines("m=audio 6000 RTP/AVP 98", "a=rtpmap:98 pcma/8000/1"), 0, with(func(p *media.Params) { p.Codec.PayloadType = 98 })},
		"static type mapped to something else": {lines("m=audio 6000 RTP/AVP 8 0", "a=rtpmap:8 L16/8000"), 0, with(func(p *media.Params) { p.Codec = media.PCMU })},
		"ptime":                                {lines("m=audio 6000 RTP/AVP 8", "a=ptime:30"), 0, with(func(p *media.Params) { p.PTime = 30 * time.Millisecond })},
		"sendonly":                             {lines("m=audio 6000 RTP/AVP 8", "a=sendonly"), 0, with(func(p *media.Params) { p.Direction = media.RecvOnly })},
		"recvonly":                             {lines("m=audio 6000 RTP/AVP 8", "a=recvonly"), 0, with(func(p *media.Params) { p.Direction = media.SendOnly })},
		"session direction":                    {lines("a=inactive", "m=audio 6000 RTP/AVP 8"), 0, with(func(p *media.Params) { p.Direction = media.Inactive })},
		"we hold":                              {lines("m=audio 6000 RTP/AVP 8"), media.SendOnly, with(func(p *media.Params) { p.Direction = media.SendOnly })},
		"both hold":                            {lines("m=audio 6000 RTP/AVP 8", "a=sendonly"), media.SendOnly, with(func(p *media.Params) { p.Direction = media.Inactive })},
		"own address":                          {lines("m=audio 6000 RTP/AVP 8", "c=IN IP4 203.0.113.9"), 0, with(func(p *media.Params) { p.Remote = netip.MustParseAddrPort("203.0.113.9:6000") })},
		"IPv6":                                 {lines("m=audio 6000 RTP/AVP 8", "c=IN IP6 2001:db8::1"), 0, with(func(p *media.Params) { p.Remote = netip.MustParseAddrPort("[2001:db8::1]:6000") })},
		"rtcp":                                 {lines("m=audio 6000 RTP/AVP 8", "a=rtcp:7777"), 0, with(func(p *media.Params) { p.RemoteRTCP = netip.MustParseAddrPort("198.51.100.7:7777") })},
		"rtcp elsewhere":                       {lines("m=audio 6000 RTP/AVP 8", "a=rtcp:7777 IN IP4 203.0.113.9"), 0, with(func(p *media.Params) { p.RemoteRTCP = netip.MustParseAddrPort("203.0.113.9:7777") })},
		"rtcp-mux":                             {lines("m=audio 6000 RTP/AVPF 8", "a=rtcp-mux", "a=rtcp:6000"), 0, with(func(p *media.Params) { p.RTCPMux = true })},
		"second line":                          {lines("m=video 5000 RTP/AVP 31", "m=audio 0 RTP/AVP 8", "m=audio 6000 RTP/SAVP 8", "m=audio 6000 RTP/AVP 8"), 0, pcma},
	} {
		r, err := Parse(c.body)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := r.Choose(codecs, c.wish, false)
		if err != nil || got.Params != c.want {
			t.Errorf("%s: %+v %v", name, got.Params, err)
		}
		answer := string(NewLocal(1).Answer(ours, r, got))
		if !strings.Contains(answer, "a="+got.Params.Direction.String()+"\r\n") {
			t.Errorf("%s: answer\n%s", name, answer)
		}
	}
	for name, body := range map[string][]byte{
		"no codec": lines("m=audio 6000 RTP/AVP 18 9"), "no audio": lines("m=video 6000 RTP/AVP 31"),
		"only SRTP": lines("m=audio 6000 RTP/SAVP 8"), "host name": lines("m=audio 6000 RTP/AVP 8", "c=IN IP4 phone.example"),
	} {
		r, err := Parse(body)
		if err == nil {
			_, err = r.Choose(codecs, 0, false)
		}
		if err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

// An answer's first codec is the peer's choice, an offer's is only its wish.
func TestAnswerOrder(t *testing.T) {
	r, err := Parse(lines("m=audio 6000 RTP/AVP 0 8"))
	if err != nil {
		t.Fatal(err)
	}
	if c, err := r.Choose(codecs, 0, true); err != nil || c.Params.Codec != media.PCMU {
		t.Errorf("%+v %v", c, err)
	}
}

// Every media line is answered, in order, those refused with port 0 (RFC 3264 §6).
func TestAnswerKeepsLines(t *testing.T) {
	r, err := Parse(lines("m=video 5000 RTP/AVP 31 34", "m=audio 6000 RTP/AVP 0 8 101", "a=rtpmap:101 telephone-event/8000", "m=image 7000 udptl t38"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := r.Choose(codecs, 0, false)
	if err != nil {
		t.Fatal(err)
	}
	got := string(NewLocal(7).Answer(ours, r, c))
	want := "v=0\r\no=- 7 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n" +
		"m=video 0 RTP/AVP 31 34\r\nm=audio 4000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n" +
		"a=ptime:20\r\na=sendrecv\r\nm=image 0 udptl t38\r\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestOffer(t *testing.T) {
	l := NewLocal(7)
	got := string(l.Offer(ours, codecs, media.Params{}, media.SendRecv))
	want := "v=0\r\no=- 7 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 0 101\r\n" +
		"a=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	again := string(l.Offer(ours, codecs, media.Params{}, media.SendRecv))
	if again != got {
		t.Error("the version grew without a change")
	}
	held := string(l.Offer(ours, codecs, media.Params{Codec: media.PCMU, DTMF: 96}, media.SendOnly))
	if !strings.Contains(held, "o=- 7 2 ") || !strings.Contains(held, "RTP/AVP 0 8 96") {
		t.Errorf("re-offer\n%s", held)
	}
	if six := string(NewLocal(1).Offer(netip.MustParseAddrPort("[2001:db8::1]:4000"), codecs, media.Params{}, 0)); !strings.Contains(six, "c=IN IP6 2001:db8::1\r\n") {
		t.Errorf("IPv6\n%s", six)
	}
}

func TestSloppy(t *testing.T) {
	for name, body := range map[string]string{
		"bare LF":           "v=0\no=- 1 1 IN IP4 198.51.100.7\ns=-\nc=IN IP4 198.51.100.7\nt=0 0\nm=audio 6000 RTP/AVP 8\n",
		"no s= t=":          "v=0\r\no=- 1 1 IN IP4 198.51.100.7\r\nc=IN IP4 198.51.100.7\r\nm=audio 6000 RTP/AVP 8\r\n",
		"a= before t=":      "v=0\r\no=- 1 1 IN IP4 198.51.100.7\r\ns=-\r\na=sendrecv\r\nc=IN IP4 198.51.100.7\r\nt=0 0\r\nm=audio 6000 RTP/AVP 8\r\n",
		"spaces in o=":      "v=0\r\no=John Q 1 1 IN IP4 198.51.100.7\r\ns=-\r\nc=IN IP4 198.51.100.7\r\nt=0 0\r\nm=audio 6000 RTP/AVP 8\r\n",
		"no o= at all":      "v=0\r\nc=IN IP4 198.51.100.7\r\nm=audio 6000 RTP/AVP 8",
		"a line of rubbish": "v=0\r\no=- 1 1 IN IP4 198.51.100.7\r\ns=-\r\nb=whatever\r\nx\r\nc=IN IP4 198.51.100.7\r\nt=0 0\r\nm =video 1 RTP/AVP 31\r\nm=audio  6000  RTP/AVP  8 \r\nb=AS:64\r\n",
	} {
		r, err := Parse([]byte(body))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if c, err := r.Choose(codecs, 0, false); err != nil || c.Params.Remote.String() != "198.51.100.7:6000" {
			t.Errorf("%s: %+v %v", name, c, err)
		}
	}
	for name, body := range map[string]string{
		"too long":    strings.Repeat("a=x\r\n", 5000),
		"many lines":  strings.Repeat("a=x\r\n", maxLines+1),
		"many media":  strings.Repeat("m=audio 1 RTP/AVP 8\r\n", maxMedia+1),
		"empty":       "",
		"a long line": "v=0\r\na=" + strings.Repeat("x", maxLine) + "\r\nm=audio 1 RTP/AVP 8\r\n",
	} {
		if _, err := Parse([]byte(body)); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestMirror(t *testing.T) {
	for d, want := range map[media.Direction]media.Direction{
		media.SendRecv: media.SendRecv, media.SendOnly: media.RecvOnly, media.RecvOnly: media.SendOnly, media.Inactive: media.Inactive,
	} {
		if got := mirror(d); got != want {
			t.Errorf("mirror(%v) = %v", d, got)
		}
	}
}

// Whatever comes in, what goes out can be read again and says the same.
func FuzzSDP(f *testing.F) {
	f.Add(lines("m=audio 6000 RTP/AVP 0 8 101", "a=rtpmap:101 telephone-event/8000", "a=sendonly"))
	f.Add(lines("m=video 5000 RTP/AVP 31", "m=audio 6000 RTP/AVPF 98", "a=rtpmap:98 PCMU/8000", "a=rtcp-mux", "a=rtcp:1 IN IP4 1.2.3.4"))
	f.Add([]byte("v=0\no=a b c 1 2 IN IP4 x\nm=audio 1/2 RTP/AVP 8"))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := Parse(body)
		if err != nil {
			return
		}
		c, err := r.Choose(codecs, media.SendRecv, false)
		if err != nil {
			return
		}
		answer := NewLocal(1).Answer(ours, r, c)
		back, err := Parse(answer)
		if err != nil || len(back.lines) != len(r.lines) {
			t.Fatalf("our own answer: %v\n%s", err, answer)
		}
		p, err := back.Choose(codecs, media.SendRecv, true)
		if err != nil || p.Index != c.Index || p.Params.Codec != c.Params.Codec || p.Params.DTMF != c.Params.DTMF || p.Params.Direction != mirror(c.Params.Direction) {
			t.Fatalf("our own answer says %+v (%v), meant %+v\n%s", p, err, c, answer)
		}
	})
}
