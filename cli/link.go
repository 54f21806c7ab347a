package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"danmaku/comment"
	"danmaku/config"
	"danmaku/room"
)

// replayLinks creates the sender links of `danmaku replay`. It opens the data folder again for
// each step, because a server may start or end during a replay.
type replayLinks struct{ cfg config.Config }

func openSenderLinks(_ context.Context, cfg config.Config) (senderLinks, error) {
	return replayLinks{cfg}, nil
}

// New implements senderLinks.
func (r replayLinks) New(ctx context.Context, roomID, label string) (key string, revoke func(context.Context) error, err error) {
	var l room.AccessLink
	err = withAPI(ctx, r.cfg, func(a api) (err error) {
		l, key, err = a.NewLink(ctx, roomID, room.Sender, label)
		return err
	})
	if err != nil {
		return "", nil, err
	}
	return key, func(ctx context.Context) error {
		return withAPI(ctx, r.cfg, func(a api) error { return a.RevokeLink(ctx, l.ID) })
	}, nil
}

// Close implements senderLinks.
func (r replayLinks) Close() error { return nil }

// The commands of `danmaku link`.
func linkNewCommand() command {
	return command{
		name: "link new", summary: "make a link for a moderator or a program",
		about: "An access link gives a role without an account. danmaku link new prints its address\n" +
			"and key. The roles:\n\n" + aboutRoles(),
		flags: []flagInfo{
			{name: "role", value: "ROLE", help: "role that the link gives", choices: roleNames(), required: true},
			{name: "room", value: "R", help: "room of the link; an owner's link is for all rooms", def: firstRoom},
			{name: "label", value: "L", help: "name of the link in the list and in the activity"},
			{name: "json", help: "print one JSON object"},
		},
		folder: true, run: linkNew,
	}
}

func linkListCommand() command {
	return command{name: "link list", summary: "show all links", about: "danmaku link list shows all links with their IDs.", folder: true, run: linkList}
}

func linkRevokeCommand() command {
	return command{
		name: "link revoke", summary: "revoke a link", args: "ID",
		about: "danmaku link revoke revokes a link at once: its key stops working.", folder: true, run: linkRevoke,
	}
}

func roleNames() (list []string) {
	for _, r := range room.LinkRoles {
		list = append(list, string(r))
	}
	return list
}

// aboutRoles returns a line for each role of a link.
func aboutRoles() string {
	wide := 0
	for _, name := range roleNames() {
		wide = max(wide, len(name))
	}
	lines := make([]string, len(room.LinkRoles))
	for i, r := range room.LinkRoles {
		lines[i] = fmt.Sprintf("  %-*s  %s", wide, r, r.About())
	}
	return strings.Join(lines, "\n")
}

// newLink is the output of `link new --json`.
type newLink struct {
	ID   string `json:"id"`
	Role string `json:"role"`
	Room string `json:"room"`
	Key  string `json:"key"`
	URL  string `json:"url"`
}

func linkNew(ctx context.Context, env Env, in input) error {
	cfg, roomID, role := in.cfg, in.value("room"), room.Role(in.value("role"))
	var l room.AccessLink
	var key string
	err := withAPI(ctx, cfg, func(a api) (err error) {
		l, key, err = a.NewLink(ctx, roomID, role, in.value("label"))
		return err
	})
	if errors.Is(err, room.ErrNotFound) {
		return config.Faultf(noRoomIn, roomID, cfg.Data)
	}
	if err != nil {
		return err
	}
	if l.Role.AllRooms() && in.given["room"] {
		fmt.Fprintln(env.Err, "danmaku: "+config.Faultf(roomUnused, role).In(langIn(env)))
	}
	out := newLink{ID: strconv.FormatInt(l.ID, 10), Role: string(l.Role), Room: l.Room, Key: key, URL: linkURL(cfg, l, roomID, key)}
	if in.on("json") {
		return json.NewEncoder(env.Out).Encode(out)
	}
	fmt.Fprintln(env.Out, out.URL)
	if l.Role.Opens() == "" {
		fmt.Fprintf(env.Out, "Send Authorization: Bearer %s\n", key)
	}
	if !l.Role.KeyShown() {
		fmt.Fprintln(env.Out, "This key is shown only now. To revoke it: danmaku link revoke "+out.ID)
	}
	return nil
}

// linkURL returns the URL of a link, with the public URL or this machine's name.
func linkURL(cfg config.Config, l room.AccessLink, roomID, key string) string {
	base := serverURL(cfg)
	q := "?key=" + url.QueryEscape(key)
	if l.Role.Opens() == "" {
		q = ""
	}
	return base + l.Path(roomID) + q
}

// serverURL returns the URL of a data folder's server: the public URL, the one that the
// running server stored, or the one that the options imply.
func serverURL(cfg config.Config) string {
	if cfg.PublicURL != nil {
		return cfg.PublicURL.String()
	}
	if local, err := runningURL(cfg); err == nil {
		return local
	}
	return "http://127.0.0.1:2333"
}

// runningURL returns the URL of a data folder's server for programs on this machine: the one
// that a running server stored, otherwise the one that the options imply.
func runningURL(cfg config.Config) (string, error) {
	if noted, err := os.ReadFile(filepath.Join(cfg.Data, addressFile)); err == nil {
		return strings.TrimSpace(string(noted)), nil
	}
	return localURL(cfg.Listen)
}

func linkList(ctx context.Context, env Env, in input) error {
	var links []room.AccessLink
	err := withAPI(ctx, in.cfg, func(a api) (err error) {
		links, err = a.Links(ctx)
		return err
	})
	if err != nil {
		return err
	}
	writeLinks(env.Out, links)
	return nil
}

func writeLinks(out io.Writer, links []room.AccessLink) {
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
		// Older versions stored labels as they were typed.
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", l.ID, l.Role, room, comment.Label(l.Label),
			day(l.Made, ""), day(l.LastUsed, "never"), day(l.Revoked, "-"))
	}
}

func linkRevoke(ctx context.Context, env Env, in input) error {
	id, err := strconv.ParseInt(in.args[0], 10, 64)
	if err != nil {
		return config.Usage(noLinkID, in.args[0])
	}
	err = withAPI(ctx, in.cfg, func(a api) error { return a.RevokeLink(ctx, id) })
	var why *room.ExplainedError
	switch {
	case errors.Is(err, room.ErrNotFound):
		return config.Faultf(noLink, id)
	case errors.As(err, &why):
		return why // the same words with a server and without one
	case err != nil:
		return err
	}
	fmt.Fprintf(env.Out, "Link %d no longer works.\n", id)
	return nil
}
