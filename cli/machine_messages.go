//go:build !nocluster

package cli

import (
	"context"
	"encoding/json"
	"maps"
	"reflect"
	"time"

	"danmaku/live/replay"
	"danmaku/room"
	"danmaku/server/socket"
)

// Messages and questions between the machines of a cluster, outside the log.

// Messages between machines outside the log. They may be lost.
const (
	aboutFrames     = "frames" // frames that are not events
	aboutHeadcounts = "crowds" // how many clients each machine has
	aboutUsed       = "used"   // which links were used
	aboutReplay     = "replay" // the progress of a room's replay
)

// Questions between machines. A machine that does not answer in time is skipped.
const (
	aboutPeople = "people" // who is connected
	aboutEmote  = "emote"  // the picture of a chat's emote
)

// peopleMost is the most people that a machine lists, which is 380 KiB.
const peopleMost = 20_000

// Counts of clients are sent to the other machines when they change. They expire once a
// machine has stopped sending.
const (
	headcountsLook   = 500 * time.Millisecond
	headcountsEvery  = 2 * time.Second
	headcountsForget = 6 * time.Second
)

type receivedHeadcounts struct {
	at    time.Time
	rooms map[string]socket.Headcount
}

// announcement is a frame that is not an event, on its way to sockets of other machines.
type announcement struct {
	Room  string    `json:"room"`
	View  room.View `json:"view"`
	Frame []byte    `json:"frame"`
}

// replayReport is the progress of a replay on the machine that plays it.
type replayReport struct {
	Room   string        `json:"room"`
	Report replay.Report `json:"report"`
	Why    string        `json:"why,omitempty"` // the code of its error
}

// peopleQuestion asks for the connected people of a room's audience: one, or all behind an
// address.
type peopleQuestion struct {
	Room    string `json:"room"`
	User    string `json:"user,omitempty"`
	Address string `json:"address,omitempty"`
}

// listen receives the messages of other machines.
func (m *machine) listen() error {
	for about, take := range map[string]func(from string, data []byte) error{
		aboutFrames:     decoding(func(_ string, f announcement) { m.hub.Announce(f.Room, f.View, f.Frame) }),
		aboutHeadcounts: decoding(m.storeHeadcounts),
		aboutUsed: decoding(func(_ string, links map[int64]time.Time) {
			if mine, _ := m.Decides(); mine {
				m.service.LinksUsed(links)
			}
		}),
		aboutReplay: decoding(func(_ string, r replayReport) {
			r.Report.Why = room.ErrorOf(r.Why)
			m.service.ReplayElsewhere(r.Room, r.Report)
		}),
	} {
		err := m.others.Listen(about, func(from string, data []byte) {
			if err := take(from, data); err != nil {
				m.slog.Warn("cannot read a message of another machine of the cluster", "from", from, "about", about, "err", err)
			}
		})
		if err != nil {
			return err
		}
	}
	err := m.others.Answer(aboutPeople, func(question []byte) []byte {
		var q peopleQuestion
		if json.Unmarshal(question, &q) != nil {
			return nil
		}
		answer, _ := json.Marshal(m.peopleHere(q)) // only texts, so it never fails
		return answer
	})
	if err == nil {
		err = m.others.Answer(aboutEmote, func(name []byte) []byte {
			picture, _, _ := m.emotes.Picture(string(name))
			return picture
		})
	}
	return err
}

// decoding returns a function that decodes a message of another machine and passes it to take.
func decoding[T any](take func(from string, message T)) func(from string, data []byte) error {
	return func(from string, data []byte) error {
		var message T
		if err := json.Unmarshal(data, &message); err != nil {
			return err
		}
		take(from, message)
		return nil
	}
}

// peopleHere returns the people connected to this machine.
func (m *machine) peopleHere(q peopleQuestion) (users []string) {
	if q.User == "" {
		users = m.hub.People(q.Room, q.Address)
		return users[:min(len(users), peopleMost)]
	}
	if m.hub.Connected(q.Room, q.User) {
		users = []string{q.User}
	}
	return users
}

// People implements live.Cluster.
func (m *machine) People(ctx context.Context, roomID, user, address string) (users []string) {
	question, err := json.Marshal(peopleQuestion{roomID, user, address})
	if err != nil {
		return nil
	}
	for _, answer := range m.ask(ctx, aboutPeople, question) {
		var some []string
		if err := json.Unmarshal(answer, &some); err != nil {
			m.slog.Warn("cannot read the answer of another machine of the cluster", "about", aboutPeople, "err", err)
		}
		users = append(users, some...)
	}
	return users
}

// Replay implements live.Cluster.
func (m *machine) Replay(roomID string, r replay.Report) {
	message := replayReport{Room: roomID, Report: r}
	message.Report.Defects, message.Report.Notes = nil, nil // consoles do not get them
	if r.Why != nil {
		message.Why = room.Code(r.Why)
	}
	m.send(aboutReplay, message)
}

// emotesAtOnce is how many pictures are requested from the other machines at the same time.
// Further ones are not requested.
const emotesAtOnce = 8

// Emote implements server.Cluster.
func (m *machine) Emote(ctx context.Context, name string) ([]byte, string, bool) {
	select {
	case m.fetching <- struct{}{}:
		defer func() { <-m.fetching }()
	default:
		return nil, "", false
	}
	for _, picture := range m.ask(ctx, aboutEmote, []byte(name)) {
		if len(picture) == 0 {
			continue
		}
		if err := m.emotes.Keep(name, picture); err != nil {
			m.slog.Warn("cannot keep a picture of another machine of the cluster", "err", err)
			continue
		}
		return m.emotes.Picture(name)
	}
	return nil, "", false
}

func (m *machine) ask(ctx context.Context, about string, question []byte) [][]byte {
	select {
	case <-m.joined:
		return m.others.Ask(ctx, about, question)
	default:
		return nil
	}
}

// Announce implements live.Cluster.
func (m *machine) Announce(roomID string, v room.View, frame []byte) {
	m.send(aboutFrames, announcement{roomID, v, frame})
}

// Used implements live.Cluster.
func (m *machine) Used(links map[int64]time.Time) { m.send(aboutUsed, links) }

func (m *machine) send(about string, what any) {
	data, err := json.Marshal(what)
	if err != nil {
		m.slog.Error("cannot encode a message to the other machines of the cluster", "about", about, "err", err)
		return
	}
	select {
	case <-m.joined:
		m.others.Broadcast(about, data)
	default:
	}
}

// sendHeadcounts sends the counts of clients and the progress of replays, and drops the counts
// of machines that have stopped sending, until ctx ends.
func (m *machine) sendHeadcounts(ctx context.Context) {
	tick := time.NewTicker(headcountsLook)
	defer tick.Stop()
	var sent map[string]socket.Headcount
	var at, repeated time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			if headcounts := m.hub.Headcounts(); now.Sub(at) >= headcountsEvery || !reflect.DeepEqual(headcounts, sent) {
				m.send(aboutHeadcounts, headcounts)
				sent, at = headcounts, now
			}
			if now.Sub(repeated) >= headcountsEvery {
				m.service.SendReplays()
				repeated = now
			}
			m.forgetHeadcounts(now)
		}
	}
}

func (m *machine) storeHeadcounts(from string, rooms map[string]socket.Headcount) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.headcounts[from] = receivedHeadcounts{time.Now(), rooms}
	m.sumHeadcounts()
}

func (m *machine) forgetHeadcounts(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := len(m.headcounts)
	maps.DeleteFunc(m.headcounts, func(_ string, h receivedHeadcounts) bool { return now.Sub(h.at) > headcountsForget })
	if len(m.headcounts) != n {
		m.sumHeadcounts()
	}
}

// sumHeadcounts must be called with mu held.
func (m *machine) sumHeadcounts() {
	by := map[string]map[string]socket.Headcount{}
	for from, h := range m.headcounts {
		by[from] = h.rooms
	}
	m.hub.SetElsewhere(by)
}
