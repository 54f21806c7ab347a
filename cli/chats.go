package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"danmaku/comment"
	"danmaku/config"
	"danmaku/connector"
	"danmaku/live"
	"danmaku/room"
	"danmaku/store"
)

// The commands of `danmaku chats`.

func roomFlag() flagInfo {
	return flagInfo{name: "room", value: "R", help: "room of the chat", def: firstRoom}
}

func chatsAddCommand() command {
	return command{
		name: "chats add", summary: "connect a chat of Twitch, YouTube, Bilibili or a tool", args: "LINK",
		about: "danmaku chats add connects a platform's chat to a room. Its messages pass the same\n" +
			"limits, filter and review as other comments, and fly over the stream. LINK is a link to\n" +
			"the channel, video or room, a name (of a Twitch channel), or the address of a tool such\n" +
			"as OneComme, Social Stream Ninja, Streamer.bot or blivechat. docs/chats.md lists what\n" +
			"each platform requires. A running server connects the chat at once.",
		flags: []flagInfo{
			roomFlag(),
			{name: "secret", value: "NAME=VALUE", help: "what the platform requires, such as key=…; may be repeated", list: true},
			{name: "hold-all", help: "hold every message for a moderator"},
		},
		folder: true, also: []string{"chat-key"}, run: chatsAdd,
	}
}

func chatsListCommand() command {
	return command{name: "chats list", summary: "show the connected chats", about: "danmaku chats list shows all connected chats with their IDs.", folder: true, also: []string{"chat-key"}, run: chatsList}
}

func chatsRemoveCommand() command {
	return command{
		name: "chats remove", summary: "disconnect a chat", args: "ID", flags: []flagInfo{roomFlag()},
		about: "danmaku chats remove disconnects a chat. Its comments stay in the room.", folder: true, run: chatsRemove,
	}
}

func chatsTestCommand() command {
	return command{
		name: "chats test", summary: "test the connection to a chat", args: "ID", flags: []flagInfo{roomFlag()},
		about: "danmaku chats test connects a chat once and reports the platform's answer. Messages\n" +
			"that arrive during the test do not enter the room. If the server runs, the chat also\n" +
			"sends a test line to its room, like the button in the console.",
		folder: true, also: []string{"chat-key"}, run: chatsTest,
	}
}

func chatsAdd(ctx context.Context, env Env, in input) error {
	secret := map[string]string{}
	for _, pair := range strings.Split(in.value("secret"), "\n") {
		if pair == "" {
			continue
		}
		name, value, found := strings.Cut(pair, "=")
		if !found || name == "" || value == "" {
			return config.Usage(badSecret)
		}
		secret[strings.TrimSpace(name)] = value
	}
	known := chatReader{in.cfg.ChatKeys}
	c, err := live.NewChat(known, in.value("room"), in.args[0], secret)
	if why, ok := errors.AsType[*room.ExplainedError](err); ok && strings.HasPrefix(why.Detail, "link: ") {
		return config.Usage(noChatLink, config.Written(why.Detail, strconv.Quote(in.args[0]), strconv.Quote(in.args[0])))
	}
	if err != nil {
		return err
	}
	c.HoldAll = in.on("hold-all")
	needs, _, _ := known.Secrets(c.Kind)
	var missing []string
	for _, name := range needs {
		if c.Secret[name] == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return config.Usage(chatLacks, strings.Join(missing, ", "))
	}
	err = withAPI(ctx, in.cfg, func(a api) (err error) {
		c, err = a.AddChat(ctx, c, in.args[0], secret)
		return err
	})
	if errors.Is(err, room.ErrNotFound) {
		return config.Faultf(noRoomIn, in.value("room"), in.cfg.Data)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Out, "Chat %s is connected with the room %s: %s\n", c.ID, c.Room, nameOfChat(c))
	return nil
}

// nameOfChat returns the name of a chat for lists.
func nameOfChat(c room.Chat) string {
	return strings.TrimSpace(c.Kind + " " + comment.OneLine(c.Target))
}

func chatsList(ctx context.Context, env Env, in input) error {
	var list []room.Chat
	err := withAPI(ctx, in.cfg, func(a api) (err error) {
		list, err = a.Chats(ctx)
		return err
	})
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(env.Out, 0, 0, 2, ' ', 0)
	defer w.Flush()
	fmt.Fprintln(w, "ID\tROOM\tKIND\tCHAT\tKEYS\tON")
	for _, c := range list {
		var keys []string
		needs, may, _ := chatReader{}.Secrets(c.Kind)
		for _, name := range append(needs, may...) {
			if c.Secret[name] != "" {
				keys = append(keys, name+"="+c.Secret[name])
			}
		}
		on := "yes"
		if c.Off {
			on = "no"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", c.ID, c.Room, c.Kind, comment.OneLine(c.Target), strings.Join(keys, " "), on)
	}
	return nil
}

func chatsRemove(ctx context.Context, env Env, in input) error {
	err := withAPI(ctx, in.cfg, func(a api) error { return a.DeleteChat(ctx, in.value("room"), in.args[0]) })
	if errors.Is(err, room.ErrNotFound) {
		return config.Faultf(noChat, in.args[0], in.value("room"))
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Out, "Chat %s is disconnected.\n", in.args[0])
	return nil
}

// testWithin bounds a platform's answer to a test.
const testWithin = 20 * time.Second

// nowhere discards everything: a test only checks the connection.
type nowhere struct{}

var _ connector.Rooms = nowhere{}

// Vote implements connector.Rooms.
func (nowhere) Vote(context.Context, connector.Settings, connector.Message) (bool, error) {
	return false, nil
}

// Submit implements connector.Rooms.
func (nowhere) Submit(context.Context, connector.Settings, connector.Message) (connector.Result, error) {
	return connector.Result{Limited: true}, nil
}

// TakeDown implements connector.Rooms.
func (nowhere) TakeDown(context.Context, connector.Settings, []comment.ID) (int, error) {
	return 0, nil
}

// TakeDownRef implements connector.Rooms.
func (nowhere) TakeDownRef(context.Context, connector.Settings, comment.Source, string) (int, error) {
	return 0, nil
}

// TakeDownAuthor implements connector.Rooms.
func (nowhere) TakeDownAuthor(context.Context, connector.Settings, comment.Source, string, time.Duration, bool) (int, error) {
	return 0, nil
}

// TakeDownAll implements connector.Rooms.
func (nowhere) TakeDownAll(context.Context, connector.Settings, comment.Source) (int, error) {
	return 0, nil
}

func chatsTest(ctx context.Context, env Env, in input) error {
	if !store.Exists(in.cfg.Data) {
		return dataMissing(in.cfg.Data)
	}
	// The secrets come from the database even if a server runs, because the server never shows
	// them.
	db, keys, err := openStore(ctx, in.cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	list, err := live.ChatBook{Stored: db, Keys: keys}.List(ctx)
	if err = errors.Join(err, db.Close(context.WithoutCancel(ctx))); err != nil {
		return err
	}
	for _, c := range list {
		if c.ID == in.args[0] && c.Room == in.value("room") {
			return tryChat(ctx, env, in.cfg, c)
		}
	}
	return config.Faultf(noChat, in.args[0], in.value("room"))
}

// tryChat connects a chat once and reports the result.
func tryChat(ctx context.Context, env Env, cfg config.Config, c room.Chat) error {
	known := chatReader{cfg.ChatKeys}
	changed := make(chan struct{}, 1)
	chats := connector.New(connector.Options{
		Kinds: chatKinds(), Rooms: nowhere{}, Bases: chatBases(env.Environ), Log: slog.New(slog.DiscardHandler),
		Changed: func(string) {
			select {
			case changed <- struct{}{}:
			default:
			}
		},
	})
	defer chats.Close()
	on := c
	on.Off = false
	chats.Set(known.settingsOf(on))
	late := time.After(testWithin)
	for {
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		case <-late:
			return config.Faultf(chatSilent, c.Kind, c.Target, int(testWithin.Seconds()))
		}
		_, st, _ := chats.Chat(c.ID)
		switch {
		case st.Phase == connector.Connected:
			fmt.Fprintf(env.Out, "%s: connected with %s\n", nameOfChat(c), printable(st.Channel))
			return sayTestLine(ctx, env, cfg, c)
		case st.Phase == connector.Waiting:
			fmt.Fprintf(env.Out, "%s: %s has not begun yet; the platform answers\n", nameOfChat(c), printable(st.Channel))
			return sayTestLine(ctx, env, cfg, c)
		case st.Fault != nil:
			return config.Faultf(chatFailed, c.Kind, c.Target, config.Faultf(chatFaults[st.Fault.Code]))
		}
	}
}

// testLine is the text that a chat sends as a test.
const testLine = "A test line"

// sayTestLine has the running server send a test line through a chat. It needs the server,
// which holds the rooms.
func sayTestLine(ctx context.Context, env Env, cfg config.Config, c room.Chat) error {
	server, _, err := reach(ctx, cfg.Data)
	if err != nil {
		fmt.Fprintln(env.Out, "No server runs on this data folder, so no test line is said.")
		return nil
	}
	defer server.Close()
	if c.Off {
		fmt.Fprintln(env.Out, "The chat is off, so no test line is said.")
		return nil
	}
	if err := server.TestChat(ctx, c.Room, c.ID, testLine); err != nil {
		return err
	}
	fmt.Fprintf(env.Out, "It says %q in the room %s.\n", testLine, c.Room)
	return nil
}
