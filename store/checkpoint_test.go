package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"danmaku/store"
)

// appendMany appends comments from many writers.
func appendMany(t *testing.T, s *store.Store, count int) {
	t.Helper()
	var writers sync.WaitGroup
	for w := range 8 {
		writers.Go(func() {
			for i := range count / 8 {
				if _, err := s.Append(context.Background(), newComment("live", fmt.Sprint("comment ", w, " ", i))); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	writers.Wait()
}

func fileSize(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// The comments reach the database's own file while the store is open, and the write-ahead
// log is reused from its beginning.
func TestCheckpointsKeepTheLogShort(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	addRoom(t, s, "live")
	db := filepath.Join(dir, "danmaku.db")
	before := fileSize(t, db)
	appendMany(t, s, 400) // far fewer pages than a commit itself moves
	for end := time.Now().Add(3 * time.Minute); fileSize(t, db) == before; runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatal("the database's file did not grow")
		}
	}
	appendMany(t, s, 12_000)
	pages, err := strconv.ParseInt(store.LogPages, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	if size, most := fileSize(t, db+"-wal"), 3*pages*4096; size > most {
		t.Errorf("the write-ahead log has %d bytes; want at most %d", size, most)
	}
}

// A commit does not wait for a checkpoint, however long that takes.
func TestCommitsDoNotWaitForCheckpoints(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	release := s.HoldCheckpoints()
	defer release()
	appendMany(t, s, 1600)
}

// Erased words leave the write-ahead log at once, also while checkpoints run: SQLite refuses
// to run two at the same time.
func TestTheLogIsEmptiedBesideCheckpoints(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	stop, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		for {
			select {
			case <-stop:
				ended <- nil
				return
			default:
			}
			if err := s.Checkpoint(); err != nil {
				ended <- err
				return
			}
		}
	}()
	for i := range 200 {
		mustAppend(t, s, newComment("live", fmt.Sprint("comment ", i)))
		done, err := s.EmptyLog()
		if err != nil {
			t.Fatal(err)
		}
		if !done {
			t.Fatalf("the log was not emptied, time %d", i+1)
		}
	}
	close(stop)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// A close that gives up leaves the writer to its end, and the checkpointer ends with it.
func TestCheckpointsEndWithTheWriter(t *testing.T) {
	s := openStore(t, t.TempDir())
	release := s.Hold()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Close(ctx); err == nil {
		t.Error("the store is closed while it writes")
	}
	release()
	<-s.CheckpointsEnded()
}

// BenchmarkPace measures how long a comment's way into the log takes when a thousand come in
// a second, most of them alone.
func BenchmarkPace(b *testing.B) {
	s := openStore(b, b.TempDir())
	addRoom(b, s, "live")
	var (
		mu      sync.Mutex
		took    []float64
		writers sync.WaitGroup
	)
	next := time.Now()
	for i := 0; b.Loop(); i++ {
		next = next.Add(time.Millisecond)
		time.Sleep(time.Until(next))
		writers.Go(func() {
			ev := newComment("live", "弾幕 comes in from the right")
			ev.Comment.User = fmt.Sprint("user", i%512)
			began := time.Now()
			if _, err := s.Append(context.Background(), ev); err != nil {
				b.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, float64(time.Since(began).Microseconds()))
		})
	}
	writers.Wait()
	slices.Sort(took)
	for _, percent := range []int{50, 90, 99} {
		b.ReportMetric(took[(len(took)-1)*percent/100], fmt.Sprintf("µs-p%d", percent))
	}
}
