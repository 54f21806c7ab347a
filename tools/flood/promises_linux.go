package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"danmaku/connector/twitch/twitchtest"
	"danmaku/freeport"
)

// promises runs everything that can go wrong in an evening at once, and then checks that each
// acknowledged comment is in the log and on every overlay exactly once.
type promises struct {
	program          string
	whole            time.Duration
	phones, overlays int
	pause            time.Duration // between two comments of a phone

	base, addr string
	data       string
	ballast    string // on a separate disk; empty: the disk is never full
	fake       *twitchtest.Server

	mu      sync.Mutex
	process *process
	full    sync.Mutex // held while the disk is full, so that the process is not killed then

	numbers, sent, busy     atomic.Int64
	kills, fulls, replays   atomic.Int64
	said, hostile, sleepers atomic.Int64
	acked                   accounts
}

// accounts are the comments acknowledged as shown: their number by ID.
type accounts struct {
	mu   sync.Mutex
	byID map[string]int
	dup  int // acknowledged under two IDs
	ids  map[int]string
}

func (a *accounts) put(n int, id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if was, known := a.ids[n]; known && was != id {
		a.dup++
	}
	a.ids[n], a.byID[id] = id, n
}

// promisesCommand ends with a table, and with an error if a promise was broken.
func promisesCommand(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("flood promises", flag.ContinueOnError)
	s := promises{acked: accounts{byID: map[string]int{}, ids: map[int]string{}}}
	flags.StringVar(&s.program, "program", "", "the danmaku to try; built from this folder when empty")
	flags.DurationVar(&s.whole, "for", 10*time.Minute, "how long")
	flags.IntVar(&s.phones, "phones", 300, "phones that write")
	flags.IntVar(&s.overlays, "overlays", 3, "overlays that have to get everything")
	flags.DurationVar(&s.pause, "pause", 8*time.Second, "between two comments of a phone")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if s.phones < 1 || s.phones > 5000 || s.overlays < 1 || s.whole < 30*time.Second || s.pause < 100*time.Millisecond {
		return errors.New("-phones: 1 to 5000; -overlays: 1 or more; -for: 30s or more; -pause: 100ms or more")
	}
	dir, err := os.MkdirTemp("", "flood")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if s.program == "" {
		if s.program, err = buildDanmaku(ctx, dir); err != nil {
			return err
		}
	}
	disk := filepath.Join(dir, "disk")
	if err := os.Mkdir(disk, 0o700); err != nil {
		return err
	}
	if err := syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_NOSUID|syscall.MS_NODEV, "size=256m,mode=0700"); err != nil {
		fmt.Fprintln(os.Stderr, "flood: no disk that can be filled (mounting one takes root):", err)
	} else {
		defer func() { _ = syscall.Unmount(disk, syscall.MNT_DETACH) }()
		s.ballast = filepath.Join(disk, "ballast")
	}
	s.data = filepath.Join(disk, "data")
	if s.fake, err = twitchtest.Start(); err != nil {
		return err
	}
	defer s.fake.Close()
	return s.run(ctx)
}

func (s *promises) run(ctx context.Context) error {
	address, err := freeport.Next(1)
	if err != nil {
		return err
	}
	s.addr = address
	if err := s.start(ctx); err != nil {
		return err
	}
	defer func() { s.process.stop() }()
	for _, channel := range []string{"mika_plays", "suki_plays"} {
		if b, err := exec.CommandContext(ctx, s.program, "chats", "add", "--room", "live", "--data", s.data, channel).CombinedOutput(); err != nil {
			return fmt.Errorf("connect a chat: %w: %s", err, b)
		}
	}
	atStart := healthOf(s.process)
	watching, stopWatching := context.WithCancel(ctx)
	defer stopWatching()
	var watchers sync.WaitGroup
	screens := make([]*screen, s.overlays)
	for i := range screens {
		screens[i] = &screen{seen: map[string]int{}}
		watchers.Go(func() { screens[i].watch(watching, s) })
	}
	evening, over := context.WithTimeout(ctx, s.whole)
	defer over()
	var all sync.WaitGroup
	for range s.phones {
		all.Go(func() { s.phone(evening) })
	}
	for _, trouble := range []func(context.Context){s.killer, s.filler, s.talker, s.replayer, s.sleeper, s.attacker} {
		all.Go(func() { trouble(evening) })
	}
	all.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end) && !s.allThere(screens); {
		if err := sleep(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
	logged, err := s.logged(ctx)
	if err != nil {
		return err
	}
	stopWatching()
	watchers.Wait()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end) && healthOf(s.process).files > atStart.files+filesSlack; {
		if err := sleep(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
	return s.report(os.Stdout, screens, logged, atStart, healthOf(s.process))
}

// filesSlack is how many more descriptors may be open at the end: the database opens further
// readers when needed, and keeps them.
const filesSlack = 24

func (s *promises) allThere(screens []*screen) bool {
	for _, sc := range screens {
		if sc.missing(&s.acked) > 0 {
			return false
		}
	}
	return true
}

// start restarts the server on its port and its data.
func (s *promises) start(ctx context.Context) error {
	p, err := startTraced(ctx, os.Stderr, []string{"DANMAKU_TWITCH_URL=" + s.fake.URL()}, s.program, s.data, "--listen", s.addr)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.process, s.base = p, p.base
	return nil
}

func (s *promises) server() *process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.process
}

// killer kills the server at random moments, as a crash does, and starts it again.
func (s *promises) killer(ctx context.Context) {
	for sleep(ctx, 15*time.Second+time.Duration(rand.Int64N(int64(30*time.Second)))) == nil {
		s.full.Lock() // a start on a full disk is a different trial
		p := s.server()
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
		s.kills.Add(1)
		if err := s.start(context.WithoutCancel(ctx)); err != nil {
			fmt.Fprintln(os.Stderr, "flood: the server does not start again:", err)
		}
		s.full.Unlock()
	}
}

// filler fills the disk for some seconds.
func (s *promises) filler(ctx context.Context) {
	for s.ballast != "" && sleep(ctx, 20*time.Second+time.Duration(rand.Int64N(int64(20*time.Second)))) == nil {
		s.full.Lock()
		if f, err := os.Create(s.ballast); err == nil {
			for piece := make([]byte, 64<<10); len(piece) > 0; {
				if _, err := f.Write(piece); err != nil {
					piece = piece[:len(piece)/2]
				}
			}
			_ = f.Close()
			s.fulls.Add(1)
			_ = sleep(ctx, 5*time.Second)
			_ = os.Remove(s.ballast)
		}
		s.full.Unlock()
	}
}

// talker makes both chats send messages.
func (s *promises) talker(ctx context.Context) {
	go func() {
		for {
			select {
			case <-s.fake.Joined(): // also after each start
			case <-ctx.Done():
				return
			}
		}
	}()
	for sleep(ctx, 100*time.Millisecond) == nil {
		n := int(s.numbers.Add(1))
		author := strconv.Itoa(n % 50)
		s.fake.SayAll(func(channel string) string {
			return twitchtest.Message{ID: fmt.Sprint(channel, n), UserID: "7" + author, Login: "viewer" + author, Name: "viewer " + author, Text: string(appendText(nil, n))}.Line(channel)
		})
		s.said.Add(1)
	}
}

// replayer starts the replay of a file whenever none is running.
func (s *promises) replayer(ctx context.Context) {
	file, err := os.ReadFile("testdata/replay/stage.xml")
	if err != nil {
		fmt.Fprintln(os.Stderr, "flood: no replay (start flood in danmaku's folder):", err)
		return
	}
	for sleep(ctx, 7*time.Second) == nil {
		if status, _, err := s.ask(ctx, http.MethodPut, "/replay/file?name=stage.xml&speed=1", bytes.NewReader(file)); err == nil && status < 300 {
			s.replays.Add(1)
		}
	}
}

// ask sends an owner's request about the room.
func (s *promises) ask(ctx context.Context, method, path string, body io.Reader) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	p := s.server()
	req, err := http.NewRequestWithContext(ctx, method, p.base+"/api/rooms/live"+path, body)
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+p.owner)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, b, err
}

// logged returns the IDs of the comments that the log has as shown.
func (s *promises) logged(ctx context.Context) (map[string]bool, error) {
	logged := map[string]bool{}
	for before := int64(0); ; {
		status, body, err := s.ask(ctx, http.MethodGet, fmt.Sprintf("/comments?status=shown&limit=200&before=%d", before), nil)
		if before == 0 {
			status, body, err = s.ask(ctx, http.MethodGet, "/comments?status=shown&limit=200", nil)
		}
		var page struct {
			Comments []struct{ ID string }
			Next     int64
		}
		if err == nil {
			err = json.Unmarshal(body, &page)
		}
		if err != nil || status != http.StatusOK {
			return nil, fmt.Errorf("read the log: %d %w", status, err)
		}
		for _, c := range page.Comments {
			if logged[c.ID] {
				return nil, fmt.Errorf("the log has %s twice", c.ID)
			}
			logged[c.ID] = true
		}
		if before = page.Next; before == 0 {
			return logged, nil
		}
	}
}
