package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// chatFor is how long the platforms send messages.
const chatFor = 20 * time.Second

// demoChats makes fake platforms send messages into one room, and ends with the fullest moment
// of its overlay.
func demoChats(ctx context.Context, opt options, dir, program, data string, out, errOut io.Writer) (err error) {
	fake := filepath.Join(dir, "fakechat")
	build := exec.CommandContext(ctx, "go", "build", "-o", fake, "./tools/fakechat")
	build.Stdout, build.Stderr = out, errOut
	if err := build.Run(); err != nil {
		return fmt.Errorf("build: %w", err)
	}
	var environ []string
	var adds [][]string
	for _, kind := range []string{"twitch", "youtube", "bilibili"} {
		variable, add, stop, err := startFake(fake, kind, errOut)
		if err != nil {
			return err
		}
		defer stop()
		environ, adds = append(environ, variable), append(adds, add)
	}
	srv, err := startServer(program, data, environ, errOut)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, srv.stop()) }()
	for _, add := range adds {
		connect := exec.CommandContext(ctx, program, append(add, "--data", data)...)
		connect.Stdout, connect.Stderr = out, errOut
		if err := connect.Run(); err != nil {
			return fmt.Errorf("connect a chat: %w", err)
		}
	}
	screen, err := openScreen(ctx, srv.overlay+"&names=1&sources=1&lift=1")
	if err != nil {
		return err
	}
	defer screen.close()
	done := make(chan error, 1)
	chatting, cancel := context.WithTimeout(ctx, chatFor)
	defer cancel()
	context.AfterFunc(chatting, func() { done <- nil })
	fullest, err := screen.watch(done)
	if err != nil {
		return err
	}
	if err := save(opt.picture, fullest); err != nil {
		return err
	}
	fmt.Fprintf(out, "the fullest moment: %s\n", opt.picture)
	return nil
}

// startFake starts a fake platform, and parses its output for the variable to set and the
// arguments that connect its chat.
func startFake(fake, kind string, errOut io.Writer) (variable string, add []string, stop func(), err error) {
	cmd := exec.Command(fake, kind, "--rate", "4")
	cmd.Stderr = errOut
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return "", nil, nil, fmt.Errorf("start a fake %s: %w", kind, err)
	}
	stop = func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // at worst it has already ended
		_ = cmd.Wait()
	}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if _, v, ok := strings.Cut(lines.Text(), "Start danmaku with "); ok {
			variable = v
		}
		if _, v, ok := strings.Cut(lines.Text(), "add the chat: danmaku "); ok {
			go func() { _, _ = io.Copy(io.Discard, stdout) }() // the fake must not block on its output
			return variable, strings.Fields(v), stop, nil
		}
	}
	stop()
	return "", nil, nil, fmt.Errorf("the fake %s did not say how to connect it", kind)
}
