// Package server is the program's HTTP side: requests, sockets, pages. It decodes, makes
// one call into package live, and answers.
package server

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"danmaku/live"
	"danmaku/server/socket"
	"danmaku/server/wire"
)

// Options configure a server. A zero limit is off.
type Options struct {
	Service        *live.Service
	Hub            *socket.Hub         // destination of the service's frames
	Pages          *Pages              // from [ReadPages]
	PublicURL      string              // base of links and QR codes, without a final slash
	MachineURL     string              // origin of this machine alone, in a cluster; empty: none
	Bases          []string            // all bases of the audience's URL, the likeliest first
	OBS            OBS                 // the OBS that the server may control; nil means none
	OBSBase        string              // our base as that OBS reaches it; empty: as the owner's browser does
	SecurePort     int                 // port of https with a certificate that browsers warn of; 0 means none
	Fingerprint    string              // of that certificate, as browsers show it
	Origins        []string            // foreign origins whose pages may open sockets
	TrustedProxies []netip.Prefix      // proxies whose word on a client's address is trusted
	MaxSockets     int                 // of the process
	MaxPerAddress  int                 // sockets of one address; at most three quarters of MaxSockets
	Beat           time.Duration       // between heartbeats; 10 s when zero
	StatsEvery     time.Duration       // between stats for consoles; 2 s when zero
	Archive        Archive             // exports comments to files
	ExportFormats  []wire.ExportFormat // formats of Archive, in the console's order
	Ingest         Ingest              // accepts programs' posts; nil: none are accepted
	Emotes         Emotes              // pictures of platforms' emotes; nil: none
	Log            *slog.Logger
	AccessLog      bool // each request is logged
	Now            func() time.Time
	Cluster        Cluster // nil: this machine is alone
}

// Server serves pages, API and sockets.
type Server struct {
	opt     Options
	now     func() time.Time
	log     *slog.Logger
	live    *live.Service
	echo    *echo.Echo
	cluster Cluster    // nil: this machine is alone
	atHome  *echo.Echo // for the requests of other machines; nil without a cluster
	http    *http.Server
	hub     *socket.Hub
	sockets *socket.Handler
	counts  socketCounts
	conns   *connLimiter
	hosts   *hosts
	guard   *http.CrossOriginProtection
	warned  forwardedWarnings
	moments moments
	// [Document]; a field, since the table of routes must not refer to it
	document func() []byte
	ids      *requestIDs

	requests    requests
	flush, tear time.Duration // flushWithin and tearWithin, except in tests
	codes       codes
}

// New builds a server.
func New(opt Options) (*Server, error) {
	s := &Server{document: Document, live: opt.Service, hub: opt.Hub, flush: flushWithin, tear: tearWithin, opt: opt, now: opt.Now, log: opt.Log, ids: newRequestIDs(), guard: http.NewCrossOriginProtection()}
	s.guard.AddInsecureBypassPattern(ingestPath) // it checks the origin itself, and accepts no cookie from foreign pages
	for _, o := range append([]string{opt.PublicURL}, opt.Origins...) {
		if o == "" {
			continue
		}
		if err := s.guard.AddTrustedOrigin(originOf(o)); err != nil {
			return nil, fmt.Errorf("origin %q: write it as https://host or https://host:port", o)
		}
	}
	s.cluster = opt.Cluster
	options := socket.HandlerOptions{Beat: opt.Beat, StatsEvery: opt.StatsEvery, CheckOrigin: s.mayConnect, OBS: s.storeOBSMoment}
	var service socket.Service = s.live
	if s.cluster != nil {
		options.Home, service = s.frameHome, withHome{s.live, s}
	}
	s.sockets = socket.NewHandler(s.hub, service, options)
	s.conns = s.newConnLimiter()
	s.hosts = newHosts(opt.Log, slices.Concat([]string{opt.PublicURL, opt.MachineURL}, opt.Origins, opt.Bases)...)
	s.echo = s.routes(false)
	if s.cluster != nil {
		s.atHome = s.routes(true)
	}
	s.http = &http.Server{
		Handler: s.requests.track(s.echo), BaseContext: s.requests.begin, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 60 * time.Second,
		MaxHeaderBytes: 16 << 10, ConnState: s.conns.track, ConnContext: rememberConn, ErrorLog: slog.NewLogLogger(opt.Log.Handler(), slog.LevelDebug),
	}
	return s, nil
}

// Serve answers on l until [Server.Shutdown]. It may be called for several listeners.
func (s *Server) Serve(l net.Listener) error {
	return served(s.http.Serve(s.listen(limitedListener{Listener: l, limiter: s.conns})))
}

// ServeTLS is [Server.Serve] for clients that use https. A trusted proxy's PROXY header
// comes before TLS. Pages use HTTP/2; sockets need HTTP/1.1, for which browsers open a
// separate connection.
func (s *Server) ServeTLS(l net.Listener, config *tls.Config) error {
	config = config.Clone()
	if len(config.NextProtos) == 0 {
		config.NextProtos = []string{"h2", "http/1.1"}
	}
	return served(s.http.Serve(tls.NewListener(s.listen(limitedListener{Listener: l, limiter: s.conns, secure: true}), config)))
}

// served drops the error of a server that was shut down.
func served(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve: %w", err)
}
