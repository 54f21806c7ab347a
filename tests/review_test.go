package tests

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

// person is a person of the audience at a chosen address, behind a
// proxy that the program trusts.
type person struct {
	*browser
	from map[string]string
}

// newPersonAt returns a new person at an address.
func (p *program) newPersonAt(address string) person {
	p.t.Helper()
	from := map[string]string{"X-Forwarded-For": address, "X-Requested-With": "danmaku"}
	s := person{p.browser(), from}
	if status, _ := s.do("GET", "/r/live", nil, from); status != http.StatusOK {
		p.t.Fatalf("the audience page answers %d", status)
	}
	return s
}

// post sends a comment over HTTP.
func (p person) post(text string) (answer struct {
	Outcome, ID, Code, Reason, Message string
	WaitMS                             int64 `json:"wait_ms"`
}) {
	p.t.Helper()
	_, body := p.do("POST", liveRoom+"/comments", map[string]any{"text": text}, p.from)
	decode(p.t, body, &answer)
	return answer
}

// openSocket opens the person's socket.
func (p person) openSocket() *socket {
	p.t.Helper()
	socket, _, err := p.dial("audience", "", http.Header{"X-Forwarded-For": {p.from["X-Forwarded-For"]}})
	if err != nil {
		p.t.Fatal(err)
	}
	socket.next("hello")
	return socket
}

// reviewPage is the queue, as a program reads it.
type reviewPage struct {
	Comments []struct {
		ID, Text, Group, Status string
		Seq                     int64
	}
	Groups []struct {
		Group string
		Count int
	}
	Total int
	Next  int64
}

func (b *browser) review(query string) (page reviewPage) {
	b.t.Helper()
	status, body := b.do("GET", liveRoom+"/review"+query, nil, ours)
	if status != 200 {
		b.t.Fatalf("review%s: %d %s", query, status, body)
	}
	decode(b.t, body, &page)
	return page
}

// sendLemons makes n people, each at a chosen address, send equal comments that are
// held. It returns the IDs and the sockets once mod has seen all of them.
func sendLemons(p *program, mod *browser, n int) (ids []string, sockets []*socket) {
	console := mod.open("console", "")
	console.next("hello")
	for i := range n {
		who := p.newPersonAt(fmt.Sprint("198.51.100.", 1+i))
		s := who.openSocket()
		s.send("r", fmt.Sprint("fresh lemon for all ", i))
		a := s.next("ack")
		if a.Outcome != "held" {
			p.t.Fatalf("comment %d: %+v", i, a)
		}
		ids, sockets = append(ids, a.ID), append(sockets, s)
	}
	console.until("the last one", isEvent("held", ids[n-1]))
	return ids, sockets
}

var behindProxy = []string{"--trusted-proxy", "127.0.0.0/8"}

// held makes the room hold a word.
func (b *browser) holdLemons() {
	b.call("PUT", liveRoom+"/rules", map[string]any{"name": "test", "text": "lemon => hold", "on": true}, 200)
}

// One address with new identities fills the review with held comments as fast as
// possible, equal ones and different ones; 50 people elsewhere write, some of it held, too. One
// moderator keeps deciding the first of the queue. The honest comments are
// decided in the order in which they came, none is lost, and each gets its answer.
func TestAFloodHidesNobodyInReview(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: this test opens 50 sockets beside a flood")
	}
	const people, rounds, flood = 50, 3, 459
	all := beside(t)
	p := start(t, t.TempDir(), append(behindProxy, "--address-rate", "0", "--room-rate", "0", "--user-rate", "100", "--user-burst", "100")...)
	mod := p.moderator()
	mod.holdLemons()
	console := mod.open("console", "")
	console.next("hello")
	var honest []*socket
	for i := range people {
		honest = append(honest, p.newPersonAt(fmt.Sprint("198.51.100.", 1+i)).openSocket())
	}
	// The flood: each identity sends three, one after another.
	var mu sync.Mutex
	flooded := map[string]int{}
	for w := range 3 {
		all.Go(func() {
			for i := w; i < flood/3; i += 3 {
				fresh := p.newPersonAt("203.0.113.66")
				for n := range 3 {
					text := fmt.Sprint("cheap lemon juice at my shop ", i*3+n)
					if i%2 == 1 {
						text = "lemon of " + wordFor(i*3+n)
					}
					a := fresh.post(text)
					mu.Lock()
					flooded[strings.TrimSpace(a.Outcome+" "+a.Code+" "+a.Reason)]++
					mu.Unlock()
				}
			}
		})
	}
	// The people: every third comment has the held word.
	var held []string // in the order of the log: one writes at a time
	for round := range rounds {
		for i, s := range honest {
			text := fmt.Sprintf("what a show, number %d of %d", round, i)
			if i%3 == round {
				text = fmt.Sprintf("I like lemon %s", wordFor(100*round+i))
			}
			s.send(fmt.Sprint("r", round), text)
			a := s.next("ack")
			if i%3 == round {
				if a.Outcome != "held" {
					t.Fatalf("round %d, person %d: %+v", round, i, a)
				}
				held = append(held, a.ID)
			} else if a.Outcome != "shown" {
				t.Errorf("round %d, person %d: %+v", round, i, a)
			}
		}
	}
	all.Wait()
	console.until("the last of the honest", isEvent("held", held[len(held)-1]))
	waiting := mod.review("?limit=1").Total
	if waiting > len(held)+50 || flooded["held"] > 50 || flooded["refused slow_down review_full"] != flood-flooded["held"] {
		t.Errorf("%d wait, %d of them honest; the flood received %v", waiting, len(held), flooded)
	}
	// The moderator looks at the first row and decides: refuses juice, shows the rest.
	var decided []string
	decisions := 0
	last := int64(0)
	for {
		page := mod.review("?limit=1")
		if page.Total == 0 {
			break
		}
		first := page.Comments[0]
		if first.Seq <= last {
			t.Fatal("the queue is not in the order of the log")
		}
		last = first.Seq
		act := "refuse"
		if slices.Contains(held, first.ID) {
			act = "approve"
		}
		r := mod.call("POST", liveRoom+"/review/"+first.Group+"/"+act, nil, 200)
		if decisions++; decisions > waiting || r.Count == 0 {
			t.Fatalf("decision %d: %+v", decisions, r)
		}
		for _, d := range r.Results {
			if slices.Contains(held, d.ID) {
				if decided = append(decided, d.ID); d.Status != "shown" {
					t.Errorf("an honest comment is decided as %+v", d)
				}
			}
		}
	}
	if !slices.Equal(decided, held) {
		t.Errorf("%d of %d honest comments are decided, or in another order", len(decided), len(held))
	}
	for i, s := range honest {
		if a := s.next("ack"); a.Outcome != "shown" || !slices.Contains(held, a.ID) {
			t.Errorf("person %d receives %+v", i, a)
		}
	}
	t.Logf("the flood of %d received %v; %d waited, %d honest, decided by %d decisions", flood, flooded, waiting, len(held), decisions)
}
