package engine

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
)

// process is a program with its own folder, which is deleted with it.
type process struct {
	cmd    *exec.Cmd
	folder string
	once   sync.Once
	waited chan struct{} // closed once the program has ended
}

// start runs a program in its own process group, so that its children
// end with it, and with its own folder as home and profile. args may name the
// folder as "{}". It returns the first group of the first line of standard error
// or output that begins with prefix; with an empty prefix it waits for no line.
func start(ctx context.Context, prefix string, env []string, path string, args ...string) (*process, string, error) {
	return startWith(ctx, prefix, env, nil, path, args...)
}

// startWith is start with a file as descriptor 3.
func startWith(ctx context.Context, prefix string, env []string, extra *os.File, path string, args ...string) (*process, string, error) {
	folder, err := os.MkdirTemp("", "danmaku-engine-")
	if err != nil {
		return nil, "", err
	}
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "{}", folder)
	}
	p := &process{cmd: exec.Command(path, args...), folder: folder, waited: make(chan struct{})}
	p.cmd.Env = append(append(os.Environ(), "HOME="+folder, "XDG_RUNTIME_DIR="+folder, "XDG_CACHE_HOME="+folder, "DBUS_SESSION_BUS_ADDRESS=disabled:"), env...)
	if extra != nil {
		p.cmd.ExtraFiles = []*os.File{extra}
	}
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, in, err := os.Pipe()
	if err != nil {
		return nil, "", err
	}
	p.cmd.Stdout, p.cmd.Stderr = in, in
	err = p.cmd.Start()
	_ = in.Close() // this process's copy; the program has its own
	if err != nil {
		_ = out.Close()
		_ = os.RemoveAll(folder)
		return nil, "", fmt.Errorf("start %s: %w", path, err)
	}
	go func() {
		_ = p.cmd.Wait() // it is killed
		close(p.waited)
	}()
	found := make(chan string, 1)
	go func() {
		defer out.Close()
		var said []string
		lines := bufio.NewReader(out)
		for {
			line, err := lines.ReadString('\n')
			if _, after, ok := strings.Cut(line, prefix); ok && prefix != "" {
				select {
				case found <- strings.TrimSpace(after):
				default: // the line was repeated
				}
			}
			if said = append(said, line); len(said) > 20 {
				said = said[1:]
			}
			if err != nil {
				if !errors.Is(err, io.EOF) {
					return
				}
				close(found)
				return
			}
		}
	}()
	if prefix == "" {
		return p, "", nil
	}
	select {
	case line, ok := <-found:
		if !ok {
			p.stop()
			return nil, "", fmt.Errorf("%s ended before it said %q", path, prefix)
		}
		return p, line, nil
	case <-ctx.Done():
		p.stop()
		return nil, "", fmt.Errorf("%s did not say %q: %w", path, prefix, ctx.Err())
	}
}

// running reports whether the program is still running.
func (p *process) running() bool {
	select {
	case <-p.waited:
		return false
	default:
		return true
	}
}

// stop ends the program and all its children, and deletes its folder.
func (p *process) stop() {
	p.once.Do(func() {
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		<-p.waited
		_ = os.RemoveAll(p.folder)
	})
}
