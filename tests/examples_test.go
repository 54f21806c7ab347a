package tests

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"danmaku/client"
	"danmaku/room"
)

// sendToBots sends the comments that every bot of this file is tested with: a hello, and something
// forbidden.
func sendToBots(t *testing.T, p *program) {
	t.Helper()
	phone, overlay := p.phone().open("audience", ""), p.overlaySocket("")
	phone.next("hello")
	overlay.next("hello")
	phone.say("!hello")
	if e := overlay.until("the answer", func(e event) bool { return strings.HasPrefix(e.Text, "Hello, ") }); e.Badge != "moderator" {
		t.Errorf("the bot answers %+v", e)
	}
	bad := phone.say("Pineapple!")
	overlay.until("the removal", isEvent("remove", bad.ID))
}

// The bots of client/examples listen, answer and moderate unmodified.
func TestBotsOfTheExamples(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatal("the example needs Node.js:", err)
	}
	for name, interpreter := range map[string]string{"client/examples/bot.py": python(t), "client/examples/bot.mjs": node} {
		t.Run(name, func(t *testing.T) {
			if interpreter == "" {
				t.Skip("no Node.js to run the example")
			}
			if n := strings.Count(readPage(t, name), "\n"); n > 60 {
				t.Errorf("it has %d lines", n)
			}
			p := start(t, t.TempDir(), "--user-rate", "0")
			cmd := exec.Command(interpreter, name, p.base, "live")
			cmd.Env = append(os.Environ(), "DANMAKU_KEY="+p.link("moderator").Key)
			cmd.Stderr = os.Stderr
			out, err := cmd.StdoutPipe()
			if err == nil {
				err = cmd.Start()
			}
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				_ = cmd.Process.Kill()
				_ = cmd.Wait()
			})
			if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "listening\n" {
				t.Fatalf("it says %q: %v", line, err)
			}
			sendToBots(t, p)
		})
	}
	// An invalid key ends them with the server's message.
	p := start(t, t.TempDir())
	cmd := exec.Command(python(t), "client/examples/bot.py", p.base, "live")
	cmd.Env = append(os.Environ(), "DANMAKU_KEY="+strings.Repeat("A", 24))
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "Open the console link again") {
		t.Errorf("with a wrong key it says %s: %v", out, err)
	}
}

// A bot in Go, with client.Room: it listens, answers and moderates, and ends when its key is
// revoked.
func TestBotInGo(t *testing.T) {
	data := t.TempDir()
	p := start(t, data, "--user-rate", "0")
	link := p.link("moderator")
	r := client.NewRoom(p.base, "live", link.Key)
	t.Cleanup(r.Close)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	greeted, ended := make(chan string, 10), make(chan error, 1)
	go func() {
		ended <- r.Watch(ctx, "", func(e client.Event) error {
			switch e.Type {
			case "hello":
				greeted <- e.Position
			case "comment":
				c, err := e.Comment()
				switch {
				case err != nil:
					return err
				case c.Badge != "":
				case c.Text == "!hello":
					_, err = r.Send(ctx, client.Comment{Text: "Hello, you!"})
				case strings.Contains(c.Text, "Pineapple"):
					err = r.Remove(ctx, c.ID)
				}
				return err
			}
			return nil
		})
	}()
	if at := <-greeted; !strings.Contains(at, ":") {
		t.Errorf("the stream begins at %q", at)
	}
	sendToBots(t, p)
	poll, err := r.NewItem(ctx, "poll", map[string]any{"question": "Encore?", "options": []string{"yes", "no"}}, true)
	if err != nil || poll.State != "live" {
		t.Fatal(poll, err)
	}
	if it, err := r.StopItem(ctx, poll.ID); err != nil || it.State != "ended" {
		t.Error(it, err)
	}
	phone := p.phone().open("audience", "")
	user := phone.next("hello").User.ID
	if ban, err := r.Mute(ctx, user, time.Minute, "test"); err != nil || ban.User != user {
		t.Error(ban, err)
	}
	if err := r.Clear(ctx); err != nil {
		t.Error(err)
	}
	if err := r.Approve(ctx, "1jkygm697gj2e"); !errors.Is(err, room.ErrNotFound) {
		t.Errorf("a comment that is not there: %v", err)
	}
	p.console().call("DELETE", "/api/links/"+link.ID, nil, 204) // ends the stream, and the next one is refused
	select {
	case err := <-ended:
		if err == nil || errors.Is(err, context.Canceled) {
			t.Errorf("it ends with %v", err)
		}
	case <-time.After(patience):
		t.Fatal("it does not end")
	}
}
