package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
)

// server is a danmaku with an empty data folder, and its owner's key.
type server struct {
	cmd     *exec.Cmd
	base    string // http://127.0.0.1:port
	key     string // of the overlay
	owner   string
	program string
	data    string
}

var overlayLine = regexp.MustCompile(`(http://[^/\s]+)/overlay/live\?key=(\S+)`)

// startServer builds danmaku unless a program is named, and starts it in dir. Its limits for a
// person and an address are above what the phones of one machine send.
func startServer(ctx context.Context, dir, program string, errs io.Writer) (*server, error) {
	s := &server{program: program, data: filepath.Join(dir, "data")}
	if s.program == "" {
		s.program = filepath.Join(dir, "danmaku")
		build := exec.CommandContext(ctx, "go", "build", "-o", s.program, ".")
		build.Stdout, build.Stderr = errs, errs
		if err := build.Run(); err != nil {
			return nil, fmt.Errorf("build: %w", err)
		}
	}
	s.cmd = exec.Command(s.program, "--data", s.data, "--listen", "127.0.0.1:0", "--log-level", "error",
		"--user-rate", "100", "--user-burst", "100", "--address-rate", "10000")
	s.cmd.Stderr = errs
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	lines := bufio.NewScanner(out)
	for s.base == "" && lines.Scan() {
		if m := overlayLine.FindStringSubmatch(lines.Text()); m != nil {
			s.base, s.key = m[1], m[2]
		}
	}
	go func() { // the program must not block on its output
		_, _ = io.Copy(io.Discard, out)
	}()
	if s.base == "" {
		return nil, errors.Join(errors.New("the server printed no overlay address"), s.stop())
	}
	link, err := exec.CommandContext(ctx, s.program, "link", "new", "--room", "live", "--role", "owner", "--json", "--data", s.data).Output()
	var made struct{ Key string }
	if err == nil {
		err = json.Unmarshal(bytes.TrimSpace(link), &made)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make an owner's link: %w", err), s.stop())
	}
	s.owner = made.Key
	return s, nil
}

func (s *server) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop the server: %w", err)
	}
	if err := s.cmd.Wait(); err != nil {
		return fmt.Errorf("the server ended with: %w", err)
	}
	return nil
}

// ask sends an owner's request about the room and reads its answer into to: nil discards it, a
// string gets its text, anything else its JSON.
func (s *server) ask(ctx context.Context, method, path string, body, to any) error {
	var sent bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&sent).Encode(body); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, s.base+"/api/rooms/live"+path, &sent)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+s.owner)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode >= 300 {
		err = fmt.Errorf("%s %s answers %d: %s", method, path, resp.StatusCode, text)
	}
	switch to := to.(type) {
	case nil:
	case *string:
		*to = string(text)
	default:
		if err == nil {
			err = json.Unmarshal(text, to)
		}
	}
	return err
}
