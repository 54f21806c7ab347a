package server

import (
	"context"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// publishComments writes n comments: enough that the room's memory does not reach back to the first
// ones.
func (s *testServer) publishComments(n int) room.Position {
	s.t.Helper()
	var all sync.WaitGroup
	for worker := range 64 {
		all.Go(func() {
			for i := worker; i < n; i += 64 {
				at := time.Now()
				if _, err := s.Store.Append(context.Background(), room.Event{Room: "live", At: at, Kind: room.KindComment,
					Comment: comment.Comment{ID: comment.NewID(at, uint32(i)), At: at, Text: "x", User: "u"}}); err != nil {
					s.t.Error(err)
				}
			}
		})
	}
	all.Wait()
	var pos room.Position
	eventually(s.t, "the room to have followed the log", func() bool {
		_ = s.Service.Still("live", "audience", func(p room.Position) { pos = p })
		return pos.Seq >= int64(n)
	})
	return pos
}

// A client that leaves while the log is read for it ends the read; before, each such read
// held a connection to its end.
func TestAClientThatLeavesEndsItsRead(t *testing.T) {
	h := newTestServer(t)
	pos := h.publishComments(5100)
	reading, ended := make(chan struct{}), make(chan struct{})
	var once sync.Once
	hook := func(ctx context.Context) {
		once.Do(func() {
			close(reading)
			<-ctx.Done()
			close(ended)
		})
	}
	h.OnSince.Store(&hook)
	conn, err := net.Dial("tcp", h.base)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "GET /api/rooms/live/socket?role=audience&since=%s:%d HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", pos.Epoch, pos.Seq-5050, h.base)
	wait := func(what string, done <-chan struct{}) {
		t.Helper()
		select {
		case <-done:
		case <-time.After(patience):
			t.Fatalf("%s did not happen", what)
		}
	}
	wait("the read", reading)
	conn.Close()
	wait("its end", ended)
	eventually(t, "the socket's place to be free", func() bool { return h.hub.Len() == 0 })
}

// A room that becomes secret or is archived between the check of a phone's rights and its
// registration excludes the phone.
func TestSettingsThatChangeDuringAHandshake(t *testing.T) {
	yes := true
	for name, tt := range map[string]struct {
		change room.Patch
		bye    string
	}{
		"secret":   {room.Patch{Secret: &yes}, "not_allowed"},
		"archived": {room.Patch{Archived: &yes}, "closed"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newTestServer(t)
			h.OnWait = func() { // the phone's rights have been checked
				h.OnWait = nil
				_, err := h.Service.SetRoom(context.Background(), "live", room.Actor{Role: room.Owner, Label: "boss"}, tt.change)
				if err != nil {
					t.Error(err)
				}
			}
			if bye, _ := ended(t, h.phone()); bye != tt.bye {
				t.Errorf("the phone receives %q, want %q", bye, tt.bye)
			}
		})
	}
}
