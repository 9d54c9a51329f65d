package unsubscribe

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"strconv"
	"strings"
)

//go:embed page.gohtml
var pageText string

// style is the only thing besides text; the policy names it by its hash.
const style = `body{font:1.1rem/1.6 system-ui,sans-serif;margin:10vh auto;max-width:32rem;padding:0 1.2rem;color:#222;background:#fff}button{font:inherit;display:block;width:100%;margin:.7rem 0;padding:.7rem;border:1px solid #888;border-radius:.4rem;background:#f4f4f4;color:#222}button:first-of-type{background:#1a5fb4;border-color:#1a5fb4;color:#fff}section+section{margin-top:2.5rem}`

var styleHash = func() string {
	sum := sha256.Sum256([]byte(style))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}()

var page = template.Must(template.New("page").Parse(pageText))

// What the page says.
type say string

const (
	sayAsk   say = "ask"
	sayDone  say = "done"
	sayBad   say = "bad"
	sayOld   say = "old"
	sayBusy  say = "busy"
	sayFails say = "fails"
)

// What a button asks for.
const (
	scopeThis = "this"
	scopeAll  = "all"
)

// view is one answer.
type view struct {
	Say      say
	Channel  string // sms, email
	All      bool   // every channel was closed
	language string
}

// words are the page's sentences in one language.
type words struct {
	Lang, Title, Ask, This, All, Done, DoneAll, Bad, Old, Busy, Fails string
	channels                                                          map[string]string
}

var english = words{
	Lang: "en", Title: "Unsubscribe", Ask: "Do you want no more messages from us?",
	This: "No more %s", All: "Nothing at all: no messages, mails or calls",
	Done: "You will get no more %s from us.", DoneAll: "We will not contact you again.",
	Bad:   "This link does not work. It may have been cut off: open it from the message once more, or reply STOP to the message.",
	Old:   "This link has expired. Reply STOP to the message, or use the link of a newer one.",
	Busy:  "Too many tries. Wait a minute, then open the link again.",
	Fails: "This did not work just now, and nothing was changed. Try again in a minute.", channels: map[string]string{"sms": "text messages", "email": "mails", "": "messages"},
}

var chinese = words{
	Lang: "zh-CN", Title: "退订", Ask: "您不想再收到我们的信息吗？",
	This: "不再接收%s", All: "全部拒收：不再接收任何短信、邮件和电话",
	Done: "您不会再收到我们的%s。", DoneAll: "我们不会再联系您。",
	Bad: "此链接无效，可能不完整：请从信息中重新打开，或直接回复 TD。", Old: "此链接已过期。请直接回复 TD，或使用较新信息中的链接。",
	Busy: "操作过于频繁，请一分钟后重新打开链接。", Fails: "暂时无法处理，未作任何更改，请一分钟后重试。",
	channels: map[string]string{"sms": "短信", "email": "邮件", "": "信息"},
}

// of puts the channel into a sentence.
func (w words) of(sentence, channel string) string {
	name, ok := w.channels[channel]
	if !ok {
		name = w.channels[""]
	}
	return strings.Replace(sentence, "%s", name, 1)
}

// section is the page in one language.
type section struct {
	Lang, Title, Text string
	This, All         string // of the buttons; "" for none
}

func (v view) in(w words) section {
	s := section{Lang: w.Lang, Title: w.Title}
	switch v.Say {
	case sayAsk:
		s.Text, s.This, s.All = w.Ask, w.of(w.This, v.Channel), w.All
	case sayDone:
		if s.Text = w.of(w.Done, v.Channel); v.All {
			s.Text = w.DoneAll
		}
	case sayOld:
		s.Text = w.Old
	case sayBusy:
		s.Text = w.Busy
	case sayFails:
		s.Text = w.Fails
	default:
		s.Text = w.Bad
	}
	return s
}

// sections are in the person's language, and in both when that is not known.
func (v view) sections() []section {
	language := strings.ToLower(v.language)
	switch {
	case language == "":
		return []section{v.in(chinese), v.in(english)}
	case language == "zh" || strings.HasPrefix(language, "zh-") || strings.HasPrefix(language, "zh_"):
		return []section{v.in(chinese)}
	}
	return []section{v.in(english)}
}

func (p *Page) show(w http.ResponseWriter, status int, v view) {
	var b bytes.Buffer
	all := v.sections()
	if err := page.Execute(&b, map[string]any{"Lang": all[0].Lang, "Title": all[0].Title, "Style": template.CSS(style), "Sections": all,
		"ThisScope": scopeThis, "AllScope": scopeAll}); err != nil {
		p.Log.Error("the page of unsubscribing could not be written", "error", err) // of our own text: a test reads it
	}
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the reader may have gone
}
