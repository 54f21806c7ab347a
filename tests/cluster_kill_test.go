//go:build !nocluster

package tests

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// homeOf returns which of three machines decides if all can: the one with the greatest number,
// which is computed from its name.
func homeOf(names ...string) (at int) {
	var greatest uint64
	for i, name := range names {
		sum := sha256.Sum256([]byte("house/" + name))
		if n := binary.BigEndian.Uint64(sum[:]); n > greatest {
			at, greatest = i, n
		}
	}
	return at
}

// mover is a phone that moves to the next machine when its own is gone, and resends a comment
// with the same ref until it is answered, as our pages do.
type mover struct {
	t     *testing.T
	b     *browser
	homes []*program
	at    int
	s     *socket
}

// connect opens a socket at the first machine that accepts it. It gives up when the test ends.
func (m *mover) connect() bool {
	for deadline, tick := time.Now().Add(patience), time.Tick(2*time.Millisecond); time.Now().Before(deadline) && m.t.Context().Err() == nil; <-tick {
		s, _, err := m.b.at(m.homes[m.at]).dial("audience", "", nil)
		if err == nil {
			m.s = s
			return true
		}
		m.at = (m.at + 1) % len(m.homes)
	}
	m.t.Error("no machine lets a phone in")
	return false
}

// sendUntilShown sends a comment until it is shown, and returns its ID and the number of attempts.
func (m *mover) sendUntilShown(ref string) (id string, sent int) {
	for end := time.Now().Add(patience); time.Now().Before(end); sent++ {
		if m.s == nil && !m.connect() {
			return "", sent
		}
		if m.s.tryWrite(map[string]string{"type": "send", "ref": ref, "text": "comment " + ref}) != nil {
			m.leave()
			continue
		}
		answer := m.awaitAck(ref)
		switch {
		case answer == nil:
			m.leave()
		case answer.Outcome == "shown":
			return answer.ID, sent + 1
		case answer.Code != "busy":
			m.t.Errorf("%s is answered %+v", ref, answer)
			return "", sent
		}
	}
	m.t.Errorf("%s is not answered", ref)
	return "", sent
}

// awaitAck waits for the ack of a ref; nil if the socket closes before.
func (m *mover) awaitAck(ref string) *frame {
	for {
		select {
		case f, open := <-m.s.frames:
			if !open {
				return nil
			}
			if f.Type == "ack" && f.Ref == ref {
				return f
			}
		case <-time.After(patience):
			m.t.Errorf("no answer to %s", ref)
			return nil
		}
	}
}

func (m *mover) leave() {
	_ = m.s.conn.Close() // it may have ended
	m.s, m.at = nil, (m.at+1)%len(m.homes)
}

// The deciding machine is killed while phones write through all three. Acknowledged comments
// are on the others once and in order, the phones continue with their refs, and the machine
// that comes back has everything, too.
func TestKilledHomeLosesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: this test kills whole processes, which takes seconds")
	}
	const phones, each = 12, 40
	all := beside(t)
	var mu sync.Mutex
	processes := map[string]*exec.Cmd{}
	off := []string{"--user-rate", "0", "--address-rate", "0", "--room-rate", "0"}
	machines := startCluster(t, func(t testing.TB, data string, args ...string) *program {
		p, cmd := child(t, data, args...)
		mu.Lock()
		defer mu.Unlock()
		processes[data] = cmd
		return p
	}, off...)
	home := homeOf("n1", "n2", "n3")
	rest := slices.Delete(slices.Clone(machines), home, home+1)
	watching := rest[0].overlaySocket("")
	watching.next("hello")
	seen := &screen{}

	var acked atomic.Int64
	lists := make([][]string, phones)
	kill := sync.OnceFunc(func() { _ = processes[machines[home].data].Process.Kill() })
	movers := make([]*mover, phones)
	for i := range movers { // all before the first comment: the kill may take the machine that lets them in
		movers[i] = &mover{t: t, b: machines[0].phone(), homes: machines, at: i % 3}
	}
	for i, m := range movers {
		all.Go(func() {
			for n := range each {
				id, _ := m.sendUntilShown(fmt.Sprintf("%d-%d", i, n))
				if id == "" {
					return
				}
				lists[i] = append(lists[i], id)
				if acked.Add(1) == phones*each/3 {
					kill()
				}
			}
		})
	}
	all.Wait()
	if t.Failed() {
		t.FailNow()
	}
	for len(seen.seen) < phones*each {
		f := watching.next("events")
		seen.apply(t, f)
	}
	machines[home], processes[machines[home].data] = child(t, machines[home].data, off...)
	machines[home].awaitReady()
	var first []string
	for k, p := range machines {
		ids, seqs := logOf(t, p, phones*each)
		if k == 0 {
			first = ids
		}
		if !slices.Equal(ids, first) {
			t.Errorf("machine %d has another log than the first", k+1)
		}
		for i := 1; i < len(seqs); i++ {
			if seqs[i] != seqs[i-1]+1 {
				t.Errorf("machine %d: %d follows %d", k+1, seqs[i], seqs[i-1])
			}
		}
		for i, list := range lists {
			if n := firstMissing(ids, list); n >= 0 {
				t.Errorf("machine %d: of phone %d the comment %d is not at its place", k+1, i, n)
			}
		}
		if len(ids) != phones*each {
			t.Errorf("machine %d has %d comments, want %d", k+1, len(ids), phones*each)
		}
	}
	if !slices.Equal(seen.seen, first) {
		t.Errorf("the overlay saw %d comments, the log has %d, or in another order", len(seen.seen), len(first))
	}

	// One of three machines cannot write. It reports that, and a phone keeps its text.
	phone := rest[0].phone().open("audience", "")
	phone.next("hello")
	boss := rest[0].console()
	for _, p := range []*program{machines[home], rest[1]} {
		_ = processes[p.data].Process.Kill()
	}
	boss.awaitUnready()
	phone.send("alone", "to one machine of three")
	if a := phone.next("ack"); a.Outcome != "refused" || a.Code != "busy" {
		t.Errorf("a comment to one machine of three: %+v", a)
	}
	if status, body := boss.do("GET", liveRoom+"/comments", nil, nil); status != http.StatusOK {
		t.Errorf("its history answers %d: %s", status, body)
	}
	machines[home], _ = child(t, machines[home].data, off...)
	rest[0].awaitReady()
	if a := phone.sendUntilTaken("alone", "to one machine of three"); a.Outcome != "shown" {
		t.Errorf("sent again to two of three: %+v", a)
	}
}

// logOf waits until a machine has want shown comments and returns them, oldest first.
func logOf(t *testing.T, p *program, want int) (ids []string, seqs []int64) {
	t.Helper()
	boss := ownerAt(p)
	for end, tick := time.Now().Add(patience), time.Tick(10*time.Millisecond); ; <-tick {
		ids, seqs = nil, nil
		for before := ""; ; {
			status, body := boss.do("GET", liveRoom+"/comments?status=shown&limit=200"+before, nil, nil)
			var page struct {
				Comments []event
				Next     int64
			}
			if err := json.Unmarshal([]byte(body), &page); err != nil || status != http.StatusOK {
				t.Fatalf("%d %v: %s", status, err, body)
			}
			for _, c := range page.Comments {
				ids, seqs = append(ids, c.ID), append(seqs, c.Seq)
			}
			if page.Next == 0 {
				break
			}
			before = fmt.Sprintf("&before=%d", page.Next)
		}
		if len(ids) >= want || time.Now().After(end) {
			slices.Reverse(ids)
			slices.Reverse(seqs)
			return ids, seqs
		}
	}
}
