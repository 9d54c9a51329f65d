package screen

import (
	"bytes"
	"strconv"
	"strings"
)

// Frame finds the first message in a stream (RFC 3261 §18.3). skip bytes of
// CRLF come before it; n is its length, 0 when more bytes are needed. A fault
// means that the stream cannot be followed any more and must be closed; its
// Code, when set, is the answer to give first.
func Frame(buf []byte) (skip, n int, fault *Fault) {
	rest := bytes.TrimLeft(buf, "\r\n")
	skip = len(buf) - len(rest)
	end := bytes.Index(rest, crlf2)
	if end < 0 {
		if len(rest) > MaxMessage {
			return skip, 0, &Fault{Code: 513, Reason: "Message Too Large"}
		}
		return skip, 0, nil
	}
	length, fault := streamLength(rest[:end])
	if fault != nil {
		return skip, 0, fault
	}
	n = end + 4 + length
	if n > MaxMessage {
		return skip, 0, &Fault{Code: 513, Reason: "Message Too Large"}
	}
	if n > len(rest) {
		return skip, 0, nil
	}
	return skip, n, nil
}

// streamLength reads Content-Length from a header block. On a stream there is
// no way on without exactly one (RFC 4475 §3.1.2.3 and §3.3.9).
func streamLength(head []byte) (int, *Fault) {
	found := -1
	for line := range bytes.SplitSeq(head, crlf) {
		name, value, ok := strings.Cut(string(line), ":")
		if !ok || canonicalName(strings.TrimRight(name, " \t")) != "Content-Length" {
			continue
		}
		n, err := strconv.ParseUint(strings.Trim(value, " \t"), 10, 31)
		if err != nil || found >= 0 {
			return 0, bad("Bad Content-Length")
		}
		found = int(n)
	}
	if found < 0 {
		return 0, bad("Missing Content-Length")
	}
	return found, nil
}
