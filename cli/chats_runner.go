package cli

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"danmaku/comment"
	"danmaku/config"
	"danmaku/connector"
	"danmaku/connector/bilibili"
	"danmaku/connector/bridge"
	"danmaku/connector/emotes"
	"danmaku/connector/twitch"
	"danmaku/connector/youtube"
	"danmaku/live"
	"danmaku/room"
	"danmaku/server"
)

// This file adapts the connectors, which do not know rooms, to package live.

// chatKinds returns every kind of chat that this program reads.
func chatKinds() map[string]connector.Open {
	kinds := map[string]connector.Open{"twitch": twitch.Open, "youtube": youtube.Open, "bilibili": bilibili.Open}
	maps.Copy(kinds, bridge.Kinds())
	return kinds
}

// chatBases returns the URLs that replace those of platforms, by kind: for tests, and for the
// fakes of tools/fakechat.
func chatBases(environ []string) map[string]string {
	bases := map[string]string{}
	for _, kv := range environ {
		name, value, _ := strings.Cut(kv, "=")
		for _, kind := range []string{"twitch", "youtube", "bilibili"} {
			if name == "DANMAKU_"+strings.ToUpper(kind)+"_URL" && value != "" {
				bases[kind] = value
			}
		}
	}
	return bases
}

// chatReader parses chat links, and knows what each kind of chat needs.
type chatReader struct {
	keys map[string]map[string]string // of the settings, by kind and name
}

var _ live.Recognizer = chatReader{}

// Recognize implements live.Recognizer.
func (r chatReader) Recognize(text string) (room.ChatLink, error) {
	known, err := connector.Recognize(text)
	if err != nil {
		var fault *connector.Fault
		detail := "Enter a link to a channel, a video or a room, a name, or the address of a tool."
		if errors.As(err, &fault) && fault.Detail != "" {
			detail = strings.ToUpper(fault.Detail[:1]) + fault.Detail[1:] + "."
		}
		e, _ := connector.ReadElsewhere(text)
		return room.ChatLink{Platform: e.Platform, Tools: e.Tools}, room.Explain(room.ErrInvalid, "link: %s", detail)
	}
	out := room.ChatLink{Kind: known.Kind, Target: known.Target, Host: known.Host, Secret: known.Secret, May: known.May}
	for _, name := range known.Needs {
		if r.keys[known.Kind][name] == "" {
			out.Needs = append(out.Needs, name)
		} else {
			out.May = append(out.May, name)
		}
	}
	return out, nil
}

// Secrets implements live.Recognizer. Secrets that the settings contain are optional.
func (r chatReader) Secrets(kind string) (needs, may []string, known bool) {
	_, known = chatKinds()[kind]
	all, may := connector.SecretsOf(kind)
	may = append([]string(nil), may...)
	for _, name := range all {
		if r.keys[kind][name] == "" {
			needs = append(needs, name)
		} else {
			may = append(may, name)
		}
	}
	return needs, may, known
}

// settingsOf converts a chat to the connectors' settings.
func (r chatReader) settingsOf(c room.Chat) connector.Settings {
	secret := maps.Clone(r.keys[c.Kind])
	if secret == nil {
		secret = map[string]string{}
	}
	maps.Copy(secret, c.Secret)
	return connector.Settings{
		ID: c.ID, Room: c.Room, Kind: c.Kind, Target: c.Target, Secret: secret, Off: c.Off,
		FollowBans: c.FollowBans, Guests: c.Guests, HoldAll: c.HoldAll, Emotes: c.Emotes, MinMicros: c.MinMicros,
	}
}

// chatRunner is live.ChatRunner over a supervisor.
type chatRunner struct {
	chatReader
	chats  *connector.Supervisor
	ingest *ingest
}

var _ live.ChatRunner = chatRunner{}

func newChatRunner(cfg config.Config, environ []string, rooms connector.Rooms, log *slog.Logger) chatRunner {
	posts := &ingest{ready: map[string]chan struct{}{}}
	kinds := chatKinds()
	kinds[posted] = posts.open
	posts.chats = connector.New(connector.Options{
		Kinds: kinds, Rooms: rooms, Bases: chatBases(environ), Log: log,
		Env: connector.Env{HTTP: &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}},
	})
	return chatRunner{chatReader{cfg.ChatKeys}, posts.chats, posts}
}

// posted is the kind of chat that programs post to: it makes no connection.
const posted = "posted"

// postedChat is a chat that other programs post to.
type postedChat struct{ ready func() }

// Run implements connector.Source.
func (p postedChat) Run(ctx context.Context, out connector.Sink) error {
	out.Connected("POST")
	p.ready()
	<-ctx.Done()
	return ctx.Err()
}

// ingest is server.Ingest: each link that posts into a room is its own chat.
type ingest struct {
	chats *connector.Supervisor

	mu    sync.Mutex
	ready map[string]chan struct{} // by the chat's ID; closed once it accepts messages
}

var _ server.Ingest = (*ingest)(nil)

// open creates the source of a chat that other programs post to.
func (g *ingest) open(s connector.Settings, _ connector.Env) (connector.Source, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	ready := g.ready[s.ID]
	return postedChat{sync.OnceFunc(func() { close(ready) })}, nil
}

// Take implements server.Ingest.
func (g *ingest) Take(ctx context.Context, roomID string, link int64, body []byte) (int, error) {
	id := posted + " " + strconv.FormatInt(link, 10) + " " + roomID
	g.mu.Lock()
	ready, known := g.ready[id]
	if !known {
		ready = make(chan struct{})
		g.ready[id] = ready
	}
	g.mu.Unlock()
	if !known {
		g.chats.Set(connector.Settings{ID: id, Room: roomID, Kind: posted, FollowBans: true})
	}
	select {
	case <-ready:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	n, err := bridge.ReadSSN(body, postedSink{g.chats, id})
	if err != nil {
		return 0, room.Explain(room.ErrBadFrame, "Send the object of Social Stream Ninja, or an array of them: a message needs chatname, chatmessage and type.")
	}
	return n, nil
}

// postedSink passes posted messages to a chat.
type postedSink struct {
	chats *connector.Supervisor
	id    string
}

var _ connector.Sink = postedSink{}

// Connected implements connector.Sink: there is no connection.
func (postedSink) Connected(string) {}

// Waiting implements connector.Sink: there is no waiting.
func (postedSink) Waiting(string) {}

// Skipped implements connector.Sink: the response contains the number of accepted messages.
func (postedSink) Skipped() {}

// Message implements connector.Sink.
func (p postedSink) Message(m connector.Message) { p.chats.Deliver(p.id, m) }

// Removal implements connector.Sink.
func (p postedSink) Removal(r connector.Removal) { p.chats.Retract(p.id, r) }

// Set implements live.ChatRunner.
func (r chatRunner) Set(c room.Chat) { r.chats.Set(r.settingsOf(c)) }

// Remove implements live.ChatRunner.
func (r chatRunner) Remove(id string) { r.chats.Remove(id) }

// State implements live.ChatRunner.
func (r chatRunner) State(id string) (room.ChatState, bool) {
	_, st, known := r.chats.Chat(id)
	out := room.ChatState{
		Phase: string(st.Phase), Channel: st.Channel, RetryAt: st.RetryAt, Last: st.Last,
		Counts: room.ChatCounts{
			Received: st.Counts.Received, Shown: st.Counts.Shown, Held: st.Counts.Held, Refused: st.Counts.Refused,
			Limited: st.Counts.Limited + st.Counts.Overflow, Twice: st.Counts.Twice, Gone: st.Counts.Gone,
			Unknown: st.Counts.Unknown, Skipped: st.Counts.Skipped,
		},
	}
	if st.Fault != nil {
		out.Fault, out.Detail = string(st.Fault.Code), st.Fault.Detail
	}
	return out, known
}

// Test implements live.ChatRunner.
func (r chatRunner) Test(id, text string) bool {
	settings, st, known := r.chats.Chat(id)
	if !known || st.Phase == connector.Off {
		return false
	}
	return r.chats.Deliver(id, connector.Message{
		ID: "test-" + rand.Text(), Origin: originOf(settings.Kind), UserID: "danmaku-test", Name: "danmaku", Text: text, At: time.Now(),
	})
}

// originOf returns the usual source of a kind of chat's messages.
func originOf(kind string) comment.Source {
	switch kind {
	case "twitch", "youtube", "bilibili":
		return comment.Source(kind)
	case "blivechat", "laplace":
		return comment.FromBilibili
	case "tikfinity":
		return comment.FromTikTok
	}
	return comment.FromOther
}

// chatRooms is connector.Rooms over the rooms. hall is set before any chat runs.
type chatRooms struct {
	service *live.Service
	emotes  *emotes.Cache
}

var _ connector.Rooms = (*chatRooms)(nil)

// chatOf converts a connector's settings to the fields of a chat that the rooms need.
func chatOf(s connector.Settings) room.Chat {
	return room.Chat{
		ID: s.ID, Room: s.Room, Kind: s.Kind, Target: s.Target,
		ChatSwitches: room.ChatSwitches{FollowBans: s.FollowBans, Guests: s.Guests, HoldAll: s.HoldAll, Emotes: s.Emotes, MinMicros: s.MinMicros},
	}
}

// messageOf converts a platform's message to one of the rooms.
func messageOf(s connector.Settings, m connector.Message, picture func(address string) string) live.ChatMessage {
	author := m.UserID
	if author == "" { // names can change owners, so one must never pass for an id
		author = connector.ByName(cmp.Or(m.Login, m.Name))
	}
	out := live.ChatMessage{
		Source: m.Origin, Author: connector.Author(m.Origin, author), Ref: connector.Ref(m.Origin, m.ID),
		Name: cmp.Or(m.Name, m.Login), Text: m.Text, Mode: m.Mode,
		Standing: comment.Standing(m.Badge),
	}
	if c, ok := comment.LooseColor(m.Color); ok {
		out.Color = c
	}
	if m.Paid != nil && m.Paid.Micros >= s.MinMicros {
		paid := comment.Paid(*m.Paid)
		out.Paid = &paid
	}
	for _, e := range m.Emotes {
		emote := comment.Emote{From: e.From, To: e.To, Name: e.Name}
		if s.Emotes && e.URL != "" {
			emote.Picture = picture(e.URL)
		}
		out.Emotes = append(out.Emotes, emote)
	}
	return out
}

// Vote implements connector.Rooms.
func (r *chatRooms) Vote(ctx context.Context, s connector.Settings, m connector.Message) (bool, error) {
	return r.service.VoteChat(ctx, chatOf(s), messageOf(s, m, r.emotes.Path))
}

// Submit implements connector.Rooms.
func (r *chatRooms) Submit(ctx context.Context, s connector.Settings, m connector.Message) (connector.Result, error) {
	o, twice, err := r.service.SubmitChat(ctx, chatOf(s), messageOf(s, m, r.emotes.Path))
	switch {
	case limited(err):
		full := new(room.WaitError)
		if errors.As(err, &full) && full.Full {
			return connector.Result{Limited: true, Wait: full.Wait}, nil
		}
		return connector.Result{Limited: true}, nil
	case err != nil:
		return connector.Result{}, err
	}
	return connector.Result{ID: o.Comment.ID, Status: o.Status, Twice: twice}, nil
}

// limited reports whether an error only means that the room cannot accept a message now.
func limited(err error) bool {
	for _, limit := range []error{room.ErrSlowDown, room.ErrDuplicate, room.ErrMuted, room.ErrBanned, room.ErrRoomClosed, room.ErrRoomPaused, room.ErrBusy} {
		if errors.Is(err, limit) {
			return true
		}
	}
	return false
}

// TakeDown implements connector.Rooms.
func (r *chatRooms) TakeDown(ctx context.Context, s connector.Settings, ids []comment.ID) (int, error) {
	return r.service.ChatTakeDown(ctx, chatOf(s), originOf(s.Kind), ids)
}

// TakeDownRef implements connector.Rooms.
func (r *chatRooms) TakeDownRef(ctx context.Context, s connector.Settings, origin comment.Source, messageID string) (int, error) {
	return r.service.ChatTakeDownRef(ctx, chatOf(s), origin, connector.Ref(origin, messageID))
}

// TakeDownAuthor implements connector.Rooms.
func (r *chatRooms) TakeDownAuthor(ctx context.Context, s connector.Settings, origin comment.Source, userID string, mute time.Duration, forever bool) (int, error) {
	return r.service.ChatTakeDownAuthor(ctx, chatOf(s), origin, connector.Author(origin, userID), mute, forever)
}

// TakeDownAll implements connector.Rooms.
func (r *chatRooms) TakeDownAll(ctx context.Context, s connector.Settings, origin comment.Source) (int, error) {
	return r.service.ChatTakeDownAll(ctx, chatOf(s), origin)
}
