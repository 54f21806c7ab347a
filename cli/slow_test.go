package cli

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/config"
	"danmaku/live"
	"danmaku/live/access"
	"danmaku/moderation"
	"danmaku/room"
	"danmaku/server/wire"
)

// The rule slow holds a comment whose checks take too long; the log has its length and not its
// text.
func TestSlowDecisionIsLogged(t *testing.T) {
	ctx := context.Background()
	cfg, err := config.Load([]string{"--data", t.TempDir()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	log := slog.New(slog.NewTextHandler(&logged, nil))
	db, keys, err := openStore(ctx, cfg, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeStore(t, db) })
	if err := (access.Registrar{Links: db, Rooms: db, Keys: keys, Now: time.Now}).FirstStart(ctx, firstRoom); err != nil {
		t.Fatal(err)
	}
	var passed, step time.Duration // one comment at a time
	var failing atomic.Bool
	slow := filter{moderation.New(moderation.Options{Elapsed: func() time.Duration {
		if failing.Load() {
			panic("the clock broke")
		}
		passed += step
		return passed
	}})}
	service, err := live.Open(ctx, live.Deps{
		Journal: db, History: db, Rooms: db, Links: db, Rules: db, Pictures: db, Emotes: db, Photos: db, Styles: db, Bans: db, Notes: db, Audit: db, Shows: db,
		Limiter: newLimiter(cfg, time.Now), Filter: slow, Encoder: wire.Encoder{}, Outlet: nobody{}, Keys: keys, Log: log, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	service.Start()
	t.Cleanup(func() { service.Close() })
	submit := func(each time.Duration) live.Outcome {
		t.Helper()
		step = each
		o, err := service.Submit(ctx, firstRoom, live.Author{Role: room.Audience, User: "u" + each.String(), Address: "a"}, comment.Draft{Text: "unseen words", Name: "Ann"})
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	// A comment that another rule stops also counts as slow.
	step = 61 * time.Millisecond
	o, err := service.Submit(ctx, firstRoom, live.Author{Role: room.Audience, User: "u", Address: "b"}, comment.Draft{Text: "see https://example.com/a"})
	if err != nil || o.Rule != "links" {
		t.Errorf("a slow address: %+v, %v", o, err)
	}
	if s, err := service.Stats(firstRoom); err != nil || s.Stopped[moderation.RuleSlowDecision] != 1 {
		t.Errorf("counted: %v, %v", s.Stopped, err)
	}
	logged.Reset()
	if o := submit(40 * time.Millisecond); o.Status != comment.Shown || strings.Contains(logged.String(), "took too long") {
		t.Errorf("40 ms: %+v, %s", o, &logged)
	}
	o = submit(60 * time.Millisecond)
	line := logged.String()
	if o.Status != comment.Held || o.Rule != moderation.RuleSlowDecision {
		t.Errorf("60 ms: %+v", o)
	}
	if !strings.Contains(line, "characters=12 bytes=12 name_bytes=3 took=60ms") || strings.Contains(line, "unseen") || strings.Contains(line, "Ann") {
		t.Errorf("logged: %s", line)
	}

	// A fault of the filter holds the comment, and does not end the program.
	logged.Reset()
	failing.Store(true)
	defer failing.Store(false)
	o = submit(time.Millisecond)
	line = logged.String()
	if o.Status != comment.Held || o.Rule != moderation.RuleSlowDecision {
		t.Errorf("a fault: %+v", o)
	}
	if !strings.Contains(line, "level=ERROR") || !strings.Contains(line, "the clock broke") || !strings.Contains(line, "chain.go") || strings.Contains(line, "unseen") || strings.Contains(line, "Ann") {
		t.Errorf("logged of a fault: %s", line)
	}
}
