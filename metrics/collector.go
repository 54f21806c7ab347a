package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"danmaku/room"
)

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("danmaku_"+name, help, labels, nil)
}

var (
	comments     = desc("comments_total", "Comments that came in, by what became of them, the rule or code that stopped or masked them, and their source.", "outcome", "rule", "source")
	waiting      = desc("review_waiting", "Comments that wait for a moderator.")
	rooms        = desc("rooms", "Rooms, archived ones among them.")
	clients      = desc("clients", "Connected sockets, by their role.", "role")
	behind       = desc("clients_behind", "Connected sockets for which frames wait, by their role.", "role")
	slow         = desc("clients_slow_total", "Sockets that the server closed since they did not read fast enough.")
	closed       = desc("clients_closed_total", "Sockets that the server closed, by the reason.", "reason")
	frames       = desc("frames_total", "Frames that were broadcast, by the role that sees them.", "role")
	deliveries   = desc("deliveries_total", "Frames that were written to sockets, by their role.", "role")
	sentBytes    = desc("sent_bytes_total", "Bytes of the frames that were written to sockets, by their role.", "role")
	events       = desc("journal_events_total", "Events that were written to the log.")
	queued       = desc("journal_queue", "Writes that wait for the disk.")
	batches      = desc("journal_batches_waiting", "Committed batches that wait for the rooms.")
	ready        = desc("journal_ready", "1 while the log can be written.")
	asked        = desc("opinion_total", "Comments about which the service at check-url was asked, by its answer.", "answer")
	answering    = desc("opinion_answering", "1 while the service at check-url is asked, 0 after it has failed.")
	hooks        = desc("webhooks", "Webhooks, by what they are doing.", "phase")
	hookRequests = desc("webhook_requests_total", "Requests to webhooks, by what came of them. Tests are left out.", "outcome")
	hookEvents   = desc("webhook_events_total", "Events that webhooks have taken.")
	descriptions = []*prometheus.Desc{
		comments, waiting, rooms, clients, behind, slow, closed, frames, deliveries, sentBytes, events, queued, batches, ready, asked, answering,
		hooks, hookRequests, hookEvents,
	}
)

// collector reads the sources when Prometheus scrapes.
type collector struct {
	from  Sources
	rules map[string]bool // rules with their own series
}

// Describe implements prometheus.Collector.
func (c collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range descriptions {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (c collector) Collect(out chan<- prometheus.Metric) {
	counter := func(d *prometheus.Desc, n int64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
	}
	gauge := func(d *prometheus.Desc, n int, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(n), labels...)
	}
	c.service(counter, gauge)
	hub := c.from.Hub.Totals()
	for view, t := range hub.Views {
		gauge(clients, t.Clients, string(view))
		gauge(behind, t.Behind, string(view))
		counter(frames, t.Frames, string(view))
		counter(deliveries, t.Deliveries, string(view))
		counter(sentBytes, t.Bytes, string(view))
	}
	for reason, n := range hub.Closed {
		counter(closed, n, reason)
	}
	counter(slow, hub.Slow)
	journal := c.from.Journal.Totals()
	counter(events, journal.Events)
	gauge(queued, journal.Queued)
	gauge(batches, journal.Batches)
	gauge(ready, oneIf(journal.Ready))
	sent := c.from.Webhooks.Totals()
	for _, phase := range room.WebhookPhases {
		gauge(hooks, sent.Phases[phase], phase)
	}
	for _, outcome := range append([]string{room.DeliveryOK}, room.DeliveryFaults...) {
		counter(hookRequests, sent.Requests[outcome], outcome)
	}
	counter(hookEvents, sent.Events)
}

// service collects the rooms' counts. All other rules are summed as one.
func (c collector) service(counter func(*prometheus.Desc, int64, ...string), gauge func(*prometheus.Desc, int, ...string)) {
	t := c.from.Service.Totals()
	gauge(rooms, t.Rooms)
	gauge(waiting, t.Waiting)
	type labels struct{ outcome, rule, source string }
	sums := map[labels]int64{}
	for k, n := range t.Comments {
		rule := k.Rule
		if !c.rules[rule] {
			rule = ListRule
		}
		sums[labels{string(k.Outcome), rule, string(k.Source)}] += n
	}
	for l, n := range sums {
		counter(comments, n, l.outcome, l.rule, l.source)
	}
	if o := t.Opinion; o != nil {
		counter(asked, o.Held, "held")
		counter(asked, o.Refused, "refused")
		counter(asked, o.Failed, "failed")
		counter(asked, max(o.Asked-o.Held-o.Refused-o.Failed, 0), "passed")
		gauge(answering, oneIf(o.Answering))
	}
}

func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}
