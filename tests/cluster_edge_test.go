//go:build !nocluster

package tests

import (
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// joinEdge makes a folder join the cluster of a machine as an edge, and returns the command's
// output.
func joinEdge(t testing.TB, with *program, dir, name string) string {
	t.Helper()
	out := mustRun(t, "cluster", "invite", "--data", with.data)
	return mustRun(t, "cluster", "join", "--edge", invitationLine.FindStringSubmatch(out)[1], "--data", dir, "--listen", freePlace(t), "--name", name)
}

// edgeName returns a name with which a machine would be the home beside n1, n2 and n3, were it
// not an edge.
func edgeName() string {
	for i := 0; ; i++ {
		if name := fmt.Sprint("edge", i); homeOf("n1", "n2", "n3", name) == 3 {
			return name
		}
	}
}

// An edge serves phones, overlays and consoles like the three machines, and a decision of one
// of the four applies on all. It shows its role, and leaves when it is stopped.
func TestAnEdgeServesLikeOtherMachines(t *testing.T) {
	rates := []string{"--room-rate", "0", "--user-rate", "0.001", "--user-burst", "3"} // nothing is refilled in the meantime
	machines := startCluster(t, startIn0, rates...)
	dir, name := filepath.Join(t.TempDir(), "edge"), edgeName()
	if said := joinEdge(t, machines[0], dir, name); !strings.Contains(said, "an edge beside 3 machines") {
		t.Errorf("join says %s", said)
	}
	log := &watched{word: "/metrics", seen: make(chan struct{})}
	edge := startIn(t, environment{err: log}, dir, append(rates, "--metrics", "0", "--machine-silence", "15s")...)
	edge.awaitReady()
	boss := ownerAt(edge) // a one-time code of the edge's own
	checkMachinesAgree(t, append([]*program{edge}, machines...), boss)

	// Its state.
	state := awaitState(t, dir, "three and an edge", func(s clusterState) bool {
		return s.From == name && s.Copies == 3 && len(s.Machines) == 4 && s.Machines[0].Ready
	})
	if m := state.Machines[0]; m.Name != name || !m.Edge || !m.Up || state.Home == name || state.Leader == name {
		t.Errorf("%+v", state)
	}
	for _, dir := range []string{dir, machines[1].data} {
		table := mustRun(t, "cluster", "status", "--data", dir)
		for _, want := range []string{"ready, edge", "on 3 of 3 machines; one edge follows."} {
			if !strings.Contains(table, want) {
				t.Errorf("the status has no %q:\n%s", want, table)
			}
		}
	}
	<-log.seen
	log.mu.Lock()
	address := metricsLine.FindString(log.buf.String())
	log.mu.Unlock()
	scrapeUntil(t, address, "danmaku_cluster_machines", 3)
	values := scrapeUntil(t, address, "danmaku_cluster_behind", 0)
	if values["danmaku_cluster_edges"] != 1 || values["danmaku_cluster_ready"] != 1 || values["danmaku_cluster_home_known"] != 1 || values["danmaku_cluster_home"] != 0 {
		t.Errorf("its metrics: %v", values)
	}
	console := boss.open("console", "")
	for listed := false; !listed; {
		var stats struct {
			Machines []struct {
				Name                  string
				Edge, Up, Home, Level bool
			}
		}
		decode(t, string(console.next("stats").raw), &stats)
		listed = len(stats.Machines) == 4 && stats.Machines[0].Level
		for _, m := range stats.Machines {
			if m.Edge != (m.Name == name) || m.Edge && m.Home {
				t.Errorf("the console hears of %+v", m)
			}
		}
	}

	// A comment with the same ref is one comment, through any machine.
	b := edge.phone()
	phone := func(p *program) *socket {
		s := b.at(p).open("audience", "")
		s.next("hello")
		return s
	}
	here, there := phone(edge), phone(machines[2])
	here.send("same", "sent once")
	first := here.next("ack")
	there.send("same", "sent once")
	if again := there.next("ack"); first.Outcome != "shown" || again.Outcome != "shown" || again.ID != first.ID {
		t.Errorf("%+v, first %+v", again, first)
	}
	// Limits are those of one machine.
	outcomes := map[string]int{}
	for i := range 6 {
		s := []*socket{here, there}[i%2]
		s.send(fmt.Sprint("fast", i), fmt.Sprint("quickly ", i))
		a := s.next("ack")
		outcomes[a.Outcome+a.Code]++
	}
	if outcomes["shown"] != 2 || outcomes["refusedslow_down"] != 4 { // of three, one is spent
		t.Errorf("seven comments at once through two machines: %v", outcomes)
	}
	// Bans, from elsewhere and from here.
	boss.at(machines[1]).call("POST", liveRoom+"/bans", map[string]any{"user": first.Comment.User, "kind": "ban", "seconds": 600, "remove": true}, 201)
	for i, s := range []*socket{here, there} {
		if f := s.next("bye"); f.Code != "banned" {
			t.Errorf("socket %d hears %+v", i, f)
		}
	}
	if f := b.at(edge).open("audience", "").next("bye"); f.Code != "banned" {
		t.Errorf("the edge lets in whom another machine has banned: %+v", f)
	}
	other := machines[0].phone()
	their := other.open("audience", "")
	their.next("hello")
	bad := their.say("soon gone, too")
	boss.call("POST", liveRoom+"/bans", map[string]any{"user": bad.Comment.User, "kind": "ban", "seconds": 600, "remove": true}, 201)
	if f := their.next("bye"); f.Code != "banned" {
		t.Errorf("a ban through the edge: %+v", f)
	}

	// It leaves.
	if code, _, errs := runCommand(t, "cluster", "leave", name, "--data", machines[0].data); code != exitFailed || !strings.Contains(errs, name+" is up") {
		t.Errorf("an edge is taken off that runs: %d, %s", code, errs)
	}
	if code := edge.stop(); code != exitDone {
		t.Fatalf("the edge ends with %d: %s", code, edge.logs)
	}
	mustRun(t, "cluster", "leave", "--data", dir)
	awaitState(t, machines[0].data, "three are left", func(s clusterState) bool { return len(s.Machines) == 3 && s.Copies == 3 })
	if code, _, errs := runCommand(t, "--data", dir, "--listen", "127.0.0.1:0"); code != exitFailed || !strings.Contains(errs, "does not run alone") {
		t.Errorf("what has left runs alone: %d, %s", code, errs)
	}
}

// startIn0 is startIn in an empty environment.
func startIn0(t testing.TB, data string, args ...string) *program {
	return startIn(t, environment{}, data, args...)
}

// The home is killed under an edge: the edge's sockets stay and get everything, and its
// phones' comments are accepted once. Then the edge is killed: nobody else notices, its phone
// moves elsewhere, and when it is back it has everything. With only one of three machines it
// has no home: it reports that it is not ready, a phone keeps its text, and history is
// available.
func TestKillsOfTheHomeAndOfAnEdge(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: this test kills whole processes, which takes seconds")
	}
	var mu sync.Mutex
	processes := map[string]*exec.Cmd{}
	off := []string{"--user-rate", "0", "--address-rate", "0", "--room-rate", "0", "--machine-silence", "15s"}
	begin := func(t testing.TB, data string, args ...string) *program {
		p, cmd := child(t, data, args...)
		mu.Lock()
		defer mu.Unlock()
		processes[data] = cmd
		return p
	}
	kill := func(p *program) {
		cmd := processes[p.data]
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	}
	machines := startCluster(t, begin, off...)
	dir, name := filepath.Join(t.TempDir(), "edge"), edgeName()
	joinEdge(t, machines[1], dir, name)
	edge := begin(t, dir, off...)
	edge.awaitReady()
	home := homeOf("n1", "n2", "n3")
	rest := slices.Delete(slices.Clone(machines), home, home+1)
	seen := []*screen{{}, {}}
	overlays := []*socket{edge.overlaySocket(""), rest[0].overlaySocket("")}
	for i, o := range overlays {
		seen[i].apply(t, o.next("hello"))
	}
	comments := 0
	got := func(screens ...int) {
		t.Helper()
		for _, i := range screens {
			for len(seen[i].seen) < comments {
				seen[i].apply(t, overlays[i].next("events"))
			}
		}
	}
	at := func(p *program, homes ...*program) *mover {
		m := &mover{t: t, b: p.phone(), homes: append([]*program{p}, homes...)}
		m.connect()
		return m
	}
	say := func(m *mover, word string, n int) (sent int) {
		t.Helper()
		for i := range n {
			id, times := m.sendUntilShown(fmt.Sprint(word, "-", i))
			if id == "" {
				t.FailNow()
			}
			comments, sent = comments+1, sent+times
		}
		return sent
	}
	own, others := at(edge, rest...), at(rest[0])
	say(own, "before", 5)

	kill(machines[home])
	say(own, "home-away", 5)
	if own.at != 0 || own.s == nil {
		t.Error("the phone had to leave the edge when the home was killed")
	}
	got(0, 1)

	before := awaitState(t, rest[0].data, "two and an edge", func(s clusterState) bool { return s.Home != "" && countUp(s) == 3 })
	if before.Home == name {
		t.Fatal("the edge is the home")
	}
	kill(edge)
	if sent := say(others, "edge-away", 20); sent != 20 {
		t.Errorf("without the edge, 20 comments had to be sent %d times", sent)
	}
	got(1)
	if sent := say(own, "moved", 3); own.at != 1 {
		t.Errorf("the phone of the edge is at machine %d, after %d attempts", own.at, sent)
	}
	after := awaitState(t, rest[0].data, "the edge is away", func(s clusterState) bool { return countUp(s) == 2 })
	if after.Home != before.Home || after.Leader != before.Leader {
		t.Errorf("the edge's death changed %+v to %+v", before, after)
	}
	edge = begin(t, dir, off...)
	edge.awaitReady()
	want, _ := logOf(t, rest[0], comments)
	if ids, _ := logOf(t, edge, comments); len(ids) != comments || !slices.Equal(ids, want) {
		t.Errorf("back again, the edge has %d comments, want %d in the same order", len(ids), comments)
	}

	// No home.
	phone := edge.phone().open("audience", "")
	phone.next("hello")
	boss := edge.console()
	kill(rest[1])
	state := awaitState(t, dir, "nobody decides", func(s clusterState) bool { return s.Home == "" && countUp(s) == 2 })
	if state.From != name {
		t.Errorf("%+v", state)
	}
	boss.awaitUnready()
	phone.send("alone", "to an edge beside one machine of three")
	if a := phone.next("ack"); a.Outcome != "refused" || a.Code != "busy" {
		t.Errorf("a comment without a home: %+v", a)
	}
	if status, body := boss.do("GET", liveRoom+"/comments?status=shown&limit=1", nil, nil); status != http.StatusOK || !strings.Contains(body, want[len(want)-1]) {
		t.Errorf("its history answers %d: %s", status, body)
	}
	if status, body := edge.browser().do("GET", "/r/live", nil, nil); status != http.StatusOK {
		t.Errorf("the page answers %d: %s", status, body)
	}
	begin(t, machines[home].data, off...).awaitReady()
	edge.awaitReady()
	if a := phone.sendUntilTaken("alone", "to an edge beside one machine of three"); a.Outcome != "shown" {
		t.Errorf("sent again to an edge beside two of three: %+v", a)
	}
}

func countUp(s clusterState) (n int) {
	for _, m := range s.Machines {
		if m.Up {
			n++
		}
	}
	return n
}

// When all machines that keep the log are lost, an edge continues alone with its data: the
// command says what may be missing, refuses while a machine runs, and the links of the cluster
// stay valid.
func TestAnEdgeKeepsServingAlone(t *testing.T) {
	first, dir := t.TempDir(), filepath.Join(t.TempDir(), "edge")
	inviteFirst(t, first)
	one := start(t, first)
	joinEdge(t, one, dir, "edge")
	edge := start(t, dir)
	edge.awaitReady()
	s := edge.phone().open("audience", "")
	s.next("hello")
	if a := s.say("through the edge"); a.Outcome != "shown" {
		t.Fatalf("%+v", a)
	}
	edge.stop()
	if code, _, errs := runCommand(t, "cluster", "alone", "--data", dir); code != exitFailed || !strings.Contains(errs, "n1 is up") {
		t.Errorf("an edge runs alone beside its cluster: %d, %s", code, errs)
	}
	one.stop()
	if out := mustRun(t, "cluster", "alone", "--data", dir); !strings.Contains(out, "was an edge: what the others had behind its position") {
		t.Errorf("it says %s", out)
	}
	alone := start(t, dir)
	if alone.overlay != one.overlay {
		t.Error("the overlay's link is another one")
	}
	o := alone.overlaySocket("")
	o.next("hello")
	phone := alone.phone().open("audience", "")
	phone.next("hello")
	if a := phone.say("alone"); a.Outcome != "shown" {
		t.Fatalf("%+v", a)
	}
	o.until("a comment", textIs("alone"))
	boss := ownerAt(alone)
	if _, body := boss.do("GET", liveRoom+"/comments", nil, nil); !strings.Contains(body, "through the edge") || !strings.Contains(body, `"alone"`) {
		t.Errorf("it has %s", body)
	}
}
