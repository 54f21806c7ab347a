package server

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"danmaku/live"
	"danmaku/room"
	"danmaku/server/socket"
)

const (
	// observerWrite is how long one write to an observer may take.
	observerWrite = 10 * time.Second
	// observerRetry is the time after which a disconnected observer reconnects.
	observerRetry = 2 * time.Second
)

// events handles GET /api/rooms/{room}/events: what overlays see, as Server-Sent Events. A
// returning client sends its position in Last-Event-ID, or in the URL.
func (s *Server) events(c echo.Context) error {
	r, roomID := c.Request(), c.Param("room")
	setup, err := s.live.Room(roomID)
	switch {
	case err != nil:
		return err
	case prefetching(r):
		return errLooking
	case setup.Archived:
		return room.ErrRoomClosed
	}
	since := r.Header.Get("Last-Event-ID")
	if since == "" {
		since = c.QueryParam("since")
	}
	position, ok := room.ParsePosition(since)
	if since != "" && !ok {
		return room.Explain(room.ErrInvalid, "since: write the id of the last event that you have read, such as k3f9:42, or leave it out.")
	}
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // otherwise nginx would buffer the events
	if r.Method == http.MethodHead {
		return c.NoContent(http.StatusOK)
	}
	if !s.hub.Reserve(s.connLimits().sockets) {
		return room.ErrBusy
	}
	defer s.hub.Release()
	ip := s.address(c)
	if !s.counts.add(ip, room.ViewOverlay, s.connLimits()) {
		return room.ErrBusy
	}
	defer s.counts.remove(ip)
	var resume live.Resume
	if ok {
		resume = s.live.Resume(r.Context(), roomID, room.ViewOverlay, s.network(c), position)
	}
	o := socket.NewObserver(live.Client{Room: roomID, Link: actorOf(c).Link, Address: s.live.Keys().Address(ip)})
	if err := s.sockets.Observe(o, resume); err != nil {
		return err
	}
	defer s.hub.Forget(o)
	c.Response().WriteHeader(http.StatusOK)
	return s.observe(r.Context(), c.Response(), o)
}

// observe writes a stream until it ends, or its client leaves.
func (s *Server) observe(ctx context.Context, w http.ResponseWriter, o *socket.Observer) error {
	out := http.NewResponseController(w)
	write := func(message []byte) error {
		if err := setAnswerDeadline(w, observerWrite); err != nil {
			return err
		}
		if _, err := w.Write(message); err != nil {
			return err
		}
		if len(o.Messages) > 0 {
			return nil // flushed with the next write
		}
		if err := out.Flush(); err != nil {
			return err
		}
		return noAnswerDeadline(w) // over HTTP/2 an expired deadline would end the stream
	}
	if err := write(socket.Retry(observerRetry)); err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return nil // the client has left
		case message, more := <-o.Messages:
			if !more {
				return write(o.Bye())
			}
			if err := write(message); err != nil {
				return err
			}
		}
	}
}
