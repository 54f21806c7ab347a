package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"time"

	"github.com/gorilla/websocket"
)

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
// otherwise through the next address, always with the same ref.
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
		case f.Code == "busy" || f.Code == "slow_down": // the limit of held comments is reached
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
	// During a leader's election the answer is busy; a frozen machine does not answer at all.
	// Frames about other comments do not count as an answer.
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
