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
	r := &reader{Source: s, out: out, conn: conn}
	defer func() {
		r.endOld()
		r.conn.close()
	}()
	for {
		err := r.read(ctx)
		if !errors.Is(err, errReconnect) {
			return err
		}
		r.endOld()
		if r.conn.succeeds && s.env.Clock.Now().Sub(r.conn.began) < askedEarly {
			// This could repeat forever: the supervisor knows how long to wait.
			return connector.Retry(connector.FaultReconnect, "Twitch asks for one new connection after the other", nil)
		}
		next, err := r.succeed(ctx)
		if err != nil {
			return err
		}
		next.succeeds = true
		r = &reader{Source: s, out: out, conn: next, old: r.conn}
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
