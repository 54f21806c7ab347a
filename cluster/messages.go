//go:build !nocluster

package cluster

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/nats-io/nats.go"
)

const (
	messagePrefix = "dm.talk." // plus the log, and the subject matter
	askPrefix     = "dm.ask."  // plus the log, the asked machine, and the subject matter
)

// headFrom names the sending machine.
const headFrom = "Dm-From"

// Broadcast sends a message to all other machines that listen. It may be lost.
func (m *Membership) Broadcast(about string, data []byte) {
	msg := nats.NewMsg(messagePrefix + m.log.name + "." + about)
	msg.Header.Set(headFrom, m.log.node.name)
	msg.Data = data
	if err := m.log.node.nc.PublishMsg(msg); err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
		m.log.node.log.Debug("could not send a message to the other machines of the cluster", "about", about, "err", err)
	}
}

// Listen passes other machines' messages to fn, one after the other, until this machine
// leaves.
func (m *Membership) Listen(about string, fn func(from string, data []byte)) error {
	sub, err := m.log.node.nc.Subscribe(messagePrefix+m.log.name+"."+about, func(msg *nats.Msg) {
		if from := msg.Header.Get(headFrom); from != m.log.node.name {
			fn(from, msg.Data)
		}
	})
	if err != nil {
		return fmt.Errorf("listen to the other machines: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.subs = append(m.subs, sub)
	return nil
}

// Ask asks all other machines that are up, and returns the answers that arrive before ctx
// ends, and within two seconds. A machine that does not know the question does not answer.
func (m *Membership) Ask(ctx context.Context, about string, question []byte) (answers [][]byte) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	members, _ := m.Members()
	var mu sync.Mutex
	var all sync.WaitGroup
	for _, other := range members {
		if other.Name == m.log.node.name {
			continue
		}
		all.Go(func() {
			msg, err := m.log.node.nc.RequestWithContext(ctx, askPrefix+m.log.name+"."+other.Name+"."+about, question)
			if err != nil {
				return
			}
			mu.Lock()
			answers = append(answers, msg.Data)
			mu.Unlock()
		})
	}
	all.Wait()
	return answers
}

// Answer lets fn answer other machines' questions, one after the other, until this machine
// leaves. An answer has at most 512 KiB.
func (m *Membership) Answer(about string, fn func(question []byte) []byte) error {
	sub, err := m.log.node.nc.Subscribe(askPrefix+m.log.name+"."+m.log.node.name+"."+about, func(msg *nats.Msg) {
		_ = msg.Respond(fn(msg.Data)) // the asker may have stopped waiting
	})
	if err != nil {
		return fmt.Errorf("answer the other machines: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.subs = append(m.subs, sub)
	return nil
}

// Ready returns nil while this machine is level with the log and knows a home, or was so
// within the last two seconds, or for as long as a machine may be silent if that is longer.
func (m *Membership) Ready() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch now := m.roster.last; {
	case m.roster.self.Older:
		return errors.New("the other machines of the cluster run a newer danmaku; upgrade this one")
	case !m.roster.ticked, m.roster.levelAt == 0, now-m.roster.levelAt > m.roster.lagsFor():
		return errors.New("this machine does not have all the data of the other machines of the cluster")
	case m.roster.homeAt == 0, now-m.roster.homeAt > m.roster.lagsFor():
		return errors.New("the cluster has no home now")
	}
	return nil
}
