package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"path/filepath"
	"sync"
	"time"

	"danmaku/config"
	"danmaku/connector/emotes"
	"danmaku/export"
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

// stopWithin bounds the whole shutdown, from the moment it is requested.
const stopWithin = 5 * time.Second

// serveName is the default command.
const serveName = "serve"

// serveCommand is `danmaku serve`.
func serveCommand() command {
	return command{
		name: serveName, summary: "start the server (the default)",
		about: "Starts the server and prints the addresses of overlay, audience and console.\nCtrl-C stops it.",
		run:   func(ctx context.Context, env Env, in input) error { return runServer(ctx, env, in.cfg) },
	}
}

// runServer runs the server until ctx ends. An end while the server is still starting is not
// an error.
func runServer(ctx context.Context, env Env, cfg config.Config) error {
	log := newLog(env.Err, cfg)
	unlock, err := store.Lock(cfg.Data)
	if errors.Is(err, store.ErrServed) && wantsBrowser(cfg.Open, env.Clicked) {
		return openRunning(ctx, env, cfg, startsWithin)
	}
	if err != nil {
		return err
	}
	defer func() { _ = unlock() }() // the process ends anyway
	if was, err := beWitness(ctx, env, cfg, log); was {
		return err
	}
	forgetAddress(cfg.Data) // left by a server that was killed
	if err := export.SweepScratch(cfg.Data); err != nil {
		log.Warn("could not remove files that an earlier run left", "err", err)
	}
	var measured *metrics.Metrics
	if cfg.Metrics != "" {
		measured = metrics.New(thisBuild().version)
	}
	others, err := openMember(ctx, cfg, log)
	if err != nil {
		return unlessStopped(ctx, err)
	}
	db, keys, err := openFolder(ctx, cfg, log, true, others, measured)
	if err != nil {
		if others != nil {
			others.close()
		}
		return unlessStopped(ctx, err)
	}
	end, begin := endAfter(ctx, stopWithin)
	err = unlessStopped(ctx, serve(ctx, end, env, cfg, log, db, keys, measured, others))
	begin() // even without a request to stop
	err = errors.Join(err, db.Close(end))
	if others != nil {
		others.close()
	}
	return err
}

// endAfter returns a context that ends after long from the end of ctx, or from the call of
// begin: one deadline for the whole shutdown.
func endAfter(ctx context.Context, long time.Duration) (end context.Context, begin func()) {
	end, cancel := context.WithCancel(context.Background())
	begin = sync.OnceFunc(func() { time.AfterFunc(long, cancel) })
	context.AfterFunc(ctx, begin)
	return end, begin
}

// waitFor runs fn, but waits for it only until ctx ends. The process then ends without it.
func waitFor(ctx context.Context, fn func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		fn()
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// unlessStopped drops an error that only reports the end of ctx.
func unlessStopped(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// openStore opens the data folder for a command that only reads, whether a server runs or not.
func openStore(ctx context.Context, cfg config.Config, log *slog.Logger) (*store.Store, access.Keys, error) {
	return openFolder(ctx, cfg, log, false, nil, nil)
}

// openFolder opens the data folder; held means that this process has its lock. others and
// measured may be nil.
func openFolder(ctx context.Context, cfg config.Config, log *slog.Logger, held bool, others member, measured *metrics.Metrics) (*store.Store, access.Keys, error) {
	if isWitness(cfg.Data) {
		return nil, access.Keys{}, config.Faultf(folderWitness, cfg.Data)
	}
	commits, lag := measured.Journal()
	o := store.Options{Dir: cfg.Data, Full: cfg.Sync == config.SyncFull, Held: held, Log: log, Commits: commits, Lag: lag}
	if others != nil {
		o.Member = others.logName()
	}
	db, err := store.Open(ctx, o)
	if err != nil {
		return nil, access.Keys{}, err
	}
	secret, err := store.Secret(cfg.Data)
	if err != nil {
		return nil, access.Keys{}, errors.Join(err, db.Close(ctx))
	}
	return db, access.NewKeys(secret), nil
}

// serve wires the parts and runs them until ctx ends. They end in the opposite order: stop
// listening and close the sockets, end the chats, end the service, and then, in the caller,
// drain the journal and close the database. No step waits once end has ended.
func serve(ctx, end context.Context, env Env, cfg config.Config, log *slog.Logger, db *store.Store, keys access.Keys, measured *metrics.Metrics, others member) error {
	if others != nil {
		if err := others.publish(ctx, db); err != nil {
			return err
		}
	}
	registrar := access.Registrar{Links: db, Rooms: db, Keys: keys, Now: time.Now}
	rooms, err := db.Rooms(ctx)
	if err != nil {
		return fmt.Errorf("first start: %w", err)
	}
	// Before anything is created: a start that fails here does not count as the first one.
	lan := lanAddresses()
	listeners, err := openListeners(cfg, lan, log)
	if err != nil {
		return err
	}
	defer listeners.close()
	if cfg.PublicURL == nil {
		cfg.PublicURL = listeners.publicURL()
	}
	if others == nil { // otherwise the first machine of the cluster has done it
		if err := registrar.FirstStart(ctx, firstRoom); err != nil {
			return fmt.Errorf("first start: %w", err)
		}
	}
	listening, err := netip.ParseAddrPort(listeners.plain.Addr().String())
	if err != nil {
		return fmt.Errorf("read the address listened on: %w", err)
	}
	here, _ := bases(listening, nil, nil)
	forget, err := noteAddress(cfg.Data, here)
	if err != nil {
		return err
	}
	defer forget()
	pages, err := readPages(env.assets)
	if err != nil {
		return fmt.Errorf("read the embedded pages: %w", err)
	}
	stop, err := readStopWords(env.assets)
	if err != nil {
		return err
	}
	pictures := emotes.Open(emotes.Options{Dir: filepath.Join(cfg.Data, "emotes"), Log: log})
	defer pictures.Close()
	brought := &chatRooms{emotes: pictures}
	chats := newChatRunner(cfg, env.Environ, brought, log)
	hub := socket.NewHub(socket.Options{Log: log, Now: time.Now})
	var (
		_ live.Journal = db
		_ live.History = db
		_ live.Outlet  = hub
	)
	second, closeSecond, err := newOpinion(cfg, env.CheckWithin, keys, log)
	if err != nil {
		return err
	}
	defer closeSecond()
	source := &webhookSource{}
	hooks := webhook.New(webhook.Options{Source: source, Log: log, Agent: "danmaku/" + thisBuild().version})
	checks := newFilter()
	service, err := live.Open(ctx, live.Deps{
		Journal: db, History: db, Rooms: db, Links: db, Rules: db, Pictures: db, WiFi: db, Emotes: db, Photos: db, Styles: db, Chats: db, Runner: chats, Webhooks: db, Sender: hooks, Bans: db, Notes: db, Audit: db, Shows: db, Keep: db, KeepSet: keepSet(cfg),
		Recordings: replay.Library{Archive: db, Dir: cfg.Data}, Limiter: newLimiter(cfg, time.Now), Filter: checks, Opinion: second,
		Encoder: wire.Encoder{}, Outlet: hub, Keys: keys, Cluster: asLive(others), Codes: codesOf(others, db), Log: log, Now: time.Now, Timings: measured.Timings(),
	})
	if err != nil {
		return err
	}
	srv, err := server.New(server.Options{
		Service: service, Hub: hub, Cluster: asServer(others),
		Pages: pages, PublicURL: audienceBase(cfg, listening, lan), MachineURL: cfg.MachineURL, Origins: cfg.AllowedOrigins(), TrustedProxies: cfg.TrustedProxies,
		Bases:      audienceBases(cfg, listening, lan),
		SecurePort: listeners.selfSignedPort(), Fingerprint: listeners.fingerprint,
		OBS: obsClient{url: cfg.OBS, password: passwordOf(env.Environ)}, OBSBase: obsBase(cfg, listening, lan),
		MaxSockets: cfg.MaxSockets, MaxPerAddress: cfg.MaxSocketsPerAddress, Archive: archive{db, cfg.Data, stop}, ExportFormats: exportFormats(), Ingest: chats.ingest, Emotes: pictures, Log: log, AccessLog: cfg.AccessLog, Now: time.Now,
	})
	if err != nil {
		return errors.Join(err, service.Close())
	}
	brought.service, source.service = service, service
	stopMetrics, err := serveMetrics(cfg, measured, metrics.Sources{Service: service, Hub: hub, Journal: db, Webhooks: hooks, Rules: countedRules(), Cluster: asMetrics(others)}, log)
	if err != nil {
		return errors.Join(err, service.Close())
	}
	defer stopMetrics()
	if others != nil {
		if err := others.join(service, srv, hub, pictures); err != nil {
			return errors.Join(err, service.Close())
		}
	}
	service.Start()
	keeping := keepUp(ctx, db, service, log)
	defer waitFor(end, func() {
		// Before another machine decides; it continues from the position of the webhooks in
		// the log.
		chats.chats.Close()
		hooks.Close()
		if others != nil {
			others.part()
		}
		keeping()
		_ = service.Close() // it has nothing to report
	})
	paths, err := entryURLs(service, len(rooms) == 0)
	if err != nil {
		return err
	}
	served, stopRedirects := listeners.serve(srv)
	defer stopRedirects()
	if listeners.warm != nil { // the first phone then does not wait for them
		go listeners.warm()
	}
	go checks.Prepare() // otherwise the first comment would wait for it
	w := wordsIn(cfg.Lang, env.Environ)
	err = printBanner(env.Out, w, listening, cfg.PublicURL, lan, paths)
	if err == nil && listeners.fingerprint != "" {
		err = printSecure(env.Out, w, listeners.securePort(), listening, lan, paths, listeners.fingerprint)
	}
	if err == nil {
		err = printAbout(env.Out, w, thisBuild().version, cfg.Data, env.Clicked)
	}
	if err != nil {
		log.Warn("could not print the addresses", "err", err)
	}
	if wantsBrowser(cfg.Open, env.Clicked) {
		if err := env.Open(here + paths.Console); err != nil {
			log.Warn("could not open the browser; open the console's address yourself", "err", err)
		}
	}
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	stopRedirects()
	if err := srv.Shutdown(end); err != nil {
		log.Warn("the shutdown did not complete", "err", err)
	}
	return <-served
}
