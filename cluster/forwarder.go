//go:build !nocluster

package cluster

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"danmaku/room"
)

const (
	commandPrefix = "dm.cmd." // plus the machine that must carry it out
	answerPrefix  = "dm.ans." // plus the machine that asked, and the pack, or anyPack
	anyPack       = "0"       // for answers: they find their commands by number
	// atOnce is how many commands of a machine may be pending; a further one gets ErrBusy.
	atOnce = 4096
	// doWithin is the time limit of a command. It includes an election of the log's leader.
	doWithin   = 12 * time.Second
	lookAgain  = 50 * time.Millisecond
	askAgain   = 2 * time.Second // an answer may be lost
	packLen    = 256             // commands in one message
	packsKept  = 4096            // packs that may still be returned undelivered
	packBytes  = 512 << 10       // of all together, except the first; also for answers
	statusNone = "503"           // no machine receives such messages
)

// Command is a command for the home.
type Command interface {
	// Here carries it out on this machine, which is the home. again is that of a [Handler].
	Here(ctx context.Context) (again bool)
	// Encode encodes it for the [Handler] of another machine.
	Encode() ([]byte, error)
}

// Handler carries out a command of another machine on the home. again means that this
// machine cannot: it is not the home any more, or has been overtaken. Then nothing was
// done, or the next attempt finds it done. An error of the command itself is part of the
// answer.
type Handler func(ctx context.Context, command []byte) (answer []byte, again bool)

// Forwarder lets the home carry out every command: this machine when it is the home,
// otherwise the one that is. A command whose home dies goes to the next one, so it must be
// safe to repeat a command. Its methods are safe for concurrent use.
type Forwarder struct {
	m      *Membership
	handle Handler
	limit  int

	mu      sync.Mutex
	next    uint64                     // number of the last command
	packs   uint64                     // number of the last pack
	waiting map[uint64]*pendingCommand // by number
	sent    map[uint64][]uint64        // the commands of a pack
	queues  map[string]*queue[command] // by machine
	answers map[string]*queue[reply]   // by machine, as the beginning of a subject
	running map[string]bool            // for others: the sender, and the number
	idle    []chan func()              // goroutines that have carried out a command, see work; the most recent first

	subs []*nats.Subscription
	stop context.CancelFunc
	ctx  context.Context
	done sync.WaitGroup
}

// pendingCommand is a command of this machine without an answer.
type pendingCommand struct {
	home string
	once bool
	body []byte     // once it was sent
	out  chan reply // buffered for one
}

// command and reply are the messages. Fields may be added and never change their meaning.
type command struct {
	N    uint64 `json:"n"`
	MS   int64  `json:"ms"` // remaining time
	Body []byte `json:"body,omitempty"`
	Long string `json:"long,omitempty"` // the body is the object of this name
}

type reply struct {
	N     uint64 `json:"n"`
	Body  []byte `json:"body,omitempty"`
	Long  string `json:"long,omitempty"` // as in a command
	Again bool   `json:"again,omitempty"`
}

// queue holds what waits for one receiver while the previous message is on its way.
type queue[T any] struct{ list []T }

// OpenForwarder starts a forwarder of commands to the home. [Forwarder.Close] ends it.
func (m *Membership) OpenForwarder(handle Handler) (*Forwarder, error) {
	ctx, stop := context.WithCancel(context.Background())
	d := &Forwarder{
		m: m, handle: handle, limit: atOnce, waiting: map[uint64]*pendingCommand{}, sent: map[uint64][]uint64{},
		queues: map[string]*queue[command]{}, answers: map[string]*queue[reply]{}, running: map[string]bool{},
		next: rand.Uint64() >> 1, // no number from before a restart is reused
		stop: stop, ctx: ctx,
	}
	nc, name := m.log.node.nc, m.log.node.name
	for subject, take := range map[string]nats.MsgHandler{
		commandPrefix + m.log.name + "." + name:       d.takeCommands,
		answerPrefix + m.log.name + "." + name + ".*": d.takeAnswers,
	} {
		sub, err := nc.Subscribe(subject, take)
		if err != nil {
			d.Close()
			return nil, fmt.Errorf("open the forwarder of commands: %w", err)
		}
		d.subs = append(d.subs, sub)
	}
	return d, nil
}

// Close accepts no more commands and waits for those that are running here.
func (f *Forwarder) Close() {
	for _, s := range f.subs {
		_ = s.Unsubscribe() // its connection may be closed already
	}
	f.mu.Lock()
	f.stop() // with mu held: a command either began before, and is waited for, or does not begin
	for _, worker := range f.idle {
		close(worker)
	}
	f.idle = nil
	f.mu.Unlock()
	f.done.Wait()
}

// Do lets the home carry out a command and returns its answer, or nil where this machine is
// the home: then the command has it. Errors: room.ErrBusy when too many are pending or no
// home carried it out in time, that of ctx, and those of Encode; in the first two cases it
// may have been carried out. With once, a command that may have been carried out is not
// sent again.
func (f *Forwarder) Do(ctx context.Context, todo Command, once bool) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, doWithin)
	defer cancel()
	f.mu.Lock()
	if len(f.waiting) >= f.limit {
		f.mu.Unlock()
		return nil, room.ErrBusy
	}
	f.next++
	n := f.next
	e := &pendingCommand{once: once}
	f.waiting[n] = e
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		delete(f.waiting, n)
		f.mu.Unlock()
	}()
	for {
		answer, again, err := f.try(ctx, n, e, todo)
		if err != nil || !again {
			return answer, err
		}
		select {
		case <-time.After(lookAgain):
		case <-f.ctx.Done():
			return nil, room.ErrBusy
		case <-ctx.Done():
			if ctx.Err() == context.DeadlineExceeded {
				return nil, fmt.Errorf("%w: no machine of the cluster did it in time", room.ErrBusy)
			}
			return nil, ctx.Err()
		}
	}
}

// errMaybeDone means that it is unknown whether a once-only command was carried out.
var errMaybeDone = fmt.Errorf("%w: the machine of the cluster that should do it did not answer; it may have done it", room.ErrBusy)

// try asks the current home once. Errors: errMaybeDone, and those of Encode.
func (f *Forwarder) try(ctx context.Context, n uint64, e *pendingCommand, todo Command) (answer []byte, again bool, err error) {
	home, mine, changed := f.m.Decides()
	switch {
	case home == "":
		return nil, true, nil
	case mine:
		return nil, todo.Here(ctx), nil
	}
	if e.body == nil {
		if e.body, err = todo.Encode(); err != nil {
			return nil, false, err
		}
	}
	body := e.body
	if e.once {
		err = errMaybeDone
	}
	out := make(chan reply, 1)
	end, _ := ctx.Deadline() // Do has set one
	f.mu.Lock()
	e.home, e.out = home, out
	f.mu.Unlock()
	c := command{N: n, MS: time.Until(end).Milliseconds(), Body: body}
	if len(body) > packBytes {
		c.Body, c.Long = nil, f.m.log.boot+".c."+strconv.FormatUint(n, 10)
		if f.m.log.putAside(ctx, c.Long, body) != nil {
			return nil, true, nil
		}
		defer f.m.log.dropAside(context.WithoutCancel(ctx), c.Long)
	}
	put(f, f.queues, home, c, f.sendCommands)
	lost := time.NewTimer(askAgain)
	defer lost.Stop()
	askLater := lost.C
	if e.once { // the answer may be on its way
		askLater = nil
	}
	for {
		select {
		case r := <-out:
			answer, again, read := f.readReply(ctx, r)
			if read != nil {
				return nil, true, err
			}
			return answer, again, nil
		case <-askLater:
			return nil, true, nil
		case <-changed:
			var now string
			if now, _, changed = f.m.Decides(); now != home {
				return nil, true, err
			}
		case <-ctx.Done():
			return nil, true, err
		case <-f.ctx.Done():
			return nil, true, err
		}
	}
}

// readReply returns the answer in a reply. One that is too long for a message was put aside in
// the log, from which readReply fetches and deletes it.
func (f *Forwarder) readReply(ctx context.Context, r reply) (answer []byte, again bool, err error) {
	if r.Long == "" {
		return r.Body, r.Again, nil
	}
	defer f.m.log.dropAside(context.WithoutCancel(ctx), r.Long)
	answer, err = f.m.log.fetchAside(ctx, r.Long)
	return answer, false, err
}

// put adds an item to a queue, and sends it: at once when nothing is on its way to the same
// receiver, otherwise with everything that gathers meanwhile. Many goroutines answer the
// commands of one commit at once, so those that are ready run before the sender.
func put[T any](d *Forwarder, queues map[string]*queue[T], to string, item T, send func(to string, list []T)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ctx.Err() != nil {
		return
	}
	if q := queues[to]; q != nil {
		q.list = append(q.list, item)
		return
	}
	q := &queue[T]{list: []T{item}}
	queues[to] = q
	d.done.Go(func() {
		for {
			runtime.Gosched()
			d.mu.Lock()
			list := q.list
			q.list = nil
			if len(list) == 0 {
				delete(queues, to)
			}
			d.mu.Unlock()
			if len(list) == 0 {
				return
			}
			send(to, list)
		}
	})
}

// splitPack splits the first message off a list.
func splitPack[T any](list []T, size func(T) int) (pack, rest []T) {
	n, bytes := 0, 0
	for n < len(list) && n < packLen && (n == 0 || bytes+size(list[n]) <= packBytes) {
		bytes += size(list[n])
		n++
	}
	return list[:n], list[n:]
}

// sendCommands sends commands in as few messages as their size allows.
func (f *Forwarder) sendCommands(home string, list []command) {
	for len(list) > 0 {
		var pack []command
		pack, list = splitPack(list, func(c command) int { return len(c.Body) })
		var numbers []uint64
		for _, c := range pack {
			numbers = append(numbers, c.N)
		}
		f.mu.Lock()
		f.packs++
		id := f.packs
		f.sent[id] = numbers
		delete(f.sent, id-packsKept)
		f.mu.Unlock()
		reply := answerPrefix + f.m.log.name + "." + f.m.log.node.name + "." + strconv.FormatUint(id, 10)
		if !sendPack(f, commandPrefix+f.m.log.name+"."+home, reply, home, pack) {
			f.undelivered(id)
		}
	}
}

// sendPack sends one message to a machine and waits until it has left this process.
func sendPack[T packed](d *Forwarder, subject, answerTo, machine string, list []T) bool {
	data, err := encodePack(list, min(d.m.packsOf(machine), d.m.log.packs))
	if err == nil {
		err = d.m.log.node.nc.PublishMsg(&nats.Msg{Subject: subject, Reply: answerTo, Data: data})
	}
	if err == nil {
		err = d.m.log.node.nc.FlushTimeout(answerWithin)
	}
	return err == nil
}

// undelivered makes the commands of a pack look for a home again.
func (f *Forwarder) undelivered(pack uint64) {
	f.mu.Lock()
	numbers := f.sent[pack]
	delete(f.sent, pack)
	f.mu.Unlock()
	for _, n := range numbers {
		f.answered(reply{N: n, Again: true})
	}
}

func (f *Forwarder) answered(r reply) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if e := f.waiting[r.N]; e != nil && e.out != nil {
		select {
		case e.out <- r:
		default: // there is an answer already
		}
	}
}

func (f *Forwarder) takeAnswers(msg *nats.Msg) {
	if msg.Header.Get("Status") == statusNone && len(msg.Data) == 0 {
		if id, err := strconv.ParseUint(msg.Subject[len(answerPrefix+f.m.log.name+"."+f.m.log.node.name+"."):], 10, 64); err == nil {
			f.undelivered(id)
		}
		return
	}
	list, err := decodePack(msg.Data, f.m.log.packs, replyOf)
	if err != nil {
		return
	}
	for _, r := range list {
		f.answered(r)
	}
}
