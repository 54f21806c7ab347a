package store_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"danmaku/room"
)

// takeAllConnections takes every connection of a pool until the test ends.
func takeAllConnections(t *testing.T, pool *sql.DB) {
	t.Helper()
	for range pool.Stats().MaxOpenConnections {
		conn, err := pool.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
	}
}

// A crowd that resumes takes no connection from moderation, and vice versa.
func TestResumesAndModerationShareNoConnection(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	ev := mustAppend(t, s, newComment("live", "hello"))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // a waiting read would wait forever
	defer cancel()
	moderation := map[string]func() error{
		"history": func() error { _, _, err := s.Comments(ctx, "live", room.HistoryQuery{}); return err },
		"comment": func() error { _, err := s.Comment(ctx, "live", ev.Comment.ID); return err },
		"person":  func() error { _, err := s.Person(ctx, "live", ev.Comment.User); return err },
		"bans":    func() error { _, err := s.Bans(ctx, time.Now()); return err },
		"links":   func() error { _, err := s.Links(ctx); return err },
		"audit":   func() error { _, _, err := s.AuditEntries(ctx, room.AuditQuery{Room: "live"}); return err },
	}
	t.Run("resumes at their bound", func(t *testing.T) {
		takeAllConnections(t, s.ResumeReaders())
		for name, read := range moderation {
			if err := read(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
	t.Run("moderation at its bound", func(t *testing.T) {
		takeAllConnections(t, s.Readers())
		if events, err := s.Since(ctx, "live", 0, 10); err != nil || len(events) != 1 {
			t.Errorf("Since returns %d events, %v", len(events), err)
		}
		if n, err := s.CountSince(ctx, "live", 0, 10); err != nil || n != 1 {
			t.Errorf("CountSince returns %d, %v", n, err)
		}
	})
}

// A read whose client has left frees its connection.
func TestACancelledResumeEnds(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	mustAppend(t, s, newComment("live", "hello"))
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if _, err := s.Since(ctx, "live", 0, 10); !errors.Is(err, context.Canceled) {
		t.Errorf("Since: %v", err)
	}
	if _, err := s.CountSince(ctx, "live", 0, 10); !errors.Is(err, context.Canceled) {
		t.Errorf("CountSince: %v", err)
	}
	if n := s.ResumeReaders().Stats().InUse; n != 0 {
		t.Errorf("%d connections are still in use", n)
	}
	if _, err := s.CountSince(t.Context(), "nowhere", 0, 10); !errors.Is(err, room.ErrNotFound) {
		t.Errorf("an unknown room: %v", err)
	}
}
