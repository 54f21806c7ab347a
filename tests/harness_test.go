package tests

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"danmaku/cli"
)

// patience is the timeout for expected events. It is not a measurement: a test that needs it
// has failed, even on a slow and busy machine.
const patience = 3 * time.Minute

// The exit codes of the program.
const (
	exitDone   = cli.ExitDone
	exitFailed = cli.ExitFailed
	exitUsage  = cli.ExitUsage
)

// environment is the environment of a command, see cli.Env.
type environment struct {
	args     []string
	environ  []string
	in       io.Reader
	out, err io.Writer
	clicked  bool
	open     func(address string) error
	within   time.Duration // for a second opinion; 0: the program's default
}

// run runs a command in this process and returns its exit code.
func run(ctx context.Context, env environment) int {
	return cli.Run(ctx, cli.Env{
		Args: env.args, Environ: env.environ, In: env.in, Out: env.out, Err: env.err, Clicked: env.clicked, Open: env.open, CheckWithin: env.within,
	}, pages())
}

// pages is the folder of the pages as in the built program: without tests, whose names begin
// with _.
var pages = sync.OnceValue(func() fs.FS {
	dir, err := filepath.Abs("assets")
	if err != nil {
		panic(err)
	}
	return &withoutTests{os.DirFS(dir)}
})

type withoutTests struct{ fs.FS }

// ReadDir implements fs.ReadDirFS.
func (w *withoutTests) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := fs.ReadDir(w.FS, name)
	return slices.DeleteFunc(list, func(e fs.DirEntry) bool { return strings.HasPrefix(e.Name(), "_") }), err
}

// program is the whole danmaku, running in this process on its own port.
type program struct {
	t       testing.TB
	data    string // folder
	base    string // http://127.0.0.1:port
	overlay string // key of the overlay link
	code    string // one-time code of the console
	banner  string
	output  func() string // its output so far
	logs    *bytes.Buffer // read it only after stop
	stop    func() int    // ends the program and returns its exit code
}

var (
	overlayLine = regexp.MustCompile(`(https?://[^/\s]+)/overlay/live\?key=(\S+)`)
	codeLine    = regexp.MustCompile(`\?code=(\S+)`)
)

// watched is a buffer that reports a line with a given word.
type watched struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	word string
	seen chan struct{}
	once sync.Once
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buf.Write(p)
	if strings.Contains(w.buf.String(), w.word) {
		w.once.Do(func() { close(w.seen) })
	}
	return len(p), nil
}

// start runs the program on a data folder and waits until it has printed its URLs. The test's
// end stops it.
func start(t testing.TB, data string, args ...string) *program {
	t.Helper()
	return startIn(t, environment{}, data, args...)
}

// startIn is start in a given environment; its arguments, input and output are
// set here, and what is in err gets the log, too.
func startIn(t testing.TB, env environment, data string, args ...string) *program {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out := &watched{word: "code=", seen: make(chan struct{})}
	logs := &bytes.Buffer{}
	ended := make(chan int, 1)
	env.args = append([]string{"--listen", freePort(t), "--data", data}, args...)
	go func() {
		env.in, env.out = strings.NewReader(""), out
		if env.err == nil {
			env.err = logs
		} else {
			env.err = io.MultiWriter(logs, env.err)
		}
		ended <- run(ctx, env)
	}()
	select {
	case <-out.seen:
	case code := <-ended:
		cancel()
		t.Fatalf("the program ended with %d: %s", code, logs)
	case <-time.After(patience):
		cancel()
		t.Fatal("the program did not start")
	}
	output := func() string {
		out.mu.Lock()
		defer out.mu.Unlock()
		return out.buf.String()
	}
	banner := output()
	where, code := overlayLine.FindStringSubmatch(banner), codeLine.FindStringSubmatch(banner)
	if where == nil || code == nil {
		cancel()
		t.Fatalf("the banner lacks an address:\n%s", banner)
	}
	p := &program{t: t, output: output, data: data, base: where[1], overlay: where[2], code: code[1], banner: banner, logs: logs}
	p.stop = sync.OnceValue(func() int {
		cancel()
		select {
		case code := <-ended:
			return code
		case <-time.After(patience):
			t.Error("the program did not end")
			return -1
		}
	})
	running.Add(1)
	t.Cleanup(func() {
		p.stop()
		running.Add(-1)
		noLeaks(t)
	})
	return p
}

// ownFrames match the stack of every goroutine that the program itself starts, or that serves
// a socket.
var ownFrames = regexp.MustCompile(`danmaku/(?:server|live|store)\.|olahol/melody\.|danmaku/cli\.serve`)

// stacks has room for the stacks of all goroutines. Making it anew for each test takes a
// fiftieth of the time of all tests: the race detector clears four times as much memory.
var (
	stacksMu sync.Mutex
	stacks   = make([]byte, 4<<20)
)

// noLeaks fails the test if goroutines of an ended program remain. A goroutine may need a
// moment to end after its last step; programs of the same test that still run are ignored.
func noLeaks(t testing.TB) {
	t.Helper()
	if running.Load() > 0 {
		return
	}
	stacksMu.Lock()
	defer stacksMu.Unlock()
	var left []string
	for deadline, tick := time.Now().Add(patience), time.Tick(2*time.Millisecond); time.Now().Before(deadline); <-tick {
		left = left[:0]
		for stack := range strings.SplitSeq(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
			if ownFrames.MatchString(stack) {
				left = append(left, stack)
			}
		}
		if len(left) == 0 {
			return
		}
	}
	t.Errorf("%d goroutines live on after the program has ended:\n%s", len(left), strings.Join(left, "\n\n"))
}

// beside returns a group for what a test does at the same time. The end of the test waits for
// it, also after a failure: nothing in it uses the test after its end. Call beside before the
// programs are started, which are stopped first: then nothing in the group waits for them.
func beside(t testing.TB) *sync.WaitGroup {
	var all sync.WaitGroup
	t.Cleanup(all.Wait)
	return &all
}

// running counts the programs of the running test.
var running atomic.Int32

// browser is an HTTP client with cookies, like that of a phone or a moderator.
type browser struct {
	t    testing.TB
	p    *program
	http *http.Client
}

func (p *program) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	p.t.Cleanup(transport.CloseIdleConnections)
	return &browser{t: p.t, p: p, http: &http.Client{Jar: jar, Transport: transport, Timeout: patience}}
}

// at returns the browser with its cookies at another program.
func (b *browser) at(p *program) *browser { return &browser{t: b.t, p: p, http: b.http} }

// phone returns a browser that has opened the audience page.
func (p *program) phone() *browser {
	p.t.Helper()
	b := p.browser()
	if status, _ := b.do("GET", "/r/live", nil, nil); status != http.StatusOK {
		p.t.Fatalf("the audience page answers %d", status)
	}
	return b
}

// console returns a browser with an owner's session.
func (p *program) console() *browser {
	p.t.Helper()
	b := p.browser()
	link := p.link("owner")
	if status, body := b.do("GET", "/console?key="+link.Key, nil, nil); status != http.StatusOK {
		p.t.Fatalf("the console answers %d: %s", status, body)
	}
	return b
}

// newLink is the output of `danmaku link new --json`.
type newLink struct{ ID, Role, Room, Key, URL string }

// link creates a link with the command, while the server runs.
func (p *program) link(role string) newLink {
	p.t.Helper()
	return makeLink(p.t, p.data, role)
}

func makeLink(t testing.TB, data, role string) newLink {
	t.Helper()
	var out, errs bytes.Buffer
	args := []string{"link", "new", "--role", role, "--room", "live", "--json", "--data", data}
	if code := run(t.Context(), environment{args: args, out: &out, err: &errs}); code != exitDone {
		t.Fatalf("link new ends with %d: %s", code, &errs)
	}
	var l newLink
	if err := json.Unmarshal(out.Bytes(), &l); err != nil {
		t.Fatal(err)
	}
	return l
}

// port returns the port of the program.
func (p *program) port() string { return p.base[strings.LastIndexByte(p.base, ':')+1:] }

// do sends a request; body is sent as JSON if it is not nil.
func (b *browser) do(method, path string, body any, header map[string]string) (int, string) {
	b.t.Helper()
	var r io.Reader
	if body != nil {
		j, err := json.Marshal(body)
		if err != nil {
			b.t.Fatal(err)
		}
		r = bytes.NewReader(j)
	}
	req, err := http.NewRequest(method, b.p.base+path, r)
	if err != nil {
		b.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	resp, err := b.http.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

var ours = map[string]string{"X-Requested-With": "danmaku"}
