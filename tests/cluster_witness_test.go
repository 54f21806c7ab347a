//go:build !nocluster

package tests

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Two machines with pages and a witness are a cluster of three: the witness shows its role,
// and a show continues when one of the machines with pages dies.
func TestAWitnessBesideTwoMachines(t *testing.T) {
	root := t.TempDir()
	folder := func(name string) string { return filepath.Join(root, name) }
	invitation := inviteFirst(t, folder("n1"))
	one := start(t, folder("n1"), "--room-rate", "0", "--machine-silence", "15s")
	mustRun(t, "cluster", "join", invitation, "--data", folder("n2"), "--listen", freePlace(t), "--name", "n2")
	two := start(t, folder("n2"), "--room-rate", "0", "--machine-silence", "15s")
	said := mustRun(t, "cluster", "join", "--witness", invitation, "--data", folder("w"), "--listen", freePlace(t), "--name", "w")
	if !strings.Contains(said, "the witness of 3 machines") {
		t.Errorf("join says %s", said)
	}
	end := startWitness(t, folder("w"), "--machine-silence", "20s")
	one.awaitReady()
	two.awaitReady()
	awaitThreeMachines(t, folder("n1"))
	for _, dir := range []string{folder("n2"), folder("w")} {
		for until, tick := time.Now().Add(patience), time.Tick(10*time.Millisecond); ; <-tick {
			table := mustRun(t, "cluster", "status", "--data", dir)
			if strings.Contains(table, "ready, witness") && strings.Contains(table, "on 3 of 3 machines.") && strings.Contains(table, "--machine-silence") && strings.Contains(table, ": n1 15s, n2 15s, w 20s.") {
				break
			}
			if time.Now().After(until) {
				t.Fatalf("the status never is that of three machines:\n%s", table)
			}
		}
	}
	if out := mustRun(t, "health", "--data", folder("w")); out != "ready\n" {
		t.Errorf("health says %q", out)
	}
	for args, want := range map[string]string{
		"cluster alone":  "a witness has no rooms",
		"cluster invite": "is a witness",
		"link list":      "is that of a witness",
	} {
		code, out, errs := runOnFolder(t, args, folder("w"))
		if code != exitFailed || out != "" || !strings.Contains(errs, want) {
			t.Errorf("%s on a witness: %d %s%s", args, code, out, errs)
		}
	}
	// A console lists it as a witness.
	console := ownerAt(one).open("console", "")
	for listed := false; !listed; {
		var stats struct {
			Machines []struct {
				Name                     string
				Witness, Up, Home, Level bool
			}
		}
		decode(t, string(console.next("stats").raw), &stats)
		listed = len(stats.Machines) == 3 && stats.Machines[2].Up
		for _, m := range stats.Machines {
			if m.Witness != (m.Name == "w") || m.Witness && m.Home {
				t.Errorf("the console hears of %+v", m)
			}
		}
	}

	// The deciding machine stops; the other one accepts comments.
	home, other := one, two
	if homeOf("n1", "n2") == 1 {
		home, other = two, one
	}
	phone := other.phone().open("audience", "")
	phone.next("hello")
	if a := phone.say("before"); a.Outcome != "shown" {
		t.Fatalf("%+v", a)
	}
	home.stop()
	if a := phone.sendUntilTaken("after", "after"); a.Outcome != "shown" {
		t.Fatalf("%+v", a)
	}
	if code, out, errs := runOnFolder(t, "cluster leave w", other.data); code != exitFailed || !strings.Contains(errs, "the machine w is up") {
		t.Errorf("a witness that runs leaves: %d %s%s", code, out, errs)
	}
	if code := end(); code != exitDone {
		t.Errorf("the witness ends with %d", code)
	}
}

// startWitness runs the program on a witness's folder, and returns a function that ends it.
func startWitness(t *testing.T, dir string, args ...string) (end func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	out, errs := &watched{word: "is w, the witness of its cluster", seen: make(chan struct{})}, &watched{seen: make(chan struct{})}
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, environment{args: append([]string{"--data", dir}, args...), in: strings.NewReader(""), out: out, err: errs})
	}()
	select {
	case <-out.seen:
	case code := <-ended:
		t.Fatalf("the witness ends with %d: %s", code, errs.buf.String())
	case <-time.After(patience):
		t.Fatal("the witness does not start")
	}
	return func() int {
		cancel()
		return <-ended
	}
}

// runOnFolder runs a command on a data folder.
func runOnFolder(t testing.TB, args, dir string) (code int, out, errs string) {
	return runCommand(t, append(strings.Fields(args), "--data", dir)...)
}
