package tests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// freePlace returns an address with two consecutive free ports, as a machine of a cluster
// needs.
func freePlace(t testing.TB) string { return freePorts(t, 2) }

var invitationLine = regexp.MustCompile(`danmaku cluster join (dm1-\S+)`)

// inviteFirst creates a cluster from a new data folder, and returns the invitation.
func inviteFirst(t testing.TB, dir string) (invitation string) {
	t.Helper()
	out := mustRun(t, "cluster", "init", "--data", dir, "--listen", freePlace(t), "--name", "n1")
	found := invitationLine.FindStringSubmatch(out)
	if found == nil {
		t.Fatalf("no invitation is printed:\n%s", out)
	}
	return found[1]
}

// mustRun runs a command that must succeed, and returns its output.
func mustRun(t testing.TB, args ...string) string {
	t.Helper()
	code, out, errs := runCommand(t, args...)
	if code != exitDone || errs != "" {
		t.Fatalf("danmaku %s ends with %d and says %s%s", strings.Join(args, " "), code, out, errs)
	}
	return out
}

// runCommand runs a command, and returns its exit code and output.
func runCommand(t testing.TB, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), environment{args: args, in: strings.NewReader(""), out: &o, err: &e})
	return code, o.String(), e.String()
}

// startCluster runs three machines: the first creates the cluster, and the others join.
func startCluster(t *testing.T, begin func(t testing.TB, data string, args ...string) *program, args ...string) []*program {
	t.Helper()
	if !slices.Contains(args, "--machine-silence") {
		args = append(slices.Clone(args), "--machine-silence", "15s")
	}
	root := t.TempDir()
	folder := func(i int) string { return filepath.Join(root, fmt.Sprint("n", i+1)) }
	machines := make([]*program, 3)
	invitation := inviteFirst(t, folder(0))
	machines[0] = begin(t, folder(0), args...)
	var all sync.WaitGroup
	for i := range 2 {
		mustRun(t, "cluster", "join", invitation, "--data", folder(i+1), "--listen", freePlace(t), "--name", fmt.Sprint("n", i+2))
		all.Go(func() { machines[i+1] = begin(t, folder(i+1), args...) })
	}
	all.Wait()
	for _, p := range machines {
		if p == nil {
			t.FailNow()
		}
		p.awaitReady()
	}
	awaitThreeMachines(t, folder(0))
	return machines
}

// clusterState is the output of `danmaku cluster status --json`.
type clusterState struct {
	Position           uint64
	Copies             int
	Home, Leader, From string
	Machines           []machineState
}

type machineState struct {
	Name, Address string
	Up, Ready     bool
	Edge          bool
	Position, Lag uint64
	Silence       int64 `json:"silence_ms"`
}

// awaitThreeMachines waits until three machines have the log of a cluster: from then on one may die.
func awaitThreeMachines(t testing.TB, dir string) clusterState {
	t.Helper()
	return awaitState(t, dir, "a log on three machines", func(s clusterState) bool { return s.Copies == 3 && s.Home != "" })
}

// awaitState waits until a cluster is in a state.
func awaitState(t testing.TB, dir, what string, right func(clusterState) bool) (s clusterState) {
	t.Helper()
	for deadline, tick := time.Now().Add(patience), time.Tick(10*time.Millisecond); ; <-tick {
		code, out, errs := runCommand(t, "cluster", "status", "--data", dir, "--json")
		s = clusterState{}
		if err := json.Unmarshal([]byte(out), &s); err == nil && code == exitDone && right(s) {
			return s
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: status ends with %d and says %s%s", what, code, out, errs)
		}
	}
}

// awaitReady waits until a machine reports that it is ready.
func (p *program) awaitReady() {
	p.t.Helper()
	b := p.browser()
	for deadline, tick := time.Now().Add(patience), time.Tick(2*time.Millisecond); ; <-tick {
		status, body := b.do("GET", "/readyz", nil, nil)
		if status == http.StatusOK {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("the machine at %s does not get ready: %d %s", p.base, status, body)
		}
	}
}

// awaitUnready waits until a machine reports that it is not ready.
func (b *browser) awaitUnready() {
	b.t.Helper()
	for deadline, tick := time.Now().Add(patience), time.Tick(2*time.Millisecond); ; <-tick {
		status, body := b.do("GET", "/readyz", nil, nil)
		if status == http.StatusServiceUnavailable {
			return
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("the machine at %s says that it is ready: %d %s", b.p.base, status, body)
		}
	}
}

// sendUntilTaken sends a comment, and again while the answer is busy, as pages do: machines
// that have just lost one may need longer than a comment waits to agree on the next leader of
// the log.
func (s *socket) sendUntilTaken(ref, text string) frame {
	s.t.Helper()
	for deadline, tick := time.Now().Add(patience), time.Tick(10*time.Millisecond); ; <-tick {
		s.send(ref, text)
		if a := s.next("ack"); a.Code != "busy" || time.Now().After(deadline) {
			return a
		}
	}
}

// ownerAt returns a browser with an owner's session, from the code that a machine printed.
func ownerAt(p *program) *browser {
	p.t.Helper()
	b := p.browser()
	if status, body := b.do("GET", "/console/live?code="+p.code, nil, nil); status != http.StatusOK {
		p.t.Fatalf("the console answers %d: %s", status, body)
	}
	return b
}

// awaitAnswer asks a machine again until the answer fits.
func (b *browser) awaitAnswer(fits func(body string) bool, path, what string) {
	b.t.Helper()
	for deadline, tick := time.Now().Add(patience), time.Tick(2*time.Millisecond); ; <-tick {
		status, body := b.do("GET", path, nil, nil)
		if status == http.StatusOK && fits(body) {
			return
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("%s: %d %s", what, status, body)
		}
	}
}
