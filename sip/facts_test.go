package sip

import (
	"testing"

	gosip "github.com/emiago/sipgo/sip"
)

// The caller's number is read from every form that a From may have.
func TestCallerOf(t *testing.T) {
	parser := gosip.NewParser(gosip.WithHeadersParsers(parsers()))
	for from, want := range map[string]Info{
		`"Ann" <sip:+4930123@pbx>;tag=1`:                         {Caller: "+4930123", Name: "Ann"},
		`<sip:+49-30-123@pbx;user=phone>;tag=1`:                  {Caller: "+4930123"},
		`<tel:+1-201-555-0123;phone-context=x>;tag=1`:            {Caller: "+12015550123"},
		`tel:(030)%20123;tag=1`:                                  {Caller: "030123"},
		`sip:jo-ann@pbx;tag=1`:                                   {Caller: "jo-ann"},
		`<sip:jo-ann@pbx;user=phone>;tag=1`:                      {Caller: "jo-ann"},
		`<sip:pbx.example.org>;tag=1`:                            {},
		`"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1`:    {Caller: "anonymous", Name: "Anonymous", Withheld: true},
		`"Anonymous" <sip:Anonymous@carrier.example.org>;tag=1`:  {Caller: "Anonymous", Name: "Anonymous", Withheld: true},
		`<sip:+4930123;phone-context=de:secret@pbx>;tag=1`:       {Caller: "+4930123"},
		`"" <sip:%2B4930123@pbx>;tag=1`:                          {Caller: "+4930123"},
		`<sips:4930123@pbx:5061;transport=tls>;x="a;b, c";tag=1`: {Caller: "4930123"},
	} {
		msg, err := parser.ParseSIP([]byte(crlf("INVITE sip:100@us SIP/2.0\nVia: SIP/2.0/UDP pbx;branch=z9hG4bK1\nFrom: " + from +
			"\nTo: <sip:100@us>\nCall-ID: c\nCSeq: 1 INVITE\nMax-Forwards: 70\nContent-Length: 0\n\n")))
		if err != nil {
			t.Errorf("%s: %v", from, err)
			continue
		}
		var got Info
		got.learn(msg.(*gosip.Request), false)
		if got.Caller != want.Caller || got.Name != want.Name || got.Withheld != want.Withheld {
			t.Errorf("%s: %+v, want %+v", from, got, want)
		}
	}
}
