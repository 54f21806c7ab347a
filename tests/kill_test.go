package tests

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// childVariable makes the test binary act as the program itself, in its own process.
const childVariable = "DANMAKU_TEST_CHILD"

func TestMain(m *testing.M) {
	if err := os.Chdir(".."); err != nil { // the root of the checkout, as for the program
		panic(err)
	}
	if args := os.Getenv(childVariable); args != "" {
		os.Unsetenv(childVariable)
		env := environment{args: strings.Split(args, "\n"), environ: nil, in: os.Stdin, out: os.Stdout, err: os.Stderr}
		os.Exit(run(context.Background(), env))
	}
	// The tests have memory enough, and a collection under the race detector is expensive.
	debug.SetGCPercent(400)
	code := m.Run()
	if built != "" {
		_ = os.RemoveAll(built)
	}
	os.Exit(code)
}

// built is the folder of the built program, for tests that kill it.
var built string

// builtOnce builds it for the first of them. Without the race detector, which watches the
// tests that run the program in their own process, a start takes a tenth of a second instead
// of two. The variable BUILT names an existing build.
var builtOnce = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("BUILT"); path != "" {
		return path, nil
	}
	dir, err := os.MkdirTemp("", "danmaku-test-")
	if err != nil {
		return "", err
	}
	built = dir
	binary := filepath.Join(dir, "danmaku")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return binary, nil
})

// child starts the program in its own process and waits for its banner.
func child(t testing.TB, data string, args ...string) (*program, *exec.Cmd) {
	t.Helper()
	binary, err := builtOnce()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, append([]string{"--listen", freePort(t), "--data", data}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	p := &program{t: t, data: data}
	lines := bufio.NewScanner(out)
	for p.code == "" && lines.Scan() {
		if m := overlayLine.FindStringSubmatch(lines.Text()); m != nil {
			p.base, p.overlay = m[1], m[2]
		}
		if m := codeLine.FindStringSubmatch(lines.Text()); m != nil {
			p.code = m[1]
		}
	}
	if p.code == "" {
		t.Fatal("the program did not start")
	}
	go io.Copy(io.Discard, out) // ends with the process
	return p, cmd
}

// screen is an overlay that follows docs/dev/protocol.md.
type screen struct {
	position string
	seq      int64
	seen     []string // ids in the order shown
}

// apply applies one frame.
func (s *screen) apply(t *testing.T, f frame) {
	switch f.Type {
	case "hello":
		if s.position != "" && !f.Resumed {
			t.Errorf("a resume from %s was refused", s.position)
		}
		s.moveTo(f.Position)
		for _, e := range f.Recent {
			s.seen = append(s.seen, e.ID)
		}
	case "events":
		for _, e := range f.Events {
			if e.Type == "comment" && e.Seq > s.seq {
				s.seen = append(s.seen, e.ID)
			}
		}
		s.moveTo(f.Position)
	case "beat":
		s.moveTo(f.Position)
	}
}

func (s *screen) moveTo(position string) {
	s.position = position
	if _, err := fmt.Sscanf(position[strings.IndexByte(position, ':')+1:], "%d", &s.seq); err != nil {
		panic(err)
	}
}

// senders is the number of phones, which send ten comments a second each.
const senders = 20

func TestKilledProcessLosesNothingAcknowledged(t *testing.T) { killAgainAndAgain(t, 3) }

func TestTwentyKillsLoseNothingAcknowledged(t *testing.T) { killAgainAndAgain(t, 20) }

// killAgainAndAgain kills the process several times while 200 comments a second arrive.
// Acknowledged comments are in the log, in each author's order; the overlay, which resumes
// each time, saw exactly the log.
func killAgainAndAgain(t *testing.T, kills int) {
	if testing.Short() {
		t.Skip("-short: this test kills whole processes, which takes seconds")
	}
	dir := t.TempDir()
	off := []string{"--user-rate", "0", "--address-rate", "0", "--room-rate", "0"}
	acked := make([][]string, 0, kills*senders) // by phone and round
	overlay := &screen{}
	for round := range kills {
		p, cmd := child(t, dir, off...)
		screenSocket := p.overlaySocket(overlay.position)
		overlay.apply(t, screenSocket.next("hello"))
		var phones []*socket
		for range senders {
			phones = append(phones, p.browser().open("audience", "")) // the page itself does not matter here
		}
		var total atomic.Int64
		enough := int64(30 + rand.IntN(90))
		var readers sync.WaitGroup
		lists := make([][]string, senders)
		for i, phone := range phones {
			go writeUntilClosed(phone, fmt.Sprintf("%d-%d", round, i))
			readers.Go(func() {
				for f := range phone.frames { // until the process is dead and its last answer read
					if f.Type != "ack" || f.Outcome != "shown" {
						continue
					}
					lists[i] = append(lists[i], f.ID)
					if total.Add(1) == enough {
						_ = cmd.Process.Kill()
					}
				}
			})
		}
		readers.Wait()
		if total.Load() < enough {
			t.Fatalf("round %d: the phones were cut after %d comments", round, total.Load())
		}
		_ = cmd.Wait()
		for f := range screenSocket.frames {
			overlay.apply(t, *f)
		}
		acked = append(acked, lists...)
	}
	p := start(t, dir)
	resumed := p.overlaySocket(overlay.position)
	overlay.apply(t, resumed.nextFrame())
	overlay.apply(t, resumed.nextFrame())
	logged := wholeLog(t, p)
	n := 0
	for _, list := range acked {
		n += len(list)
		if i := firstMissing(logged, list); i >= 0 {
			t.Errorf("of %d acknowledged to a phone, number %d is not at its place in the log", len(list), i)
		}
	}
	if fmt.Sprint(overlay.seen) != fmt.Sprint(logged) {
		t.Errorf("the overlay saw %d comments, the log has %d", len(overlay.seen), len(logged))
	}
	t.Logf("%d acknowledged, %d in the log, %d on the overlay", n, len(logged), len(overlay.seen))
}

// writeUntilClosed sends ten comments a second until the socket breaks.
func writeUntilClosed(phone *socket, name string) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		<-tick.C
		ref := fmt.Sprintf("%s-%d", name, n)
		if phone.tryWrite(map[string]string{"type": "send", "ref": ref, "text": "number " + ref}) != nil {
			return
		}
	}
}

// wholeLog reads the IDs of all shown comments, oldest first.
func wholeLog(t *testing.T, p *program) (ids []string) {
	t.Helper()
	boss := p.console()
	for before := ""; ; {
		_, body := boss.do("GET", "/api/rooms/live/comments?status=shown&limit=200"+before, nil, nil)
		var page struct {
			Comments []event
			Next     int64
		}
		if err := json.Unmarshal([]byte(body), &page); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		for _, c := range page.Comments {
			ids = append([]string{c.ID}, ids...)
		}
		if page.Next == 0 {
			return ids
		}
		before = fmt.Sprintf("&before=%d", page.Next)
	}
}

// firstMissing returns the index of the first element of some that is not in all in the same order,
// -1 if there is none.
func firstMissing(all, some []string) int {
	i := 0
	for _, id := range all {
		if i < len(some) && some[i] == id {
			i++
		}
	}
	if i == len(some) {
		return -1
	}
	return i
}
