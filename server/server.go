// Package server is the outside: HTTP, sockets, pages. It decodes, makes one
// call into package live, and answers.
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

// Options are what the outside needs to know. Zero limits are off.
type Options struct {
	Service        *live.Service
	Hub            *socket.Hub         // where the service sends its frames
	Pages          *Pages              // what [ReadPages] read
	PublicURL      string              // what links and QR codes carry, without a slash at the end
	Bases          []string            // all that the audience's address may begin with, the likeliest first
	OBS            OBS                 // the OBS that may be asked; nil is none
	OBSBase        string              // our address as that OBS reaches it; empty: as the owner's browser does
	SecurePort     int                 // of https with a certificate that browsers warn of; 0 is none
	Fingerprint    string              // of that certificate, as browsers show it
	Origins        []string            // foreign origins whose pages may open sockets
	TrustedProxies []netip.Prefix      // who may say a client's address
	MaxSockets     int                 // of the process
	MaxPerAddress  int                 // sockets of one address; never more than three quarters of MaxSockets
	Beat           time.Duration       // between beats; 10 s when zero
	StatsEvery     time.Duration       // between stats for consoles; 2 s when zero
	Archive        Archive             // files of what was said
	ExportFormats  []wire.ExportFormat // what Archive can write, in the order in which the console offers it
	Ingest         Ingest              // takes what programs post; nil: nothing is taken
	Emotes         Emotes              // pictures of platforms' emotes; nil: there are none
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
	// document is [Document], which the table of routes must not name itself.
	document func() []byte
	ids      *requestIDs

	requests    requests
	flush, tear time.Duration // flushWithin and tearWithin, but in tests
	codes       codes
}

// New builds a server.
func New(opt Options) (*Server, error) {
	s := &Server{document: Document, live: opt.Service, hub: opt.Hub, flush: flushWithin, tear: tearWithin, opt: opt, now: opt.Now, log: opt.Log, ids: newRequestIDs(), guard: http.NewCrossOriginProtection()}
	s.guard.AddInsecureBypassPattern(ingestPath) // it looks at the origin itself, and takes no cookie from foreign pages
	for _, o := range append([]string{opt.PublicURL}, opt.Origins...) {
		if o == "" {
			continue
		}
		if err := s.guard.AddTrustedOrigin(originOf(o)); err != nil {
			return nil, fmt.Errorf("origin %q: write it as https://host or https://host:port", o)
		}
	}
	s.cluster = opt.Cluster
	options := socket.HandlerOptions{Beat: opt.Beat, StatsEvery: opt.StatsEvery, CheckOrigin: s.sameOrigin, OBS: s.storeOBSMoment}
	var service socket.Service = s.live
	if s.cluster != nil {
		options.Home, service = s.frameHome, withHome{s.live, s}
	}
	s.sockets = socket.NewHandler(s.hub, service, options)
	s.conns = s.newConnLimiter()
	s.hosts = newHosts(opt.Log, slices.Concat([]string{opt.PublicURL}, opt.Origins, opt.Bases)...)
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

// ServeTLS is [Server.Serve] for clients that speak https. The PROXY protocol, where a
// trusted proxy speaks it, comes before TLS. Pages travel by HTTP/2; sockets need
// HTTP/1.1, for which browsers open a connection of its own.
func (s *Server) ServeTLS(l net.Listener, config *tls.Config) error {
	config = config.Clone()
	if len(config.NextProtos) == 0 {
		config.NextProtos = []string{"h2", "http/1.1"}
	}
	return served(s.http.Serve(tls.NewListener(s.listen(limitedListener{Listener: l, limiter: s.conns, secure: true}), config)))
}

// served leaves out the error of a server that was shut down.
func served(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve: %w", err)
}
