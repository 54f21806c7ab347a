package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// clusterHost is the single host name of all machines for clients, like a DNS name with
// several addresses.
const clusterHost = "danmaku.test"

// answerWithin is how long a client waits for an answer before it tries another address.
const answerWithin = 3 * time.Second

// ledger records the servers' answers.
type ledger struct {
	accounts // shown or held

	mu           sync.Mutex
	acks         []ackNote
	byPhone      map[int][]string     // shown, in the order sent
	decisions    map[string][2]string // the answer to each moderator
	moves        []time.Duration      // of phones from a dead machine to another machine's greeting
	disconnected int                  // connections to living machines that broke
	waits        atomic.Int64         // answers that ask to retry
	failed       []string
}

// ackNote is one acknowledged comment.
type ackNote struct {
	at    time.Time
	took  time.Duration
	moved bool // it went over more than one connection
}

func (l *ledger) fail(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed = append(l.failed, fmt.Sprintf(format, args...))
}

// traveller is a client that knows several addresses.
type traveller struct {
	trial *clusterTrial
	list  []string // addresses
	at    int
	jar   http.CookieJar
}

// traveller returns a client that starts at one machine. Every other phone tries nginx first.
func (s *clusterTrial) traveller(i int, overFront bool) *traveller {
	v := &traveller{trial: s}
	for k := range s.nodes {
		v.list = append(v.list, s.nodes[(i+k)%len(s.nodes)].addr)
	}
	if overFront && s.front != "" {
		v.list = append([]string{s.front}, v.list...)
	}
	return v
}

func (v *traveller) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	return (&net.Dialer{Timeout: answerWithin}).DialContext(ctx, network, v.list[v.at])
}

// next moves on to the next address.
func (v *traveller) next() { v.at = (v.at + 1) % len(v.list) }

// lives reports whether the machine at this address should answer: the trial has neither
// killed nor frozen it.
func (v *traveller) lives() bool {
	for i, n := range v.trial.nodes {
		if n.addr == v.list[v.at] {
			return v.trial.sick.Load()&(1<<i) == 0
		}
	}
	return false // nginx's choice of machine is unknown
}

func (v *traveller) open(ctx context.Context, path string) (*websocket.Conn, error) {
	d := websocket.Dialer{Jar: v.jar, HandshakeTimeout: answerWithin, NetDialContext: v.dial}
	conn, resp, err := d.DialContext(ctx, "ws://"+clusterHost+path, nil)
	if resp != nil {
		_ = resp.Body.Close()
	}
	return conn, err
}
