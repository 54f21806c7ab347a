//go:build !nocluster

package cluster

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// SetPublishWithin sets how long Publish tries.
func (l *Log) SetPublishWithin(d time.Duration) { l.within = d }

// SetFirstWithin sets how long Publish waits for its first answer.
func (l *Log) SetFirstWithin(d time.Duration) { l.first = d }

// Led returns a log that sends every message to lead instead of a stream, and returns its
// answer; nil means none. elect announces another leader.
func (n *Node) Led(name string, lead func(id string) []byte) (l *Log, elect func() error, err error) {
	if l, err = n.newLog(name); err != nil {
		return nil, nil, err
	}
	_, err = n.nc.Subscribe(logPrefix+name, func(msg *nats.Msg) {
		if answer := lead(msg.Header.Get(jetstream.MsgIDHeader)); answer != nil {
			_ = msg.Respond(answer) // if it fails, Publish returns an error
		}
	})
	return l, func() error { return n.nc.Publish(newLeader+name, nil) }, err
}

// Still returns a reader that only works when Look is called.
func (l *Log) Still(db Database) *Reader { return &Reader{log: l, db: db} }

// Look applies what is pending. due says that it is time to check for failed commits.
func (r *Reader) Look(ctx context.Context, due bool) error {
	for {
		if applied, err := r.step(ctx, due); err != nil || !applied {
			return err
		}
	}
}

// SetVersion makes this machine write and read messages like a program of another version.
// Call it before [Cluster.Start].
func (l *Log) SetVersion(n int) { l.version = n }

// SetPacks makes this machine announce and read packs like a program that knows no newer
// form. Call it before [Log.Join].
func (l *Log) SetPacks(form int) { l.packs = form }

// Empty removes everything from the log, like expiry.
func (l *Log) Empty(ctx context.Context) error { return l.stream.Purge(ctx) }

// Leader returns which machine leads the log.
func (l *Log) Leader(ctx context.Context) (string, error) {
	info, err := l.stream.Info(ctx)
	if err != nil {
		return "", err
	}
	return info.Cluster.Leader, nil
}

// Deafen ends the subscription, so that everything missing has to be fetched.
func (r *Reader) Deafen() error { return r.sub.Unsubscribe() }

// textCommand is a command that consists of a text.
type textCommand struct {
	handle       Handler
	text, answer []byte
}

func (c *textCommand) Here(ctx context.Context) (again bool) {
	c.answer, again = c.handle(ctx, c.text)
	return again
}

func (c *textCommand) Encode() ([]byte, error) { return c.text, nil }

// DoText lets the home carry out a text command, with the same handler on all machines.
func (f *Forwarder) DoText(ctx context.Context, text []byte, once bool) ([]byte, error) {
	c := &textCommand{handle: f.handle, text: text}
	answer, err := f.Do(ctx, c, once)
	if answer == nil {
		answer = c.answer
	}
	return answer, err
}

// Kill ends the server at once, like a killed process, without notifying others.
func (n *Node) Kill() {
	n.nc.Close()
	n.srv.Shutdown()
}

// Drop deletes the log, since each log reserves disk space.
func (l *Log) Drop(ctx context.Context) error {
	err := l.node.js.DeleteStream(ctx, l.name)
	if gone := l.node.js.DeleteObjectStore(ctx, l.name+blobsSuffix); !errors.Is(gone, jetstream.ErrBucketNotFound) && !errors.Is(gone, jetstream.ErrStreamNotFound) {
		err = errors.Join(err, gone)
	}
	return err
}

// SetLimit sets how many commands may be pending.
func (f *Forwarder) SetLimit(n int) { f.limit = n }

// Found makes a cluster of one machine.
func (o Options) Found(ctx context.Context) error { return o.found(ctx) }

// SetSayAfter sets how long a start waits for the other machines before it logs that.
func (n *Node) SetSayAfter(d time.Duration) { n.sayAfter = d }

// HomeOf returns which of some machines decides while all may.
func HomeOf(names ...string) string {
	r := newRoster(names[0], "", false)
	r.self.Eligible = true
	for _, name := range names[1:] {
		r.hear(beat{Name: name, Boot: "1", Eligible: true}, 0)
	}
	return r.home()
}

// Forget makes a machine forget all others until it hears them again, as after a freeze.
func (m *Membership) Forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.roster.forget(time.Since(m.began))
	m.notifyChanges()
}
