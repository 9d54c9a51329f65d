package dialog

import (
	"net/url"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/dialog/vocab/strictyaml"
)

// fetch reads what a node asks of another system.
func (r *reader) fetch(v *yaml.Node) *Inquiry {
	q := &Inquiry{Method: "GET", Deadline: 3 * time.Second, OnFail: Edge{Go: TargetHandoff}}
	seen := map[string]*yaml.Node{}
	r.block(v, "fetch", func(key string, _, v *yaml.Node) {
		seen[key] = v
		switch key {
		case "url":
			q.URL = r.address(v)
		case "method":
			q.Method = r.word(v, key, methods)
		case "headers":
			q.Headers = r.fetchHeaders(v)
		case "secret":
			q.Secret = r.name(v, key)
		case "body":
			r.entries(v, key, func(name string, _, v *yaml.Node) {
				q.Body = append(q.Body, Setting{Name: name, Value: r.template(v, name)})
			})
		case "deadline":
			if q.Deadline = r.duration(v, key); q.Deadline < 100*time.Millisecond || q.Deadline > 10*time.Second {
				r.wrong(v, "use a time from 100ms to 10s", "deadline cannot be %s", q.Deadline)
			}
		case "into":
			r.entries(v, key, func(name string, k, v *yaml.Node) { q.Into = append(q.Into, r.field(name, k, v)) })
		case "not_found":
			e := r.outcome(v, key)
			q.Missing = &e
		case "on_fail":
			q.OnFail = r.outcome(v, key)
		}
	})
	switch {
	case v.Kind != yaml.MappingNode:
	case seen["url"] == nil:
		r.wrong(v, "add url: https://...", "fetch has no url")
	case seen["body"] != nil && seen["method"] == nil:
		q.Method = "POST"
	case seen["body"] != nil && q.Method == "GET":
		r.wrong(seen["body"], "use method: POST", "GET has no body")
	}
	return q
}

// outcome reads a way onward that must lead somewhere.
func (r *reader) outcome(v *yaml.Node, what string) Edge {
	e := r.edge(v)
	if e.End == "" && (e.Go == "" || e.Go == TargetStay || e.Replay) && v.Kind == yaml.MappingNode || e.Go == TargetStay {
		r.wrong(v, "add go or end: there is no question here to stay with", "%s leads nowhere", what)
	}
	return e
}

// address reads a URL whose host is fixed: what a caller says must not choose who
// is asked.
func (r *reader) address(v *yaml.Node) Template {
	t := r.template(v, "url")
	if t.Empty() {
		return t
	}
	fixed, rest, _ := strings.Cut(t.Source, "{{")
	u, err := url.Parse(fixed)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		r.wrong(v, "write https://host/path", "url cannot be %q", t.Source)
	case rest != "" && u.Path == "" && u.RawQuery == "":
		r.wrong(v, "variables may stand behind https://host/", "the host of url cannot be a variable")
	case u.User != nil:
		r.wrong(v, "name a secret of the configuration", "url has a password in it")
	case u.Fragment != "":
		r.wrong(v, "leave the # and what follows out", "url cannot be %q", t.Source)
	}
	return t
}

// fetchHeaders reads headers. Who asks, and how long the question is, is not the
// script's to say; credentials are the configuration's.
func (r *reader) fetchHeaders(v *yaml.Node) []Setting {
	var all []Setting
	refused := []string{"authorization", "proxy-authorization", "cookie", "host", "content-length", "transfer-encoding", "connection", "te", "trailer", "upgrade", "expect", "accept-encoding"}
	r.entries(v, "headers", func(name string, k, v *yaml.Node) {
		switch {
		case !headerName.MatchString(name):
			r.wrong(k, "use letters, digits and dashes", "%q cannot be a header", name)
		case known(refused, strings.ToLower(name)):
			r.wrong(k, "name a secret of the configuration for credentials: secret: name", "a script cannot set the header %q", name)
		default:
			all = append(all, Setting{Name: name, Value: r.template(v, name)})
		}
	})
	return all
}

var (
	headerName = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)
	fieldPath  = regexp.MustCompile(`^[^.\s]+(\.[^.\s]+)*$`)
)

// field reads where a variable's value stands in the answer: a path, or {path,
// type}.
func (r *reader) field(name string, k, v *yaml.Node) Field {
	f := Field{Name: name, Type: "text"}
	r.need("set", name, k)
	path := v
	if v.Kind == yaml.MappingNode {
		path = nil
		r.block(v, "field", func(key string, _, v *yaml.Node) {
			if key == "path" {
				path = v
			} else {
				f.Type = r.word(v, key, needTypes)
			}
		})
		if path == nil {
			r.wrong(v, "add path: order.status", "%q has no path", name)
			return f
		}
	}
	if f.Path = r.text(path, name); f.Path != "" && (!fieldPath.MatchString(f.Path) || len(f.Path) > 200) {
		r.wrong(path, "write names and numbers with dots: order.items.0.name", "the path cannot be %q", f.Path)
	}
	return f
}

// prose reads what a language model is to say.
func (r *reader) prose(v *yaml.Node) *Prose {
	p := &Prose{Sentences: 2, First: 1500 * time.Millisecond, Deadline: 6 * time.Second, Memory: 6}
	seen := map[string]bool{}
	r.block(v, "llm", func(key string, _, v *yaml.Node) {
		seen[key] = true
		switch key {
		case "goal":
			p.Goal = r.template(v, key)
		case "facts":
			for _, item := range strictyaml.Items(r.pick(v, key)) {
				p.Facts = append(p.Facts, r.template(item, key))
			}
		case "forbid":
			for _, t := range strictyaml.Items(r.pick(v, key)) {
				r.forbid(p, t)
			}
		case "sentences":
			p.Sentences = r.integer(v, key, 1, 6)
		case "first":
			p.First = r.between(v, key, minCompose, 5*time.Second)
		case "deadline":
			p.Deadline = r.between(v, key, time.Second, 20*time.Second)
		case "memory":
			p.Memory = r.integer(v, key, 0, maxTalk)
		case "fallback":
			p.Fallback = r.sayLines(v, key)
		}
	})
	for _, key := range []string{"goal", "fallback"} {
		if !seen[key] && v.Kind == yaml.MappingNode {
			r.wrong(v, map[string]string{"goal": "say what it is to achieve", "fallback": "write what is said when the model fails or may not say what it wants"}[key], "llm has no %s", key)
		}
	}
	if p.First > p.Deadline {
		r.wrong(v, "make first the shorter one", "llm has %s for the first sentence and %s for all", p.First, p.Deadline)
	}
	return p
}

func (r *reader) forbid(p *Prose, v *yaml.Node) {
	t := r.text(v, "forbid")
	if t == "" {
		return
	}
	f, err := parseForbidden(t)
	if err != nil {
		r.wrong(v, "write a phrase, or an RE2 expression between slashes: /lowest.*price/", "%q cannot be forbidden: it %v", t, err)
		return
	}
	p.Forbid = append(p.Forbid, f)
}

func (r *reader) between(v *yaml.Node, what string, least, most time.Duration) time.Duration {
	d := r.duration(v, what)
	if d < least || d > most {
		r.wrong(v, "use a time from "+least.String()+" to "+most.String(), "%s cannot be %s", what, d)
	}
	return d
}

// errandSense refuses what does not go with asking somebody outside.
func (r *reader) errandSense(n *Node, seen map[string]*yaml.Node) {
	for _, key := range []string{"fetch", "llm"} {
		at := seen[key]
		if at == nil {
			continue
		}
		if seen["go"] == nil && seen["when"] == nil {
			r.wrong(at, "add go", "%s leads nowhere", key)
		}
		for _, other := range []string{"ask", "wait", "end", "transfer", "echo", "loop"} {
			if seen[other] != nil {
				r.wrong(seen[other], "put it in the next node", "%s does not go with %s", other, key)
			}
		}
	}
	switch {
	case seen["fetch"] != nil && seen["llm"] != nil:
		r.wrong(seen["llm"], "put it in the next node", "llm does not go with fetch")
	case seen["fetch"] != nil && n.Listens():
		r.wrong(seen["fetch"], "write go: next, and let the next node ask", "a node that fetches cannot listen")
	}
}
