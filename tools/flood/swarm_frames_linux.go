package main

import (
	"bytes"
	"encoding/binary"
	"syscall"
	"time"
)

// unframe splits off a complete frame; n is its length, 0 if it is incomplete.
func unframe(b []byte) (op byte, payload []byte, n int) {
	if len(b) < 2 {
		return 0, nil, 0
	}
	head, size := 2, int(b[1]&0x7f)
	switch {
	case size == 126 && len(b) >= 4:
		head, size = 4, int(binary.BigEndian.Uint16(b[2:]))
	case size == 127 && len(b) >= 10:
		head, size = 10, int(binary.BigEndian.Uint64(b[2:]))
	case size >= 126:
		return 0, nil, 0
	}
	if len(b) < head+size {
		return 0, nil, 0
	}
	return b[0] & 0x0f, b[head : head+size], head + size
}

// write sends a frame.
func (s *swarm) write(c *client, first byte, payload []byte) {
	_, _ = syscall.Write(c.fd, maskedFrame(first, payload)) // a socket that cannot accept it is closing
}

func (s *swarm) text(c *client, frame []byte) {
	switch {
	case bytes.HasPrefix(frame, eventsMark):
		s.events(c, s.parsed(frame))
	case bytes.HasPrefix(frame, helloMark):
		if !c.greeted {
			c.greeted = true
			s.greeted.Add(1)
		}
		if s.resume {
			c.position = string(until(frame, positionMark, '"'))
		}
	case s.ack != nil && bytes.HasPrefix(frame, ackMark):
		s.ack(frame)
	case bytes.HasPrefix(frame, beatMark):
		s.write(c, 0x81, []byte(`{"type":"beat"}`))
	}
}

func (s *swarm) parsed(frame []byte) *parsed {
	for _, p := range s.seen {
		if p != nil && bytes.Equal(p.bytes, frame) {
			return p
		}
	}
	p := parse(frame)
	s.seen[s.next%len(s.seen)] = p
	s.next++
	return p
}

func (s *swarm) events(c *client, p *parsed) {
	if s.resume {
		c.position = p.positionOf(c.position)
	}
	if len(p.numbers) == 0 {
		return
	}
	if p.first <= c.last {
		c.doubled++
	}
	c.last = p.last
	c.got += int64(len(p.numbers))
	c.sum += p.sum
	s.all.Add(int64(len(p.numbers)))
	if s.counting.Load() && !c.outside.Load() {
		if s.fresh.Swap(false) {
			s.delays = delays{}
		}
		s.told.Add(int64(len(p.numbers)))
		now := time.Now()
		for _, n := range p.numbers {
			s.delays.add(now.Sub(s.line.due(n)))
		}
	}
}
