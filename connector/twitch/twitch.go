// Package twitch reads the chat of a Twitch channel as an anonymous visitor, through IRC
// over a WebSocket. It needs no key, only the channel's name. It never writes to the
// channel.
//
// Sources of the protocol: "Twitch IRC" at dev.twitch.tv, IRCv3 "Message Tags", and the
// behavior of long-established clients.
package twitch

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"danmaku/connector"
)

// Kind names this connector in settings.
const Kind = "twitch"

// server is Twitch's own URL.
const server = "wss://irc-ws.chat.twitch.tv:443"

// Times of one connection.
const (
	signInWithin = 10 * time.Second // from the connection to the server's welcome
	joinWithin   = 10 * time.Second // from JOIN to the platform's confirmation
	idle         = 30 * time.Second // without a line we check whether the server responds
	answerWithin = 10 * time.Second // for its answer
	overlapFor   = 10 * time.Second // how long an old connection continues beside its successor
	succeedAgain = time.Second      // between tries of a failed successor
	askedEarly   = 5 * time.Second  // a successor that must go sooner gets no successor itself
	unknownAgain = time.Minute      // between tries of a channel without an answer
	breakWithin  = time.Second      // after this a line without its break counts as complete
)

// maxMessage bounds one frame, in bytes.
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
	var old *connection // continues until its successor has joined
	finish := func() {
		if old == nil {
			return
		}
		_ = old.ws.Close()
		for text := range old.lines { // lines from before the end
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
			// This could repeat forever: the supervisor knows how long to wait.
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

// succeed reconnects. Meanwhile it delivers the lines of conn, and as long as the server
// leaves conn open it retries a failing connection.
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

// read handles the lines of conn, and those of the previous connection until the server or
// overlap ends that: then it calls over. A message may arrive through both; its ID
// identifies it. read returns errReconnect when the server asks for a new connection.
func (s *Source) read(ctx context.Context, conn *connection, before <-chan string, overlap <-chan time.Time, over func(), out connector.Sink) error {
	var (
		isIn   bool
		asked  bool // whether the server was pinged
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

// confirms reports whether a line confirms that we are in the channel.
func (s *Source) confirms(l line, nick string) bool {
	switch l.command {
	case "JOIN":
		return l.nick == nick && s.ours(l.param(0))
	case "366":
		return s.ours(l.param(1))
	}
	return s.ours(l.param(0))
}

// ours reports whether a channel, with its #, is this source's.
func (s *Source) ours(channel string) bool { return strings.EqualFold(channel, "#"+s.channel) }

// deliver delivers a line of an earlier connection.
func (s *Source) deliver(text string, out connector.Sink) {
	l, ok := parseLine(text)
	if !ok {
		out.Skipped()
		return
	}
	s.hand(l, out)
}

// hand delivers a line's content, if any.
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

// notice handles a NOTICE. It returns nil for one that does not concern the connection:
// most are about sending.
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
