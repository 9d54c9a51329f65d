package call

import (
	"errors"
	"fmt"

	"github.com/parley-voice/parley/dialog"
	"github.com/parley-voice/parley/sip"
)

// refusal puts a Q.850 cause and a SIP status into a script's word. The cause is
// what the telephone network said and is the surer of the two: gateways put many
// causes into one status (RFC 3398 §7.2.4.1).
func refusal(code, cause int) string {
	switch cause {
	case 17:
		return dialog.Busy
	case 21:
		return dialog.Declined
	case 18, 19, 20:
		return dialog.NoAnswer
	case 1, 2, 3, 22, 28:
		return dialog.UnknownNumber
	}
	switch code {
	case 486, 600:
		return dialog.Busy
	case 403, 603, 607, 608:
		return dialog.Declined
	case 408, 480, 487:
		return dialog.NoAnswer
	case 404, 410, 484, 485, 604:
		return dialog.UnknownNumber
	}
	return dialog.Unreachable
}

// status is a refusal's detail for the record.
func status(code, cause int, reason string) string {
	text := reason
	if code != 0 {
		text = fmt.Sprintf("%d %s", code, reason)
	}
	if cause != 0 {
		text += fmt.Sprintf(" (Q.850 cause %d)", cause)
	}
	return text
}

// refused is a REFER that was not accepted. A peer that does not answer at all,
// or cannot do it, has refused nothing.
func refused(err error) string {
	var r sip.Refused
	if errors.As(err, &r) {
		return refusal(r.Code, 0)
	}
	return dialog.Unreachable
}
