package server

import (
	"strings"

	"github.com/parley-voice/parley/call/switchboard"
	"github.com/parley-voice/parley/cmd/parley/config"
	"github.com/parley-voice/parley/routing/queue"
)

// clerk answers the codes that agents dial.
type clerk struct {
	board    *switchboard.Board
	codes    config.Codes
	language string
}

// replies by language: logged in, logged out, paused, back.
var replies = map[string][4]string{
	"en": {"You are logged in.", "You are logged out.", "You are paused. Dial again when you are back.", "You are back. Calls will come."},
	"zh": {"您已签入。", "您已签出。", "您已示忙，回来后请拨示闲代码。", "您已示闲，来电会转接给您。"},
}

// Dialled does what an agent's code asks for.
func (c clerk) Dialled(agent, number string) (words, language string, ok bool) {
	base, _, _ := strings.Cut(strings.ToLower(c.language), "-")
	say, known := replies[base]
	if language = c.language; !known {
		say, language = replies["en"], "en-US"
	}
	var e queue.Event
	switch number {
	case "":
		return "", "", false
	case c.codes.Login:
		e, words = queue.LogIn{Agent: agent}, say[0]
	case c.codes.Logout:
		e, words = queue.LogOut{Agent: agent}, say[1]
	case c.codes.Pause:
		e, words = queue.Pause{Agent: agent, Reason: c.codes.Reason}, say[2]
	case c.codes.Resume:
		e, words = queue.Resume{Agent: agent}, say[3]
	default:
		return "", "", false
	}
	c.board.Tell(e)
	return words, language, true
}
