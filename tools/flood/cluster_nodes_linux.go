package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"danmaku/freeport"
)

// clusterNode is one machine: a data folder, and the process on it.
type clusterNode struct {
	name, data string
	addr       string // of its pages
	peer       string // of its part of the cluster
	edge       bool
	program    string // what it runs
	process    *process
}

var invitationLine = regexp.MustCompile(`danmaku cluster join (dm1-\S+)`)

// startAll creates a cluster as its operator does, from rooms and links of a single machine.
func (s *clusterTrial) startAll(ctx context.Context) error {
	for i := range machinesOfTrial + s.edges {
		addr, err := freeport.Next(1)
		if err != nil {
			return err
		}
		peer, err := freeport.Next(2)
		if err != nil {
			return err
		}
		name, edge := fmt.Sprint("n", i+1), i >= machinesOfTrial
		if edge {
			name = fmt.Sprint("edge", i-machinesOfTrial+1)
		}
		s.nodes = append(s.nodes, &clusterNode{name: name, data: filepath.Join(s.dir, name), addr: addr, peer: peer, edge: edge, program: s.program})
	}
	if err := s.furnish(ctx); err != nil {
		return err
	}
	out, err := s.command(ctx, "cluster", "init", "--data", s.nodes[0].data, "--name", s.nodes[0].name, "--listen", s.nodes[0].peer, "--machines", strconv.Itoa(len(s.nodes)-1))
	if err != nil {
		return err
	}
	invitation := invitationLine.FindStringSubmatch(out)
	if invitation == nil {
		return fmt.Errorf("no invitation in %q", out)
	}
	for i, n := range s.nodes {
		if i > 0 {
			args := []string{"cluster", "join", "--data", n.data, "--name", n.name, "--listen", n.peer, invitation[1]}
			if n.edge {
				args = append(args, "--edge")
			}
			if _, err := s.command(ctx, args...); err != nil {
				return err
			}
		}
		if err := s.start(ctx, n); err != nil {
			return err
		}
		if err := n.ready(ctx, time.Minute); err != nil {
			return err
		}
	}
	return s.level(ctx)
}

// furnish creates in the first folder a room with some comments, and the links.
func (s *clusterTrial) furnish(ctx context.Context) error {
	p, err := startOurs(ctx, s.program, s.nodes[0].data)
	if err != nil {
		return err
	}
	defer p.stop()
	s.overlay, s.owner = p.path, p.owner
	for i := range s.keys {
		if s.keys[i], err = newLink(ctx, s.program, s.nodes[0].data, "moderator"); err != nil {
			return err
		}
	}
	return p.send(ctx, http.MethodPut, "/api/rooms/live/rules", map[string]string{"name": "trial", "text": heldWord + " => hold"})
}

func (s *clusterTrial) command(ctx context.Context, args ...string) (string, error) {
	return commandOf(ctx, s.program, args...)
}

// commandOf runs a command of a danmaku.
func commandOf(ctx context.Context, program string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	var faults bytes.Buffer
	cmd.Stderr = &faults
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("danmaku %s %s: %w: %s", args[0], args[1], err, faults.Bytes())
	}
	return string(out), nil
}

// start starts a machine without waiting until it takes part.
func (s *clusterTrial) start(ctx context.Context, n *clusterNode) error {
	p, out, err := launch(ctx, os.Stderr, nil, n.program, append([]string{"--listen", n.addr, "--data", n.data, "--log-level", "error"}, noLimits...)...)
	if err != nil {
		return err
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	n.process = p
	return nil
}

// ready waits until a machine reports that it takes part.
func (n *clusterNode) ready(ctx context.Context, patience time.Duration) error {
	var last string
	for end := time.Now().Add(patience); time.Now().Before(end); {
		status, body, err := get(ctx, "http://"+n.addr+"/readyz")
		if status == http.StatusOK {
			return nil
		}
		last = fmt.Sprint(status, " ", body, " ", err)
		if err := sleep(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
	return fmt.Errorf("%s does not get ready: %s", n.name, last)
}

func get(ctx context.Context, url string) (int, string, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

// clusterStatus has the fields of `danmaku cluster status --json` that the trial reads.
type clusterStatus struct {
	Position       uint64
	Copies, Wanted int
	Leader, Home   string
	Machines       []struct {
		Name  string
		Up    bool
		Lag   uint64
		Ready bool
	}
}

// status asks the first machine that answers.
func (s *clusterTrial) status(ctx context.Context) (st clusterStatus, err error) {
	for i, n := range s.nodes {
		if s.sick.Load()&(1<<i) != 0 {
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		var out string
		if out, err = commandOf(ctx, n.program, "cluster", "status", "--json", "--data", n.data); err == nil {
			err = json.Unmarshal([]byte(out), &st)
		}
		if err == nil {
			return st, nil
		}
	}
	return st, err
}

// level waits until every machine has everything, and one machine decides.
func (s *clusterTrial) level(ctx context.Context) error {
	var st clusterStatus
	var err error
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		st, err = s.status(ctx)
		good := err == nil && st.Home != "" && st.Leader != "" && st.Copies == machinesOfTrial && len(st.Machines) == len(s.nodes)
		for _, m := range st.Machines {
			good = good && m.Up && m.Ready && m.Lag < levelWithin
		}
		if good {
			return nil
		}
		if err := sleep(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
	if err != nil {
		return fmt.Errorf("wait until the machines are level: %w", err)
	}
	return fmt.Errorf("the machines do not get level: %+v", st)
}

// levelWithin is how many entries of the log a level machine may lack while phones write: on a
// busy computer a heartbeat may be made just before it applies some.
const levelWithin = 20

func (s *clusterTrial) node(name string) (int, *clusterNode) {
	for i, n := range s.nodes {
		if n.name == name {
			return i, n
		}
	}
	return -1, nil
}

// stopAll stops all machines at once, and nginx.
func (s *clusterTrial) stopAll() {
	var all sync.WaitGroup
	if s.nginx != nil {
		all.Go(s.nginx.stop)
	}
	for _, n := range s.nodes {
		if n.process == nil {
			continue
		}
		_ = n.process.cmd.Process.Signal(syscall.SIGCONT) // it may be frozen when the trial fails
		all.Go(n.process.stop)
	}
	all.Wait()
	s.nginx = nil
	for _, n := range s.nodes {
		n.process = nil
	}
}

// startFront starts nginx before the machines, if it is installed.
func (s *clusterTrial) startFront(ctx context.Context) error {
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		fmt.Fprintln(os.Stderr, "flood: nginx is not installed, so all phones go to the machines themselves")
		return nil
	}
	addr, err := freeport.Next(1)
	if err != nil {
		return err
	}
	config, err := s.frontConfig(addr)
	if err != nil {
		return err
	}
	file := filepath.Join(s.dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return err
	}
	p, out, err := launch(ctx, os.Stderr, nil, nginx, "-e", "stderr", "-p", s.dir, "-c", file)
	if err != nil {
		return err
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	s.front, s.nginx = addr, p
	return (&clusterNode{name: "nginx", addr: addr}).ready(ctx, 20*time.Second)
}

// frontConfig returns the cluster configuration of deploy/, with these machines, and without
// TLS and the redirection to it. It runs in one process, which ends with this one.
func (s *clusterTrial) frontConfig(addr string) (string, error) {
	file, err := os.ReadFile("deploy/nginx-cluster.conf")
	if err != nil {
		return "", fmt.Errorf("no configuration of nginx (start flood in danmaku's folder): %w", err)
	}
	unused, err := freeport.Next(1)
	if err != nil {
		return "", err
	}
	var places strings.Builder
	for _, what := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&places, "    %s_temp_path %s/%s;\n", what, s.dir, what)
	}
	swaps := [][2]string{
		{"worker_rlimit_nofile", "daemon off;\nmaster_process off;\npid " + s.dir + "/nginx.pid;\nerror_log stderr crit;\nworker_rlimit_nofile"},
		{"http {\n", "http {\n    access_log off;\n" + places.String()},
		{"listen 80;", "listen " + unused + ";"}, {"listen 443 ssl;", "listen " + addr + ";"},
		{"ssl_certificate ", "# "}, {"ssl_certificate_key ", "# "},
	}
	last := "server 10.0.0.3:2333 max_fails=1 fail_timeout=5s;"
	more := last
	for i, n := range s.nodes {
		if i >= machinesOfTrial {
			more += "\n        " + strings.Replace(last, "10.0.0.3:2333", n.addr, 1)
		}
	}
	swaps = append(swaps, [2]string{last, more})
	for i, n := range s.nodes[:machinesOfTrial] {
		swaps = append(swaps, [2]string{fmt.Sprintf("10.0.0.%d:2333", i+1), n.addr})
	}
	config := string(file)
	for _, swap := range swaps {
		if strings.Count(config, swap[0]) != 1 {
			return "", fmt.Errorf("deploy/nginx-cluster.conf has %q %d times, want once", swap[0], strings.Count(config, swap[0]))
		}
		config = strings.Replace(config, swap[0], swap[1], 1)
	}
	return config, nil
}
