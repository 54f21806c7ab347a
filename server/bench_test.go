package server

import (
	"context"
	"io"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/live"
	"danmaku/metrics"
	"danmaku/room"
	"danmaku/server/wire"
)

// The steps of a comment's path in this package; filter, limiter and journal have their
// benchmarks in their own packages.

func benchEvent(n int) room.Event {
	at := time.UnixMilli(1_760_000_000_000 + int64(n))
	return room.Event{Room: "live", Seq: int64(n), At: at, Kind: room.KindComment, Comment: comment.Comment{
		ID: comment.NewID(at, uint32(n)), At: at, Text: "前方高能，请坐稳", User: "k3f9k3f9",
		Mode: comment.Scroll, Color: comment.White, Size: comment.Medium, Source: comment.FromAudience,
	}}
}

func BenchmarkDecode(b *testing.B) {
	frame := []byte(`{"type":"send","ref":"c1","text":"前方高能，请坐稳","mode":"scroll","color":"#ffffff","size":"medium"}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := wire.DecodeFrame(frame); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEncode encodes one event for all three views.
func BenchmarkEncode(b *testing.B) {
	e := benchEvent(1)
	b.ReportAllocs()
	for b.Loop() {
		for _, v := range room.Views {
			wire.Encoder{}.Event(v, e)
		}
	}
}

// BenchmarkFrame joins four events, which is a tick of 100 comments a second.
func BenchmarkFrame(b *testing.B) {
	events := make([][]byte, 4)
	for i := range events {
		events[i] = wire.Encoder{}.Event(room.ViewOverlay, benchEvent(i))
	}
	pos := room.Position{Epoch: "k3f9k3f9k3f9", Seq: 42}
	b.ReportAllocs()
	for b.Loop() {
		wire.Encoder{}.Frame(pos, events)
	}
}

// BenchmarkHello welcomes a newcomer with 200 already encoded comments.
func BenchmarkHello(b *testing.B) {
	events := make([][]byte, 200)
	for i := range events {
		events[i] = wire.Encoder{}.Event(room.ViewConsole, benchEvent(i))
	}
	w := live.Welcome{Room: room.New("live"), Recent: wire.Encoder{}.List(events)}
	b.ReportAllocs()
	for b.Loop() {
		wire.HelloFrame(w, room.ViewConsole, nil, nil, time.Now())
	}
}

// BenchmarkSubmit runs the use case with a real log, for 64 phones at once, with a limiter
// and a filter that do nothing.
func BenchmarkSubmit(b *testing.B) { benchmarkSubmit(b, nil) }

// BenchmarkSubmitMeasured is BenchmarkSubmit with the durations of --metrics.
func BenchmarkSubmitMeasured(b *testing.B) { benchmarkSubmit(b, metrics.New("test")) }

func benchmarkSubmit(b *testing.B, m *metrics.Metrics) {
	h := newMeasuredServer(b, m, func(*Options) {})
	author := live.Author{Role: room.Audience, User: "k3f9k3f9", Address: "a"}
	b.SetParallelism(32)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			_, err := h.Service.Submit(context.Background(), "live", author, comment.Draft{Text: "前方高能，请坐稳", Source: comment.FromAudience})
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// BenchmarkBroadcast sends one frame to 500 sockets and waits until each has read as many
// bytes; the allocations are those of the server and melody.
func BenchmarkBroadcast(b *testing.B) {
	h := newTestServer(b)
	const n = 500
	var conns []io.Reader
	for range n {
		conns = append(conns, h.dialDeaf())
	}
	eventually(b, "all sockets", func() bool { return h.phones() == n })
	frame := make([]byte, 560)
	for i := range frame {
		frame[i] = 'x'
	}
	got := make(chan error, n)
	turn := make([]chan struct{}, n)
	for i, conn := range conns {
		turn[i] = make(chan struct{}, 1)
		go func() {
			buf := make([]byte, len(frame)+4) // including its header
			for range turn[i] {
				_, err := io.ReadFull(conn, buf)
				got <- err
			}
		}()
	}
	b.ReportAllocs()
	for b.Loop() {
		h.broadcast(frame)
		for i := range turn {
			turn[i] <- struct{}{}
		}
		for range n {
			if err := <-got; err != nil {
				b.Fatal(err)
			}
		}
	}
	for i := range turn {
		close(turn[i])
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/n, "µs/socket")
}
