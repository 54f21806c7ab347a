package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"danmaku/connector/twitch/twitchtest"
)

// chatFlood is a fake Twitch that sends messages into a room, alone or beside phones.
type chatFlood struct {
	program    string
	rate       int           // messages a second
	authors    int           // they write in turn
	measure    time.Duration // how long it sends
	reconnects int           // requested after that
	phones     int           // under a room's default limits; 0: without limits
	pause      time.Duration // between two comments of a phone
	oneAddress bool          // all phones behind one address
}

// chatsCommand measures the effect of a big chat on a server and on the phones.
func chatsCommand(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("flood chats", flag.ContinueOnError)
	var f chatFlood
	flags.StringVar(&f.program, "program", "", "the danmaku to measure; built from this folder when empty")
	flags.IntVar(&f.rate, "rate", 300, "messages a second of the chat")
	flags.IntVar(&f.authors, "authors", 100, "authors of the chat, who speak in turn")
	flags.DurationVar(&f.measure, "measure", time.Minute, "how long the chat talks")
	flags.IntVar(&f.reconnects, "reconnects", 1000, "new connections that Twitch asks for after that")
	flags.IntVar(&f.phones, "phones", 0, "phones in the room, under the limits as shipped; 0: the chat alone, without limits")
	flags.DurationVar(&f.pause, "pause", 3*time.Second, "between two comments of a phone")
	flags.BoolVar(&f.oneAddress, "hall", false, "all phones are behind one address")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if f.rate < 1 || f.rate > 10_000 || f.authors < 1 || f.phones < 0 || f.phones > 250 || f.reconnects < 0 || f.measure < time.Second || f.pause <= 0 {
		return errors.New("-rate: 1 to 10000; -phones: 0 to 250; -measure: 1s or more; the others: not below 0")
	}
	dir, err := os.MkdirTemp("", "flood")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if f.program == "" {
		if f.program, err = buildDanmaku(ctx, dir); err != nil {
			return err
		}
	}
	return f.run(ctx, filepath.Join(dir, "data"))
}

func (f chatFlood) run(ctx context.Context, data string) error {
	fake, err := twitchtest.Start()
	if err != nil {
		return err
	}
	defer fake.Close()
	limits := noLimits
	if f.phones > 0 {
		limits = asShipped
	}
	p, err := startTraced(ctx, os.Stderr, []string{"DANMAKU_TWITCH_URL=" + fake.URL()}, f.program, data, limits...)
	if err != nil {
		return err
	}
	defer p.stop()
	if b, err := exec.CommandContext(ctx, f.program, "chats", "add", "--room", "live", "--data", data, "mika_plays").CombinedOutput(); err != nil {
		return fmt.Errorf("connect the chat: %w: %s", err, b)
	}
	client, err := nextClient(ctx, fake)
	if err != nil {
		return err
	}
	reading, stop := context.WithCancel(ctx)
	defer stop()
	line := &timeline{gap: time.Second / time.Duration(f.rate), accepted: map[int]bool{}}
	overlays, err := newSwarm(p.base, p.path, 2, line)
	if err == nil {
		err = overlays.connect(reading)
	}
	if err == nil {
		err = overlays.greetAll(ctx, 2, 30*time.Second)
	}
	if err != nil {
		return err
	}
	if f.phones == 0 {
		return f.soak(ctx, p, fake, client, overlays, line, stop)
	}
	return f.audience(ctx, p, client, line, reading, stop)
}

func nextClient(ctx context.Context, fake *twitchtest.Server) (*twitchtest.Client, error) {
	select {
	case c := <-fake.Joined():
		return c, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(time.Minute):
		return nil, errors.New("the chat does not connect any more")
	}
}

// message returns the nth message: its authors write in turn.
func (f chatFlood) message(n int) string {
	author := fmt.Sprint(n % f.authors)
	return twitchtest.Message{
		ID: fmt.Sprint("m", n), UserID: "7" + author, Login: "viewer" + author, Name: "viewer " + author, Text: string(appendText(nil, n)),
	}.Line("#mika_plays")
}

// writeChat sends the due messages until ctx ends, and returns their number.
func (f chatFlood) writeChat(ctx context.Context, client *twitchtest.Client, line *timeline) int {
	for n := 0; ; n++ {
		if wait := time.Until(line.due(n)); wait > 0 && sleep(ctx, wait) != nil || ctx.Err() != nil {
			return n
		}
		client.Say(f.message(n))
	}
}

// health is the memory, goroutines and files of a process.
type health struct {
	megabytes float64
	files     int
}

func healthOf(p *process) health {
	files, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.cmd.Process.Pid)) // none if the process has gone
	return health{float64(resident(p.cmd.Process.Pid)) / (1 << 20), len(files)}
}

// soak lets the chat send alone, then asks for new connections with a message before each: no
// message may be lost or come twice.
func (f chatFlood) soak(ctx context.Context, p *process, fake *twitchtest.Server, client *twitchtest.Client, overlays *swarm, line *timeline, stop func()) error {
	atStart := healthOf(p)
	line.start = time.Now()
	talking, enough := context.WithTimeout(ctx, f.measure)
	defer enough()
	n := f.writeChat(talking, client, line)
	for i := range n {
		line.accept(i)
	}
	overlays.awaitFrames(ctx, int64(n)*int64(len(overlays.clients)))
	afterChat := healthOf(p)
	for range f.reconnects {
		client.Say(f.message(n))
		client.Say(":tmi.twitch.tv RECONNECT")
		line.accept(n)
		n++
		var err error
		if client, err = nextClient(ctx, fake); err != nil {
			return err
		}
	}
	overlays.awaitFrames(ctx, int64(n)*int64(len(overlays.clients)))
	if err := sleep(ctx, 12*time.Second); err != nil { // an old connection lives on for 10 s
		return err
	}
	atEnd := healthOf(p)
	counts, err := f.counts(ctx, p)
	if err != nil {
		return err
	}
	stop()
	overlays.close()
	r := result{}
	overlays.account(&r, true)
	fmt.Printf("| %d messages a second for %v, then %d new connections | messages | lost | doubled | MB | open files |\n|---|---|---|---|---|---|\n", f.rate, f.measure, f.reconnects)
	fmt.Printf("| at the start | | | | %.0f | %d |\n", atStart.megabytes, atStart.files)
	fmt.Printf("| after the messages | %d | | | %.0f | %d |\n", n-f.reconnects, afterChat.megabytes, afterChat.files)
	fmt.Printf("| at the end | %d | %d | %d | %.0f | %d |\n", n, r.lost, r.doubled, atEnd.megabytes, atEnd.files)
	fmt.Printf("\nthe chat's own count: %d received, %d shown, %d refused by the filter, %d left out\n", counts.Received, counts.Shown, counts.Refused, counts.Limited)
	// A message that the filter refuses is not lost.
	if lost := r.lost - int64(counts.Refused*len(overlays.clients)); lost != 0 || r.doubled > 0 || counts.Received != n || atEnd.files > afterChat.files+5 {
		return errors.New("messages were lost or came twice, or connections were left open")
	}
	return nil
}

// audience lets the chat send beside phones under the default limits.
func (f chatFlood) audience(ctx context.Context, p *process, client *twitchtest.Client, line *timeline, reading context.Context, stop func()) error {
	phoneLine := &timeline{gap: f.pause / time.Duration(f.phones), accepted: map[int]bool{}}
	s, err := newSwarm(p.base, "/api/rooms/live/socket?role=audience", f.phones, phoneLine)
	if err != nil {
		return err
	}
	s.from = func(i int) [4]byte { return [4]byte{127, 0, 2, byte(1 + i)} }
	if f.oneAddress {
		s.from = func(int) [4]byte { return [4]byte{127, 0, 2, 1} }
	}
	phones := newWave(s, phoneLine)
	phones.first = 100_000_000
	if err := s.connect(reading); err != nil {
		return err
	}
	if err := s.greetAll(ctx, int64(f.phones), 30*time.Second); err != nil {
		return err
	}
	talking, enough := context.WithTimeout(ctx, f.measure)
	defer enough()
	line.start, phoneLine.start = time.Now(), time.Now()
	said := 0
	var all sync.WaitGroup
	all.Go(func() { said = f.writeChat(talking, client, line) })
	all.Go(func() { phones.run(talking) })
	all.Wait()
	stop()
	s.close()
	shown, err := f.shown(ctx, p)
	if err != nil {
		return err
	}
	e := evennessOf(shown, said, f.authors, f.rate)
	sent, accepted := phones.offered.Load(), phones.count("shown")
	fmt.Printf("| %v | sent | shown | a second |\n|---|---|---|---|\n", f.measure)
	fmt.Printf("| %d phones | %d | %d | %.1f |\n", f.phones, sent, accepted, float64(accepted)/f.measure.Seconds())
	fmt.Printf("| the chat | %d | %d | %.1f |\n\n%s\n", said, len(shown), float64(len(shown))/f.measure.Seconds(), e)
	if int64(accepted) < sent {
		return fmt.Errorf("%d comments of phones were refused: %v", sent-int64(accepted), phones.outcomes)
	}
	return nil
}

// chatCounts are the server's counts of a chat, as on the wire.
type chatCounts struct {
	Received int `json:"received"`
	Shown    int `json:"shown"`
	Refused  int `json:"refused"`
	Limited  int `json:"limited"` // dropped by a limit
}

// counts returns the server's counts of the chat.
func (f chatFlood) counts(ctx context.Context, p *process) (chatCounts, error) {
	var list struct {
		Chats []struct {
			State struct{ Counts chatCounts }
		}
	}
	body, err := f.get(ctx, p, "/api/rooms/live/chats")
	if err != nil {
		return chatCounts{}, err
	}
	defer body.Close()
	if err := json.NewDecoder(body).Decode(&list); err != nil {
		return chatCounts{}, fmt.Errorf("read the chats: %w", err)
	}
	if len(list.Chats) != 1 {
		return chatCounts{}, fmt.Errorf("the room has %d chats, want 1", len(list.Chats))
	}
	return list.Chats[0].State.Counts, nil
}

// get sends a request as the room's owner.
func (f chatFlood) get(ctx context.Context, p *process, path string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.base+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+p.owner)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask for %s: %w", path, err)
	}
	if resp.StatusCode != http.StatusOK {
		defer resp.Body.Close()
		b, _ := io.ReadAll(io.LimitReader(resp.Body, 500))
		return nil, fmt.Errorf("ask for %s: %s: %s", path, resp.Status, b)
	}
	return resp.Body, nil
}

// shown returns the numbers of the chat's messages that were shown, in order.
func (f chatFlood) shown(ctx context.Context, p *process) ([]int, error) {
	body, err := f.get(ctx, p, "/api/rooms/live/export?format=jsonl")
	if err != nil {
		return nil, err
	}
	defer body.Close()
	var out []int
	lines := bufio.NewScanner(body)
	for lines.Scan() {
		if n := number(until(lines.Bytes(), textMark, '"')); n >= 0 && n < 100_000_000 {
			out = append(out, n)
		}
	}
	return out, lines.Err()
}

// evenness measures how evenly a chat was sampled. Even means that every message has the same
// chance, whatever its author and time. If each message were taken by chance alone, the counts
// by author and by second would follow a Poisson distribution: variance over mean is 1. Below
// 1 is more even than chance.
type evenness struct {
	authors, seconds            float64 // variance over mean
	fewest, most, authorsPassed int     // messages of one author; authors with any
	of                          int
}

func (e evenness) String() string {
	return fmt.Sprintf("the chat's sample: %d of %d authors were shown, each %d to %d times; variance over mean %.2f by author, %.2f by second (1 is pure chance, below it more even)",
		e.authorsPassed, e.of, e.fewest, e.most, e.authors, e.seconds)
}

// evennessOf evaluates which of the sent messages were shown. It ignores the first seconds, in
// which the room's burst accepts nearly all.
func evennessOf(shown []int, said, authors, rate int) evenness {
	const burst = 5 // seconds
	seconds := said/rate - burst
	if seconds < 1 {
		return evenness{of: authors}
	}
	byAuthor, bySecond := make([]int, authors), make([]int, seconds)
	for _, n := range shown {
		if at := n/rate - burst; at >= 0 && at < seconds {
			byAuthor[n%authors]++
			bySecond[at]++
		}
	}
	e := evenness{authors: dispersion(byAuthor), seconds: dispersion(bySecond), fewest: math.MaxInt, of: authors}
	for _, n := range byAuthor {
		e.fewest, e.most = min(e.fewest, n), max(e.most, n)
		if n > 0 {
			e.authorsPassed++
		}
	}
	return e
}

// dispersion returns the variance of counts over their mean.
func dispersion(counts []int) float64 {
	sum, squares := 0.0, 0.0
	for _, n := range counts {
		sum += float64(n)
		squares += float64(n) * float64(n)
	}
	mean := sum / float64(len(counts))
	if mean == 0 {
		return 0
	}
	return (squares/float64(len(counts)) - mean*mean) / mean
}
