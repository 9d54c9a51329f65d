package compose

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxSentence bounds one sentence, in runes; nobody listens to more.
const maxSentence = 400

// maxThought bounds what a reasoning model thinks aloud first, in bytes.
const maxThought = 64 << 10

var errEndless = errors.New("the model writes without end")

// cutter cuts a stream of text into sentences.
type cutter struct{ text string }

// add takes the next piece.
func (c *cutter) add(piece string) error {
	c.text += piece
	c.think()
	limit := 4 * maxSentence
	if strings.HasPrefix(c.text, "<think>") {
		limit = maxThought
	}
	if len(c.text) > limit && firstEnd(c.text, true) < 0 || len(c.text) > maxThought {
		return errEndless
	}
	return nil
}

// think drops what a reasoning model puts before its answer.
func (c *cutter) think() {
	c.text = strings.TrimLeft(c.text, " \n\r\t")
	if strings.HasPrefix(c.text, "<think>") {
		if _, after, ok := strings.Cut(c.text, "</think>"); ok {
			c.text = strings.TrimLeft(after, " \n\r\t")
		}
	}
}

// take gives the sentences that are whole; ended, also the rest.
func (c *cutter) take(ended bool) []string {
	if strings.HasPrefix(c.text, "<think>") || !ended && strings.HasPrefix("<think>", c.text) {
		return nil
	}
	var all []string
	for {
		end := firstEnd(c.text, ended)
		if end < 0 {
			break
		}
		if s := trimmed(c.text[:end]); s != "" {
			all = append(all, s)
		}
		c.text = c.text[end:]
	}
	if s := trimmed(c.text); ended && s != "" {
		all = append(all, s)
		c.text = ""
	}
	return all
}

// trimmed drops the closing quotation mark of the sentence before, which came in
// the next piece.
func trimmed(s string) string { return strings.TrimLeft(strings.TrimSpace(s), "”’」）") }

// firstEnd is the byte after the first sentence of s, or -1. A point ends one
// only before a space, so that 3.5 stays whole; ended, also at the end of s.
func firstEnd(s string, ended bool) int {
	for i, r := range s {
		after := i + utf8.RuneLen(r)
		if r == utf8.RuneError {
			after = i + 1
		}
		next, _ := utf8.DecodeRuneInString(s[after:])
		switch r {
		case '。', '！', '？', '；', '\n':
			return closed(s, after)
		case '.', '!', '?':
			if after < len(s) && unicode.IsSpace(next) || after == len(s) && ended {
				return after
			}
			if next == '"' || next == '”' || next == '\'' {
				return closed(s, after)
			}
		}
	}
	return -1
}

// closed takes quotation marks along that close a sentence.
func closed(s string, at int) int {
	for at < len(s) {
		r, n := utf8.DecodeRuneInString(s[at:])
		if r != '"' && r != '”' && r != '’' && r != '」' && r != '）' && r != ')' && r != '\'' {
			break
		}
		at += n
	}
	return at
}
