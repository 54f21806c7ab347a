package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// wave is a group of phones that send: each comment goes out over the next one's socket, and
// its answer comes back there.
type wave struct {
	*swarm
	line  *timeline
	first int // number of the first comment, so that several waves write different texts

	offered, answered atomic.Int64
	mu                sync.Mutex
	outcomes          map[string]int // by outcome or code
}

func newWave(s *swarm, line *timeline) *wave {
	c := &wave{swarm: s, line: line, outcomes: map[string]int{}}
	s.ack = c.take
	return c
}

// run sends comments when they are due until ctx ends, and waits as long as answers come.
func (w *wave) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for n := 0; ; n++ {
		if wait := time.Until(w.line.due(n)); wait > 0 {
			timer.Reset(wait)
			select {
			case <-ctx.Done():
			case <-timer.C:
			}
		}
		if ctx.Err() != nil {
			break
		}
		frame := strconv.AppendInt([]byte(`{"type":"send","ref":"`), int64(n), 10)
		frame = append(appendText(append(frame, `","text":"`...), w.first+n), `"}`...)
		w.offered.Add(1)
		w.write(w.clients[n%len(w.clients)], 0x81, frame)
	}
	for last := int64(-1); w.answered.Load() < w.offered.Load() && w.answered.Load() != last; {
		last = w.answered.Load()
		if sleep(context.Background(), 2*time.Second) != nil {
			return
		}
	}
}

var (
	ackMark     = []byte(`{"type":"ack"`)
	refMark     = []byte(`"ref":"`)
	outcomeMark = []byte(`"outcome":"`)
	codeMark    = []byte(`"code":"`)
)

// take counts an answer.
func (w *wave) take(frame []byte) {
	w.answered.Add(1)
	what := string(until(frame, outcomeMark, '"'))
	if what == "refused" {
		what = string(until(frame, codeMark, '"'))
	}
	w.mu.Lock()
	w.outcomes[what]++
	w.mu.Unlock()
	if n, err := strconv.Atoi(string(until(frame, refMark, '"'))); err == nil && what == "shown" {
		w.line.accept(n)
	}
}

func (w *wave) count(outcome string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.outcomes[outcome]
}

// maskedFrame returns a client's frame. Its mask is zero, which leaves the payload as it is.
func maskedFrame(first byte, payload []byte) []byte {
	head := []byte{first, 0x80 | byte(len(payload))}
	if len(payload) > 125 {
		head = binary.BigEndian.AppendUint16([]byte{first, 0x80 | 126}, uint16(len(payload)))
	}
	return append(append(head, 0, 0, 0, 0), payload...)
}

// asShipped are a server's default limits.
var asShipped = []string{"--user-rate", "0.5", "--user-burst", "3", "--address-rate", "5", "--room-rate", "40", "--sender-rate", "200"}

var noLimits = []string{"--user-rate", "0", "--address-rate", "0", "--room-rate", "0"}

// overload makes 6,000 phones send 5,000 comments a second: with the default limits, and
// without any, while the log is blocked for some seconds.
func (b bench) overload(ctx context.Context) error {
	fmt.Fprintln(b.out, "| 5,000 a second offered | offered | accepted | slow_down | busy | other | accepted, not in the log | lost or doubled on 20 overlays | MB each second |")
	fmt.Fprintln(b.out, "|---|---|---|---|---|---|---|---|---|")
	for _, way := range []struct {
		name   string
		limits []string
		hold   time.Duration
	}{{"limits as shipped", asShipped, 0}, {"no limits, the log stands still for 3 s", noLimits, 3 * time.Second}} {
		if err := b.overloadWith(ctx, way.name, way.limits, way.hold); err != nil {
			return err
		}
	}
	return nil
}

func (b bench) overloadWith(ctx context.Context, name string, limits []string, hold time.Duration) error {
	data, err := os.MkdirTemp(b.dir, "data")
	if err != nil {
		return err
	}
	defer os.RemoveAll(data)
	p, err := startOurs(ctx, b.program, data, limits...)
	if err != nil {
		return err
	}
	defer p.stop()
	line := &timeline{gap: time.Second / 5000, start: time.Now().Add(time.Hour), accepted: map[int]bool{}}
	overlays, err := newSwarm(p.base, p.path, 20, line)
	if err != nil {
		return err
	}
	reading, stop := context.WithCancel(ctx)
	defer stop()
	if err := overlays.connect(reading); err != nil {
		return err
	}
	const phones = 6000 // more than the log's queue and one batch of it hold
	s, err := newSwarm(p.base, "/api/rooms/live/socket?role=audience", phones, line)
	if err != nil {
		return err
	}
	c := newWave(s, line)
	if err := s.connect(reading); err != nil {
		return err
	}
	if err := s.greetAll(ctx, phones, 30*time.Second); err != nil {
		return err
	}
	line.start = time.Now()
	sending, enough := context.WithTimeout(ctx, max(2*b.measure, 3*hold))
	defer enough()
	sent := make(chan struct{})
	go func() { defer close(sent); c.run(sending) }()
	if hold > 0 {
		go func() {
			if sleep(ctx, hold) == nil {
				if err := holdLog(ctx, data, hold); err != nil {
					fmt.Fprintln(os.Stderr, "overload:", err)
				}
			}
		}()
	}
	var memory []byte
	for running := true; running; {
		memory = fmt.Appendf(memory, "%d ", resident(p.cmd.Process.Pid)>>20)
		select {
		case <-sent:
			running = false
		case <-time.After(time.Second):
		}
	}
	overlays.awaitFrames(ctx, int64(len(line.accepted))*int64(len(overlays.clients)))
	stop()
	overlays.close()
	s.close()
	r := result{}
	overlays.account(&r, true)
	_ = p.cmd.Process.Kill() // the log now has what is durable
	_ = p.cmd.Wait()
	missing, err := b.notLogged(ctx, data, line)
	if err != nil {
		return err
	}
	shown, slow, busy := c.count("shown"), c.count("slow_down"), c.count("busy")
	other := int(c.offered.Load()) - shown - slow - busy
	fmt.Fprintf(b.out, "| %s | %d | %d | %d | %d | %d | %d | %d | %s |\n",
		name, c.offered.Load(), shown, slow, busy, other, missing, r.lost+r.doubled, bytes.TrimSpace(memory))
	if other > 0 {
		fmt.Fprintln(os.Stderr, "overload: all answers:", c.outcomes)
	}
	return nil
}

// holdLog takes the write lock of the database, as another program could: byte 120 of its
// shared memory's file (SQLite's WAL-index format).
func holdLog(ctx context.Context, data string, d time.Duration) error {
	f, err := os.OpenFile(filepath.Join(data, "danmaku.db-shm"), os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("hold the log: %w", err)
	}
	defer f.Close()
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart, Start: 120, Len: 1}
	if err := syscall.FcntlFlock(f.Fd(), syscall.F_SETLKW, &lock); err != nil {
		return fmt.Errorf("hold the log: %w", err)
	}
	return sleep(ctx, d)
}

// notLogged counts accepted comments that are not in the log of a killed server.
func (b bench) notLogged(ctx context.Context, data string, line *timeline) (int, error) {
	cmd := exec.CommandContext(ctx, b.program, "export", "--room", "live", "--format", "jsonl", "--data", data)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("export: %w", err)
	}
	logged := map[int]bool{}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		logged[number(until(lines.Bytes(), textMark, '"'))] = true
	}
	if err := cmd.Wait(); err != nil {
		return 0, fmt.Errorf("export: %w", err)
	}
	missing := 0
	for n := range line.accepted {
		if !logged[n] {
			missing++
		}
	}
	return missing, nil
}
