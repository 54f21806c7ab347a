package twitch

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"danmaku/connector"
)

// errReconnect means that the server will close and asks for a new connection.
var errReconnect = errors.New("the server asks for a new connection")

// connection is a WebSocket whose lines arrive through a channel, which is closed when it
// ends.
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

// dialed is the result of a dial.
type dialed struct {
	conn *connection
	err  error
}

// dialAside dials while the caller continues. The channel receives the result.
func (s *Source) dialAside(ctx context.Context) <-chan dialed {
	result := make(chan dialed, 1)
	go func() {
		c, err := s.dial(ctx)
		result <- dialed{c, err}
	}()
	return result
}

// read reads the lines of the connection until it ends.
func (c *connection) read(clock connector.Clock) {
	defer close(c.ended)
	defer close(c.lines)
	frames, stop := connector.ReadFrames(c.ws, maxMessage)
	defer stop()
	split := splitter{lines: c.lines}
	var late <-chan time.Time
	for {
		select {
		case <-late:
			split.flush()
			late = nil
		case f := <-frames:
			if f.Err != nil {
				split.flush()
				c.err = f.Err
				return
			}
			split.add(string(f.Data))
			if late = nil; split.rest != "" {
				late = clock.After(breakWithin)
			}
		}
	}
}

// splitter splits frames into lines. A frame may carry several lines, and part of one. A
// line without a break ends where the next one begins, when nothing follows it for a while,
// and with the connection.
type splitter struct {
	lines chan<- string
	rest  string // a line whose break has not come yet
}

// add adds a frame.
func (s *splitter) add(frame string) {
	if beginsLine(frame) {
		s.flush()
	}
	s.rest += frame
	for {
		l, after, found := strings.Cut(s.rest, "\n")
		if !found {
			break
		}
		s.rest = after
		if l = strings.TrimSuffix(l, "\r"); l != "" {
			s.lines <- l
		}
	}
	if len(s.rest) > maxLine {
		s.rest = s.rest[:maxLine+1] // too long for a line of IRC: kept so that it is skipped
	}
}

// flush ends a line that has no break.
func (s *splitter) flush() {
	if s.rest != "" {
		s.lines <- s.rest
	}
	s.rest = ""
}

// beginsLine reports whether a frame can only be the beginning of a line of Twitch's, and
// not part of a text that somebody wrote.
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
	_ = c.ws.SetWriteDeadline(time.Now().Add(answerWithin)) // fails only with the connection
	return c.ws.WriteMessage(websocket.TextMessage, []byte(l+"\r\n"))
}

// close ends the connection and waits for its reader.
func (c *connection) close() {
	_ = c.ws.Close()
	for range c.lines { // drop lines that were still read
	}
	<-c.ended
}
