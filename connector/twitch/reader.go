package twitch

import (
	"context"
	"fmt"
	"time"

	"danmaku/connector"
)

// reader reads a connection, and the connection before it as long as that continues. A
// message may arrive through both; its ID identifies it.
type reader struct {
	*Source
	out  connector.Sink
	conn *connection
	old  *connection // the connection before; nil once it has ended

	overlap <-chan time.Time // ends old
	limit   <-chan time.Time // for the server's welcome, then for its confirmation
	beat    *connector.Heartbeat

	welcomed bool
	joined   bool // the server has confirmed that we are in the channel
}

// read reads until the connection ends. It returns errReconnect when the server asks for a
// new one.
func (r *reader) read(ctx context.Context) error {
	if r.old != nil {
		r.overlap = r.env.Clock.After(overlapFor)
	}
	r.limit = r.env.Clock.After(signInWithin)
	r.beat = connector.NewHeartbeat(r.env.Clock, "Twitch", idle, answerWithin)
	for {
		var err error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case text, ok := <-r.oldLines():
			if ok {
				r.deliver(text)
			} else {
				r.endOld()
			}
		case <-r.overlap:
			r.endOld()
		case <-r.limit:
			err = r.onLimit()
		case <-r.beat.Due:
			err = r.beat.Check(r.ping)
		case text, ok := <-r.conn.lines:
			if !ok {
				return fmt.Errorf("read from Twitch: %w", r.conn.err)
			}
			err = r.onLine(text)
		}
		if err != nil {
			return err
		}
	}
}

// oldLines returns the lines of the connection before, or nil once that has ended.
func (r *reader) oldLines() <-chan string {
	if r.old == nil {
		return nil
	}
	return r.old.lines
}

// endOld ends the connection before, if it continues, and delivers the lines that came from
// it.
func (r *reader) endOld() {
	if r.old == nil {
		return
	}
	_ = r.old.ws.Close()
	for text := range r.old.lines {
		r.deliver(text)
	}
	<-r.old.ended
	r.old, r.overlap = nil, nil
}

// onLimit returns an error if the server has not let us into the channel in time.
func (r *reader) onLimit() error {
	switch {
	case r.joined:
		return nil
	case !r.welcomed:
		return connector.Retry(connector.FaultSilent, "Twitch does not welcome us", nil)
	}
	return &connector.Fault{
		Code: connector.FaultNoChannel, RetryAt: r.env.Clock.Now().Add(unknownAgain),
		Detail: "Twitch does not answer for the channel " + r.channel,
	}
}

// ping asks the server for an answer.
func (r *reader) ping() error {
	if err := r.conn.write("PING :danmaku"); err != nil {
		return fmt.Errorf("ask Twitch: %w", err)
	}
	return nil
}

// onLine handles a line of the connection.
func (r *reader) onLine(text string) error {
	r.beat.Heard()
	l, ok := parseLine(text)
	if !ok {
		r.out.Skipped()
		return nil
	}
	switch l.command {
	case "PING":
		if err := r.conn.write("PONG :" + l.param(0)); err != nil {
			return fmt.Errorf("answer Twitch: %w", err)
		}
	case "001":
		return r.onWelcome()
	case "ROOMSTATE", "366", "JOIN":
		if !r.joined && r.confirms(l, r.conn.nick) {
			r.joined = true
			r.out.Connected(r.channel)
		}
	case "RECONNECT":
		return errReconnect
	case "NOTICE":
		return r.notice(l)
	default:
		r.hand(l)
	}
	return nil
}

// onWelcome joins the channel.
func (r *reader) onWelcome() error {
	if r.welcomed {
		return nil
	}
	r.welcomed, r.limit = true, r.env.Clock.After(joinWithin)
	if err := r.conn.write("JOIN #" + r.channel); err != nil {
		return fmt.Errorf("join a Twitch channel: %w", err)
	}
	return nil
}

// deliver delivers a line of a connection that has a successor, or gets one.
func (r *reader) deliver(text string) {
	l, ok := parseLine(text)
	if !ok {
		r.out.Skipped()
		return
	}
	r.hand(l)
}

// hand delivers a line's content, if any.
func (r *reader) hand(l line) {
	if !r.ours(l.param(0)) {
		return
	}
	switch l.command {
	case "PRIVMSG", "USERNOTICE":
		if m, ok := l.message(r.emotes); ok {
			r.out.Message(m)
		}
	case "CLEARMSG", "CLEARCHAT":
		if m, ok := l.removal(); ok {
			r.out.Removal(m)
		}
	}
}

// succeed makes the successor of the connection. Meanwhile it delivers the lines of the
// connection, and as long as the server leaves that open it retries a failing dial.
func (r *reader) succeed(ctx context.Context) (*connection, error) {
	var (
		lines  <-chan string = r.conn.lines // nil once they have ended
		result               = r.dialAside(ctx)
		again  <-chan time.Time
		failed error // of the last dial, until the next one begins
	)
	for {
		select {
		case text, ok := <-lines:
			switch {
			case ok:
				r.deliver(text)
			case failed != nil:
				return nil, failed
			default:
				lines = nil
			}
		case d := <-result:
			if d.err == nil || ctx.Err() != nil || lines == nil {
				return d.conn, d.err
			}
			result, failed, again = nil, d.err, r.env.Clock.After(succeedAgain)
		case <-again:
			result, failed, again = r.dialAside(ctx), nil, nil
		case <-ctx.Done():
			if result != nil {
				if d := <-result; d.err == nil {
					d.conn.close()
				}
			}
			return nil, ctx.Err()
		}
	}
}
