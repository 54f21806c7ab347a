package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a server under load.
type process struct {
	cmd   *exec.Cmd
	base  string // http://127.0.0.1:port
	path  string // of an overlay's socket
	stdin io.WriteCloser
	room  string
	key   string // of a sender link; empty for a server that generates its comments
	owner string // key of an owner link
}

var overlayLine = regexp.MustCompile(`(http://[^/\s]+)/overlay/live\?key=(\S+)`)

// startOurs starts danmaku on a data folder. Filter, log and limiter are on; the limits are
// above the load.
func startOurs(ctx context.Context, program, data string, more ...string) (*process, error) {
	return startTraced(ctx, os.Stderr, nil, program, data, more...)
}

// startTraced is startOurs with more variables and another writer for the standard error.
func startTraced(ctx context.Context, stderr io.Writer, vars []string, program, data string, more ...string) (*process, error) {
	args := append([]string{"--listen", "127.0.0.1:0", "--data", data, "--sender-rate", "100000", "--room-rate", "100000",
		"--user-rate", "1000", "--user-burst", "1000", "--address-rate", "100000", "--log-level", "error"}, more...)
	p, out, err := launch(ctx, stderr, vars, program, args...)
	if err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	for p.base == "" && lines.Scan() {
		if m := overlayLine.FindStringSubmatch(lines.Text()); m != nil {
			p.base, p.path = m[1], "/api/rooms/live/socket?role=overlay&key="+m[2]
		}
	}
	if p.base == "" {
		p.stop()
		return nil, fmt.Errorf("%s did not say where it is", program)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	p.room = "live"
	if p.key, err = newLink(ctx, program, data, "sender"); err == nil {
		p.owner, err = newLink(ctx, program, data, "owner")
	}
	if err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

func newLink(ctx context.Context, program, data, role string) (key string, err error) {
	b, err := exec.CommandContext(ctx, program, "link", "new", "--room", "live", "--role", role, "--json", "--data", data).Output()
	if err != nil {
		return "", fmt.Errorf("make a link: %w", err)
	}
	var link struct{ Key string }
	if err := json.Unmarshal(bytes.TrimSpace(b), &link); err != nil {
		return "", fmt.Errorf("read the link: %w", err)
	}
	return link.Key, nil
}

// startBaseline starts this program as a baseline.
func startBaseline(ctx context.Context, kind string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	p, out, err := launch(ctx, os.Stderr, nil, self, "serve", kind)
	if err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		p.stop()
		return nil, fmt.Errorf("the %s server did not say where it is: %w", kind, err)
	}
	p.base, p.path = strings.TrimSpace(line), "/api/rooms/live/socket?role=overlay"
	return p, nil
}

func launch(ctx context.Context, stderr io.Writer, vars []string, program string, args ...string) (*process, io.Reader, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stderr = stderr
	cmd.Env = append(os.Environ(), vars...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, fmt.Errorf("start %s: %w", program, err)
	}
	return &process{cmd: cmd, stdin: in}, out, nil
}

// stop ends the process and waits for it.
func (p *process) stop() {
	_ = p.stdin.Close()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	kill := time.AfterFunc(8*time.Second, func() { _ = p.cmd.Process.Kill() })
	defer kill.Stop()
	_ = p.cmd.Wait()
}

// cpu returns the time that a process has used of all cores; pid 0 is this process.
func cpu(pid int) time.Duration {
	if pid == 0 {
		pid = os.Getpid()
	}
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// The name in brackets may contain spaces; utime and stime are the 12th and 13th field
	// after it, in hundredths of a second (proc(5)).
	fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond
}

// resident returns the memory of a process in bytes.
func resident(pid int) int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	pages, _ := strconv.ParseInt(strings.Fields(string(b))[1], 10, 64)
	return pages * int64(os.Getpagesize())
}
