//go:build !nocluster

package tests

import (
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Each machine has its own address, and sends those of the other live machines. When
// one is killed, its phone continues at another with its ticket: a comment that it
// sends again counts once, its rate limit continues, and its ban applies. An overlay
// continues after its last comment.
func TestAPhoneMovesToAnotherMachine(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: this test kills a process, which takes seconds")
	}
	const burst = 4
	var mu sync.Mutex
	processes := map[string]*exec.Cmd{}
	machines := startCluster(t, func(t testing.TB, data string, args ...string) *program {
		address := freePort(t)
		p, cmd := child(t, data, append([]string{"--listen", address, "--machine-url", "http://" + address}, args...)...)
		mu.Lock()
		defer mu.Unlock()
		processes[data] = cmd
		return p
	}, "--user-rate", "0.0001", "--user-burst", "4", "--address-rate", "0", "--room-rate", "0")
	home := homeOf("n1", "n2", "n3")
	own, rest := machines[(home+1)%3], []*program{machines[home], machines[(home+2)%3]} // limits restart with another home
	var others []string
	for _, p := range rest {
		others = append(others, p.base)
	}
	slices.Sort(others)

	phone := own.phone()
	hello := phone.helloWith(others)
	if hello.User.Ticket == "" {
		t.Fatal("the phone gets no ticket")
	}
	s := phone.open("audience", "")
	first := s.say("before")
	s.send("late", "at the end")
	last := s.next("ack")
	watching := own.overlaySocket("")
	position := watching.next("hello").Position
	_ = processes[own.data].Process.Kill()
	watching.closeCode()

	origin := http.Header{"Origin": {own.base}}
	stranger := rest[0].browser() // another host, which gets no cookie
	moved, _, err := stranger.dial("audience", "&ticket="+url.QueryEscape(hello.User.Ticket), origin)
	if err != nil {
		t.Fatalf("%s does not admit the phone: %v", rest[0].base, err)
	}
	if got := moved.next("hello"); got.User.ID != hello.User.ID {
		t.Fatalf("the phone is %s at another machine, and was %s", got.User.ID, hello.User.ID)
	}
	moved.send("late", "at the end")
	if again := moved.next("ack"); again.ID != last.ID || again.Outcome != "shown" {
		t.Errorf("the comment sent again is %+v, and was %+v", again, last)
	}
	shown := 2
	for i := range burst {
		if a := moved.sendUntilTaken(fmt.Sprint("more", i), strings.Repeat("more ", i+1)); a.Outcome == "shown" {
			shown++
		} else if a.Code != "slow_down" {
			t.Errorf("%+v", a)
		}
	}
	if shown != burst {
		t.Errorf("%d comments are shown over both machines; want %d", shown, burst)
	}
	overlay, _, err := rest[1].browser().dial("overlay", "&key="+url.QueryEscape(own.overlay)+"&since="+url.QueryEscape(position), origin)
	if err != nil {
		t.Fatal(err)
	}
	if got := overlay.next("hello"); !got.Resumed {
		t.Error("the overlay starts afresh at another machine")
	}
	rest[1].phone().helloWith([]string{rest[0].base}) // the killed one is no longer listed
	if first.Outcome != "shown" {
		t.Errorf("the first comment: %+v", first)
	}

	boss := ownerAt(rest[1])
	boss.call("POST", liveRoom+"/bans", map[string]any{"kind": "ban", "user": hello.User.ID}, http.StatusCreated)
	if code := moved.next("bye").Code; code != "banned" {
		t.Errorf("the phone gets %q", code)
	}
	back, _, err := stranger.at(rest[1]).dial("audience", "&ticket="+url.QueryEscape(hello.User.Ticket), origin)
	if err != nil {
		t.Fatal(err)
	}
	if code := back.next("bye").Code; code != "banned" {
		t.Errorf("with its ticket at the third machine it gets %q", code)
	}
}

// helloWith opens sockets until hello lists these machines: servers read their list every two
// seconds.
func (b *browser) helloWith(addresses []string) frame {
	b.t.Helper()
	for deadline, tick := time.Now().Add(patience), time.Tick(10*time.Millisecond); ; <-tick {
		s := b.open("audience", "")
		hello := s.next("hello")
		_ = s.conn.Close()
		if slices.Sort(hello.Addresses); slices.Equal(hello.Addresses, addresses) {
			return hello
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("a phone receives %q; want %q", hello.Addresses, addresses)
		}
	}
}
