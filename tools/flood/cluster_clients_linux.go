package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// clusterHost is the one name that all machines have for clients, as in a DNS with
// several addresses.
const clusterHost = "danmaku.test"

// answerWithin is how long a client waits for an answer before it goes on to another
// address.
const answerWithin = 3 * time.Second

// ledger records what the servers answered.
type ledger struct {
	accounts // shown or held

	mu           sync.Mutex
	acks         []ackNote
	byPhone      map[int][]string     // shown, in the order sent
	decisions    map[string][2]string // what each moderator was told
	moves        []time.Duration      // of phones from a dead machine to another's greeting
	disconnected int                  // connections to machines that lived
	waits        atomic.Int64         // answers that say to send it again
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

// traveller is at home at one machine. Every other phone goes over nginx first.
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

// next goes on to the next address.
func (v *traveller) next() { v.at = (v.at + 1) % len(v.list) }

// lives reports whether the machine at this address should answer: the trial has neither
// killed nor frozen it.
func (v *traveller) lives() bool {
	for i, n := range v.trial.nodes {
		if n.addr == v.list[v.at] {
			return v.trial.sick.Load()&(1<<i) == 0
		}
	}
	return false // which machine nginx has chosen is not known
}

func (v *traveller) open(ctx context.Context, path string) (*websocket.Conn, error) {
	d := websocket.Dialer{Jar: v.jar, HandshakeTimeout: answerWithin, NetDialContext: v.dial}
	conn, resp, err := d.DialContext(ctx, "ws://"+clusterHost+path, nil)
	if resp != nil {
		_ = resp.Body.Close()
	}
	return conn, err
}

// clusterPhone is a phone with a socket.
type clusterPhone struct {
	*traveller
	conn   *websocket.Conn
	broken time.Time // when its machine died; zero while it is connected
}

// phone writes until ctx ends, and waits for its last answer.
func (s *clusterTrial) phone(ctx context.Context, i int) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.ledger.fail("a jar: %v", err)
		return
	}
	p := &clusterPhone{traveller: s.traveller(i, i%2 == 1)}
	p.jar = jar
	defer func() { p.leave() }()
	if err := p.visit(ctx); err != nil {
		return
	}
	pause := time.Duration(s.phones) * time.Second / time.Duration(s.rate)
	due := time.Now().Add(time.Duration(rand.Int64N(int64(pause))))
	for sleep(ctx, time.Until(due)) == nil {
		p.say(i, int(s.numbers.Add(1)))
		if due = due.Add(pause); time.Until(due) < 0 { // not all at once after a stall
			due = time.Now().Add(time.Duration(rand.Int64N(int64(pause))))
		}
	}
}

// visit opens the page once, which gives the phone its identity.
func (p *clusterPhone) visit(ctx context.Context) error {
	web := &http.Client{Jar: p.jar, Timeout: answerWithin, Transport: &http.Transport{DialContext: p.dial, DisableKeepAlives: true}}
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+clusterHost+"/r/live", nil)
		if err != nil {
			return err
		}
		resp, err := web.Do(req)
		if err == nil {
			_, err = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
			if err == nil && resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		p.next()
		if err := sleep(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}

// say sends a comment until it is answered: after an answer busy over the same socket,
// and else through the next address, always under the same ref.
func (p *clusterPhone) say(phone, n int) {
	text := string(appendText(nil, n))
	if n%20 == 0 {
		text += " " + heldWord
	}
	note := ackNote{}
	began := time.Now()
	for end := began.Add(time.Minute); time.Now().Before(end); {
		if p.conn == nil && !p.connect() {
			note.moved = true
			time.Sleep(20 * time.Millisecond)
			continue
		}
		f, err := p.write(n, text)
		switch {
		case err != nil:
			note.moved = true
			if p.lives() {
				p.trial.cutOff("phone", p.list[p.at], err)
			}
			p.leave()
			p.next()
			p.broken = time.Now()
		case f.Outcome == "shown" || f.Outcome == "held":
			note.at, note.took = time.Now(), time.Since(began)
			p.trial.acked(phone, n, f, note)
			return
		case f.Code == "busy" || f.Code == "slow_down": // so many are held that more have to wait
			p.trial.ledger.waits.Add(1)
			time.Sleep(max(time.Duration(f.WaitMS)*time.Millisecond, 100*time.Millisecond))
		default:
			p.trial.ledger.fail("comment %d is answered %s %s", n, f.Outcome, f.Code)
			return
		}
	}
	p.trial.ledger.fail("comment %d was not answered for a minute", n)
}

func (p *clusterPhone) leave() {
	if p.conn != nil {
		_ = p.conn.Close()
		p.conn = nil
	}
}

// connect opens the socket, and waits for the greeting.
func (p *clusterPhone) connect() bool {
	conn, err := p.open(context.Background(), "/api/rooms/live/socket?role=audience")
	if err == nil {
		_ = conn.SetReadDeadline(time.Now().Add(answerWithin))
		var f serverFrame
		if err = conn.ReadJSON(&f); err == nil && f.Type != "hello" {
			err = fmt.Errorf("greeted with %s %s", f.Type, f.Code)
		}
		if err != nil {
			_ = conn.Close()
		}
	}
	if err != nil {
		p.next()
		return false
	}
	p.conn = conn
	if !p.broken.IsZero() {
		p.trial.ledger.mu.Lock()
		p.trial.ledger.moves = append(p.trial.ledger.moves, time.Since(p.broken))
		p.trial.ledger.mu.Unlock()
		p.broken = time.Time{}
	}
	return true
}

// write sends a comment and reads its answer.
func (p *clusterPhone) write(n int, text string) (f serverFrame, err error) {
	ref := fmt.Sprint("n", n)
	if err := p.conn.WriteJSON(map[string]string{"type": "send", "ref": ref, "text": text}); err != nil {
		return f, err
	}
	// A leader's election is told as busy, a frozen machine says nothing at all. Frames of
	// others do not count as an answer.
	wait := answerWithin
	if p.lives() {
		wait += mostLeader
	}
	_ = p.conn.SetReadDeadline(time.Now().Add(wait))
	for {
		f = serverFrame{}
		if err := p.conn.ReadJSON(&f); err != nil {
			return f, err
		}
		switch {
		case f.Type == "beat":
			_ = p.conn.WriteJSON(map[string]string{"type": "beat"})
		case f.Type == "bye":
			return f, errors.New("bye: " + f.Code)
		case f.Type == "ack" && f.Ref == ref:
			return f, nil
		}
	}
}

func (s *clusterTrial) acked(phone, n int, f serverFrame, note ackNote) {
	l := &s.ledger
	l.put(n, f.ID)
	l.mu.Lock()
	l.acks = append(l.acks, note)
	if f.Outcome == "shown" {
		if l.byPhone == nil {
			l.byPhone = map[int][]string{}
		}
		l.byPhone[phone] = append(l.byPhone[phone], f.ID)
	}
	l.mu.Unlock()
	if f.Outcome == "held" {
		s.held <- f.ID
	}
}

// cutOff counts a connection that broke although its machine lived.
func (s *clusterTrial) cutOff(who, addr string, err error) {
	s.ledger.mu.Lock()
	defer s.ledger.mu.Unlock()
	if s.ledger.disconnected++; s.ledger.disconnected <= 5 {
		s.ledger.failed = append(s.ledger.failed, fmt.Sprintf("a %s was cut off from %s, which lived: %v", who, addr, err))
	}
}

// pairsAtOnce is how many comments the two moderators decide at the same time.
const pairsAtOnce = 32

// moderate decides held comments: one moderator approves what the other one refuses, at
// once, through different machines.
func (s *clusterTrial) moderate(ctx context.Context) {
	for id := range s.held {
		first := rand.IntN(len(s.nodes))
		var told [2]string
		var both sync.WaitGroup
		for k, act := range []string{"approve", "refuse"} {
			both.Go(func() { told[k] = s.decide(ctx, first+k, s.keys[k], id, act) })
		}
		both.Wait()
		s.ledger.mu.Lock()
		if s.ledger.decisions == nil {
			s.ledger.decisions = map[string][2]string{}
		}
		s.ledger.decisions[id] = told
		s.ledger.mu.Unlock()
	}
}

// decide returns the decision that stands, as the answer to a moderator says.
func (s *clusterTrial) decide(ctx context.Context, at int, key, id, act string) string {
	v := s.traveller(at, false)
	web := &http.Client{Timeout: answerWithin, Transport: &http.Transport{DialContext: v.dial, DisableKeepAlives: true}}
	last := ""
	for end := time.Now().Add(time.Minute); time.Now().Before(end) && ctx.Err() == nil; v.next() {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+clusterHost+"/api/rooms/live/comments/"+id+"/"+act, nil)
		if err != nil {
			return err.Error()
		}
		req.Header.Set("Authorization", "Bearer "+key)
		resp, err := web.Do(req)
		if err != nil {
			last = err.Error()
			continue
		}
		var stands struct{ Status string }
		err = json.NewDecoder(resp.Body).Decode(&stands)
		_ = resp.Body.Close()
		switch {
		case resp.StatusCode == http.StatusOK && err == nil:
			return stands.Status
		case resp.StatusCode != http.StatusServiceUnavailable && resp.StatusCode != http.StatusBadGateway:
			return fmt.Sprint(act, " is answered ", resp.StatusCode)
		}
		last = fmt.Sprint("answered ", resp.StatusCode)
		if sleep(ctx, 100*time.Millisecond) != nil {
			break
		}
	}
	return "not " + act + "d: " + last
}

// clusterScreen is an overlay that has to get everything, once and in order.
type clusterScreen struct {
	at int

	mu       sync.Mutex
	ids      []string
	seq      int64
	disorder int
	resumed  int
	fresh    int // starts without a resume behind the first
	position string
}

// screenFrame is what an overlay reads of a frame.
type screenFrame struct {
	Type, Position string
	Resumed        bool
	Events         []struct {
		Type, ID string
		Seq      int64
	}
}

func (sc *clusterScreen) count() int {
	sc.mu.Lock()
	defer sc.mu.Unlock()
	return len(sc.ids)
}

// watch follows the room until ctx ends, and goes on to another machine when its own dies.
func (sc *clusterScreen) watch(ctx context.Context, s *clusterTrial, greeted chan<- struct{}) {
	v := s.traveller(sc.at, false)
	greet := sync.OnceFunc(func() { greeted <- struct{}{} })
	for ctx.Err() == nil {
		conn, err := v.open(ctx, s.overlay+"&since="+sc.position)
		if err != nil {
			v.next()
			_ = sleep(ctx, 50*time.Millisecond)
			continue
		}
		end := context.AfterFunc(ctx, func() { _ = conn.NetConn().Close() })
		for {
			// A beat comes every 20 s.
			_ = conn.SetReadDeadline(time.Now().Add(30 * time.Second))
			var f screenFrame
			if err = conn.ReadJSON(&f); err != nil {
				break
			}
			if f.Type == "beat" {
				_ = conn.WriteJSON(map[string]string{"type": "beat"}) // the next read finds what is wrong
			}
			if sc.take(f); f.Type == "hello" {
				greet()
			}
		}
		if ctx.Err() == nil && v.lives() {
			s.cutOff("overlay", v.list[v.at], err)
		}
		end()
		_ = conn.Close()
		v.next()
	}
}

func (sc *clusterScreen) take(f screenFrame) {
	sc.mu.Lock()
	defer sc.mu.Unlock()
	switch f.Type {
	case "hello":
		switch {
		case f.Resumed:
			sc.resumed++
		case sc.position != "":
			sc.fresh++
		}
		sc.position = f.Position
	case "events":
		for _, e := range f.Events {
			if e.Type != "comment" {
				continue
			}
			if e.Seq <= sc.seq {
				sc.disorder++
			}
			sc.seq = e.Seq
			sc.ids = append(sc.ids, e.ID)
		}
		sc.position = f.Position
	}
}
