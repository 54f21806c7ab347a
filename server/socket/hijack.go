package socket

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
)

// hijacked is the http.ResponseWriter of a connection that has been hijacked from net/http:
// melody's upgrader hijacks it again. This lets net/http free its own buffers and
// goroutine.
type hijacked struct {
	conn   *stream
	buf    *bufio.ReadWriter
	header http.Header
}

// hijack hijacks a connection from net/http.
func hijack(w http.ResponseWriter) (*hijacked, error) {
	conn, buf, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, fmt.Errorf("hijack: %w", err)
	}
	return &hijacked{conn: newStream(conn), buf: buf, header: http.Header{}}, nil
}

// Hijack implements http.Hijacker.
func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) { return h.conn, h.buf, nil }

// Header implements http.ResponseWriter.
func (h *hijacked) Header() http.Header { return h.header }

// WriteHeader implements http.ResponseWriter. Anything the upgrader refuses was refused
// before the hijack; the connection is closed then.
func (h *hijacked) WriteHeader(int) {}

// Write implements http.ResponseWriter.
func (h *hijacked) Write(b []byte) (int, error) { return len(b), nil }
