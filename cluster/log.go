//go:build !nocluster

package cluster

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/s2"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"danmaku/room"
)

// The bounds of the log. It is not an archive: a machine that was away for longer starts
// with a copy of another one's database.
const (
	logAge   = 72 * time.Hour
	logBytes = 2 << 30

	packAbove  = 16 << 10  // a longer payload is compressed
	blobAbove  = 512 << 10 // a payload that is still longer goes into the object store
	blobsBytes = 1 << 30
)

// How long Publish tries, and how long it waits for each answer. The time includes an
// election of the log's leader.
const (
	publishWithin = 10 * time.Second
	answerWithin  = 2 * time.Second
	firstWithin   = 500 * time.Millisecond // for the first answer; twice as long for each next one
	publishPause  = 50 * time.Millisecond
)

// Headers of a message, besides those of NATS. Machines of different versions share them.
const (
	headPrev    = "Dm-Prev"   // the position before this message
	headVersion = "Dm-V"      // version of the headers' meaning
	headPacked  = "Dm-Packed" // compression of the body
	headBlob    = "Dm-Blob"   // the body is the object of this name
	version     = 1           // value of headVersion; a program answers a greater one with ErrNewer
	packedS2    = "s2"        // the only value of headPacked
	logPrefix   = "dm.log."   // the subject of a log
	outPrefix   = "dm.out."   // prefix of the subject where its messages are republished once they are stored
	newLeader   = "$JS.EVENT.ADVISORY.STREAM.LEADER_ELECTED."
	blobsSuffix = "-blobs" // of the bucket for long payloads
)

// The server's messages for a write that does not follow the last one. The second one means
// that another message is on its way, which may be this very one.
const (
	wrongLast       jetstream.ErrorCode = 10071
	wrongLastFlight jetstream.ErrorCode = 10164
)

// Log is the one ordered log of all changes. Its methods are safe for concurrent use,
// except Publish, which needs one caller at a time.
type Log struct {
	node   *Node
	name   string
	stream jetstream.Stream
	boot   string // prefix of the IDs of this process's messages
	sent   uint64

	opening sync.Mutex
	blobs   jetstream.ObjectStore // nil: not opened yet

	within, first time.Duration // publishWithin and firstWithin, except in tests
	version       int           // version, except in tests
	packs         int           // packsNow, except in tests

	leading   sync.Mutex
	leader    context.Context // of the log's leader; ends when another one is elected
	endLeader context.CancelFunc

	copies   atomic.Int64                      // wanted number of copies
	metadata atomic.Pointer[map[string]string] // stored with the log, as last read

	last  atomic.Uint64 // the greatest known position
	own   atomic.Uint64 // the last position that was published here
	moved chan struct{} // has one element when last has grown
}

// OpenLog opens the log of a name, and creates it if needed, with a number of copies. It
// waits until ctx ends for most of the machines.
func (n *Node) OpenLog(ctx context.Context, name string, copies int) (*Log, error) {
	return n.openLog(ctx, logOptions{name: name, copies: copies, make: true})
}

// logOptions name the log to open.
type logOptions struct {
	name   string
	copies int    // with make
	seal   string // of the secret that it belongs to; empty accepts any
	make   bool   // creates it if needed
}

// The reasons why a log cannot be opened.
var (
	// ErrOtherSecret means that the log belongs to machines with another secret.key.
	ErrOtherSecret = errors.New("the cluster has another secret.key than this data folder; replace this folder's with that of another machine")
	// ErrLost means that the log does not exist, although the cluster does.
	ErrLost = errors.New("the cluster's log is lost; make the machine with the highest position single with danmaku cluster alone, and begin a new cluster there")
)

// sealKey is the key of the seal in the log's metadata. memberKey, edgeKey and witnessKey
// are the prefixes of the keys of machines, edges and witnesses, goneKey of machines that
// were removed from the list, and urlKey of the origins at which pages reach a machine.
const sealKey, memberKey, edgeKey, witnessKey, goneKey, urlKey = "danmaku-seal", "danmaku-machine-", "danmaku-edge-", "danmaku-witness-", "danmaku-gone-", "danmaku-url-"

// newLog returns a log that is not open yet.
func (n *Node) newLog(name string) (*Log, error) {
	l := &Log{
		node: n, name: name, boot: strings.ToLower(rand.Text()[:12]), within: publishWithin, first: firstWithin, version: version, packs: packsNow,
		moved: make(chan struct{}, 1),
	}
	l.leader, l.endLeader = context.WithCancel(context.Background())
	_, err := n.nc.Subscribe(newLeader+name, l.elected)
	return l, err
}

func (n *Node) openLog(ctx context.Context, o logOptions) (*Log, error) {
	l, err := n.newLog(o.name)
	if err != nil {
		return nil, fmt.Errorf("open the log %s: %w", o.name, err)
	}
	err = l.open(ctx, o)
	said := false
	for begin := time.Now(); err != nil && ctx.Err() == nil && (isTemporary(err) || errors.Is(err, ErrLost) && time.Since(begin) < lostAfter); {
		if !said && time.Since(begin) >= n.sayAfter {
			said = true
			n.log.Warn("most of the machines of the cluster have to run before this one can start; it waits for them")
		}
		select {
		case <-ctx.Done():
		case <-time.After(publishPause):
		}
		err = l.open(ctx, o)
	}
	if err != nil {
		return nil, fmt.Errorf("open the log %s: %w", o.name, err)
	}
	return l, nil
}

// sayAfter is how long a start waits for the other machines before it logs that: machines
// that start together find each other within this time.
const sayAfter = 5 * time.Second

// lostAfter is how long a log must be unknown to count as lost: a machine that has just
// started may not have read about it yet.
const lostAfter = 10 * time.Second

// isTemporary reports whether an error means that the log's keepers are still finding
// each other.
func isTemporary(err error) bool {
	var api *jetstream.APIError
	if errors.As(err, &api) {
		return api.Code == 503 || api.Code == 500 || api.Code == 400
	}
	return errors.Is(err, nats.ErrNoResponders) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, nats.ErrTimeout)
}

func (l *Log) open(ctx context.Context, o logOptions) (err error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	js := l.node.js
	l.stream, err = js.Stream(ctx, l.name)
	switch missing := errors.Is(err, jetstream.ErrStreamNotFound); {
	case missing && !o.make:
		return ErrLost
	case missing:
		l.stream, err = js.CreateStream(ctx, jetstream.StreamConfig{
			Name: l.name, Subjects: []string{logPrefix + l.name}, Replicas: o.copies, Storage: jetstream.FileStorage,
			MaxAge: logAge, MaxBytes: logBytes, Discard: jetstream.DiscardOld, AllowDirect: true, DenyDelete: true,
			RePublish: &jetstream.RePublish{Source: logPrefix + l.name, Destination: outPrefix + l.name},
			Metadata:  map[string]string{sealKey: o.seal},
		})
	}
	if err != nil {
		return err
	}
	config := l.stream.CachedInfo().Config
	l.copies.Store(int64(config.Replicas))
	l.metadata.Store(&config.Metadata)
	if seal := config.Metadata[sealKey]; seal != o.seal && o.seal != "" {
		return ErrOtherSecret
	}
	return nil
}

// Name returns the name by which the log was opened.
func (l *Log) Name() string { return l.name }

// Publish puts a payload after the position prev and returns the new position, once most of
// the machines have it. Errors: room.ErrMoved when another payload follows prev; then this
// one was not published. After every other error it is unknown whether it was.
func (l *Log) Publish(prev uint64, payload []byte) (pos uint64, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), l.within)
	defer cancel()
	l.sent++
	msg := nats.NewMsg(logPrefix + l.name)
	msg.Header.Set(jetstream.MsgIDHeader, l.boot+"."+strconv.FormatUint(l.sent, 10))
	msg.Header.Set(jetstream.ExpectedLastSubjSeqHeader, strconv.FormatUint(prev, 10))
	if prev == 0 { // the server's value for an empty log, also for one that was not always empty
		msg.Header.Set(jetstream.ExpectedLastSeqHeader, "0")
	}
	msg.Header.Set(headPrev, strconv.FormatUint(prev, 10))
	msg.Header.Set(headVersion, strconv.Itoa(l.version))
	if err := l.fill(ctx, msg, payload); err != nil {
		return 0, err
	}
	for patience := l.first; ; patience = min(2*patience, max(answerWithin, l.first)) {
		pos, err = l.send(ctx, msg, patience)
		var api *jetstream.APIError
		refused := errors.As(err, &api)
		switch {
		case err == nil && pos != prev+1:
			return 0, fmt.Errorf("publish: %w: it is number %d behind %d", ErrBroken, pos, prev)
		case err == nil:
			l.own.Store(pos) // before the position is known, so that the reader ignores it
			l.heard(pos)
			return pos, nil
		case refused && api.ErrorCode == wrongLast:
			empty, err := l.emptyAt(ctx, prev)
			if err != nil || !empty {
				l.wake()
				return 0, room.ErrMoved
			}
			// All messages have aged away, and the server expects 0 from everybody. It
			// still knows the number of the last one.
			msg.Header.Set(jetstream.ExpectedLastSubjSeqHeader, "0")
			msg.Header.Set(jetstream.ExpectedLastSeqHeader, strconv.FormatUint(prev, 10))
			continue
		case refused && api.Code == 400 && api.ErrorCode != wrongLastFlight:
			return 0, fmt.Errorf("publish: %w", err)
		}
		select {
		case <-ctx.Done():
			l.wake()
			return 0, fmt.Errorf("publish: most of the machines did not answer within %v: %w", l.within, err)
		case <-time.After(publishPause):
		}
	}
}

// elected is called when the log has another leader. It ends the wait for the previous one.
func (l *Log) elected(*nats.Msg) {
	l.leading.Lock()
	defer l.leading.Unlock()
	l.endLeader()
	l.leader, l.endLeader = context.WithCancel(context.Background())
}

// send sends a message once. A leader that is giving up its place neither stores nor
// refuses messages, so send stops waiting for it once there is another one.
func (l *Log) send(ctx context.Context, msg *nats.Msg, within time.Duration) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	l.leading.Lock()
	leader := l.leader
	l.leading.Unlock()
	defer context.AfterFunc(leader, cancel)()
	ack, err := l.node.js.PublishMsg(ctx, msg, jetstream.WithRetryAttempts(0))
	if err != nil {
		return 0, err
	}
	return ack.Sequence, nil
}

// fill sets the body of a message to a payload.
func (l *Log) fill(ctx context.Context, msg *nats.Msg, payload []byte) error {
	if len(payload) > packAbove {
		payload = s2.Encode(nil, payload)
		msg.Header.Set(headPacked, packedS2)
	}
	if len(payload) <= blobAbove {
		msg.Data = payload
		return nil
	}
	sum := sha256.Sum256(payload)
	name := hex.EncodeToString(sum[:])
	if err := l.putAside(ctx, name, payload); err != nil {
		return fmt.Errorf("publish: store a long change: %w", err)
	}
	msg.Header.Set(headBlob, name)
	return nil
}

// emptyAt reports whether the log is empty, and its last position was pos.
func (l *Log) emptyAt(ctx context.Context, pos uint64) (bool, error) {
	info, err := l.stream.Info(ctx)
	if err != nil {
		return false, err
	}
	l.heard(info.State.LastSeq)
	return info.State.Msgs == 0 && info.State.LastSeq == pos, nil
}

// heard records that the log reaches to a position, according to a message or another
// machine.
func (l *Log) heard(pos uint64) {
	for {
		was := l.last.Load()
		if pos <= was {
			return
		}
		if l.last.CompareAndSwap(was, pos) {
			return
		}
	}
}

// Reaches reports that another machine is at a position: the reader fetches what is missing
// up to there.
func (l *Log) Reaches(pos uint64) {
	if pos > l.last.Load() {
		l.heard(pos)
		l.wake()
	}
}

// End asks the log for its last position, which may be greater than any known one.
func (l *Log) End(ctx context.Context) (uint64, error) {
	info, err := l.stream.Info(ctx)
	if err != nil {
		return 0, fmt.Errorf("ask how far the log of the cluster reaches: %w", err)
	}
	l.Reaches(info.State.LastSeq)
	return info.State.LastSeq, nil
}

// Last returns the greatest known position.
func (l *Log) Last() uint64 { return l.last.Load() }

func (l *Log) wake() {
	select {
	case l.moved <- struct{}{}:
	default:
	}
}
