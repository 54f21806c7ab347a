//go:build !nocluster

package cluster

import (
	"context"
	"crypto/rand"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// takeCommands carries out the commands of another machine, each independently.
func (f *Forwarder) takeCommands(msg *nats.Msg) {
	list, err := decodePack(msg.Data, f.m.log.packs, commandOf)
	if err != nil {
		return
	}
	origin := msg.Reply[:strings.LastIndexByte(msg.Reply, '.')+1]
	_, mine := f.m.Home()
	for _, c := range list {
		key := origin + strconv.FormatUint(c.N, 10)
		if !mine || !f.begin(key) {
			if !mine {
				put(f, f.answers, origin, reply{N: c.N, Again: true}, f.sendAnswers)
			}
			continue
		}
		f.work(func() {
			defer f.done.Done()
			ctx, cancel := context.WithTimeout(f.ctx, min(time.Duration(c.MS)*time.Millisecond, doWithin))
			defer cancel()
			r := f.do(ctx, c)
			f.mu.Lock()
			delete(f.running, key)
			f.mu.Unlock()
			put(f, f.answers, origin, r, f.sendAnswers)
		})
	}
}

// idleMost is how many goroutines are kept for future commands.
const idleMost = 256

// work runs fn in a goroutine that has carried out a command before, if there is one: the
// stack of a new one is grown, and copied, several times on the way to the journal.
func (f *Forwarder) work(fn func()) {
	f.mu.Lock()
	if n := len(f.idle) - 1; n >= 0 {
		worker := f.idle[n]
		f.idle = f.idle[:n]
		f.mu.Unlock()
		worker <- fn
		return
	}
	f.mu.Unlock()
	go func() {
		next, ok := make(chan func(), 1), true // buffered, so that nobody waits for this one
		for ok {
			fn()
			f.mu.Lock()
			if f.ctx.Err() != nil || len(f.idle) >= idleMost {
				f.mu.Unlock()
				return
			}
			f.idle = append(f.idle, next)
			f.mu.Unlock()
			fn, ok = <-next
		}
	}()
}

// do carries out a command of another machine. If the program fails at one, the answer is
// empty: the sender cannot read that, and does not send the command to the next home.
func (f *Forwarder) do(ctx context.Context, c command) (r reply) {
	defer func() {
		if p := recover(); p != nil {
			f.m.log.node.log.Error("a command of another machine failed", "panic", p, "stack", string(debug.Stack()))
			r = reply{N: c.N}
		}
	}()
	if c.Long != "" {
		var err error
		if c.Body, err = f.m.log.fetchAside(ctx, c.Long); err != nil {
			return reply{N: c.N, Again: true}
		}
	}
	r = reply{N: c.N}
	if r.Body, r.Again = f.handle(ctx, c.Body); len(r.Body) <= packBytes {
		return r
	}
	name := f.m.log.boot + ".a." + rand.Text()
	if f.m.log.putAside(ctx, name, r.Body) == nil {
		r.Body, r.Long = nil, name
	}
	return r
}

// begin returns false for a command that is already running, or when too many are: the
// sender tries again. Close waits for commands that it begins.
func (f *Forwarder) begin(key string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ctx.Err() != nil || f.running[key] || len(f.running) >= 2*f.limit {
		return false
	}
	f.running[key] = true
	f.done.Add(1)
	return true
}

func (f *Forwarder) sendAnswers(to string, list []reply) {
	machine := strings.TrimSuffix(strings.TrimPrefix(to, answerPrefix+f.m.log.name+"."), ".")
	for len(list) > 0 {
		var pack []reply
		pack, list = splitPack(list, func(r reply) int { return len(r.Body) })
		sendPack(f, to+anyPack, "", machine, pack) // the sender asks again for a lost one
	}
}
