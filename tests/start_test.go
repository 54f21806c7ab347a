package tests

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/store"
)

// fill makes a data folder whose room has n comments, a multiple of 500,
// 40 a second.
func fill(b *testing.B, dir string, n int) {
	b.Helper()
	start(b, dir).stop() // makes the room
	db, err := store.Open(b.Context(), store.Options{Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	const authors = 500
	begun := time.Now().Add(-time.Duration(n) * 25 * time.Millisecond)
	var writers sync.WaitGroup
	for w := range authors {
		writers.Go(func() {
			for i := range n / authors {
				at := begun.Add(time.Duration(w+i*authors) * 25 * time.Millisecond)
				_, err := db.Append(context.Background(), room.Event{Room: "live", At: at, Kind: room.KindComment, Comment: comment.Comment{
					ID: comment.NewID(at, uint32(w*n/authors+i)), At: at, Text: fmt.Sprintf("前方高能 %d of %d", i, w), User: fmt.Sprint("user ", w),
					Mode: comment.Scroll, Color: comment.White, Size: comment.Medium, Source: comment.FromAudience,
				}})
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	writers.Wait()
	if err := db.Close(context.Background()); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkStart measures the start of the whole program, from its arguments to the
// banner, with a million comments in the log; it fills the ring and reads nothing
// else. Filling takes half a minute.
func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	fill(b, dir, 1_000_000)
	for b.Loop() {
		p := start(b, dir)
		b.StopTimer()
		p.stop()
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "start-ms")
}

// BenchmarkStartAfterKill measures the built program on a folder whose last program was
// killed: from the call of exec to the answer with the audience's page, and the processor time
// until a first comment is acknowledged.
func BenchmarkStartAfterKill(b *testing.B) {
	if _, err := builtOnce(); err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	var processor time.Duration
	for b.Loop() {
		p, cmd := child(b, dir)
		page := p.phone()
		b.StopTimer()
		s := page.open("audience", "")
		s.next("hello")
		if a := s.say("the first one after a start"); a.Outcome == "" {
			b.Fatalf("%+v", a)
		}
		if err := cmd.Process.Kill(); err != nil {
			b.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
		processor += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "start-ms")
	b.ReportMetric(float64(processor.Milliseconds())/float64(b.N), "processor-ms")
}
