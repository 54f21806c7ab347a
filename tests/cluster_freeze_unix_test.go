//go:build !nocluster && unix

package tests

import (
	"fmt"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// A home that was frozen remembers a time before somebody was banned, a room was closed, and a
// moderator lost a right. It writes nothing from that time: the next home's decisions apply to
// everything that waited at it.
func TestAThawedHomeWritesNoStaleChange(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: this test stops whole processes, which takes seconds")
	}
	const sockets, waiting = 80, 3 // of each person, and comments on each
	var mu sync.Mutex
	processes := map[string]*exec.Cmd{}
	machines := startCluster(t, func(t testing.TB, data string, args ...string) *program {
		p, cmd := child(t, data, args...)
		mu.Lock()
		defer mu.Unlock()
		processes[data] = cmd
		return p
	}, "--user-rate", "0", "--address-rate", "0", "--room-rate", "0", "--max-sockets-per-address", "0", "--machine-silence", "3s")
	home := homeOf("n1", "n2", "n3")
	rest := slices.Delete(slices.Clone(machines), home, home+1)
	frozen, process := machines[home], processes[machines[home].data].Process
	boss := ownerAt(rest[0])
	boss.call("POST", "/api/rooms", map[string]any{"id": "second", "title": "Second"}, 201)

	// Everybody is at the home: a person who will be banned, a person in a room that will be
	// closed, and a moderator whose link will be revoked.
	person, other := frozen.phone(), frozen.phone()
	banned := []*socket{person.open("audience", "")}
	banned[0].next("hello")
	known := banned[0].say("before the ban")
	boss.at(frozen).awaitAnswer(func(body string) bool { return strings.Contains(body, "Second") }, "/r/second", "the room is not there")
	var closed []*socket
	for range sockets {
		banned = append(banned, person.open("audience", ""))
		s, _, err := other.dialRoom("second", "audience", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		closed = append(closed, s)
	}
	for _, s := range slices.Concat(banned[1:], closed) {
		s.next("hello")
	}
	link := boss.call("POST", "/api/links", map[string]string{"role": "moderator", "room": "live"}, 201)
	moderator := frozen.browser()
	moderator.at(frozen).awaitAnswer(func(string) bool { return true }, "/console?key="+link.Key, "the console does not open")

	if err := process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = process.Signal(syscall.SIGCONT) })
	// On a busy machine the signal takes a while, in which the home would still answer.
	var state syscall.WaitStatus
	if _, err := syscall.Wait4(process.Pid, &state, syscall.WUNTRACED, nil); err != nil || !state.Stopped() {
		t.Fatalf("the home does not stand still: %v %v", state, err)
	}
	for i := range sockets {
		for k := range waiting {
			banned[i].send(fmt.Sprint("z", i, ".", k), fmt.Sprint("from a banned person ", i, ".", k))
			closed[i].send(fmt.Sprint("z", i, ".", k), fmt.Sprint("in a closed room ", i, ".", k))
		}
	}
	decided := make(chan int, 1)
	go func() { // it waits until the machine goes on
		req, err := http.NewRequest("POST", frozen.base+liveRoom+"/comments/"+known.ID+"/remove", nil)
		if err != nil {
			decided <- 0
			return
		}
		req.Header.Set("X-Requested-With", "danmaku")
		resp, err := moderator.http.Do(req)
		if err != nil {
			decided <- 0
			return
		}
		resp.Body.Close()
		decided <- resp.StatusCode
	}()
	// A call ends in time only if the others have noticed already, which takes an election of the
	// log's leader.
	name := fmt.Sprint("n", home+1)
	awaitState(t, rest[0].data, "another home", func(s clusterState) bool {
		return s.Home != "" && s.Home != name && s.Leader != "" && s.Leader != name
	})
	boss.call("POST", liveRoom+"/bans", map[string]any{"user": known.Comment.User, "kind": "ban", "seconds": 600}, 201)
	boss.call("PATCH", "/api/rooms/second", map[string]any{"state": "closed"}, 200)
	boss.at(rest[1]).call("DELETE", "/api/links/"+link.ID, nil, 204)

	if err := process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if status := <-decided; status != http.StatusUnauthorized {
		t.Errorf("a moderator whose link was taken back is answered %d", status)
	}
	for _, s := range slices.Concat(banned[:sockets], closed) {
		for answers := 0; answers < waiting; { // or until it is cut
			f, open := <-s.frames
			if !open {
				break
			}
			if f.Type == "ack" {
				answers++
				if f.Outcome != "refused" || f.Code == "" {
					t.Fatalf("%s is answered %+v", f.Ref, f)
				}
			}
			if f.Type == "bye" {
				break
			}
		}
	}
	frozen.awaitReady()
	for i, p := range machines {
		for _, room := range []string{"live", "second"} {
			boss.at(p).awaitAnswer(func(body string) bool { return strings.Contains(body, "before the ban") || room == "second" }, "/api/rooms/"+room+"/comments?status=shown", "the log is not there")
			_, body := boss.at(p).do("GET", "/api/rooms/"+room+"/comments?limit=200", nil, nil)
			if strings.Contains(body, "from a banned person") || strings.Contains(body, "in a closed room") {
				t.Errorf("machine %d has what was refused by then: %s", i+1, body)
			}
			if room == "live" && strings.Contains(body, `"removed"`) {
				t.Errorf("machine %d has a decision of somebody without a right: %s", i+1, body)
			}
		}
	}
}
