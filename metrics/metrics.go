// Package metrics reports to Prometheus how the server is doing: what others count is read
// when somebody asks, and how long work takes is observed while it is done. Prometheus's
// library lives here only.
package metrics

import (
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
	"runtime"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"danmaku/live"
	"danmaku/room"
	"danmaku/server/socket"
	"danmaku/store"
)

// Upper bounds of the histograms' buckets, in seconds.
var (
	workBuckets  = []float64{25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3}
	writeBuckets = []float64{100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 1, 5}
	frameBuckets = []float64{1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 75e-3, 100e-3, 250e-3, 500e-3, 1, 2.5, 5, 10}
)

// ListRule stands for the lists of rules, whose names are their authors' choice.
const ListRule = "list"

// Metrics are the measurements of one server.
type Metrics struct {
	registry *prometheus.Registry
	timings  live.Timings
	commits  prometheus.Histogram
	lag      prometheus.Histogram
}

// New returns the metrics of a program of a version, with those of Go's runtime and of
// the process.
func New(version string) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	histogram := func(name, help string, buckets []float64) prometheus.Histogram {
		h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets})
		m.registry.MustRegister(h)
		return h
	}
	m.timings.Limiter = histogram("danmaku_limiter_seconds", "Time that the limits of one comment took.", workBuckets)
	m.timings.Filter = histogram("danmaku_filter_seconds", "Time that the checks of one comment took.", workBuckets)
	m.commits = histogram("danmaku_journal_commit_seconds", "Time that one transaction of the log took.", writeBuckets)
	m.lag = histogram("danmaku_journal_lag_seconds", "Time from a commit until the rooms have its events.", writeBuckets)
	sent := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "danmaku_comment_to_frame_seconds", Buckets: frameBuckets,
		Help: "Time from the taking of a comment until its frame was sent, without the delay of its room, to the millisecond.",
	}, []string{"view"})
	m.timings.Sent = map[room.View]live.Observer{}
	for _, v := range room.Views {
		m.timings.Sent[v] = sent.WithLabelValues(string(v))
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "danmaku_build_info", Help: "1, with the version of the program.",
		ConstLabels: prometheus.Labels{"version": version, "go": runtime.Version()},
	})
	build.Set(1)
	m.registry.MustRegister(sent, build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Timings are for the service. Those of nil measure nothing.
func (m *Metrics) Timings() live.Timings {
	if m == nil {
		return live.Timings{}
	}
	return m.timings
}

// Journal returns the observers of the store; nil for those of nil.
func (m *Metrics) Journal() (commits, lag store.Observer) {
	if m == nil {
		return nil, nil
	}
	return m.commits, m.lag
}

// Sources are what is asked whenever somebody reads the metrics. All are needed.
type Sources struct {
	Service interface{ Totals() live.Totals }
	Hub     interface{ Totals() socket.Totals }
	Journal interface{ Totals() store.Totals }
	// Webhooks are those of all rooms.
	Webhooks interface{ Totals() room.WebhookTotals }
	Rules    []string // the names of rules and of codes that have a series of their own
	Cluster  Cluster  // nil: this machine is alone
}

// Cluster is the machines that run the rooms together.
type Cluster interface{ Totals() ClusterTotals }

// ClusterTotals is how a cluster does, as one of its machines sees it.
type ClusterTotals struct {
	Machines int    // that are up and are no edges
	Edges    int    // that are up
	Known    bool   // one of them decides
	Home     bool   // and it is this one
	Ready    bool   // this machine is level with the others, and one decides
	Position uint64 // of this machine's database
	Behind   uint64 // by how much the log is ahead of it
}

// Collect has the sources asked from now on. It is called once.
func (m *Metrics) Collect(s Sources) {
	rules := map[string]bool{"": true, live.OtherRule: true}
	for _, name := range s.Rules {
		rules[name] = true
	}
	m.registry.MustRegister(collector{s, rules})
	if s.Cluster != nil {
		m.registry.MustRegister(clusterCollector{s.Cluster})
	}
}

// Handler serves /metrics and, below /debug/pprof/, Go's profiles. With local it answers
// only who asks for this machine by its address: a page that has its own name lead
// here reads nothing.
func (m *Metrics) Handler(local bool) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4}))
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", http.NotFound) // flags may hold keys
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if local && !named(r.Host) {
			http.Error(w, "ask for this machine by its address", http.StatusForbidden)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// named reports whether a Host header is an address or localhost.
func named(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil || strings.EqualFold(host, "localhost")
}
