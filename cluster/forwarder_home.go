//go:build !nocluster

package cluster

import (
	"context"
	"crypto/rand"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// takeCommands carries out the commands of another machine, each independently.
func (d *Forwarder) takeCommands(msg *nats.Msg) {
	list, err := decodePack(msg.Data, d.m.log.packs, commandOf)
	if err != nil {
		return
	}
	origin := msg.Reply[:strings.LastIndexByte(msg.Reply, '.')+1]
	_, mine := d.m.Home()
	for _, c := range list {
		key := origin + strconv.FormatUint(c.N, 10)
		if !mine || !d.begin(key) {
			if !mine {
				put(d, d.answers, origin, reply{N: c.N, Again: true}, d.sendAnswers)
			}
			continue
		}
		d.work(func() {
			defer d.done.Done()
			ctx, cancel := context.WithTimeout(d.ctx, min(time.Duration(c.MS)*time.Millisecond, doWithin))
			defer cancel()
			r := d.do(ctx, c)
			d.mu.Lock()
			delete(d.running, key)
			d.mu.Unlock()
			put(d, d.answers, origin, r, d.sendAnswers)
		})
	}
}

// idleMost is how many goroutines are kept for future commands.
const idleMost = 256

// work runs fn in a goroutine that has carried out a command before, if there is one: the
// stack of a new one is grown, and copied, several times on the way to the journal.
func (d *Forwarder) work(fn func()) {
	d.mu.Lock()
	if n := len(d.idle) - 1; n >= 0 {
		worker := d.idle[n]
		d.idle = d.idle[:n]
		d.mu.Unlock()
		worker <- fn
		return
	}
	d.mu.Unlock()
	go func() {
		next, ok := make(chan func(), 1), true // buffered, so that nobody waits for this one
		for ok {
			fn()
			d.mu.Lock()
			if d.ctx.Err() != nil || len(d.idle) >= idleMost {
				d.mu.Unlock()
				return
			}
			d.idle = append(d.idle, next)
			d.mu.Unlock()
			fn, ok = <-next
		}
	}()
}

// do carries out a command of another machine.
func (d *Forwarder) do(ctx context.Context, c command) reply {
	if c.Long != "" {
		var err error
		if c.Body, err = d.m.log.fetchAside(ctx, c.Long); err != nil {
			return reply{N: c.N, Again: true}
		}
	}
	r := reply{N: c.N}
	if r.Body, r.Again = d.handle(ctx, c.Body); len(r.Body) <= packBytes {
		return r
	}
	name := d.m.log.boot + ".a." + rand.Text()
	if d.m.log.putAside(ctx, name, r.Body) == nil {
		r.Body, r.Long = nil, name
	}
	return r
}

// begin returns false for a command that is already running, or when too many are: the
// sender tries again. Close waits for commands that it begins.
func (d *Forwarder) begin(key string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ctx.Err() != nil || d.running[key] || len(d.running) >= 2*d.limit {
		return false
	}
	d.running[key] = true
	d.done.Add(1)
	return true
}

func (d *Forwarder) sendAnswers(to string, list []reply) {
	machine := strings.TrimSuffix(strings.TrimPrefix(to, answerPrefix+d.m.log.name+"."), ".")
	for len(list) > 0 {
		var pack []reply
		pack, list = splitPack(list, func(r reply) int { return len(r.Body) })
		sendPack(d, to+anyPack, "", machine, pack) // the sender asks again for a lost one
	}
}
