// Demo starts a server with an empty data folder, opens its overlay in Chromium, replays a
// recording, and ends with the summary of the replay and the fullest moment of the overlay
// over a picture.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"image/png"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"syscall"
	"time"
)

type options struct {
	file, picture string
	animation     string // record an animation instead
	speed         float64
	stop          time.Duration
	chats         bool // chats of fake platforms instead of a recording
}

func main() {
	var opt options
	flag.StringVar(&opt.file, "file", "testdata/replay/comment.xml", "recording to replay")
	flag.Float64Var(&opt.speed, "speed", 8, "times as fast as it was")
	flag.DurationVar(&opt.stop, "stop", 0, "end after this time (0: with the recording)")
	flag.StringVar(&opt.picture, "picture", filepath.Join(os.TempDir(), "danmaku-demo.png"), "where the picture goes")
	flag.StringVar(&opt.animation, "animation", "", "make a moving picture (WebP) of the overlay's first seconds instead, by ffmpeg")
	flag.BoolVar(&opt.chats, "chats", false, "have fake platforms talk for 20 s instead")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := demo(ctx, opt, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func demo(ctx context.Context, opt options, out, errOut io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "danmaku-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "danmaku")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, ".")
	build.Stdout, build.Stderr = out, errOut
	if err := build.Run(); err != nil {
		return fmt.Errorf("build: %w", err)
	}
	data := filepath.Join(dir, "data")
	if opt.chats {
		return demoChats(ctx, opt, dir, program, data, out, errOut)
	}
	srv, err := startServer(program, data, nil, errOut)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, srv.stop()) }()

	screen, err := openScreen(ctx, srv.overlay)
	if err != nil {
		return err
	}
	defer screen.close()

	if opt.animation != "" {
		return film(ctx, opt, screen, srv, program, data, out, errOut)
	}
	if opt.stop > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, opt.stop)
		defer cancel()
	}
	done, err := startReplay(ctx, opt, srv, program, data, out, errOut)
	if err != nil {
		return err
	}
	fullest, err := screen.watch(done)
	if err != nil && ctx.Err() == nil {
		return err
	}
	if err := save(opt.picture, fullest); err != nil {
		return err
	}
	fmt.Fprintf(out, "the fullest moment: %s\n", opt.picture)
	return nil
}

// startReplay replays the recording to the server; done receives one value, the result. An
// interrupted replay ends with its summary.
func startReplay(ctx context.Context, opt options, srv *server, program, data string, out, errOut io.Writer) (done chan error, err error) {
	replay := exec.CommandContext(ctx, program, "replay", opt.file, "--speed", fmt.Sprint(opt.speed), "--url", srv.base, "--data", data)
	replay.Cancel = func() error { return replay.Process.Signal(os.Interrupt) }
	replay.Stdout, replay.Stderr = out, errOut
	if err := replay.Start(); err != nil {
		return nil, err
	}
	done = make(chan error, 1)
	go func() { done <- replay.Wait() }()
	return done, nil
}

// film records the animation: everything is slowed down by the same factor.
func film(ctx context.Context, opt options, s *screen, srv *server, program, data string, out, errOut io.Writer) error {
	frames, err := os.MkdirTemp("", "danmaku-frames-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(frames)
	if err := s.slow(slower); err != nil {
		return err
	}
	playing, stop := context.WithCancel(ctx)
	defer stop()
	opt.speed /= slower
	done, err := startReplay(playing, opt, srv, program, data, out, errOut)
	if err != nil {
		return err
	}
	n, err := s.film(ctx, frames)
	stop()
	<-done // interrupted, or at its end
	if err != nil {
		return err
	}
	if err := animate(ctx, frames, opt.animation); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d frames: %s\n", n, opt.animation)
	return nil
}

// server is a running danmaku.
type server struct {
	cmd           *exec.Cmd
	base, overlay string
}

var overlayLine = regexp.MustCompile(`^\S+\s+((https?://[^/]+)/overlay/\S+)`)

// startServer runs the program on a free port and parses its output for the overlay's URL.
func startServer(program, data string, environ []string, errOut io.Writer) (*server, error) {
	s := &server{cmd: exec.Command(program, "--data", data, "--listen", "127.0.0.1:0")}
	s.cmd.Stderr, s.cmd.Env = errOut, append(os.Environ(), environ...)
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if m := overlayLine.FindStringSubmatch(lines.Text()); m != nil {
			s.overlay, s.base = m[1], m[2]
			go func() { // the program must not block on its output
				_, _ = io.Copy(io.Discard, stdout)
			}()
			return s, nil
		}
	}
	return nil, errors.Join(errors.New("the server printed no overlay address"), s.stop())
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

// save writes the overlay's screenshot over the backdrop.
func save(path string, overlay []byte) error {
	img, err := overBackdrop(overlay)
	if err != nil {
		return fmt.Errorf("make the picture: %w", err)
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	enc := png.Encoder{CompressionLevel: png.BestCompression}
	return errors.Join(enc.Encode(f, img), f.Close())
}
