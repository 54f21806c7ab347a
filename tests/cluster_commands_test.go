//go:build !nocluster

package tests

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// node is a machine of a cluster that runs in its own process.
type node struct {
	t    *testing.T
	name string
	dir  string
	*program
	cmd *exec.Cmd
}

func (n *node) start() {
	n.t.Helper()
	n.program, n.cmd = child(n.t, n.dir, "--machine-silence", "5s") // a slow machine is not a dead one
}

// signalAndWait sends the process a signal, and waits until it has ended.
func (n *node) signalAndWait(s os.Signal) {
	n.t.Helper()
	if err := n.cmd.Process.Signal(s); err != nil {
		n.t.Fatal(err)
	}
	_ = n.cmd.Wait() // a killed one says so
	n.program = nil
}

// mustSend sends a comment through a machine with a sender's key until it is acknowledged, as a
// phone does.
func (n *node) mustSend(key, text string) {
	n.t.Helper()
	body := map[string]any{"text": text, "ref": text, "author": "somebody", "source": "replay"}
	b := n.browser()
	for deadline, tick := time.Now().Add(patience), time.Tick(10*time.Millisecond); ; <-tick {
		status, answer := b.do("POST", "/api/rooms/live/comments", body, map[string]string{"Authorization": "Bearer " + key})
		if status == http.StatusCreated {
			return
		}
		if time.Now().After(deadline) {
			n.t.Fatalf("%s does not take %q: %d %s", n.name, text, status, answer)
		}
	}
}

// awaitTexts waits until a machine has all texts, in their order.
func (n *node) awaitTexts(texts ...string) {
	n.t.Helper()
	want := strings.Join(texts, " ")
	for deadline, tick := time.Now().Add(patience), time.Tick(10*time.Millisecond); ; <-tick {
		code, out, errs := runCommand(n.t, "export", "--room", "live", "--format", "jsonl", "--data", n.dir)
		var list []string
		for _, found := range textField.FindAllStringSubmatch(out, -1) {
			list = append(list, found[1])
		}
		got := strings.Join(list, " ")
		if code == exitDone && got == want {
			return
		}
		if time.Now().After(deadline) {
			n.t.Fatalf("%s has %q, want %q; the export ends with %d and says %s", n.name, got, want, code, errs)
		}
	}
}

var textField = regexp.MustCompile(`"text":"([^"]*)"`)

// Three commands turn three empty machines into a cluster; one may be killed, and come back;
// one may leave; and one can continue alone. No acknowledged comment is missing.
func TestACluster(t *testing.T) {
	root := t.TempDir()
	nodes := map[string]*node{}
	for _, name := range []string{"n1", "n2", "n3"} {
		nodes[name] = &node{t: t, name: name, dir: filepath.Join(root, name)}
	}
	n1, n2, n3 := nodes["n1"], nodes["n2"], nodes["n3"]
	invitation := inviteFirst(t, n1.dir)
	n1.start()
	key := n1.link("sender").Key
	n1.mustSend(key, "a") // a machine is a cluster, too
	for _, n := range []*node{n2, n3} {
		mustRun(t, "cluster", "join", invitation, "--data", n.dir, "--listen", freePlace(t), "--name", n.name)
		n.start()
	}
	code, _, errs := runCommand(t, "cluster", "join", invitation, "--data", filepath.Join(root, "n4"), "--listen", freePlace(t), "--name", "n4")
	if code != exitFailed || !strings.Contains(errs, "has been used") {
		t.Errorf("a fourth machine joins with an invitation for two: %d, %s", code, errs)
	}
	state := awaitThreeMachines(t, n2.dir)
	for _, name := range []string{"n2", "n3"} {
		nodes[name].mustSend(key, "by-"+name)
	}
	for _, n := range nodes {
		n.awaitTexts("a", "by-n2", "by-n3")
	}
	table := mustRun(t, "cluster", "status", "--data", n3.dir)
	for _, want := range []string{"n1 ", "n2 ", "n3 ", "home", "leads the log", "on 3 of 3 machines."} {
		if !strings.Contains(table, want) {
			t.Errorf("the status lacks %q:\n%s", want, table)
		}
	}

	home := nodes[state.Home]
	home.signalAndWait(syscall.SIGKILL)
	var rest []*node
	for _, n := range nodes {
		if n != home {
			rest = append(rest, n)
		}
	}
	for i, n := range rest {
		n.mustSend(key, fmt.Sprint("killed-", i))
	}
	state = awaitState(t, home.dir, "the home is away", func(s clusterState) bool {
		return s.Home != "" && s.Home != home.name && slices.ContainsFunc(s.Machines, func(m machineState) bool { return m.Name == home.name && !m.Up })
	})
	home.start()
	all := []string{"a", "by-n2", "by-n3", "killed-0", "killed-1"}
	home.awaitTexts(all...)
	awaitThreeMachines(t, n1.dir)

	code, _, errs = runCommand(t, "cluster", "leave", "--data", n3.dir)
	if code != exitFailed || !strings.Contains(errs, "stop it first") {
		t.Errorf("a machine leaves that runs: %d, %s", code, errs)
	}
	if code, _, errs = runCommand(t, "cluster", "leave", "n3", "--data", n1.dir); code != exitFailed || !strings.Contains(errs, "n3 is up") {
		t.Errorf("a machine is taken off that runs: %d, %s", code, errs)
	}
	n3.signalAndWait(os.Interrupt)
	mustRun(t, "cluster", "leave", "--data", n3.dir)
	if code, _, errs = runCommand(t, "--data", n3.dir, "--listen", "127.0.0.1:0"); code != exitFailed || !strings.Contains(errs, "does not run alone") {
		t.Errorf("what has left runs alone: %d, %s", code, errs)
	}
	awaitState(t, n2.dir, "two machines", func(s clusterState) bool { return len(s.Machines) == 2 && s.Copies == 1 })
	n2.mustSend(key, "two")
	all = append(all, "two")
	n1.awaitTexts(all...)

	// It may come back with the data that it kept.
	out := mustRun(t, "cluster", "invite", "--data", n2.dir)
	mustRun(t, "cluster", "join", invitationLine.FindStringSubmatch(out)[1], "--data", n3.dir, "--listen", freePlace(t), "--name", "n3-again")
	n3.start()
	n3.awaitTexts(all...)
	awaitThreeMachines(t, n3.dir)

	// Two machines are permanently lost.
	code, _, errs = runCommand(t, "cluster", "alone", "--data", n3.dir)
	if code != exitFailed || !strings.Contains(errs, "stop it first") {
		t.Errorf("a machine runs alone whose server runs: %d, %s", code, errs)
	}
	n1.signalAndWait(syscall.SIGKILL)
	n3.signalAndWait(os.Interrupt)
	if code, _, errs = runCommand(t, "cluster", "alone", "--data", n3.dir); code != exitFailed || !strings.Contains(errs, "n2 is up") {
		t.Errorf("a machine runs alone beside its cluster: %d, %s", code, errs)
	}
	n2.signalAndWait(syscall.SIGKILL)
	code, out, errs = runCommand(t, "cluster", "status", "--data", n3.dir)
	if code != exitFailed || !strings.Contains(out, "is at position") || !strings.Contains(errs, "no machine of the cluster answers") {
		t.Errorf("the status of a cluster that is down: %d, %s, %s", code, out, errs)
	}
	mustRun(t, "cluster", "alone", "--data", n3.dir)
	n3.start()
	n3.mustSend(key, "alone")
	n3.awaitTexts(append(all, "alone")...)
}

// A backup is not part of a cluster: it cannot be restored into a member's folder, and a copy
// placed there by hand does not run as part of the cluster, which would mix two histories.
func TestABackupIsNoPartOfACluster(t *testing.T) {
	dir, backup := t.TempDir(), filepath.Join(t.TempDir(), "evening.db")
	inviteFirst(t, dir)
	if code, _, errs := runCommand(t, "backup", backup, "--data", dir); code != exitDone {
		t.Fatalf("backup: %d, %s", code, errs)
	}
	code, _, errs := runCommand(t, "restore", backup, "--force", "--data", dir)
	if code != exitFailed || !strings.Contains(errs, "a backup is not a part of the cluster") {
		t.Errorf("restored: %d, %s", code, errs)
	}
	data, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "danmaku.db"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, errs = runCommand(t, "--data", dir, "--listen", "127.0.0.1:0")
	if code != exitFailed || !strings.Contains(errs, "is not the cluster's") {
		t.Errorf("started: %d, %s", code, errs)
	}
	mustRun(t, "cluster", "alone", "--data", dir)
	p := start(t, dir)
	if status, _ := p.browser().do("GET", "/r/live", nil, nil); status != http.StatusOK {
		t.Errorf("alone it answers %d", status)
	}
}
