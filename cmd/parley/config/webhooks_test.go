package config

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/parley-voice/parley/console/webhook"
)

const goodHook = `webhooks:
  - name: crm
    url: https://crm.example/parley
    secret: ${CRM_SECRET}
    events: [call.offered, call.ended]
    fields: [numbers]
`

func hookEnv(name string) (string, bool) {
	return "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", name == "CRM_SECRET"
}

func TestWebhooks(t *testing.T) {
	c, err := Load(strings.NewReader(goodHook), "parley.yaml", hookEnv)
	if err != nil {
		t.Fatal(err)
	}
	if h := c.Hooks()[0]; h.Name != "crm" || !h.Wants(webhook.CallOffered) || h.Wants(webhook.VoicemailIn) || h.Timeout.Seconds() != 10 || h.Private {
		t.Errorf("%+v", h)
	}
	for change, want := range map[string]string{
		"https://crm.example/parley => http://crm.example/parley": "parley.yaml:3:10: webhook \"crm\": personal data does not go over http",
		"https://crm.example/parley => https://192.168.1.5/x":     "parley.yaml:3:10: webhook \"crm\": 192.168.1.5 is a private address",
		"https://crm.example/parley => https://[::ffff:10.0.0.1]": "10.0.0.1 is a private address",
		"https://crm.example/parley => https://me:pw@crm.example": "a password",
		"https://crm.example/parley => crm.example":               "is no https:// address",
		"${CRM_SECRET} => whsec_c2hvcnQ=":                         "parley.yaml:4:13: webhook \"crm\": the secret is not whsec_",
		"${CRM_SECRET} => MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw":       "the secret is not whsec_",
		"call.ended] => call.endet]":                              `did you mean "call.ended"`,
		"events: [call.offered, call.ended] => events: []":        "is told of nothing",
		"fields: [numbers] => fields: [everything]":               "is not one of numbers, names, words, money, notes",
		"    fields: [numbers]\n =>     fields: [numbers]\n  - {name: crm, url: 'https://b.example', secret: '${CRM_SECRET}', events: [call.ended]}\n": "a second webhook is named",
	} {
		old, new, _ := strings.Cut(change, " => ")
		text := strings.Replace(goodHook, old, new, 1)
		if text == goodHook {
			t.Fatalf("%q changes nothing", change)
		}
		if _, err := Load(strings.NewReader(text), "parley.yaml", hookEnv); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", change, err, want)
		}
	}
	private := strings.Replace(goodHook, "https://crm.example/parley", "http://127.0.0.1:8081/x\n    allow_private: true", 1)
	if _, err := Load(strings.NewReader(private), "parley.yaml", hookEnv); err != nil {
		t.Error(err)
	}
}

// The configuration takes each type and field that there is, and no other.
func TestWebhookWords(t *testing.T) {
	var types []string
	for _, e := range webhook.Types() {
		types = append(types, string(e))
	}
	for _, f := range fieldsOf(reflect.ValueOf(&Webhook{}).Elem()) {
		words := strings.Split(f.tag.Get("oneof"), "|")
		switch f.name {
		case "events":
			if !slices.Equal(words, types) {
				t.Errorf("events: %v, the code has %v", words, types)
			}
		case "fields":
			var fields []string
			for _, f := range webhook.Fields() {
				fields = append(fields, string(f))
			}
			if !slices.Equal(words, fields) {
				t.Errorf("fields: %v, the code has %v", words, fields)
			}
		}
	}
}

func TestPublicAddress(t *testing.T) {
	for text, want := range map[string]string{
		"http: {public_url: https://parley.example}":              "",
		"http: {public_url: https://shop.example/parley/}":        "",
		"http: {public_url: parley.example}":                      `parley.yaml:1:20: http.public_url: "parley.example" is no https:// address`,
		"http: {public_url: http://parley.example}":               "is no https:// address",
		"http: {public_url: https://a:b@parley.example}":          "more than a host and a path",
		"http: {public_url: 'https://parley.example/?x=1'}":       "more than a host and a path",
		"http: {listen: off, public_url: https://parley.example}": "http.listen is off",
		"node: n\nhttp: {public_url: https://parley.example}":     "links in messages are made and answered by the server",
	} {
		_, err := Load(strings.NewReader(text), "parley.yaml", hookEnv)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
