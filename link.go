package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"danmaku/comment"
	"danmaku/config"
	"danmaku/live"
	"danmaku/store"
)

// desk is an open data folder for a command that works beside a server.
type desk struct {
	live.Registrar
	db *store.Store
}

// openDesk opens a data folder that is there already: a command makes none, so
// that a mistyped --data does not pass for an empty one.
func openDesk(ctx context.Context, cfg config.Config) (*desk, error) {
	if !store.Exists(cfg.Data) {
		return nil, fmt.Errorf("%s holds no data of danmaku; give the server's --data, or start danmaku once to make it", cfg.Data)
	}
	db, keys, err := openStore(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	return &desk{Registrar: live.Registrar{Links: db, Rooms: db, Keys: keys, Now: time.Now, By: live.Shell}, db: db}, nil
}

// Close closes the data folder.
func (d *desk) Close() error { return d.db.Close(context.Background()) }

// replayLinks makes the sender links of `danmaku replay`.
type replayLinks struct{ *desk }

func openSenderLinks(ctx context.Context, cfg config.Config) (senderLinks, error) {
	d, err := openDesk(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return replayLinks{d}, nil
}

// New implements senderLinks.
func (r replayLinks) New(ctx context.Context, room, label string) (string, func(context.Context) error, error) {
	l, key, err := r.Registrar.New(ctx, room, comment.Sender, label)
	if err != nil {
		return "", nil, err
	}
	return key, func(ctx context.Context) error { return r.Revoke(ctx, l.ID) }, nil
}

// linkCommand is `danmaku link new|list|revoke`.
func linkCommand(ctx context.Context, env environment) error {
	if len(env.args) == 0 {
		return config.Usagef("danmaku link: say new, list or revoke; see danmaku link --help")
	}
	if asksHelp(env.args) {
		return config.ErrHelp
	}
	act := env.args[0]
	env.args = env.args[1:]
	switch act {
	case "new":
		return linkNew(ctx, env)
	case "list":
		return linkList(ctx, env)
	case "revoke":
		return linkRevoke(ctx, env)
	}
	return config.Usagef("danmaku link %s: say new, list or revoke", act)
}

// newLink is what `link new --json` prints.
type newLink struct {
	ID   string `json:"id"`
	Role string `json:"role"`
	Room string `json:"room"`
	Key  string `json:"key"`
	URL  string `json:"url"`
}

func linkNew(ctx context.Context, env environment) error {
	fs := flag.NewFlagSet("danmaku link new", flag.ContinueOnError)
	room := fs.String("room", firstRoom, "room the link is for")
	role := fs.String("role", "", "owner, moderator, overlay, audience or sender")
	label := fs.String("label", "", "what it is called in the list")
	asJSON := fs.Bool("json", false, "print one JSON object")
	cfg, rest, err := config.LoadCommand(fs, env.args, env.environ)
	if err != nil {
		return err
	}
	if len(rest) > 0 || *role == "" {
		return config.Usagef("use: danmaku link new --room ROOM --role owner|moderator|overlay|audience|sender [--label LABEL] [--json]")
	}
	if !slices.Contains(comment.Roles, comment.Role(*role)) {
		return config.Usagef("--role %s: use owner, moderator, overlay, audience or sender", *role)
	}
	d, err := openDesk(ctx, cfg)
	if err != nil {
		return err
	}
	defer d.Close()
	l, key, err := d.New(ctx, *room, comment.Role(*role), *label)
	if errors.Is(err, comment.ErrNotFound) {
		return fmt.Errorf("there is no room %q in %s; the console's menu of rooms shows which there are and makes new ones", *room, cfg.Data)
	}
	if err != nil {
		return err
	}
	out := newLink{ID: strconv.FormatInt(l.ID, 10), Role: string(l.Role), Room: l.Room, Key: key, URL: linkURL(cfg, l, *room, key)}
	if *asJSON {
		return json.NewEncoder(env.out).Encode(out)
	}
	fmt.Fprintln(env.out, out.URL)
	if l.Role == comment.Sender {
		fmt.Fprintf(env.out, "Send Authorization: Bearer %s\n", key)
	}
	if l.Role != comment.Overlay && l.Role != comment.Audience {
		fmt.Fprintln(env.out, "This key is shown only now. To take it back: danmaku link revoke "+out.ID)
	}
	return nil
}

// linkURL is where a link leads, by the public URL or this machine's name.
func linkURL(cfg config.Config, l live.Link, room, key string) string {
	base := serverURL(cfg)
	q := "?key=" + url.QueryEscape(key)
	switch l.Role {
	case comment.Owner:
		return base + "/console" + q
	case comment.Moderator:
		return base + "/console/" + room + q
	case comment.Overlay:
		return base + "/overlay/" + room + q
	case comment.Audience:
		return base + "/r/" + room + q
	}
	return base + "/api/rooms/" + room + "/comments"
}

// addressFile lies in the data folder while a server runs and says where it
// answers, for commands beside it.
const addressFile = "address"

// noteAddress tells commands beside this server where it answers. forget takes
// that back.
func noteAddress(dir, base string) (forget func(), err error) {
	name := filepath.Join(dir, addressFile)
	if err := os.WriteFile(name, []byte(base+"\n"), 0o600); err != nil {
		return nil, fmt.Errorf("note the address of the server: %w", err)
	}
	return func() { _ = os.Remove(name) }, nil // at worst a command believes an old one
}

// serverURL is where the server of a data folder answers: under its public
// URL, where the running one says, or where the options would put it.
func serverURL(cfg config.Config) string {
	if cfg.PublicURL != nil {
		return cfg.PublicURL.String()
	}
	if local, err := runningURL(cfg); err == nil {
		return local
	}
	return "http://127.0.0.1:2333"
}

// runningURL is where programs on this machine reach the server of a data
// folder: what a running one has noted, else what the options say.
func runningURL(cfg config.Config) (string, error) {
	if noted, err := os.ReadFile(filepath.Join(cfg.Data, addressFile)); err == nil {
		return strings.TrimSpace(string(noted)), nil
	}
	return localURL(cfg.Listen)
}

func linkList(ctx context.Context, env environment) error {
	fs := flag.NewFlagSet("danmaku link list", flag.ContinueOnError)
	cfg, rest, err := config.LoadCommand(fs, env.args, env.environ)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return config.Usagef("danmaku link list: %q is one word too many", rest[0])
	}
	d, err := openDesk(ctx, cfg)
	if err != nil {
		return err
	}
	defer d.Close()
	links, err := d.db.Links(ctx)
	if err != nil {
		return err
	}
	writeLinks(env.out, links)
	return nil
}

func writeLinks(out io.Writer, links []live.Link) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer w.Flush()
	day := func(t time.Time, never string) string {
		if t.IsZero() {
			return never
		}
		return t.Local().Format("2006-01-02 15:04")
	}
	fmt.Fprintln(w, "ID\tROLE\tROOM\tLABEL\tMADE\tLAST USED\tREVOKED")
	for _, l := range links {
		room := l.Room
		if room == "" {
			room = "(all)"
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", l.ID, l.Role, room, l.Label,
			day(l.Made, ""), day(l.LastUsed, "never"), day(l.Revoked, "-"))
	}
}

func linkRevoke(ctx context.Context, env environment) error {
	fs := flag.NewFlagSet("danmaku link revoke", flag.ContinueOnError)
	cfg, rest, err := config.LoadCommand(fs, env.args, env.environ)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return config.Usagef("use: danmaku link revoke ID (danmaku link list shows the IDs)")
	}
	id, err := strconv.ParseInt(rest[0], 10, 64)
	if err != nil {
		return config.Usagef("%q is no ID; danmaku link list shows them", rest[0])
	}
	d, err := openDesk(ctx, cfg)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Revoke(ctx, id); errors.Is(err, comment.ErrNotFound) {
		return fmt.Errorf("there is no link %d; danmaku link list shows them", id)
	} else if err != nil {
		return err
	}
	fmt.Fprintf(env.out, "Link %d no longer works.\n", id)
	return nil
}
