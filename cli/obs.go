package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"danmaku/config"
	"danmaku/obs"
	"danmaku/room"
)

// obsPassword is the variable for the password of obs-websocket; every user of the machine can
// see arguments.
const obsPassword = "DANMAKU_OBS_PASSWORD"

// obsOptions are the flags of `danmaku obs add`.
type obsOptions struct {
	room, name, scene string
	server            string // URL of our own server, as OBS reaches it
	dock              bool
}

// obsCommand is `danmaku obs add`.
func obsCommand() command {
	return command{
		name: "obs add", summary: "add the overlay to OBS",
		about: "Adds a browser source with the overlay to OBS, as large as the canvas, or updates\n" +
			"the source if it exists. First turn on Tools, WebSocket Server Settings, Enable\n" +
			"WebSocket server in OBS. The command asks for its password, or reads the variable\n" +
			obsPassword + ".",
		flags: []flagInfo{
			{name: "room", value: "R", help: "room that the overlay shows", def: firstRoom},
			{name: "name", value: "N", help: "name of the source in OBS", def: sourceName},
			{name: "scene", value: "S", help: "scene for the source; by default the current scene"},
			{name: "server", value: "U", help: "address of danmaku as OBS reaches it; found automatically by default"},
			{name: "box", help: "add the chat box, a list of comments, instead of the overlay"},
			{name: "dock", help: "also make a moderator's link, and print its address for a dock"},
		},
		folder: true, also: []string{"obs"}, run: obsAdd,
	}
}

func obsAdd(ctx context.Context, env Env, in input) error {
	cfg := in.cfg
	opt := obsOptions{room: in.value("room"), name: in.value("name"), scene: in.value("scene"), server: in.value("server"), dock: in.on("dock")}
	var key string
	err := withAPI(ctx, cfg, func(a api) (err error) {
		key, err = a.ScreenKey(ctx, opt.room, room.Overlay)
		return err
	})
	if errors.Is(err, room.ErrNotFound) {
		return config.Faultf(noOverlayLink, opt.room, cfg.Data)
	}
	if err != nil {
		return err
	}
	if opt.server == "" {
		if opt.server, err = serverForOBS(cfg); err != nil {
			return err
		}
	}
	opt.server = strings.TrimRight(opt.server, "/")
	page := "/overlay/"
	if in.on("box") {
		page = "/chat/"
	}
	if err := addToOBS(ctx, env, cfg.OBS, opt, opt.server+page+opt.room+"?key="+key); err != nil {
		return err
	}
	return offerDock(ctx, env.Out, cfg, opt)
}

// serverForOBS returns our server's URL as OBS reaches it: on this machine or, if OBS runs on
// another one, in this machine's network.
func serverForOBS(cfg config.Config) (string, error) {
	base := serverURL(cfg)
	if onThisMachine(cfg.OBS) || !onThisMachine(base) {
		return base, nil
	}
	lan := lanAddresses()
	if len(lan) == 0 {
		return "", config.Faultf(obsElsewhere, cfg.OBS)
	}
	_, port, err := net.SplitHostPort(hostOf(base))
	if err != nil {
		return "", config.Faultf(serverPort, base)
	}
	return "http://" + net.JoinHostPort(lan[0].String(), port), nil
}

// onThisMachine reports whether an address names the machine itself.
func onThisMachine(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	a, err := netip.ParseAddr(u.Hostname())
	return err == nil && a.IsLoopback() || u.Hostname() == "localhost"
}

// addToOBS creates the source and prints what it did.
func addToOBS(ctx context.Context, env Env, at string, opt obsOptions, overlay string) error {
	conn, err := obs.Dial(ctx, at, func() (string, error) { return askPassword(env) })
	switch {
	case errors.Is(err, obs.ErrUnreachable):
		return config.Faultf(obsUnreachable, at, systemCause(err))
	case errors.Is(err, obs.ErrWrongPassword):
		return config.Faultf(obsWrongPassword)
	case err != nil:
		return err
	}
	defer conn.Close()
	placed, err := conn.Place(obs.Source{Name: opt.name, URL: overlay, Scene: opt.scene})
	switch {
	case errors.Is(err, obs.ErrNoBrowser):
		return config.Faultf(obsNoBrowser)
	case errors.Is(err, obs.ErrNameTaken):
		return config.Faultf(obsNameTaken, opt.name)
	case err != nil:
		return err
	}
	did := "Refreshed"
	if placed.Made {
		did = "Added"
	}
	fmt.Fprintf(env.Out, "%s the source %q in the scene %q of OBS %s, %d × %d, %.4g fps.\n", did, opt.name, placed.Scene, placed.Version, placed.Width, placed.Height, placed.FPS)
	if !answers(ctx, opt.server) {
		fmt.Fprintf(env.Out, "Nothing answers at %s yet. Start danmaku and run this again; if it listens elsewhere, add --server URL.\n", opt.server)
	}
	return nil
}

// offerDock prints the URL of a dock, with its own key if requested.
func offerDock(ctx context.Context, out io.Writer, cfg config.Config, opt obsOptions) error {
	if !opt.dock {
		fmt.Fprintln(out, "For the moderators' view in a dock of OBS, run this with --dock.")
		return nil
	}
	var l room.AccessLink
	var key string
	err := withAPI(ctx, cfg, func(a api) (err error) {
		l, key, err = a.NewLink(ctx, opt.room, room.Moderator, "OBS dock")
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Dock   %s/dock/%s?key=%s\n", opt.server, opt.room, key)
	fmt.Fprintln(out, "       In OBS open Docks, Custom Browser Docks, and paste this address.")
	fmt.Fprintf(out, "       The key is shown only now. To revoke it: danmaku link revoke %d\n", l.ID)
	return nil
}

// passwordOf returns the password from the environment, or "".
func passwordOf(environ []string) (password string) {
	for _, kv := range environ {
		if v, ok := strings.CutPrefix(kv, obsPassword+"="); ok {
			password = v
		}
	}
	return password
}

// askPassword returns the password from the environment, or asks the user.
func askPassword(env Env) (string, error) {
	if password := passwordOf(env.Environ); password != "" {
		return password, nil
	}
	in, ok := env.In.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return "", config.Faultf(obsAsksPassword, obsPassword)
	}
	fmt.Fprint(env.Err, "Password of OBS (Tools, WebSocket Server Settings): ")
	password, err := term.ReadPassword(int(in.Fd()))
	fmt.Fprintln(env.Err)
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	return string(password), nil
}

// answers reports whether a danmaku server answers at base.
func answers(ctx context.Context, base string) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/healthz", nil)
	if err != nil {
		return false
	}
	asker := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer asker.CloseIdleConnections()
	resp, err := asker.Do(r)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}
