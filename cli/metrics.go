package cli

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"

	"danmaku/comment"
	"danmaku/config"
	"danmaku/live"
	"danmaku/metrics"
	"danmaku/moderation"
	"danmaku/opinion"
	"danmaku/room"
)

// newLog returns the log of a server as configured.
func newLog(out io.Writer, cfg config.Config) *slog.Logger {
	options := &slog.HandlerOptions{Level: cfg.LogLevel}
	if cfg.LogFormat == config.LogJSON {
		return slog.New(slog.NewJSONHandler(out, options))
	}
	return slog.New(slog.NewTextHandler(out, options))
}

// countedRules are the rules and codes with their own series in the metrics. Rule lists bring
// unlimited further names, so those are counted together.
func countedRules() []string {
	rules := append(room.Codes(), live.RuleReview, comment.RuleSlow, comment.RuleDuplicate,
		moderation.RuleNames, moderation.RuleNewcomer, moderation.RuleRaid, moderation.RuleSlowDecision, opinion.Rule)
	for _, c := range moderation.Checks {
		rules = append(rules, c.Name)
	}
	return rules
}

// metricsConns bounds the connections to the listener of the metrics.
const metricsConns = 32

// serveMetrics serves --metrics until stop is called, and does nothing if the option is unset.
func serveMetrics(cfg config.Config, m *metrics.Metrics, from metrics.Sources, log *slog.Logger) (stop func(), err error) {
	if m == nil {
		return func() {}, nil
	}
	l, err := net.Listen("tcp", cfg.Metrics)
	if err != nil {
		return nil, config.Faultf(cannotListen, cfg.Metrics, err)
	}
	m.Collect(from)
	at, _ := l.Addr().(*net.TCPAddr)
	srv := &http.Server{
		Handler: m.Handler(at != nil && at.IP.IsLoopback()), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := srv.Serve(netutil.LimitListener(l, metricsConns)); !errors.Is(err, http.ErrServerClosed) {
			log.Error("the metrics listener has stopped", "err", err)
		}
	}()
	log.Info("metrics are served", "url", "http://"+l.Addr().String()+"/metrics")
	return func() {
		_ = srv.Close() // Prometheus asks again
		<-done
	}, nil
}
