package webhook

import (
	"strings"
	"testing"
	"time"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// TestSignature holds the vector that the standard's libraries are tested with.
func TestSignature(t *testing.T) {
	got, err := Hook{Secret: secret}.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; err != nil || got != want {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
}

func TestMessageID(t *testing.T) {
	e := Event{Type: CallOffered, Key: "c1/1/7", At: time.Now()}
	one := MessageID("crm", e)
	e.At = e.At.Add(time.Hour)
	if MessageID("crm", e) != one || !strings.HasPrefix(one, "msg_") {
		t.Error("the same event has two ids")
	}
	for name, other := range map[string]string{
		"hook": MessageID("erp", e), "key": MessageID("crm", Event{Type: e.Type, Key: "c1/1/8"}), "type": MessageID("crm", Event{Type: CallEnded, Key: e.Key}),
	} {
		if other == one {
			t.Errorf("another %s has the same id", name)
		}
	}
}

func TestJudge(t *testing.T) {
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for tries, want := range []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour} {
		tries++
		for random, times := range map[float64]float64{0: 1, 0.5: 1.1, 1: 1.2} {
			v := Judge(now, tries, Reply{Code: 500}, random)
			if got := v.Due.Sub(now); v.State != Due || got != time.Duration(times*float64(want)) {
				t.Errorf("try %d, random %v: %s after %s, want %v times %s", tries, random, v.State, got, times, want)
			}
		}
	}
	if Tries() != 8 {
		t.Errorf("%d tries", Tries())
	}
	for name, c := range map[string]struct {
		tries int
		reply Reply
		state State
		wait  time.Duration
		why   string
	}{
		"arrived":                   {1, Reply{Code: 204}, Delivered, 0, "204 No Content"},
		"arrived at the last":       {8, Reply{Code: 200}, Delivered, 0, "200 OK"},
		"once too often":            {8, Reply{Code: 500}, Refused, 0, "500 Internal Server Error, after 8 tries"},
		"gone":                      {1, Reply{Code: 410}, Refused, 0, "410 Gone: the receiver wants no more of it"},
		"a mistake of theirs":       {1, Reply{Code: 404}, Due, 5 * time.Second, "404 Not Found"},
		"a redirect":                {1, Reply{Code: 302}, Due, 5 * time.Second, "302 Found: redirects are not followed; configure the address that it leads to"},
		"no answer":                 {2, Reply{Err: "no answer in time"}, Due, 30 * time.Second, "no answer in time"},
		"busy, comes back":          {1, Reply{Code: 429, After: time.Minute}, Due, time.Minute, "429 Too Many Requests"},
		"wants it sooner than ours": {4, Reply{Code: 503, After: time.Second}, Due, 10 * time.Minute, "503 Service Unavailable"},
		"wants it next year":        {1, Reply{Code: 503, After: 9000 * time.Hour}, Due, 24 * time.Hour, "503 Service Unavailable"},
		"asks at the last":          {8, Reply{Code: 503, After: time.Second}, Refused, 0, "503 Service Unavailable, after 8 tries"},
		"never claimed":             {0, Reply{Code: 500}, Due, 5 * time.Second, "500 Internal Server Error"},
	} {
		v := Judge(now, c.tries, c.reply, 0)
		if v.State != c.state || v.Why != c.why || c.state == Due && v.Due.Sub(now) != c.wait {
			t.Errorf("%s: %+v", name, v)
		}
	}
	for value, want := range map[string]time.Duration{
		"": 0, "120": 2 * time.Minute, "-5": 0, "soon": 0, "Wed, 04 Mar 2026 05:07:07 GMT": time.Minute, "Wed, 04 Mar 2020 05:07:07 GMT": 0,
	} {
		if got := retryAfter(now, value); got != want {
			t.Errorf("Retry-After %q: %s, want %s", value, got, want)
		}
	}
}
