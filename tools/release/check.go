package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// patience is the timeout of a check; emulated programs are slow.
const patience = 90 * time.Second

// check unpacks the archives in dist, compares their checksums, and sends a comment through
// every program that can be started here. It reports what it skips, and fails if it could try
// nothing.
func check(ctx context.Context, dist string, chosen []target, out io.Writer) error {
	sums, err := os.ReadFile(filepath.Join(dist, sumsFile))
	if err != nil {
		return fmt.Errorf("%w; make release builds what is checked", err)
	}
	tried := 0
	var faults []error
	for _, t := range chosen {
		file, err := archiveIn(dist, string(sums), t)
		if err == nil {
			err = checkSum(dist, string(sums), file)
		}
		if err != nil {
			faults = append(faults, err)
			continue
		}
		how, why := runnerFor(t)
		if why != "" {
			fmt.Fprintf(out, "%-14s skipped, checksum right: %s\n", t, why)
			continue
		}
		tried++
		begun := time.Now()
		said, err := try(ctx, t, filepath.Join(dist, file), how)
		if err != nil {
			fmt.Fprintf(out, "%-14s FAILED %s\n", t, how.name)
			faults = append(faults, fmt.Errorf("%s: %w", t, err))
			continue
		}
		fmt.Fprintf(out, "%-14s passed %s in %.0f s: a comment by HTTP reached the overlay's socket and the export\n%s", t, how.name, time.Since(begun).Seconds(), indent(said))
		if t.goos == "linux" {
			if err := checkPackages(ctx, dist, string(sums), t, filepath.Join(dist, file)); err != nil {
				faults = append(faults, fmt.Errorf("%s: %w", t, err))
			}
		}
		if t.goos == "linux" && t.goarch == runtime.GOARCH {
			said, err := image(ctx, filepath.Join(dist, file))
			if err != nil {
				said = "FAILED in a container"
				faults = append(faults, fmt.Errorf("the image: %w", err))
			}
			fmt.Fprintf(out, "%-14s %s\n", "image", said)
		}
	}
	if tried == 0 && len(faults) == 0 {
		return errors.New("none of the builds can be started here")
	}
	return errors.Join(faults...)
}

func indent(said string) (out string) {
	for line := range strings.Lines(said) {
		out += "               " + strings.TrimRight(line, "\r\n") + "\n"
	}
	return out
}

// archiveIn finds a target's archive among those with a checksum.
func archiveIn(dist, sums string, t target) (string, error) {
	for line := range strings.Lines(sums) {
		_, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		version := strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(name, "danmaku-"), ".tar.gz"), ".zip")
		version, ok := strings.CutSuffix(version, "-"+t.goos+"-"+t.goarch)
		if ok && t.archive(version) == name {
			return name, nil
		}
	}
	return "", fmt.Errorf("%s: %s in %s names no archive of it", t, sumsFile, dist)
}

// checkPackages compares the program in a target's packages with that of its archive.
// A package that this machine cannot open is compared by its checksum alone.
func checkPackages(ctx context.Context, dist, sums string, t target, archive string) error {
	dir, err := os.MkdirTemp("", "danmaku-packages-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	folder, err := unpack(archive, dir)
	if err != nil {
		return err
	}
	want, err := sumOf(filepath.Join(folder, t.program()))
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(filepath.Base(archive), ".tar.gz")
	for kind, command := range map[string]string{"deb": `dpkg-deb -x "$1" "$2"`, "rpm": `cd "$2" && rpm2cpio "$1" | cpio --quiet --no-absolute-filenames -id`} {
		if err := checkSum(dist, sums, name+"."+kind); err != nil {
			return err
		}
		if !installed(map[string][]string{"deb": {"dpkg-deb"}, "rpm": {"rpm2cpio", "cpio"}}[kind]) {
			continue
		}
		file, err := filepath.Abs(filepath.Join(dist, name+"."+kind))
		if err != nil {
			return err
		}
		to := filepath.Join(dir, kind)
		if err := os.Mkdir(to, 0o755); err != nil {
			return err
		}
		if _, err := output(ctx, "", nil, "sh", "-c", command, "sh", file, to); err != nil {
			return err
		}
		got, err := sumOf(filepath.Join(to, "usr", "bin", "danmaku"))
		if err != nil || got != want {
			return fmt.Errorf("the program in the %s is not that of the archive: %w", kind, err)
		}
		if _, err := os.Stat(filepath.Join(to, "usr", "lib", "systemd", "system", "danmaku.service")); err != nil {
			return fmt.Errorf("the %s lacks the service: %w", kind, err)
		}
	}
	return nil
}

// installed reports whether all programs are installed.
func installed(programs []string) bool {
	return !slices.ContainsFunc(programs, func(name string) bool {
		_, err := exec.LookPath(name)
		return err != nil
	})
}

func checkSum(dist, sums, name string) error {
	got, err := sumOf(filepath.Join(dist, name))
	if err != nil {
		return err
	}
	if !strings.Contains(sums, got+"  "+name+"\n") {
		return fmt.Errorf("%s: the checksum in %s is another's", name, sumsFile)
	}
	return nil
}

// runner starts programs of a target on this machine.
type runner struct {
	name    string
	command []string // before the program
	prepare func(ctx context.Context, program, dir string) (environ []string, err error)
	after   func(environ []string)
	signals bool // it hands a signal on to the program
}

// runnerFor returns how to start a target's program here, or why that is impossible.
func runnerFor(t target) (r runner, why string) {
	find := func(names ...string) string {
		for _, name := range names {
			if path, err := exec.LookPath(name); err == nil {
				return path
			}
		}
		return ""
	}
	switch {
	case t.goos == runtime.GOOS && t.goarch == runtime.GOARCH:
		return runner{name: "on this machine", signals: true}, ""
	case t.goos == "linux" && t.goarch == "arm64":
		if emulator := find("qemu-aarch64-static", "qemu-aarch64"); emulator != "" {
			return runner{name: "under " + filepath.Base(emulator), command: []string{emulator}, signals: true}, ""
		}
		return runner{}, "there is no qemu-aarch64; Debian: apt-get install qemu-user-static"
	case t.goos == "windows" && t.goarch == "amd64":
		if wine := find("wine64", "/usr/lib/wine/wine64", "wine"); wine != "" {
			return runner{name: "under wine", command: []string{wine}, prepare: prepareWine, after: endWine}, ""
		}
		return runner{}, "there is no wine; Debian: apt-get install wine64"
	case t.goos == "darwin":
		return runner{}, "only a Mac starts it"
	}
	return runner{}, "nothing on " + runtime.GOOS + "/" + runtime.GOARCH + " starts it"
}

// shim replaces the one library that Go's programs need and Wine before version 9 lacks: it
// provides random bytes.
const shim = `#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE to, SIZE_T n) { return SystemFunction036(to, (ULONG)n); }
`

// prepareWine creates a separate Wine in dir.
func prepareWine(ctx context.Context, wine, dir string) ([]string, error) {
	prefix := filepath.Join(dir, "wine")
	env := []string{"WINEPREFIX=" + prefix, "WINEARCH=win64", "WINEDEBUG=-all", "DISPLAY=", "WINEDLLOVERRIDES=mscoree,mshtml=;bcryptprimitives=n,b"}
	if _, err := output(ctx, dir, env, wine, "wineboot", "--init"); err != nil {
		return nil, fmt.Errorf("make a folder for wine: %w", err)
	}
	system := filepath.Join(prefix, "drive_c", "windows", "system32")
	library := filepath.Join(system, "bcryptprimitives.dll")
	if _, err := os.Stat(library); err == nil {
		return env, nil
	}
	code := filepath.Join(dir, "shim.c")
	if err := os.WriteFile(code, []byte(shim), 0o600); err != nil {
		return nil, err
	}
	if _, err := output(ctx, dir, nil, "x86_64-w64-mingw32-gcc", "-shared", "-O2", "-o", library, code, "-ladvapi32"); err != nil {
		return nil, fmt.Errorf("wine lacks bcryptprimitives.dll, and a stand-in cannot be built: %w", err)
	}
	return env, nil
}

// endWine stops the processes in the folder that prepareWine created.
func endWine(environ []string) {
	server := "wineserver"
	if _, err := exec.LookPath(server); err != nil {
		server = "/usr/lib/wine/wineserver64"
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, _ = output(ctx, "", environ, server, "--kill") // it may already have ended
}

// try starts a build as its users would and sends a comment through it.
func try(ctx context.Context, t target, archive string, how runner) (version string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 4*patience)
	defer cancel()
	dir, err := os.MkdirTemp("", "danmaku-check-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	folder, err := unpack(archive, dir)
	if err != nil {
		return "", err
	}
	var environ []string
	if how.prepare != nil {
		if environ, err = how.prepare(ctx, how.command[0], dir); err != nil {
			return "", err
		}
		defer how.after(environ)
	}
	command := append(append([]string{}, how.command...), filepath.Join(folder, t.program()))
	version, err = output(ctx, folder, environ, command[0], append(command[1:], "version")...)
	if err != nil {
		return "", err
	}
	if err := saysWhatItIs(version, filepath.Base(archive), t); err != nil {
		return version, err
	}
	p, err := startProgram(ctx, folder, environ, command, how.signals)
	if err != nil {
		return version, err
	}
	err = carry(ctx, p)
	if stopped := p.stop(); err == nil {
		err = stopped
	}
	if err != nil {
		return version, fmt.Errorf("%w\nit printed:\n%s", err, p.errs.String())
	}
	// A second process reads what the first has stored.
	exported, err := output(ctx, folder, environ, command[0], append(command[1:], "export", "--format", "jsonl", "--data", "data")...)
	if err != nil {
		return version, err
	}
	if !strings.Contains(exported, checkText) {
		return version, fmt.Errorf("the export lacks the comment: %s", exported)
	}
	return version, nil
}

// saysWhatItIs compares the output of `danmaku version` with the build.
func saysWhatItIs(said, archive string, t target) error {
	version := strings.TrimPrefix(archive, "danmaku-")
	version, _, _ = strings.Cut(version, "-"+t.goos+"-"+t.goarch)
	for _, want := range []string{"danmaku " + version, "for " + t.String(), ", " + t.engine()} {
		if !strings.Contains(said, want) {
			return fmt.Errorf("version says %q, which lacks %q", said, want)
		}
	}
	return nil
}

// lockedBuffer is a buffer for concurrent reads and writes.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// running is a started danmaku.
type running struct {
	cmd       *exec.Cmd
	base, key string // URL of the server and key of its overlay
	signals   bool
	errs      lockedBuffer
	printed   chan struct{} // closed when its output ends
}

var overlayLine = regexp.MustCompile(`^\S+\s+(https?://[^/\s]+)/overlay/live\?key=([^&\s]+)`)

// startProgram starts a server on a free port and waits until it has printed its URLs.
func startProgram(ctx context.Context, dir string, environ, command []string, signals bool) (*running, error) {
	p := &running{signals: signals, printed: make(chan struct{})}
	p.cmd = exec.CommandContext(ctx, command[0], append(command[1:], "--listen", "127.0.0.1:0", "--data", "data", "--open", "never")...)
	p.cmd.Dir = dir
	p.cmd.Env = append(os.Environ(), environ...)
	p.cmd.Stderr = &p.errs
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	found := make(chan []string, 1)
	go func() {
		defer close(p.printed)
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			if m := overlayLine.FindStringSubmatch(lines.Text()); m != nil {
				found <- m
			}
		}
	}()
	var why string
	select {
	case m := <-found:
		p.base, p.key = m[1], m[2]
		return p, nil
	case <-p.printed:
		why = "it ended"
	case <-time.After(patience):
		why = "it is silent"
	}
	return nil, errors.Join(fmt.Errorf("no overlay's address: %s; it printed:\n%s", why, &p.errs), p.stop())
}

// stop ends the program: like Ctrl-C, and it must exit cleanly, if a signal reaches it;
// otherwise by force.
func (p *running) stop() error {
	if !p.signals {
		_ = p.cmd.Process.Kill()
		<-p.printed
		_ = p.cmd.Wait()
		return nil
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-p.printed
	if err := p.cmd.Wait(); err != nil {
		return fmt.Errorf("it ended with %w", err)
	}
	return nil
}
