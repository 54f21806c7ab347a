// Package twitch reads the chat of a Twitch channel as an anonymous visitor, by
// IRC over a WebSocket. It needs no key: only the channel's name. It never
// writes to the channel.
//
// Source of the protocol: "Twitch IRC" at dev.twitch.tv, IRCv3 "Message Tags",
// and what clients that have read it for years expect of it.
package twitch

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"danmaku/connector"
)

// Kind names this connector in settings.
const Kind = "twitch"

// server is Twitch's own address.
const server = "wss://irc-ws.chat.twitch.tv:443"

// Times of one connection.
const (
	signInWithin = 10 * time.Second // from the connection to the server's welcome
	joinWithin   = 10 * time.Second // from JOIN to the platform's confirmation
	idle         = 30 * time.Second // without a line we ask whether the server is there
	answerWithin = 10 * time.Second // for the answer
	overlapFor   = 10 * time.Second // how long an old connection goes on beside its successor
	succeedAgain = time.Second      // a successor that failed is tried again
	askedEarly   = 5 * time.Second  // a successor that is asked to go sooner has none itself
	unknownAgain = time.Minute      // a channel without an answer is tried again
	breakWithin  = time.Second      // a line without its break counts as whole then
)

// maxMessage bounds what comes in one frame, in bytes.
const maxMessage = 1 << 20

var channelName = regexp.MustCompile(`^[a-z0-9_]{1,25}$`)

// Source is one channel's chat.
type Source struct {
	channel string
	env     connector.Env
	url     string
	emotes  string
}

// Open makes the source of a channel. An error is a [*connector.Fault].
func Open(s connector.Settings, env connector.Env) (connector.Source, error) {
	channel := strings.ToLower(strings.TrimPrefix(s.Target, "#"))
	if !channelName.MatchString(channel) {
		return nil, connector.Stop(connector.FaultTarget, "a channel's name has 1 to 25 letters, digits and underscores")
	}
	env.Keyless = connector.Keyless(Kind)
	url := env.Base
	if url == "" {
		url = server
	}
	return &Source{channel: channel, env: env, url: url, emotes: EmoteHost}, nil
}

// Run implements [connector.Source].
func (s *Source) Run(ctx context.Context, out connector.Sink) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	conn, err := s.dial(ctx)
	if err != nil {
		return err
	}
	var old *connection // goes on until its successor has joined
	finish := func() {
		if old == nil {
			return
		}
		_ = old.ws.Close()
		for text := range old.lines { // came before the end
			s.deliver(text, out)
		}
		<-old.ended
		old = nil
	}
	defer func() {
		finish()
		conn.close()
	}()
	for {
		var (
			oldLines <-chan string
			overlap  <-chan time.Time
		)
		if old != nil {
			oldLines, overlap = old.lines, s.env.Clock.After(overlapFor)
		}
		err := s.read(ctx, conn, oldLines, overlap, finish, out)
		if !errors.Is(err, errReconnect) {
			return err
		}
		finish()
		if conn.succeeds && s.env.Clock.Now().Sub(conn.began) < askedEarly {
			// It may go on so forever: the supervisor knows how long to wait.
			return connector.Retry(connector.FaultReconnect, "Twitch asks for one new connection after the other", nil)
		}
		next, err := s.succeed(ctx, conn, out)
		if err != nil {
			return err
		}
		next.succeeds = true
		old, conn = conn, next
	}
}

// succeed connects anew. What comes over conn meanwhile is handed on, and as long as
// the server leaves it open a connection that fails is tried again.
func (s *Source) succeed(ctx context.Context, conn *connection, out connector.Sink) (*connection, error) {
	type dialed struct {
		conn *connection
		err  error
	}
	dial := func() <-chan dialed {
		result := make(chan dialed, 1)
		go func() {
			c, err := s.dial(ctx)
			result <- dialed{c, err}
		}()
		return result
	}
	var (
		lines  <-chan string = conn.lines
		result               = dial()
		again  <-chan time.Time
		failed error
	)
	for {
		select {
		case text, ok := <-lines:
			switch {
			case ok:
				s.deliver(text, out)
			case failed != nil:
				return nil, failed
			default:
				lines = nil
			}
		case d := <-result:
			if d.err == nil || ctx.Err() != nil || lines == nil {
				return d.conn, d.err
			}
			result, failed, again = nil, d.err, s.env.Clock.After(succeedAgain)
		case <-again:
			result, failed, again = dial(), nil, nil
		case <-ctx.Done():
			if result == nil {
				return nil, ctx.Err()
			}
			d := <-result
			if d.err == nil {
				d.conn.close()
			}
			return nil, ctx.Err()
		}
	}
}

// errReconnect says that the server will close and asks for a new connection.
var errReconnect = errors.New("the server asks for a new connection")

// connection is a WebSocket whose lines come through a channel, which is closed
// when it ends.
type connection struct {
	ws       *websocket.Conn
	nick     string
	began    time.Time
	succeeds bool // the server asked for it
	lines    chan string
	err      error // why lines was closed; read it after that
	ended    chan struct{}
}

func (s *Source) dial(ctx context.Context) (*connection, error) {
	ws, err := s.env.DialWebSocket(ctx, s.url)
	if err != nil {
		return nil, fmt.Errorf("connect to Twitch: %w", err)
	}
	c := &connection{
		ws: ws, began: s.env.Clock.Now(), lines: make(chan string, 1_024), ended: make(chan struct{}),
		nick: fmt.Sprintf("justinfan%d", 10_000+int(s.env.Jitter()*89_999)),
	}
	go c.read(s.env.Clock)
	for _, l := range []string{
		"CAP REQ :twitch.tv/tags twitch.tv/commands",
		"PASS SCHMOOPIIE", // any word: an anonymous visitor has no password
		"NICK " + c.nick,
	} {
		if err := c.write(l); err != nil {
			c.close()
			return nil, fmt.Errorf("sign in to Twitch: %w", err)
		}
	}
	return c, nil
}

// read splits what comes into lines. A frame may carry several, and part of one. A line
// whose break does not come ends where the next one begins, when nothing follows it for
// a while, and with the connection.
func (c *connection) read(clock connector.Clock) {
	defer close(c.ended)
	defer close(c.lines)
	frames, stop := connector.ReadFrames(c.ws, maxMessage)
	defer stop()
	rest := ""
	whole := func() {
		if rest != "" {
			c.lines <- rest
		}
		rest = ""
	}
	var late <-chan time.Time
	for {
		select {
		case <-late:
			whole()
			late = nil
		case f := <-frames:
			if f.Err != nil {
				whole()
				c.err = f.Err
				return
			}
			data := string(f.Data)
			if beginsLine(data) {
				whole()
			}
			rest += data
			for {
				l, after, found := strings.Cut(rest, "\n")
				if !found {
					break
				}
				rest = after
				if l = strings.TrimSuffix(l, "\r"); l != "" {
					c.lines <- l
				}
			}
			if len(rest) > maxLine {
				rest = rest[:maxLine+1] // no line of IRC: kept as one that is skipped
			}
			if late = nil; rest != "" {
				late = clock.After(breakWithin)
			}
		}
	}
}

// beginsLine reports whether a frame can only be the beginning of a line of Twitch's,
// and no part of what somebody wrote.
func beginsLine(frame string) bool {
	word, _, _ := strings.Cut(frame, " ")
	switch {
	case strings.HasPrefix(word, "@"):
		return strings.Contains(word, "=")
	case strings.HasPrefix(word, ":"):
		return strings.HasSuffix(word, "tmi.twitch.tv")
	}
	return word == "PING"
}

func (c *connection) write(l string) error {
	_ = c.ws.SetWriteDeadline(time.Now().Add(answerWithin)) // fails with the connection alone
	return c.ws.WriteMessage(websocket.TextMessage, []byte(l+"\r\n"))
}

// close ends the connection and waits for its reader.
func (c *connection) close() {
	_ = c.ws.Close()
	for range c.lines { // what nobody wants any more
	}
	<-c.ended
}

// read handles the lines of conn, and those of the connection before it until the
// server or overlap ends that: then it calls over. A message may come over both;
// its ID tells. read returns errReconnect when the server asks for a new
// connection.
func (s *Source) read(ctx context.Context, conn *connection, before <-chan string, overlap <-chan time.Time, over func(), out connector.Sink) error {
	var (
		isIn   bool
		asked  bool // whether the server is there
		signed bool
	)
	limit := s.env.Clock.After(signInWithin)
	quiet := s.env.Clock.After(idle)
	heard := false // since quiet was set
	end := func() {
		before, overlap = nil, nil
		over()
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case text, ok := <-before:
			if !ok {
				end()
				continue
			}
			s.deliver(text, out)
		case <-overlap:
			end()
		case <-limit:
			switch {
			case isIn:
			case !signed:
				return connector.Retry(connector.FaultSilent, "Twitch does not welcome us", nil)
			default:
				return &connector.Fault{
					Code: connector.FaultNoChannel, RetryAt: s.env.Clock.Now().Add(unknownAgain),
					Detail: "Twitch does not answer for the channel " + s.channel,
				}
			}
		case <-quiet:
			switch {
			case heard:
				heard, asked = false, false
				quiet = s.env.Clock.After(idle)
			case asked:
				return connector.Retry(connector.FaultSilent, "Twitch does not answer", nil)
			default:
				asked = true
				quiet = s.env.Clock.After(answerWithin)
				if err := conn.write("PING :danmaku"); err != nil {
					return fmt.Errorf("ask Twitch: %w", err)
				}
			}
		case text, ok := <-conn.lines:
			if !ok {
				return fmt.Errorf("read from Twitch: %w", conn.err)
			}
			heard = true
			l, ok := parseLine(text)
			if !ok {
				out.Skipped()
				continue
			}
			switch l.command {
			case "PING":
				if err := conn.write("PONG :" + l.param(0)); err != nil {
					return fmt.Errorf("answer Twitch: %w", err)
				}
			case "001":
				if !signed {
					signed, limit = true, s.env.Clock.After(joinWithin)
					if err := conn.write("JOIN #" + s.channel); err != nil {
						return fmt.Errorf("join a Twitch channel: %w", err)
					}
				}
			case "ROOMSTATE", "366", "JOIN":
				if !isIn && s.confirms(l, conn.nick) {
					isIn = true
					out.Connected(s.channel)
				}
			case "RECONNECT":
				return errReconnect
			case "NOTICE":
				if fault := s.notice(l); fault != nil {
					return fault
				}
			default:
				s.hand(l, out)
			}
		}
	}
}

// confirms reports whether a line says that we are in the channel.
func (s *Source) confirms(l line, nick string) bool {
	switch l.command {
	case "JOIN":
		return l.nick == nick && s.ours(l.param(0))
	case "366":
		return s.ours(l.param(1))
	}
	return s.ours(l.param(0))
}

// ours reports whether a channel, with its #, is the one that is read.
func (s *Source) ours(channel string) bool { return strings.EqualFold(channel, "#"+s.channel) }

// deliver hands on what a line of an earlier connection says.
func (s *Source) deliver(text string, out connector.Sink) {
	l, ok := parseLine(text)
	if !ok {
		out.Skipped()
		return
	}
	s.hand(l, out)
}

// hand hands on what a line says, if anything.
func (s *Source) hand(l line, out connector.Sink) {
	if !s.ours(l.param(0)) {
		return
	}
	switch l.command {
	case "PRIVMSG", "USERNOTICE":
		if m, ok := l.message(s.emotes); ok {
			out.Message(m)
		}
	case "CLEARMSG", "CLEARCHAT":
		if r, ok := l.removal(); ok {
			out.Removal(r)
		}
	}
}

// notice reads a NOTICE. It returns nil for one that says nothing of the
// connection: most are about sending.
func (s *Source) notice(l line) error {
	switch l.tags["msg-id"] {
	case "msg_channel_suspended":
		return connector.Stop(connector.FaultSuspended, l.param(1))
	case "msg_banned", "msg_room_not_found", "tos_ban":
		return connector.Stop(connector.FaultNoChannel, l.param(1))
	case "":
		switch l.param(1) {
		case "Login authentication failed", "Improperly formatted auth", "Login unsuccessful":
			return connector.Stop(connector.FaultKey, l.param(1))
		case "This channel does not exist or has been suspended.", "This channel has been suspended.":
			return connector.Stop(connector.FaultSuspended, l.param(1))
		}
	}
	return nil
}
