package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"path/filepath"
	"time"

	"danmaku/config"
	"danmaku/connector/emotes"
	"danmaku/live"
	"danmaku/live/access"
	"danmaku/live/replay"
	"danmaku/metrics"
	"danmaku/server"
	"danmaku/server/socket"
	"danmaku/server/wire"
	"danmaku/store"
	"danmaku/webhook"
)

// firstRoom is the room that an empty data folder gets.
const firstRoom = "live"

// program is the running server: what it was started with, and its parts.
type program struct {
	env      Env
	cfg      config.Config
	log      *slog.Logger
	db       *store.Store
	keys     access.Keys
	measured *metrics.Metrics // nil: metrics are off
	others   member           // nil: there is no cluster

	first     bool // the data folder had no room
	lan       []netip.Addr
	listeners *listenerSet
	listening netip.AddrPort
	here      string // base URL on this machine

	pictures *emotes.Cache
	chats    chatRunner
	hub      *socket.Hub
	hooks    *webhook.Runner
	checks   filter
	service  *live.Service
	srv      *server.Server

	ends []func() // of the parts so far
}

// serve wires the parts and runs them until ctx ends. They end in the opposite order: stop
// listening and close the sockets, end the chats, end the service, and then, in the caller,
// drain the journal and close the database. No step waits once end has ended.
func (p *program) serve(ctx, end context.Context) error {
	defer p.end()
	if p.others != nil {
		if err := p.others.publish(ctx, p.db); err != nil {
			return err
		}
	}
	if err := p.listen(ctx); err != nil {
		return err
	}
	if err := p.openService(ctx); err != nil {
		return err
	}
	if err := p.openServer(); err != nil {
		return errors.Join(err, p.service.Close())
	}
	p.service.Start()
	keeping := keepUp(ctx, p.db, p.service, p.log)
	p.atEnd(func() { waitFor(end, func() { p.endService(keeping) }) })
	paths, err := entryURLs(p.service, p.first)
	if err != nil {
		return err
	}
	served, stopRedirects := p.listeners.serve(p.srv)
	p.atEnd(stopRedirects)
	if p.listeners.warm != nil { // the first phone then does not wait for them
		go p.listeners.warm()
	}
	go p.checks.Prepare() // otherwise the first comment would wait for it
	p.announce(paths)
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	stopRedirects()
	if err := p.srv.Shutdown(end); err != nil {
		p.log.Warn("the shutdown did not complete", "err", err)
	}
	return <-served
}

// atEnd makes end call fn, before all functions of earlier calls.
func (p *program) atEnd(fn func()) { p.ends = append(p.ends, fn) }

// end ends the parts, the newest first.
func (p *program) end() {
	for i := range p.ends {
		p.ends[len(p.ends)-1-i]()
	}
}

// endService ends what changes the database. keeping waits for the deletion of old comments.
func (p *program) endService(keeping func()) {
	// Before another machine decides; it continues from the position of the webhooks in the
	// log.
	p.chats.chats.Close()
	p.hooks.Close()
	if p.others != nil {
		p.others.leave()
	}
	keeping()
	_ = p.service.Close() // it has nothing to report
}

// listen opens the sockets of the server, and creates the first room in an empty folder.
func (p *program) listen(ctx context.Context) (err error) {
	rooms, err := p.db.Rooms(ctx)
	if err != nil {
		return fmt.Errorf("first start: %w", err)
	}
	p.first = len(rooms) == 0
	// Before anything is created: a start that fails here does not count as the first one.
	p.lan = lanAddresses()
	if p.listeners, err = openListeners(p.cfg, p.lan, p.log); err != nil {
		return err
	}
	p.atEnd(p.listeners.close)
	if p.cfg.PublicURL == nil {
		p.cfg.PublicURL = p.listeners.publicURL()
	}
	if p.others == nil { // otherwise the first machine of the cluster has done it
		registrar := access.Registrar{Links: p.db, Rooms: p.db, Keys: p.keys, Now: time.Now}
		if err := registrar.FirstStart(ctx, firstRoom); err != nil {
			return fmt.Errorf("first start: %w", err)
		}
	}
	if p.listening, err = netip.ParseAddrPort(p.listeners.plain.Addr().String()); err != nil {
		return fmt.Errorf("read the address listened on: %w", err)
	}
	p.here, _ = bases(p.listening, nil, nil)
	forget, err := noteAddress(p.cfg.Data, p.here)
	if err != nil {
		return err
	}
	p.atEnd(forget)
	return nil
}

// openService opens the service with its sockets, chats, webhooks and filter.
func (p *program) openService(ctx context.Context) error {
	p.pictures = emotes.Open(emotes.Options{Dir: filepath.Join(p.cfg.Data, "emotes"), Log: p.log})
	p.atEnd(p.pictures.Close)
	second, closeSecond, err := newOpinion(p.cfg, p.env.CheckWithin, p.keys, p.log)
	if err != nil {
		return err
	}
	p.atEnd(closeSecond)
	brought := &chatRooms{emotes: p.pictures}
	source := &webhookSource{}
	p.chats = newChatRunner(p.cfg, p.env.Environ, brought, p.log)
	p.hub = socket.NewHub(socket.Options{Log: p.log, Now: time.Now})
	p.hooks = webhook.New(webhook.Options{Source: source, Log: p.log, Agent: "danmaku/" + thisBuild().version})
	p.checks = newFilter()
	db := p.db
	var (
		_ live.Journal = db
		_ live.History = db
		_ live.Outlet  = p.hub
	)
	p.service, err = live.Open(ctx, live.Deps{
		Journal: db, History: db, Rooms: db, Links: db, Rules: db, Pictures: db, WiFi: db, Emotes: db, Photos: db, Styles: db, Chats: db, Runner: p.chats,
		Webhooks: db, Sender: p.hooks, Bans: db, Notes: db, Audit: db, Shows: db, Keep: db, KeepSet: keepSet(p.cfg),
		Recordings: replay.Library{Archive: db, Dir: p.cfg.Data}, Limiter: newLimiter(p.cfg, time.Now), Filter: p.checks, Opinion: second,
		Encoder: wire.Encoder{}, Outlet: p.hub, Keys: p.keys, Cluster: asLive(p.others), Codes: codesOf(p.others, db), Log: p.log, Now: time.Now, Timings: p.measured.Timings(),
	})
	if err != nil {
		return err
	}
	brought.service, source.service = p.service, p.service
	return nil
}

// openServer opens the server of pages and API, and that of metrics, and takes part in the
// cluster.
func (p *program) openServer() error {
	pages, err := readPages(p.env.assets)
	if err != nil {
		return fmt.Errorf("read the embedded pages: %w", err)
	}
	stop, err := readStopWords(p.env.assets)
	if err != nil {
		return err
	}
	cfg := p.cfg
	p.srv, err = server.New(server.Options{
		Service: p.service, Hub: p.hub, Cluster: asServer(p.others),
		Pages: pages, PublicURL: audienceBase(cfg, p.listening, p.lan), MachineURL: cfg.MachineURL, Origins: cfg.AllowedOrigins(), TrustedProxies: cfg.TrustedProxies,
		Bases:      audienceBases(cfg, p.listening, p.lan),
		SecurePort: p.listeners.selfSignedPort(), Fingerprint: p.listeners.fingerprint,
		OBS: obsClient{url: cfg.OBS, password: passwordOf(p.env.Environ)}, OBSBase: obsBase(cfg, p.listening, p.lan),
		MaxSockets: cfg.MaxSockets, MaxPerAddress: cfg.MaxSocketsPerAddress, Archive: archive{p.db, cfg.Data, stop}, ExportFormats: exportFormats(),
		Ingest: p.chats.ingest, Emotes: p.pictures, Log: p.log, AccessLog: cfg.AccessLog, Now: time.Now,
	})
	if err != nil {
		return err
	}
	from := metrics.Sources{Service: p.service, Hub: p.hub, Journal: p.db, Webhooks: p.hooks, Rules: countedRules(), Cluster: asMetrics(p.others)}
	stopMetrics, err := serveMetrics(cfg, p.measured, from, p.log)
	if err != nil {
		return err
	}
	p.atEnd(stopMetrics)
	if p.others == nil {
		return nil
	}
	return p.others.join(p.service, p.srv, p.hub, p.pictures)
}

// announce prints the addresses of the pages, and opens the browser if that is wanted. The
// server runs without it.
func (p *program) announce(paths bannerPaths) {
	out, w := p.env.Out, wordsIn(p.cfg.Lang, p.env.Environ)
	err := printBanner(out, w, p.listening, p.cfg.PublicURL, p.lan, paths)
	if err == nil && p.listeners.fingerprint != "" {
		err = printSecure(out, w, p.listeners.securePort(), p.listening, p.lan, paths, p.listeners.fingerprint)
	}
	if err == nil {
		err = printAbout(out, w, thisBuild().version, p.cfg.Data, p.env.Clicked)
	}
	if err != nil {
		p.log.Warn("could not print the addresses", "err", err)
	}
	if wantsBrowser(p.cfg.Open, p.env.Clicked) {
		if err := p.env.Open(p.here + paths.Console); err != nil {
			p.log.Warn("could not open the browser; open the console's address yourself", "err", err)
		}
	}
}
