package store_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"danmaku/store"
)

// BenchmarkAppend measures a comment's path through the log, many at once, as in a busy
// room.
func BenchmarkAppend(b *testing.B) {
	for _, writers := range []int{1, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			s := openStore(b, b.TempDir())
			addRoom(b, s, "live")
			b.ReportAllocs()
			b.SetParallelism(writers)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := s.Append(context.Background(), newComment("live", "弾幕 comes in from the right")); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}

// BenchmarkStart opens a log of many comments without scanning it. It needs
// DANMAKU_BENCH_ROWS, since filling it takes a while.
func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	s := openStore(b, dir)
	addRoom(b, s, "live")
	rows := os.Getenv("DANMAKU_BENCH_ROWS")
	if rows == "" {
		rows = "10000"
	}
	insertRows(b, s, rows)
	if err := s.Close(context.Background()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := store.Open(context.Background(), store.Options{Dir: dir})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Rooms(context.Background()); err != nil {
			b.Fatal(err)
		}
		if _, err := s.Recent(context.Background(), "live", 1024); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

// insertRows puts rows into the log by SQL, far faster than comments could be appended.
func insertRows(t testing.TB, s *store.Store, rows string) {
	t.Helper()
	for _, q := range []string{
		"INSERT OR IGNORE INTO users (id, room, name) SELECT value, 1, 'user' || value FROM generate(1000)",
		"INSERT INTO comments (id, room, seq, user, at, status, text) SELECT value, 1, value, value % 1000 + 1, 1, CASE WHEN value % 100 = 0 THEN 2 ELSE 1 END, 'text ' || value FROM generate(N)",
		"INSERT INTO events (room, seq, at, kind, comment) SELECT room, seq, at, CASE status WHEN 2 THEN 2 ELSE 1 END, id FROM comments",
		"UPDATE rooms SET seq = (SELECT max(seq) FROM events)",
	} {
		q = strings.ReplaceAll(q, "generate(1000)", "(WITH RECURSIVE g(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM g WHERE value < 1000) SELECT value FROM g)")
		q = strings.ReplaceAll(q, "generate(N)", "(WITH RECURSIVE g(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM g WHERE value < "+rows+") SELECT value FROM g)")
		execSQL(t, s, q)
	}
}
