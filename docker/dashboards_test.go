package docker

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"go.yaml.in/yaml/v3"

	"github.com/parley-voice/parley/console"
	"github.com/parley-voice/parley/routing/queue"
)

var (
	described = regexp.MustCompile(`^Desc\{fqName: "([^"]+)".*variableLabels: \{(.*)\}\}$`)
	texts     = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	selector  = regexp.MustCompile(`([a-zA-Z_:][a-zA-Z0-9_:]*)\s*\{([^}]*)\}`)
	grouping  = regexp.MustCompile(`\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)`)
	spans     = regexp.MustCompile(`\[[^\]]*\]`)
	word      = regexp.MustCompile(`[a-zA-Z_:][a-zA-Z0-9_:]*\s*\(?`)
	label     = regexp.MustCompile(`([a-zA-Z_][a-zA-Z0-9_]*)\s*(?:=~|!~|!=|=)`)
)

var (
	state  = regexp.MustCompile(`\bstate=~?"([^"]*)"`)
	states = []queue.Status{queue.Out, queue.Free, queue.Offered, queue.Talking, queue.WrappingUp, queue.Paused, queue.NotReachable,
		"open", "overdue"} // of what is owed
)

// metrics are the labels of every metric that /metrics may show, by name.
func metrics(t *testing.T) map[string][]string {
	t.Helper()
	descs := make(chan *prometheus.Desc, 1000)
	console.NewMetrics(console.Sources{}).Registry.Describe(descs)
	close(descs)
	all := map[string][]string{"up": nil}
	for d := range descs {
		m := described.FindStringSubmatch(d.String())
		if m == nil {
			t.Fatalf("%s is written in another way: mend the pattern", d)
		}
		labels := strings.FieldsFunc(m[2], func(r rune) bool { return r == ',' || r == ' ' })
		all[m[1]] = labels
		if strings.HasSuffix(m[1], "_seconds") { // a histogram has these, and what is none is not asked for them
			all[m[1]+"_bucket"], all[m[1]+"_sum"], all[m[1]+"_count"] = append(slices.Clone(labels), "le"), labels, labels
		}
	}
	if len(all) < 40 {
		t.Fatalf("only %d metrics are described", len(all))
	}
	return all
}

// unknown are the metrics and labels of an expression that Parley does not have.
func unknown(expr string, have map[string][]string) (all []string) {
	for _, m := range state.FindAllStringSubmatch(expr, -1) {
		for s := range strings.SplitSeq(m[1], "|") {
			if !slices.Contains(states, queue.Status(s)) {
				all = append(all, "state "+s)
			}
		}
	}
	bare := texts.ReplaceAllString(expr, `""`)
	var used []string
	for _, m := range selector.FindAllStringSubmatch(bare, -1) {
		for _, l := range label.FindAllStringSubmatch(m[2], -1) {
			if !slices.Contains(append([]string{"job", "instance"}, have[m[1]]...), l[1]) {
				all = append(all, m[1]+"{"+l[1]+"}")
			}
		}
	}
	groups := grouping.FindAllStringSubmatch(bare, -1)
	bare = spans.ReplaceAllString(grouping.ReplaceAllString(selector.ReplaceAllString(bare, "$1 "), " "), " ")
	for _, w := range word.FindAllString(bare, -1) {
		if strings.HasSuffix(w, "(") || slices.Contains([]string{"and", "or", "unless", "bool", "offset", "by", "on"}, strings.TrimSpace(w)) {
			continue
		}
		labels, ok := have[strings.TrimSpace(w)]
		if !ok {
			all = append(all, strings.TrimSpace(w))
		}
		used = append(used, labels...)
	}
	for _, g := range groups {
		for _, l := range strings.FieldsFunc(g[1], func(r rune) bool { return r == ',' || r == ' ' }) {
			if !slices.Contains(append([]string{"job", "instance"}, used...), l) {
				all = append(all, "by "+l)
			}
		}
	}
	return all
}

func TestDashboardsAskForWhatThereIs(t *testing.T) {
	have := metrics(t)
	asked := 0
	check := func(where, expr string) {
		asked++
		if wrong := unknown(expr, have); len(wrong) > 0 {
			t.Errorf("%s: Parley has no %s: %s", where, strings.Join(wrong, ", "), expr)
		}
	}
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
		Templating struct{ List []struct{ Name string } }
	}
	readAs(t, "grafana/parley.json", json.Unmarshal, &board)
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			check(p.Title, target.Expr)
		}
	}
	var rules struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr string
				Annotations map[string]string
			}
		}
	}
	readAs(t, "prometheus/alerts.yaml", yaml.Unmarshal, &rules)
	for _, r := range rules.Groups[0].Rules {
		check(r.Alert, r.Expr)
		if r.Alert == "" || r.Annotations["summary"] == "" {
			t.Errorf("%+v tells nobody what is the matter", r)
		}
	}
	if asked < 35 {
		t.Errorf("only %d expressions were found", asked)
	}
	for expr, want := range map[string]string{
		"sum by (queue) (rate(parley_nothing_total[5m]))":        "parley_nothing_total",
		`parley_queue_waiting{trunk="x"}`:                        "parley_queue_waiting{trunk}",
		"sum by (trunk) (parley_queue_waiting)":                  "by trunk",
		`sum(parley_agents{state="ready"})`:                      "state ready",
		"rate(parley_calls_active_bucket[$__rate_interval]) > 0": "parley_calls_active_bucket",
	} {
		if got := unknown(expr, have); !slices.Contains(got, want) {
			t.Errorf("%s passes: %v", expr, got)
		}
	}
}

func readAs(t *testing.T, file string, decode func([]byte, any) error, to any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := decode(text, to); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}
