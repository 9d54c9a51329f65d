package digest

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

var (
	home = netip.MustParseAddr("192.0.2.1")
	t0   = time.Unix(1_700_000_000, 0)
)

func pass(user string) (string, bool) { return "Circle of Life", user == "Mufasa" }

// RFC 7616 §3.9.1: the same request by both algorithms.
func TestAnswerVectors(t *testing.T) {
	tail := `realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`
	for alg, want := range map[string]string{
		"MD5":     "8ca523f5e9506fed4657c9700eebdbec",
		"SHA-256": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
	} {
		c, err := Choose([]string{"Digest algorithm=" + alg + ", " + tail})
		if err != nil {
			t.Fatal(err)
		}
		got := c.Answer("Mufasa", "Circle of Life", "GET", "/dir/index.html", 1, "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")
		if !strings.Contains(got, `response="`+want+`"`) {
			t.Errorf("%s: %s", alg, got)
		}
	}
}

// RFC 2617 §3.5 without qop is RFC 2069's formula.
func TestAnswerWithoutQOP(t *testing.T) {
	c, err := Choose([]string{`Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"`})
	if err != nil {
		t.Fatal(err)
	}
	got := c.Answer("Mufasa", "CircleOfLife", "GET", "/dir/index.html", 1, "x")
	if !strings.Contains(got, `response="1949323746fe6a43ef61f9606e7febea"`) || strings.Contains(got, "cnonce") {
		t.Error(got)
	}
}

func TestChooseStrongest(t *testing.T) {
	for name, values := range map[string][]string{
		"separate lines": {`Digest realm="a", nonce="1", algorithm=MD5`, `Digest realm="a", nonce="2", algorithm=SHA-256, qop="auth"`},
		"one line":       {`Digest realm="a", nonce="1", algorithm=md5, Digest realm="a", nonce="2", algorithm=SHA-256, qop="auth"`},
		"unknown first":  {`Digest realm="a", nonce="0", algorithm=SHA-512-256`, `Basic realm="x"`, `Digest realm="a, b", nonce="2", algorithm=SHA-256`},
	} {
		c, err := Choose(values)
		if err != nil || c.fields["nonce"] != "2" {
			t.Errorf("%s: chose %v, %v", name, c.fields, err)
		}
	}
	if _, err := Choose([]string{`Digest realm="a", nonce="0", algorithm=SHA-512-256`, "NoOneKnowsThisScheme opaque-data=here"}); err == nil {
		t.Error("an unknown algorithm was taken")
	}
}

func answer(t *testing.T, s *Server, now time.Time, alg, password string, nc uint32) string {
	t.Helper()
	for _, v := range s.Challenge(now, home, false) {
		if strings.Contains(v, alg) {
			c, err := Choose([]string{v})
			if err != nil {
				t.Fatal(err)
			}
			return c.Answer("Mufasa", password, "INVITE", "sip:1@x", nc, "c")
		}
	}
	t.Fatal("not offered: " + alg)
	return ""
}

func TestServer(t *testing.T) {
	s := NewServer("parley", []byte("secret"))
	check := func(now time.Time, src netip.Addr, auth, token string) Verdict {
		v, _ := s.Check(now, src, "INVITE", []string{auth}, token, pass)
		return v
	}
	for _, alg := range []string{"SHA-256", "MD5"} {
		good := answer(t, s, t0, alg, "Circle of Life", 1)
		if v := check(t0, home, good, "b1"); v != OK {
			t.Errorf("%s: right password: %d", alg, v)
		}
		if v := check(t0.Add(time.Second), home, good, "b1"); v != OK {
			t.Errorf("%s: retransmission: %d", alg, v)
		}
		if v := check(t0.Add(time.Second), home, good, "b2"); v != Stale {
			t.Errorf("%s: replay in another request: %d", alg, v)
		}
		if v := check(t0.Add(40*time.Second), home, good, "b1"); v != Stale {
			t.Errorf("%s: replay after the transaction: %d", alg, v)
		}
		if v := check(t0.Add(2*time.Minute), home, answer(t, s, t0, alg, "Circle of Life", 1), "b3"); v != Stale {
			t.Errorf("%s: old nonce: %d", alg, v)
		}
		if v := check(t0, netip.MustParseAddr("192.0.2.9"), answer(t, s, t0, alg, "Circle of Life", 1), "b4"); v != Missing {
			t.Errorf("%s: nonce from elsewhere: %d", alg, v)
		}
		if v := check(t0, home, answer(t, s, t0, alg, "hakuna", 1), "b5"); v != Denied {
			t.Errorf("%s: wrong password: %d", alg, v)
		}
	}
	if v := check(t0, home, `Digest username="Mufasa", realm="parley", nonce="made up", response="x"`, "b"); v != Missing {
		t.Errorf("made up nonce: %d", v)
	}
	if v := check(t0, home, "NoOneKnowsThisScheme opaque-data=here", "b"); v != Missing {
		t.Errorf("unknown scheme: %d", v)
	}
}

// A server that asks for one algorithm takes no other.
func TestServerOffers(t *testing.T) {
	s := NewServer("parley", []byte("secret"), "SHA-256")
	list := s.Challenge(t0, home, false)
	if len(list) != 1 || !strings.Contains(list[0], "SHA-256") {
		t.Fatal(list)
	}
	for challenge, want := range map[string]Verdict{list[0]: OK, strings.Replace(list[0], "SHA-256", "MD5", 1): Denied} {
		c, _ := Choose([]string{challenge})
		if v, _ := s.Check(t0, home, "INVITE", []string{c.Answer("Mufasa", "Circle of Life", "INVITE", "sip:1@x", 1, "c")}, "b", pass); v != want {
			t.Errorf("%s: %d", challenge, v)
		}
	}
}

func TestServerMemoryIsBounded(t *testing.T) {
	s := NewServer("parley", []byte("secret"))
	for i := range 3000 {
		now := t0.Add(time.Duration(i) * time.Second)
		auth := answer(t, s, now, "MD5", "Circle of Life", 1)
		s.Check(now, home, "INVITE", []string{auth}, "b", pass)
		s.Check(now, home, "INVITE", []string{strings.Replace(auth, `response="`, `response="0`, 1)}, "b", pass)
	}
	if len(s.used) > 300 { // what 2 nonce lives and a transaction hold, at one a second
		t.Errorf("%d nonces remembered", len(s.used))
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`Digest realm="a, b", nonce="\"1", algorithm=MD5, Digest realm=x`)
	f.Add(`NoOneKnowsThisScheme opaque-data=here`)
	s := NewServer("parley", []byte("secret"))
	f.Fuzz(func(t *testing.T, v string) {
		if c, err := Choose([]string{v}); err == nil {
			if got := c.Answer("u\"\r\n", "p", "INVITE", "sip:x", 1, "c"); strings.ContainsAny(got, "\r\n") {
				t.Fatalf("unclean %q", got)
			}
		}
		if verdict, _ := s.Check(t0, home, "INVITE", []string{v}, "b", pass); verdict == OK {
			t.Fatal("let in without a password")
		}
	})
}
