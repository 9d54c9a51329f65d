package media

import (
	"fmt"
	"testing"
	"time"
)

// ev is one telephone-event packet as it came.
type ev struct {
	ts     uint32
	event  byte
	end    bool
	length uint16
}

func (e ev) payload() []byte {
	b := []byte{e.event, 10, byte(e.length >> 8), byte(e.length)}
	if e.end {
		b[1] |= 0x80
	}
	return b
}

func TestDigitsAreFoundOnce(t *testing.T) {
	press := func(event byte, ts uint32) []ev {
		return []ev{
			{ts, event, false, 160}, {ts, event, false, 320}, {ts, event, false, 480},
			{ts, event, true, 640}, {ts, event, true, 640}, {ts, event, true, 640},
		}
	}
	join := func(a ...[]ev) (all []ev) {
		for _, x := range a {
			all = append(all, x...)
		}
		return all
	}
	for name, c := range map[string]struct {
		in   []ev
		want string // digit/milliseconds ...
	}{
		"a press":                        {press(5, 100), "5/80"},
		"all digits end alike":           {join(press(10, 100), press(11, 2000), press(15, 4000)), "*/80 #/80 D/80"},
		"the same digit twice":           {join(press(5, 100), press(5, 1700)), "5/80 5/80"},
		"first packets lost":             {press(5, 100)[3:], "5/80"},
		"one end packet left":            {press(5, 100)[5:], "5/80"},
		"all end packets lost":           {press(5, 100)[:3], "5/60"},
		"ends lost, next press":          {join(press(5, 100)[:3], press(6, 2000)), "5/60 6/80"},
		"ends lost, next press is short": {join(press(5, 100)[:3], press(6, 2000)[3:]), "5/60 6/80"},
		"reordered end":                  {[]ev{{100, 5, true, 640}, {100, 5, false, 480}, {100, 5, true, 640}}, "5/80"},
		"straggler of the last press":    {join(press(5, 1000), press(6, 3000)[:2], []ev{{1000, 5, true, 640}}, press(6, 3000)[2:]), "5/80 6/80"},
		"timestamps wrap":                {join(press(5, 0xffffff00), press(6, 0x500)), "5/80 6/80"},
		"a press of 10 s in segments":    {[]ev{{100, 7, false, 160}, {100, 7, false, 0xffff}, {100 + 0xffff, 7, false, 100}, {100 + 0xffff, 7, true, 14465}}, "7/10000"},
		"a flash is no digit":            {[]ev{{100, 16, true, 640}}, ""},
	} {
		var d digitReader
		got := ""
		say := func(e Event, ok bool) {
			if ok {
				got += fmt.Sprintf(" %c/%d", e.Digit, e.Duration.Milliseconds())
			}
		}
		now := time.Duration(0)
		for _, p := range c.in {
			now += FrameTime
			say(d.see(p.ts, p.payload(), now))
		}
		say(d.expire(now + time.Second))
		say(d.expire(now + 2*time.Second))
		if want := c.want; got != want && got != " "+want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// TestDialerGolden writes down every packet of two digits.
func TestDialerGolden(t *testing.T) {
	d := newDialer()
	must(t, d.queue("5#"))
	got := ""
	for i := range 26 {
		p, ts, first := d.step(uint32(i * frameSize))
		if p == nil {
			got += "-\n"
			continue
		}
		got += fmt.Sprintf("%x ts=%d marker=%v\n", p, ts, first)
	}
	want := ""
	press := func(event string, ts int) {
		for i := 1; i <= 4; i++ {
			want += fmt.Sprintf("%s0a%04x ts=%d marker=%v\n", event, i*160, ts, i == 1)
		}
		for range 3 {
			want += fmt.Sprintf("%s8a0320 ts=%d marker=false\n", event, ts)
		}
		want += "-\n-\n-\n-\n"
	}
	press("05", 0)
	press("0b", 11*160)
	want += "-\n-\n-\n-\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestDialerRefuses(t *testing.T) {
	d := newDialer()
	for _, bad := range []string{"12x", "1 2", "ü", "+1"} {
		if err := d.queue(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	must(t, d.queue("abcd"))
	for range digitBacklog/4 - 1 {
		must(t, d.queue("1234"))
	}
	if err := d.queue("1"); err == nil {
		t.Error("the backlog is not bounded")
	}
}

func TestDialerAndReaderAgree(t *testing.T) {
	d := newDialer()
	var r digitReader
	must(t, d.queue(digitNames))
	got := ""
	for i := range 400 {
		if p, ts, _ := d.step(uint32(0xfffff000 + i*frameSize)); p != nil && i%3 != 0 { // a third is lost
			if e, ok := r.see(ts, p, time.Duration(i)*FrameTime); ok {
				got += string(e.Digit)
			}
		}
		if e, ok := r.expire(time.Duration(i) * FrameTime); ok {
			got += string(e.Digit)
		}
	}
	if got != digitNames {
		t.Errorf("%q came of %q", got, digitNames)
	}
}
