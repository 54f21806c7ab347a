package metrics

import "github.com/prometheus/client_golang/prometheus"

var (
	machines        = desc("cluster_machines", "Machines of the cluster that are up and are not edges.")
	edges           = desc("cluster_edges", "Edges of the cluster that are up.")
	homeKnown       = desc("cluster_home_known", "1 while one machine of the cluster decides.")
	home            = desc("cluster_home", "1 while this machine decides.")
	clusterReady    = desc("cluster_ready", "1 while this machine is level with the others and one decides.")
	clusterPosition = desc("cluster_position", "Place of this machine's database in the cluster's log.")
	clusterBehind   = desc("cluster_behind", "By how much the cluster's log is ahead of this machine's database.")
)

// clusterCollector reads the state of the cluster when Prometheus scrapes.
type clusterCollector struct{ from Cluster }

// Describe implements prometheus.Collector.
func (c clusterCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{machines, edges, homeKnown, home, clusterReady, clusterPosition, clusterBehind} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (c clusterCollector) Collect(out chan<- prometheus.Metric) {
	t := c.from.Totals()
	for _, g := range []struct {
		d *prometheus.Desc
		n float64
	}{
		{machines, float64(t.Machines)}, {edges, float64(t.Edges)}, {homeKnown, float64(oneIf(t.Known))}, {home, float64(oneIf(t.Home))},
		{clusterReady, float64(oneIf(t.Ready))}, {clusterPosition, float64(t.Position)}, {clusterBehind, float64(t.Behind)},
	} {
		out <- prometheus.MustNewConstMetric(g.d, prometheus.GaugeValue, g.n)
	}
}
