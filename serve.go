package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"danmaku/comment"
	"danmaku/config"
	"danmaku/live"
	"danmaku/server"
	"danmaku/store"
)

// firstRoom is the room an empty data folder gets.
const firstRoom = "live"

// stopWithin is how long everything together may take to end.
const stopWithin = 5 * time.Second

// serveCommand runs the server until ctx ends. That it ended while the server
// was still starting is no fault.
func serveCommand(ctx context.Context, env environment) error {
	cfg, err := config.Load(env.args, env.environ)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(env.err, &slog.HandlerOptions{Level: cfg.LogLevel}))
	unlock, err := store.Lock(cfg.Data)
	if errors.Is(err, store.ErrServed) && wantsBrowser(cfg.Open, env.clicked) {
		return openRunning(ctx, env, cfg, startsWithin)
	}
	if err != nil {
		return err
	}
	defer func() { _ = unlock() }() // the process ends anyway
	if err := sweep(cfg.Data); err != nil {
		log.Warn("files that an earlier run left could not be removed", "err", err)
	}
	db, keys, err := openStore(ctx, cfg, log)
	if err != nil {
		return unlessStopped(ctx, err)
	}
	err = unlessStopped(ctx, serve(ctx, env, cfg, log, db, keys))
	end, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	return errors.Join(err, db.Close(end))
}

// unlessStopped leaves out an error that only says that ctx has ended.
func unlessStopped(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// openStore opens the data folder, beside a running server or as one.
func openStore(ctx context.Context, cfg config.Config, log *slog.Logger) (*store.Store, live.Keys, error) {
	db, err := store.Open(ctx, store.Options{Dir: cfg.Data, Full: cfg.Sync == config.SyncFull, Log: log})
	if err != nil {
		return nil, live.Keys{}, err
	}
	secret, err := store.Secret(cfg.Data)
	if err != nil {
		return nil, live.Keys{}, errors.Join(err, db.Close(ctx))
	}
	return db, live.NewKeys(secret), nil
}

// serve wires the parts and runs them. They end in the opposite order: stop
// listening and close the sockets, end the hall, and then, at the caller's,
// drain the journal and close the database.
func serve(ctx context.Context, env environment, cfg config.Config, log *slog.Logger, db *store.Store, keys live.Keys) error {
	registrar := live.Registrar{Links: db, Rooms: db, Keys: keys, Now: time.Now}
	rooms, err := db.Rooms(ctx)
	if err != nil {
		return fmt.Errorf("first start: %w", err)
	}
	// Before anything is made: a start that fails here is not the first one.
	listener, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return explainListen(cfg, err)
	}
	defer listener.Close()
	if err := registrar.FirstStart(ctx, firstRoom); err != nil {
		return fmt.Errorf("first start: %w", err)
	}
	listening, err := netip.ParseAddrPort(listener.Addr().String())
	if err != nil {
		return fmt.Errorf("read the address listened on: %w", err)
	}
	here, _ := bases(listening, nil, nil)
	forget, err := noteAddress(cfg.Data, here)
	if err != nil {
		return err
	}
	defer forget()
	lan := lanAddresses()
	pages, err := readPages()
	if err != nil {
		return fmt.Errorf("read the embedded pages: %w", err)
	}
	srv, err := server.New(server.Options{
		Pages: pages, PublicURL: audienceBase(cfg, listening, lan), Origins: cfg.AllowedOrigins(), TrustedProxies: cfg.TrustedProxies,
		Bases: audienceBases(cfg, listening, lan), SameNetwork: cfg.PublicURL == nil,
		Studio: studio{url: cfg.OBS, password: passwordOf(env.environ)}, StudioBase: studioBase(cfg, listening, lan),
		MaxSockets: cfg.MaxSockets, MaxPerAddress: cfg.MaxSocketsPerAddress, Archive: archive{db}, Log: log, Now: time.Now,
	})
	if err != nil {
		return err
	}
	var (
		_ live.Journal = db
		_ live.History = db
		_ live.Outlet  = srv.Outlet()
	)
	hall, err := live.Open(ctx, live.Parts{
		Journal: db, History: db, Rooms: db, Links: db, Rules: db, Pictures: db, Styles: db, Bans: db, Audit: db, Changes: db,
		Recordings: recordings{db, cfg.Data}, Limiter: newLimiter(cfg, time.Now), Filter: newFilter(),
		Encoder: server.Encoder{}, Outlet: srv.Outlet(), Keys: keys, Log: log, Now: time.Now,
	})
	if err != nil {
		return err
	}
	hall.Start()
	defer hall.Close()
	defer keepFor(ctx, time.Duration(cfg.KeepDays)*24*time.Hour, db, hall, log)()
	paths, err := waysIn(hall, len(rooms) == 0)
	if err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(listener, hall) }()
	if err := printBanner(env.out, wordsIn(cfg.Lang, env.environ), listening, cfg.PublicURL, lan, paths); err != nil {
		log.Warn("the addresses could not be printed", "err", err)
	}
	if wantsBrowser(cfg.Open, env.clicked) {
		if err := env.open(here + paths.Console); err != nil {
			log.Warn("open the console's address yourself; the browser could not be asked", "err", err)
		}
	}
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.Background(), stopWithin*3/5)
	defer cancel()
	if err := srv.Shutdown(end); err != nil {
		log.Warn("not everybody could be told that the server stops", "err", err)
	}
	return <-served
}

// explainListen says what to do about an address that cannot be listened on.
// Who double-clicked has no flags to give, so the settings file is named, too.
func explainListen(cfg config.Config, err error) error {
	var advice string
	switch fault := listenFault(err); fault {
	case syscall.EADDRINUSE:
		advice = cfg.Listen + " is in use by another program, perhaps by a danmaku with another data folder. Close it and start again, or take another port"
	case syscall.EACCES:
		advice = cfg.Listen + " may not be listened on by this user, or the system keeps it for itself. Take another port above 1023"
	case syscall.EADDRNOTAVAIL:
		return fmt.Errorf("%s is no address of this machine; start with --listen :2333 to listen on all of them", cfg.Listen)
	default:
		return fmt.Errorf("cannot listen on %s: %w", cfg.Listen, err)
	}
	other := otherPort(cfg.Listen)
	file := cfg.File
	if file == "" {
		file = filepath.Join(cfg.Data, config.FileName)
		if whole, err := filepath.Abs(file); err == nil {
			file = whole
		}
	}
	return fmt.Errorf("%s: start with --listen %s, or write the line `listen = %q` into the file %s; the overlay's address in OBS then changes with it",
		advice, other, other, file)
}

// otherPort is an address to listen on with a port beside the one that cannot be had.
func otherPort(listen string) string {
	host, port, _ := net.SplitHostPort(listen)
	n, err := strconv.Atoi(port)
	if err != nil || n < 1024 || n > 65_000 {
		n = 2332
	}
	return net.JoinHostPort(host, strconv.Itoa(n+1))
}

// listenFault names the three faults that have words of their own. Windows has
// numbers of its own for them, see "Windows Sockets Error Codes" (WSAEADDRINUSE,
// WSAEACCES, WSAEADDRNOTAVAIL); elsewhere these numbers do not come up.
func listenFault(err error) syscall.Errno {
	var number syscall.Errno
	if !errors.As(err, &number) {
		return 0
	}
	switch number {
	case 10048:
		return syscall.EADDRINUSE
	case 10013:
		return syscall.EACCES
	case 10049:
		return syscall.EADDRNOTAVAIL
	}
	return number
}

// studioBase is our address for an OBS on another machine; for the usual one it
// is empty, since what the owner's browser uses is good there, too.
func studioBase(cfg config.Config, listening netip.AddrPort, lan []netip.Addr) string {
	if onThisMachine(cfg.OBS) {
		return ""
	}
	return audienceBase(cfg, listening, lan)
}

// waysIn are the three addresses that every start prints: of the first room,
// since whoever has more finds the others in the console. The first start of all
// leads to the welcome.
func waysIn(hall *live.Hall, first bool) (bannerPaths, error) {
	rooms := hall.RoomList()
	if len(rooms) == 0 {
		return bannerPaths{}, errors.New("the data folder has no room; start with an empty --data folder")
	}
	room := rooms[0].ID
	if slices.ContainsFunc(rooms, func(r comment.Room) bool { return r.ID == firstRoom }) {
		room = firstRoom
	}
	paths := bannerPaths{
		Overlay: "/overlay/" + room, Audience: "/r/" + room,
		Console: "/console/" + room + "?code=" + hall.NewCode(),
	}
	if setup, err := hall.Room(room); err == nil && setup.Secret {
		if key, err := hall.ScreenKey(room, comment.Audience); err == nil {
			paths.Audience += "?key=" + key
		}
	}
	if first {
		paths.Console = "/welcome" + strings.TrimPrefix(paths.Console, "/console")
	}
	key, err := hall.ScreenKey(room, comment.Overlay)
	if err != nil {
		return bannerPaths{}, fmt.Errorf("find the overlay link of room %s: %w", room, err)
	}
	paths.Overlay += "?key=" + key
	return paths, nil
}

// audienceBases are all addresses under which the audience may come, the
// likeliest first; that of this machine alone is the last.
func audienceBases(cfg config.Config, listening netip.AddrPort, lan []netip.Addr) []string {
	here, there := bases(listening, cfg.PublicURL, lan)
	if slices.Contains(there, here) {
		return there
	}
	return append(there, here)
}

// audienceBase is what links and QR codes for the audience begin with.
func audienceBase(cfg config.Config, listening netip.AddrPort, lan []netip.Addr) string {
	here, there := bases(listening, cfg.PublicURL, lan)
	if len(there) > 0 {
		return there[0]
	}
	return here
}
