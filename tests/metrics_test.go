package tests

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"danmaku/room"
)

var metricsLine = regexp.MustCompile(`http://[0-9.:]+/metrics`)

// startWithMetrics starts the program with metrics, and returns their address and its log.
func startWithMetrics(t *testing.T, args ...string) (p *program, address string, logged func() string) {
	t.Helper()
	log := &watched{word: "/metrics", seen: make(chan struct{})}
	p = startIn(t, environment{err: log}, t.TempDir(), append([]string{"--metrics", "0"}, args...)...)
	select {
	case <-log.seen:
	case <-time.After(patience):
		t.Fatal("nothing says where the metrics are")
	}
	logged = func() string {
		log.mu.Lock()
		defer log.mu.Unlock()
		return log.buf.String()
	}
	return p, metricsLine.FindString(logged()), logged
}

// scrape reads the metrics: a value for each name with its labels.
func scrape(t *testing.T, address string) map[string]float64 {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("the metrics answer %d: %v", resp.StatusCode, err)
	}
	values := map[string]float64{}
	for line := range strings.Lines(string(text)) {
		if i := strings.LastIndexByte(line, ' '); i > 0 && line[0] != '#' {
			if values[line[:i]], err = strconv.ParseFloat(strings.TrimSpace(line[i:]), 64); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
		}
	}
	return values
}

// scrapeUntil scrapes until a value is reached, because some are counted after the answer.
func scrapeUntil(t *testing.T, address, name string, want float64) map[string]float64 {
	t.Helper()
	for end, tick := time.Now().Add(patience), time.Tick(2*time.Millisecond); time.Now().Before(end); <-tick {
		if values := scrape(t, address); values[name] == want {
			return values
		}
	}
	t.Fatalf("%s never is %v: %v", name, want, scrape(t, address)[name])
	return nil
}

// TestMetrics checks that each number counts what its name says.
func TestMetrics(t *testing.T) {
	p, address, _ := startWithMetrics(t)
	if !strings.HasPrefix(address, "http://127.0.0.1:") {
		t.Fatalf("a port alone listens on %s", address)
	}
	mod, overlay, phone := p.moderator(), p.overlaySocket(""), p.phone().open("audience", "")
	overlay.next("hello")
	phone.next("hello")
	if status, _ := mod.do("PUT", liveRoom+"/rules", map[string]any{"name": "my own words", "text": "pineapple", "on": true}, ours); status != http.StatusOK {
		t.Fatalf("the rules are answered %d", status)
	}
	phone.send("a", "hello there")
	if a := phone.next("ack"); a.Outcome != "shown" {
		t.Fatalf("%+v", a)
	}
	overlay.next("events")
	phone.send("b", "pineapple")
	if a := phone.next("ack"); a.Outcome != "refused" {
		t.Fatalf("%+v", a)
	}
	phone.send("c", "")
	phone.next("ack")
	phone.send("a", "hello there") // the same answer as before, and not a second comment
	phone.next("ack")
	wanted := map[string]float64{
		`danmaku_comments_total{outcome="shown",rule="",source="audience"}`:        1,
		`danmaku_comments_total{outcome="refused",rule="list",source="audience"}`:  1,
		`danmaku_comments_total{outcome="refused",rule="empty",source="audience"}`: 1,
		`danmaku_comment_to_frame_seconds_count{view="overlay"}`:                   1,
		`danmaku_limiter_seconds_count`:                                            2,
		`danmaku_filter_seconds_count`:                                             2,
		`danmaku_clients{role="overlay"}`:                                          1,
		`danmaku_clients{role="audience"}`:                                         1,
		`danmaku_clients{role="console"}`:                                          0,
		`danmaku_clients_behind{role="overlay"}`:                                   0,
		`danmaku_frames_total{role="overlay"}`:                                     1,
		`danmaku_clients_slow_total`:                                               0,
		`danmaku_clients_closed_total{reason="slow"}`:                              0,
		`danmaku_journal_ready`:                                                    1,
		`danmaku_journal_queue`:                                                    0,
		`danmaku_review_waiting`:                                                   0,
		`danmaku_rooms`:                                                            1,
		`danmaku_journal_events_total`:                                             2,
		`danmaku_deliveries_total{role="overlay"}`:                                 2,
	}
	var got map[string]float64
	counted := func() bool { // some are counted after the answer
		got = scrape(t, address)
		for name, want := range wanted {
			if value, there := got[name]; !there || value != want {
				return false
			}
		}
		return true
	}
	for end := time.Now().Add(patience); !counted() && time.Now().Before(end); {
		time.Sleep(2 * time.Millisecond)
	}
	for name, want := range wanted {
		if value, there := got[name]; !there || value != want {
			t.Errorf("%s is %v, want %v", name, value, want)
		}
	}
	if n := got[`danmaku_journal_commit_seconds_count`]; n < 1 || got[`danmaku_journal_lag_seconds_count`] < 1 {
		t.Errorf("no commit was measured: %v", n)
	}
	if n := got[`danmaku_sent_bytes_total{role="overlay"}`]; n < 100 {
		t.Errorf("hello and a comment are %v bytes", n)
	}
	for name := range got {
		if strings.Contains(name, "pineapple") || strings.Contains(name, "own words") || strings.Contains(name, "hello there") {
			t.Errorf("%s tells what somebody wrote", name)
		}
	}
	phone.conn.Close()
	scrapeUntil(t, address, `danmaku_clients{role="audience"}`, 0)
}

// The outcomes of requests to webhooks are counted, and so are the webhooks' states.
func TestMetricsOfWebhooks(t *testing.T) {
	p, address, _ := startWithMetrics(t)
	boss, phone := p.console(), p.phone().open("audience", "")
	phone.next("hello")
	to := newHookReceiver(t)
	to.down.Store(true)
	made := to.hook(boss, nil)
	phone.say("one")
	<-to.failed
	scrapeUntil(t, address, `danmaku_webhooks{phase="retrying"}`, 1)
	to.down.Store(false)
	if status, text := boss.do("POST", liveRoom+"/webhooks/"+made.ID+"/test", nil, ours); status != http.StatusOK { // it ends the wait for another attempt
		t.Fatalf("a test answers %d: %s", status, text)
	}
	if came := []string{to.next().String(), to.next().String()}; !slices.Contains(came, "comment one") || !slices.Contains(came, "test A test of danmaku") {
		t.Errorf("%q came", came)
	}
	got := scrapeUntil(t, address, `danmaku_webhook_requests_total{outcome="delivered"}`, 1)
	if got[`danmaku_webhook_events_total`] != 1 || got[`danmaku_webhook_requests_total{outcome="status"}`] < 1 || got[`danmaku_webhook_requests_total{outcome="timeout"}`] != 0 {
		t.Errorf("%v", got)
	}
	boss.call("DELETE", liveRoom+"/webhooks/"+made.ID, nil, 204)
	got = scrape(t, address)
	for _, phase := range room.WebhookPhases {
		if n, there := got[`danmaku_webhooks{phase="`+phase+`"}`]; !there || n != 0 {
			t.Errorf("%v webhooks are %s after the only one was removed", n, phase)
		}
	}
	if got[`danmaku_webhook_requests_total{outcome="delivered"}`] != 1 {
		t.Error("a webhook that was removed takes its count along")
	}
}

// TestMetricsListener tests who may connect.
func TestMetricsListener(t *testing.T) {
	p, address, _ := startWithMetrics(t)
	base := strings.TrimSuffix(address, "/metrics")
	for _, c := range []struct {
		url, host string
		want      int
	}{
		{base + "/metrics", "", 200},
		{base + "/metrics", "localhost:9464", 200},
		{base + "/metrics", "[::1]:9464", 200},
		{base + "/metrics", "rebound.example.org", 403},
		{base + "/debug/pprof/", "rebound.example.org", 403},
		{base + "/debug/pprof/", "", 200},
		{base + "/debug/pprof/goroutine?debug=1", "", 200},
		{base + "/debug/pprof/cmdline", "", 404},
		{base + "/", "", 404},
		{p.base + "/metrics", "", 404},
		{p.base + "/debug/pprof/", "", 404},
	} {
		req, err := http.NewRequest("GET", c.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = c.host
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != c.want {
			t.Errorf("%s for %q is %d, want %d", c.url, c.host, resp.StatusCode, c.want)
		}
	}
	if code := run(t.Context(), environment{args: []string{"--data", t.TempDir(), "--listen", "127.0.0.1:0", "--metrics", strings.TrimPrefix(base, "http://")},
		in: strings.NewReader(""), out: io.Discard, err: io.Discard}); code != exitFailed {
		t.Errorf("an address that is taken ends with %d", code)
	}
}

var metricName = regexp.MustCompile(`\b(?:danmaku|go|process)_[a-z0-9_]+`)

// TestMetricsFiles checks that the server has each metric that the dashboard, the alerts and
// the page name.
func TestMetricsFiles(t *testing.T) {
	p, address, _ := startWithMetrics(t, "--check-url", "http://127.0.0.1:1/", "--check-fail", "pass")
	phone := p.phone().open("audience", "")
	phone.send("a", "hello there")
	phone.next("ack")
	known := map[string]bool{"danmaku_session": true}
	for _, name := range clusterMetrics { // TestThreeMachinesAgree reads them
		known[name] = true
	}
	for name := range scrapeUntil(t, address, `danmaku_comments_total{outcome="shown",rule="",source="audience"}`, 1) {
		name, _, _ = strings.Cut(name, "{")
		known[name] = true
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			if short, is := strings.CutSuffix(name, suffix); is {
				known[short] = true
			}
		}
	}
	var named []string
	for _, file := range []string{"deploy/metrics/alerts.yaml", "deploy/metrics/grafana.json", "docs/metrics.md"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		names := metricName.FindAllString(string(text), -1)
		if len(names) < 9 {
			t.Errorf("%s names %d metrics", file, len(names))
		}
		for _, name := range names {
			if !known[name] {
				t.Errorf("%s names %s, which the server does not have", file, name)
			}
		}
		named = append(named, names...)
	}
	for name := range known {
		if strings.HasPrefix(name, "danmaku_") && !slices.Contains(named, name) && !strings.HasSuffix(name, "_sum") && !strings.HasSuffix(name, "_count") && !strings.HasSuffix(name, "_bucket") && name != "danmaku_session" {
			t.Errorf("%s is in no file", name)
		}
	}
}

// clusterMetrics are the metrics that a single machine does not have.
var clusterMetrics = []string{
	"danmaku_cluster_machines", "danmaku_cluster_edges", "danmaku_cluster_home_known", "danmaku_cluster_home", "danmaku_cluster_ready", "danmaku_cluster_position",
	"danmaku_cluster_behind",
}

// TestDashboard reads the dashboard as Grafana does.
func TestDashboard(t *testing.T) {
	text, err := os.ReadFile("deploy/metrics/grafana.json")
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Title, UID string
		Panels     []struct {
			ID          int
			Title, Type string
			GridPos     struct{ X, Y, W, H int }
			Targets     []struct{ Expr, LegendFormat string }
		}
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	if d.Title == "" || d.UID == "" || len(d.Panels) < 10 {
		t.Errorf("it has no title or few panels: %q, %d", d.Title, len(d.Panels))
	}
	places := map[[2]int]bool{}
	for i, p := range d.Panels {
		at := [2]int{p.GridPos.X, p.GridPos.Y}
		if p.ID != i+1 || p.Title == "" || len(p.Targets) == 0 || places[at] || p.GridPos.X+p.GridPos.W > 24 {
			t.Errorf("panel %d is not whole or lies on another: %+v", i, p)
		}
		places[at] = true
		for _, target := range p.Targets {
			if strings.Count(target.Expr, "(") != strings.Count(target.Expr, ")") || !strings.Contains(target.Expr, "$instance") {
				t.Errorf("%s: %q", p.Title, target.Expr)
			}
		}
	}
}

// TestAlertsByPromtool has Prometheus's own tool check the alerts, and a scrape.
func TestAlertsByPromtool(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("no promtool, which Debian has in its package prometheus:", err)
	}
	if out, err := exec.Command(promtool, "check", "rules", "deploy/metrics/alerts.yaml").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	_, address, _ := startWithMetrics(t)
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	check := exec.Command(promtool, "check", "metrics")
	check.Stdin = resp.Body
	if out, err := check.CombinedOutput(); err != nil || bytes.Contains(out, []byte("danmaku_")) {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestAccessLog checks the log of requests: no key, no code, no text.
func TestAccessLog(t *testing.T) {
	p, _, logged := startWithMetrics(t, "--access-log", "--log-format", "json", "--log-level", "debug", "--trusted-proxy", "127.0.0.1")
	phone, owner := p.phone(), p.link("owner")
	b := p.browser()
	b.do("GET", "/console?key="+owner.Key, nil, nil)
	b.do("GET", "/console/live?code="+p.code, nil, nil)
	b.do("GET", "/overlay/live?key="+p.overlay, nil, nil)
	b.do("GET", "/nowhere/"+p.overlay, nil, nil)
	b.do("GET", liveRoom+"/comments?q=secretword", nil, nil)
	phone.do("POST", liveRoom+"/comments", map[string]string{"text": "words of mine"}, ours)
	b.do("GET", "/healthz", nil, map[string]string{"X-Request-Id": "from-the-proxy", "X-Forwarded-For": "203.0.113.77"})
	s := p.overlaySocket("")
	s.next("hello")
	p.stop()
	seen := map[string]bool{}
	for line := range strings.Lines(logged()) {
		var l struct {
			Msg, ID, Method, Path, Network string
			Status                         int
			Took                           *int64
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%q is no object: %v", line, err)
		}
		if l.Msg != "request" {
			continue
		}
		seen[l.Method+" "+l.Path+" "+strconv.Itoa(l.Status)] = true
		if l.ID == "" || l.Took == nil || seen[l.ID] {
			t.Errorf("%s has no id of its own, or no time", line)
		}
		seen[l.ID] = true
		if l.ID == "from-the-proxy" && l.Network != "203.0.113.0/24" {
			t.Errorf("the network is %q", l.Network)
		}
	}
	for _, want := range []string{
		"GET /console?… 303", "GET /overlay/live?… 200", "GET (no such page) 404", "GET " + liveRoom + "/comments?… 200", "POST " + liveRoom + "/comments 201",
		"GET " + liveRoom + "/socket?… 101", "from-the-proxy",
	} {
		if !seen[want] {
			t.Errorf("there is no line for %s in\n%s", want, logged())
		}
	}
	for _, secret := range []string{owner.Key, p.code, p.overlay, "secretword", "words of mine", "203.0.113.77"} {
		if strings.Contains(logged(), secret) {
			t.Errorf("%q is in the log", secret)
		}
	}
}

// TestRequestIDs checks that every answer has an ID, and that only a trusted proxy can set it.
func TestRequestIDs(t *testing.T) {
	p := start(t, t.TempDir())
	id := func(header string) string {
		req, err := http.NewRequest("GET", p.base+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Request-Id", header)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.Header.Get("X-Request-Id")
	}
	first, second := id("mine"), id("mine")
	if first == "" || first == second || first == "mine" {
		t.Errorf("the requests are %q and %q", first, second)
	}
	p.stop()
	if strings.Contains(p.logs.String(), "msg=request ") {
		t.Errorf("requests are logged: %s", p.logs)
	}
}
