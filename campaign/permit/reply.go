package permit

import (
	"slices"
	"strings"
	"unicode"
)

// Words that end messages when a reply holds nothing else, and those that end calls
// and mails too. TD is what messages in China ask for, the others are those of CTIA's
// Messaging Principles and of 47 CFR 64.1200(a)(10).
var (
	stops    = []string{"TD", "T", "N", "退订", "拒收", "不要再发", "STOP", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "OPTOUT", "REVOKE", "ARRET"}
	stopsAll = []string{"STOPALL", "TDALL", "全部退订", "不要再联系我"}
)

// Reply tells which channel a reply to a message on channel forbids, Every for all;
// "" when it forbids nothing. Only a reply that is a word of the list and nothing
// else does: "please don't stop" is no opt-out.
func Reply(text string, on Channel) Channel {
	word := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToUpper(half(r))
		}
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
	switch {
	case slices.Contains(stopsAll, word):
		return Every
	case slices.Contains(stops, word):
		return on
	}
	return ""
}

// half is a letter of full width, as Chinese keyboards write it, in the usual one.
func half(r rune) rune {
	if r >= 'Ａ' && r <= 'ｚ' {
		return r - 'Ａ' + 'A'
	}
	return r
}
