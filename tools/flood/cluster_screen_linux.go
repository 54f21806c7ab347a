package main

import (
	"context"
	"sync"
	"time"
)

// clusterScreen is an overlay that must get everything, once and in order.
type clusterScreen struct {
	at int

	mu       sync.Mutex
	ids      []string
	seq      int64
	disorder int
	resumed  int
	fresh    int // starts without a resume after the first
	position string
}

// screenFrame has the fields that an overlay reads of a frame.
type screenFrame struct {
	Type, Position string
	Resumed        bool
	Events         []struct {
		Type, ID string
		Seq      int64
	}
}

func (sc *clusterScreen) count() int {
	sc.mu.Lock()
	defer sc.mu.Unlock()
	return len(sc.ids)
}

// watch follows the room until ctx ends, and moves to another machine when its own dies.
func (sc *clusterScreen) watch(ctx context.Context, s *clusterTrial, greeted chan<- struct{}) {
	v := s.traveller(sc.at, false)
	greet := sync.OnceFunc(func() { greeted <- struct{}{} })
	for ctx.Err() == nil {
		conn, err := v.open(ctx, s.overlay+"&since="+sc.position)
		if err != nil {
			v.next()
			_ = sleep(ctx, 50*time.Millisecond)
			continue
		}
		end := context.AfterFunc(ctx, func() { _ = conn.NetConn().Close() })
		for {
			// A heartbeat comes every 20 s.
			_ = conn.SetReadDeadline(time.Now().Add(30 * time.Second))
			var f screenFrame
			if err = conn.ReadJSON(&f); err != nil {
				break
			}
			if f.Type == "beat" {
				_ = conn.WriteJSON(map[string]string{"type": "beat"}) // the next read returns the error
			}
			if sc.take(f); f.Type == "hello" {
				greet()
			}
		}
		if ctx.Err() == nil && v.lives() {
			s.cutOff("overlay", v.list[v.at], err)
		}
		end()
		_ = conn.Close()
		v.next()
	}
}

func (sc *clusterScreen) take(f screenFrame) {
	sc.mu.Lock()
	defer sc.mu.Unlock()
	switch f.Type {
	case "hello":
		switch {
		case f.Resumed:
			sc.resumed++
		case sc.position != "":
			sc.fresh++
		}
		sc.position = f.Position
	case "events":
		for _, e := range f.Events {
			if e.Type != "comment" {
				continue
			}
			if e.Seq <= sc.seq {
				sc.disorder++
			}
			sc.seq = e.Seq
			sc.ids = append(sc.ids, e.ID)
		}
		sc.position = f.Position
	}
}
