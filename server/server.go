// Package server is the outside: HTTP, sockets, pages. It decodes, makes one
// call into package live, and answers.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"danmaku/live"
)

// Options are what the outside needs to know. Zero limits are off.
type Options struct {
	Pages          *Pages         // what [ReadPages] read
	PublicURL      string         // what links and QR codes carry, without a slash at the end
	Bases          []string       // all that the audience's address may begin with, the likeliest first
	SameNetwork    bool           // phones reach it from this machine's network alone
	Studio         Studio         // the OBS that may be asked; nil is none
	StudioBase     string         // our address as that OBS reaches it; empty: as the owner's browser does
	Origins        []string       // foreign origins whose pages may open sockets
	TrustedProxies []netip.Prefix // who may say a client's address
	MaxSockets     int            // of the process
	MaxPerAddress  int            // sockets of one masked address
	Beat           time.Duration  // between beats; 10 s when zero
	StatsEvery     time.Duration  // between stats for consoles; 2 s when zero
	Archive        Archive        // files of what was said
	Log            *slog.Logger
	Now            func() time.Time
}

// Server serves pages, API and sockets.
type Server struct {
	opt     Options
	now     func() time.Time
	log     *slog.Logger
	hall    *live.Hall
	echo    *echo.Echo
	http    *http.Server
	sockets *sockets
	door    *door
	guard   *http.CrossOriginProtection
	forged  sync.Once
	moments moments
}

// New builds a server. It is complete after [Server.Serve] got its hall; the
// outlet is there from the beginning, since the hall needs it.
func New(opt Options) (*Server, error) {
	if opt.Beat == 0 {
		opt.Beat = 10 * time.Second
	}
	if opt.StatsEvery == 0 {
		opt.StatsEvery = 2 * time.Second
	}
	s := &Server{opt: opt, now: opt.Now, log: opt.Log, guard: http.NewCrossOriginProtection()}
	for _, o := range append([]string{opt.PublicURL}, opt.Origins...) {
		if o == "" {
			continue
		}
		if err := s.guard.AddTrustedOrigin(originOf(o)); err != nil {
			return nil, fmt.Errorf("origin %q: write it as https://host or https://host:port", o)
		}
	}
	s.sockets = newSockets(s)
	s.door = s.newDoor()
	s.echo = s.routes()
	s.http = &http.Server{
		Handler: s.echo, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 60 * time.Second,
		MaxHeaderBytes: 16 << 10, ConnState: s.door.watch, ErrorLog: slog.NewLogLogger(opt.Log.Handler(), slog.LevelDebug),
	}
	return s, nil
}

// Outlet is where the hall sends its frames.
func (s *Server) Outlet() live.Outlet { return s.sockets }

// Serve answers on l until [Server.Shutdown].
func (s *Server) Serve(l net.Listener, hall *live.Hall) error {
	s.hall = hall
	s.sockets.start()
	s.door.Listener = l
	if err := s.http.Serve(s.door); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// Shutdown stops listening, tells every socket that the server restarts, and
// waits for requests under way, until ctx ends.
func (s *Server) Shutdown(ctx context.Context) error {
	closed := make(chan struct{})
	go func() {
		s.sockets.shutdown(ctx)
		close(closed)
	}()
	err := s.http.Shutdown(ctx)
	<-closed
	if err != nil {
		return fmt.Errorf("finish requests: %w", errors.Join(err, s.http.Close()))
	}
	return nil
}
