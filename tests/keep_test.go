package tests

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/store"
)

// A backup is made while the server runs; restored into another folder it has the comments and
// the links, and its own numbers: an overlay from the original starts afresh.
func TestBackupBesideAServer(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0")
	phone, overlay := p.phone().open("audience", ""), p.overlaySocket("")
	overlay.next("hello")
	phone.send("1", "in the copy")
	overlay.until("it", textIs("in the copy"))
	dir := t.TempDir()
	var out, errs bytes.Buffer
	backup := func(args ...string) int {
		return run(t.Context(), environment{args: append([]string{"backup", "--data", p.data}, args...), out: &out, err: &errs})
	}
	if code := backup(filepath.Join(dir, "danmaku.db")); code != exitDone {
		t.Fatalf("backup ends with %d: %s", code, &errs)
	}
	if code := backup(filepath.Join(dir, "danmaku.db")); code != exitFailed {
		t.Errorf("a second one over it ends with %d", code)
	}
	if code := backup(); code != exitUsage {
		t.Errorf("one without a file ends with %d", code)
	}
	phone.send("2", "after the copy")
	var at string
	for at == "" {
		if f := overlay.next("events"); f.Events[0].Text == "after the copy" {
			at = f.Position
		}
	}
	secret, err := os.ReadFile(filepath.Join(p.data, "secret.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "secret.key"), secret, 0o600); err != nil {
		t.Fatal(err)
	}
	p.stop()
	restored := start(t, dir)
	if restored.overlay != p.overlay {
		t.Error("the overlay's link is another")
	}
	h := restored.overlaySocket(at).next("hello")
	if h.Resumed || len(h.Recent) != 1 || h.Recent[0].Text != "in the copy" {
		t.Errorf("hello of the copy: %+v", h)
	}
}

// With --keep-days old comments are deleted at the start, from the log and from the recent
// comments.
func TestKeepDays(t *testing.T) {
	dir := t.TempDir()
	start(t, dir).stop() // creates the room
	db, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	for i, age := range []time.Duration{40 * 24 * time.Hour, 20 * 24 * time.Hour} {
		at := time.Now().Add(-age)
		_, err := db.Append(t.Context(), room.Event{Room: "live", At: at, Kind: room.KindComment, Comment: comment.Comment{
			ID: comment.NewID(at, uint32(i)), At: at, Text: []string{"old", "young"}[i], User: []string{"bot", "ann"}[i],
			Mode: comment.Scroll, Color: comment.White, Size: comment.Medium, Source: comment.FromAudience,
		}, Entry: room.Entry{Link: []int64{7, 0}[i]}})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	p := start(t, dir, "--keep-days", "30")
	owner := p.console()
	for end := time.Now().Add(patience); ; {
		_, body := owner.do("GET", "/api/rooms/live/comments", nil, nil)
		h := p.phone().open("audience", "").next("hello")
		if !strings.Contains(body, `"old"`) && len(h.Recent) == 1 && h.Recent[0].Text == "young" {
			if !strings.Contains(body, `"young"`) {
				t.Errorf("too much is gone: %s", body)
			}
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the old one is there: %s, %+v", body, h.Recent)
		}
	}
}
