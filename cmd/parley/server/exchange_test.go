package server

import (
	"testing"

	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/dialog"
)

func TestExchange(t *testing.T) {
	x := exchange{
		agents: map[string]config.Agent{"7": {Address: "ana"}, "8": {Address: "4108@pbx"}},
		queues: map[string]config.Queue{"service": {}, "*": {To: "4100@pbx"}, "night": {To: "4200@pbx"}},
		rules:  config.AgentRules{Dial: map[string]string{"8xxx": "pbx"}},
	}
	for number, want := range map[string]dialog.Transfer{
		"7": {Agent: "7", SIP: "ana"}, "ana": {Agent: "7", SIP: "ana"}, "8": {Agent: "8", SIP: "4108@pbx"}, "service": {Queue: "service"}, "night": {Queue: "night"},
		"8123": {SIP: "8123@pbx"}, "0900123": {}, "*": {}, "": {}, "sip:8123@evil.example": {}, "8123@evil.example": {}, "8123;x": {},
	} {
		got, err := x.Extension(number)
		if got.Queue != want.Queue || got.Agent != want.Agent || got.SIP != want.SIP || (err != nil) != (want.Queue+want.Agent+want.SIP == "") {
			t.Errorf("%q leads to %+v, %v; want %+v", number, got, err, want)
		}
	}
	if x.Agent("ana") != "7" || x.Agent("8") != "8" || x.Agent("nobody") != "" || x.Agent("") != "" {
		t.Error("agents are not found by their telephones")
	}
}
