// Package metrics exports the server's state to Prometheus: it reads the counts of other
// packages on each scrape, and observes durations as the work happens. Only this package
// uses Prometheus's library.
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

// ListRule stands for all lists of rules, whose names their authors choose.
const ListRule = "list"

// Metrics holds the measurements of one server.
type Metrics struct {
	registry *prometheus.Registry
	timings  live.Timings
	commits  prometheus.Histogram
	lag      prometheus.Histogram
}

// New returns the metrics of a program of a version, including those of Go's runtime and of
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

// Timings returns the service's timings. Those of nil measure nothing.
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

// Sources are read on each scrape. All are required unless nil has a meaning.
type Sources struct {
	Service interface{ Totals() live.Totals }
	Hub     interface{ Totals() socket.Totals }
	Journal interface{ Totals() store.Totals }
	// Webhooks counts those of all rooms.
	Webhooks interface{ Totals() room.WebhookTotals }
	Rules    []string // names of rules and codes with their own series
	Cluster  Cluster  // nil: this machine is alone
}

// Cluster is the machines that run the rooms together.
type Cluster interface{ Totals() ClusterTotals }

// ClusterTotals is the state of a cluster, as one of its machines sees it.
type ClusterTotals struct {
	Machines int    // machines that are up, without edges
	Edges    int    // edges that are up
	Known    bool   // there is a home
	Home     bool   // this machine is the home
	Ready    bool   // this machine is level with the others, and there is a home
	Position uint64 // of this machine's database
	Behind   uint64 // how far the log is ahead of it
}

// Collect sets the sources to read from now on. Call it once.
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
// only requests that name this machine by its address, so that a page whose own name
// resolves to this machine reads nothing.
func (m *Metrics) Handler(local bool) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4}))
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", http.NotFound) // flags may contain keys
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
