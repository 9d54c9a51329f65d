package console

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/parley-voice/parley/call"
	"github.com/parley-voice/parley/routing/queue"
)

// Sources are asked for what others count, each time /metrics is read.
type Sources struct {
	Active       func() int                // calls in progress
	Sessions     func() int                // media sessions
	Pacing       func() Pacing             // how exactly RTP leaves
	QueueDrops   func() map[string]uint64  // what full queues dropped, by queue
	SIPResponses func() map[int]uint64     // refusals sent, by code
	Registered   func() map[string]bool    // trunks that we register with
	Routes       func() (Routes, bool)     // the table of routes; false or nil for none
	Queues       func() queue.Snapshot     // queues and agents; nil without any
	FollowUps    func() FollowUps          // what is owed to callers; nil for nobody who counts
	Webhooks     func() map[string]Webhook // by name; may be nil
}

// Webhook counts what was sent to one receiver.
type Webhook struct{ Delivered, Failed, Refused uint64 }

// Routes is the table of routes in use, and how its file was read.
type Routes struct {
	Table   string
	Version int
	Reloads uint64 // files that came into use after the first
	Refused uint64 // files that did not
	Wrong   string // with the file as it is now
}

// FollowUps is what is owed to callers, when it was last counted.
type FollowUps struct {
	Open, Overdue int
	Breached      uint64 // told of as overdue, since the start
}

// Pacing is |sent - due| of RTP packets, in milliseconds.
type Pacing struct{ P50, P99, Max float64 }

// Metrics counts calls in a registry of its own. It is a call.Meter.
type Metrics struct {
	Registry *prometheus.Registry

	calls  *prometheus.CounterVec
	turns  *prometheus.HistogramVec
	decode prometheus.Histogram
	stops  prometheus.Histogram
	rungs  *prometheus.CounterVec
	lost   prometheus.Counter
}

// NewMetrics registers every metric of Parley, of Go and of the process.
func NewMetrics(s Sources) *Metrics {
	m := &Metrics{
		Registry: prometheus.NewRegistry(),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "parley_calls_total",
			Help: "Calls that ended, by direction and outcome."}, []string{"direction", "outcome"}),
		turns: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "parley_turn_latency_seconds",
			Help:    "Caller's last sound to the first packet of the answer.",
			Buckets: []float64{.1, .2, .3, .4, .5, .6, .75, 1, 1.5, 2, 3, 5}}, []string{"script"}),
		decode: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "parley_asr_decode_seconds",
			Help:    "Time that the recogniser took for a turn's words.",
			Buckets: []float64{.025, .05, .1, .2, .3, .5, .75, 1, 2, 5}}),
		stops: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "parley_bargein_stop_seconds",
			Help:    "Decision to give way to the caller to the last packet of our speech.",
			Buckets: []float64{.004, .008, .012, .016, .02, .024, .03, .04, .06, .1, .2}}),
		rungs: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "parley_fallback_total",
			Help: "Steps down the fallback ladder, by rung."}, []string{"rung"}),
		lost: prometheus.NewCounter(prometheus.CounterOpts{Name: "parley_rtp_packets_lost_total",
			Help: "RTP packets that did not arrive (RFC 3550 A.3), of calls that ended."}),
	}
	m.Registry.MustRegister(m.calls, m.turns, m.decode, m.stops, m.rungs, m.lost, readings{s},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Turn counts one answered turn.
func (m *Metrics) Turn(script string, t call.Timing) {
	m.turns.WithLabelValues(script).Observe(t.Reply / 1000)
	if t.Decode > 0 {
		m.decode.Observe(t.Decode / 1000)
	}
}

// Stopped counts one prompt that gave way to the caller.
func (m *Metrics) Stopped(after time.Duration) { m.stops.Observe(after.Seconds()) }

// Rung counts one step down the fallback ladder.
func (m *Metrics) Rung(name string) { m.rungs.WithLabelValues(name).Inc() }

// Ended counts one call.
func (m *Metrics) Ended(r call.Record) {
	outcome := r.Outcome
	if outcome == "" {
		outcome = string(r.State)
	}
	m.calls.WithLabelValues(r.Direction, outcome).Inc()
	m.lost.Add(float64(r.Media.Lost))
}

// readings turns Sources into metrics at the time of reading.
type readings struct{ Sources }

var (
	activeDesc    = prometheus.NewDesc("parley_calls_active", "Calls in progress.", nil, nil)
	sessionsDesc  = prometheus.NewDesc("parley_media_sessions", "Media sessions open.", nil, nil)
	pacingDesc    = prometheus.NewDesc("parley_media_pacing_seconds", "Distance of RTP packets from the time they were due, over all sessions since the start; quantile 1 is the largest.", []string{"quantile"}, nil)
	dropsDesc     = prometheus.NewDesc("parley_queue_dropped_total", "Items that a full queue dropped.", []string{"queue"}, nil)
	registerDesc  = prometheus.NewDesc("parley_sip_registered", "1 while we are registered with the trunk, else 0.", []string{"trunk"}, nil)
	routesDesc    = prometheus.NewDesc("parley_routes_version", "Version of the table of routes in use.", []string{"table"}, nil)
	reloadsDesc   = prometheus.NewDesc("parley_routes_reloads_total", "Changes of the file of routes, by what became of them.", []string{"result"}, nil)
	wrongDesc     = prometheus.NewDesc("parley_routes_refused", "1 while the file of routes has mistakes and the table before it is in use.", nil, nil)
	waitingDesc   = prometheus.NewDesc("parley_queue_waiting", "Callers who wait on the line.", []string{"queue"}, nil)
	promisedDesc  = prometheus.NewDesc("parley_queue_callbacks_waiting", "Callers who are to be called back.", []string{"queue"}, nil)
	longestDesc   = prometheus.NewDesc("parley_queue_longest_wait_seconds", "How long the caller waits who waits longest.", []string{"queue"}, nil)
	joinedDesc    = prometheus.NewDesc("parley_queue_answered_total", "Callers joined with an agent, callbacks apart.", []string{"queue"}, nil)
	inTimeDesc    = prometheus.NewDesc("parley_queue_answered_in_time_total", "Callers joined within the service level's time.", []string{"queue"}, nil)
	abandonedDesc = prometheus.NewDesc("parley_queue_abandoned_total", "Callers who hung up while they waited.", []string{"queue"}, nil)
	offersDesc    = prometheus.NewDesc("parley_agent_offers_total", "Calls offered to agents, by what came of it.", []string{"outcome"}, nil)
	agentsDesc    = prometheus.NewDesc("parley_agents", "Agents, by state.", []string{"state"}, nil)
	owedDesc      = prometheus.NewDesc("parley_follow_ups", "What is owed to callers: open, and those of them that are overdue.", []string{"state"}, nil)
	breachedDesc  = prometheus.NewDesc("parley_follow_ups_breached_total", "Follow-ups that became overdue.", nil, nil)
	hooksDesc     = prometheus.NewDesc("parley_webhook_requests_total", "Requests to webhooks, by what came of them; given_up counts messages.", []string{"webhook", "result"}, nil)
	responsesDesc = prometheus.NewDesc("parley_sip_responses_total", "SIP refusals sent (300 and above), by code.", []string{"code"}, nil)
)

// Describe tells every metric that Collect may give.
func (r readings) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{activeDesc, sessionsDesc, pacingDesc, dropsDesc, registerDesc, routesDesc, reloadsDesc, wrongDesc, responsesDesc,
		waitingDesc, promisedDesc, longestDesc, joinedDesc, inTimeDesc, abandonedDesc, offersDesc, agentsDesc, owedDesc, breachedDesc, hooksDesc} {
		ch <- d
	}
}

// Collect asks the sources.
func (r readings) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	counter := func(d *prometheus.Desc, v uint64, label string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), label)
	}
	gauge(activeDesc, float64(r.Active()))
	gauge(sessionsDesc, float64(r.Sessions()))
	p := r.Pacing()
	gauge(pacingDesc, p.P50/1000, "0.5")
	gauge(pacingDesc, p.P99/1000, "0.99")
	gauge(pacingDesc, p.Max/1000, "1")
	drops := r.QueueDrops()
	for _, name := range slices.Sorted(maps.Keys(drops)) {
		counter(dropsDesc, drops[name], name)
	}
	registered := r.Registered()
	for _, trunk := range slices.Sorted(maps.Keys(registered)) {
		up := 0.0
		if registered[trunk] {
			up = 1
		}
		gauge(registerDesc, up, trunk)
	}
	r.routes(gauge, counter)
	if r.FollowUps != nil {
		f := r.FollowUps()
		gauge(owedDesc, float64(f.Open), "open")
		gauge(owedDesc, float64(f.Overdue), "overdue")
		ch <- prometheus.MustNewConstMetric(breachedDesc, prometheus.CounterValue, float64(f.Breached))
	}
	if r.Queues != nil {
		floor(time.Now(), r.Queues(), gauge, counter)
	}
	r.webhooks(ch)
	codes := r.SIPResponses()
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		counter(responsesDesc, codes[code], strconv.Itoa(code))
	}
}

func (r readings) webhooks(ch chan<- prometheus.Metric) {
	if r.Webhooks == nil {
		return
	}
	now := r.Webhooks()
	for _, name := range slices.Sorted(maps.Keys(now)) {
		for result, n := range map[string]uint64{"delivered": now[name].Delivered, "failed": now[name].Failed, "given_up": now[name].Refused} {
			ch <- prometheus.MustNewConstMetric(hooksDesc, prometheus.CounterValue, float64(n), name, result)
		}
	}
}

func (r readings) routes(gauge func(*prometheus.Desc, float64, ...string), counter func(*prometheus.Desc, uint64, string)) {
	if r.Routes == nil {
		return
	}
	now, ok := r.Routes()
	if !ok {
		return
	}
	wrong := 0.0
	if now.Wrong != "" {
		wrong = 1
	}
	gauge(routesDesc, float64(now.Version), now.Table)
	gauge(wrongDesc, wrong)
	counter(reloadsDesc, now.Reloads, "used")
	counter(reloadsDesc, now.Refused, "refused")
}
