package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/labstack/echo/v4"
)

// A closed connection is not our fault; a real error stays one, also for a client that has
// left.
func TestClientsThatLeftAreNoErrors(t *testing.T) {
	left, leave := context.WithCancel(t.Context())
	leave()
	client, other := net.TCPAddrFromAddrPort(netip.MustParseAddrPort("192.0.2.1:1234")), net.TCPAddrFromAddrPort(netip.MustParseAddrPort("192.0.2.2:1234"))
	for _, tt := range []struct {
		ctx   context.Context
		err   error
		level string
	}{
		{t.Context(), &net.OpError{Op: "set", Net: "tcp", Err: net.ErrClosed}, "DEBUG"},
		{t.Context(), fmt.Errorf("take a connection: %w", net.ErrClosed), "DEBUG"},
		{t.Context(), syscall.ECONNRESET, "DEBUG"},
		{t.Context(), fmt.Errorf("write the answer: %w", syscall.EPIPE), "DEBUG"},
		{t.Context(), fmt.Errorf("download: %w", &net.OpError{Op: "write", Net: "tcp", Addr: client, Err: os.ErrDeadlineExceeded}), "DEBUG"},
		{t.Context(), &net.OpError{Op: "read", Net: "tcp", Addr: client, Err: errors.New("wsarecv: an existing connection was aborted")}, "DEBUG"},
		{t.Context(), &net.OpError{Op: "write", Net: "tcp", Addr: other, Err: os.ErrDeadlineExceeded}, "ERROR"},
		{t.Context(), &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}, "ERROR"},
		{left, fmt.Errorf("read history: %w", context.Canceled), "DEBUG"},
		{t.Context(), fmt.Errorf("read history: %w", context.Canceled), "ERROR"},
		{left, errors.New("the disk is on fire"), "ERROR"},
		{t.Context(), errors.New("the disk is on fire"), "ERROR"},
	} {
		var out bytes.Buffer
		s := &Server{log: slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))}
		r := httptest.NewRequestWithContext(tt.ctx, http.MethodGet, "/api/rooms", nil)
		s.explain(tt.err, echo.New().NewContext(r, httptest.NewRecorder()))
		if !strings.Contains(out.String(), "level="+tt.level) {
			t.Errorf("%v is logged as %s, want %s", tt.err, out.String(), tt.level)
		}
	}
}
