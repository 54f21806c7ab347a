package connector

import "github.com/gorilla/websocket"

// Frame is one frame of a WebSocket, or the error that ended the connection.
type Frame struct {
	Data []byte
	Err  error
}

// ReadFrames reads a WebSocket in a separate goroutine, so that a source can wait for
// frames and for its timers at once. The channel delivers each frame in order and then the
// error that ended the connection; it buffers none, so a slow source slows the platform
// down. stop closes the connection and waits for the goroutine; call it once. A frame of
// more than limit bytes ends the connection.
func ReadFrames(ws *websocket.Conn, limit int64) (frames <-chan Frame, stop func()) {
	ws.SetReadLimit(limit)
	read := make(chan Frame)
	done := make(chan struct{})
	go func() {
		defer close(read)
		for {
			_, data, err := ws.ReadMessage()
			select {
			case read <- Frame{data, err}:
			case <-done:
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return read, func() {
		close(done)
		_ = ws.Close() // this makes the goroutine's read fail
		for range read {
		}
	}
}
