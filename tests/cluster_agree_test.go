//go:build !nocluster

package tests

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// A decision on one machine applies on all three.
func TestThreeMachinesAgree(t *testing.T) {
	var mu sync.Mutex
	logs := map[string]*watched{}
	machines := startCluster(t, func(t testing.TB, data string, args ...string) *program {
		log := &watched{word: "/metrics", seen: make(chan struct{})}
		mu.Lock()
		logs[data] = log
		mu.Unlock()
		return startIn(t, environment{err: log}, data, args...)
	}, "--room-rate", "0", "--user-rate", "0.001", "--user-burst", "3", "--metrics", "0", "--trusted-proxy", "127.0.0.0/8") // so slow that nothing is refilled in the meantime
	boss := ownerAt(machines[0])
	// phoneAt is the socket of a phone that is at home on each machine.
	phoneAt := func(b *browser, p *program) *socket {
		t.Helper()
		s := b.at(p).open("audience", "")
		s.next("hello")
		return s
	}
	t.Run("what is written on one is seen on all", func(t *testing.T) { checkMachinesAgree(t, machines, boss) })
	for name, agree := range map[string]func(t *testing.T){
		"metrics": func(t *testing.T) {
			homes := 0
			for i, p := range machines {
				<-logs[p.data].seen
				logs[p.data].mu.Lock()
				address := metricsLine.FindString(logs[p.data].buf.String())
				logs[p.data].mu.Unlock()
				scrapeUntil(t, address, "danmaku_cluster_machines", 3)
				values := scrapeUntil(t, address, "danmaku_cluster_behind", 0)
				if values["danmaku_cluster_ready"] != 1 || values["danmaku_cluster_home_known"] != 1 || values["danmaku_cluster_position"] < 1 {
					t.Errorf("machine %d: %v", i+1, values)
				}
				homes += int(values["danmaku_cluster_home"])
				for _, name := range clusterMetrics {
					if _, there := values[name]; !there {
						t.Errorf("machine %d has no %s", i+1, name)
					}
				}
			}
			if homes != 1 {
				t.Errorf("%d machines are the home", homes)
			}
		},
		"the console lists the machines": func(t *testing.T) {
			for i, p := range machines {
				c := boss.at(p).open("console", "")
				for end := time.Now().Add(patience); ; {
					var stats struct {
						Machines []struct {
							Name                  string
							Here, Up, Home, Level bool
						}
					}
					f := c.next("stats")
					decode(t, string(f.raw), &stats)
					if strings.Contains(string(f.raw), "null") { // pages iterate over the refused ones
						t.Fatalf("a console of machine %d hears %s", i+1, f.raw)
					}
					homes, level := 0, 0
					for k, m := range stats.Machines {
						if m.Name != fmt.Sprint("n", k+1) || m.Here != (k == i) || !m.Up {
							t.Errorf("a console of machine %d hears of %+v", i+1, m)
						}
						if m.Home {
							homes++
						}
						if m.Level {
							level++
						}
					}
					if len(stats.Machines) == 3 && homes == 1 && level == 3 {
						break
					}
					if time.Now().After(end) {
						t.Fatalf("a console of machine %d hears %s", i+1, f.raw)
					}
				}
			}
		},
		"a code is good once": func(t *testing.T) {
			for i, p := range machines {
				b := p.browser()
				if status, body := b.do("GET", "/console/live?code="+machines[0].code, nil, nil); status != http.StatusUnauthorized {
					t.Errorf("machine %d takes the code again: %d %s", i+1, status, body)
				}
			}
			ownerAt(machines[1]) // its own is good
		},
		"a person is limited as on one machine": func(t *testing.T) {
			b := machines[0].phone()
			var sockets []*socket
			for _, p := range machines {
				sockets = append(sockets, phoneAt(b, p))
			}
			for i := range 3 {
				if a := sockets[i].say(fmt.Sprint("limited ", i)); a.Outcome != "shown" {
					t.Fatalf("comment %d: %+v", i, a)
				}
			}
			for i, s := range sockets {
				s.send(fmt.Sprint("over", i), "too fast")
				if a := s.next("ack"); a.Code != "slow_down" {
					t.Errorf("the fourth, through machine %d: %+v", i+1, a)
				}
			}
		},
		"a text said twice": func(t *testing.T) {
			b := machines[0].phone()
			if a := phoneAt(b, machines[0]).say("said twice, on two machines"); a.Outcome != "shown" {
				t.Fatalf("%+v", a)
			}
			s := phoneAt(b, machines[1])
			s.send("again", "said twice, on two machines")
			if a := s.next("ack"); a.Code != "duplicate" {
				t.Errorf("%+v", a)
			}
		},
		"a ref on another machine": func(t *testing.T) {
			b := machines[0].phone()
			first := phoneAt(b, machines[0])
			first.send("same", "sent once")
			a := first.next("ack")
			for _, p := range machines[1:] {
				s := phoneAt(b, p)
				s.send("same", "sent once")
				if again := s.next("ack"); again.ID != a.ID || again.Outcome != "shown" {
					t.Errorf("%+v, first %+v", again, a)
				}
			}
		},
		"a revoked link closes sockets everywhere": func(t *testing.T) {
			link := boss.call("POST", "/api/links", map[string]string{"role": "overlay", "room": "live"}, 201)
			var sockets []*socket
			for _, p := range machines {
				boss.at(p).awaitAnswer(func(body string) bool {
					return strings.Contains(body, `"id":`+link.ID) || strings.Contains(body, `"id":"`+link.ID+`"`)
				}, "/api/links", "the link is not known")
				s := p.browser().open("overlay", "&key="+link.Key)
				s.next("hello")
				sockets = append(sockets, s)
			}
			boss.at(machines[1]).call("DELETE", "/api/links/"+link.ID, nil, 204)
			for i, s := range sockets {
				if f := s.next("bye"); f.Code != "revoked" {
					t.Errorf("machine %d says %+v", i+1, f)
				}
			}
		},
		"a ban": func(t *testing.T) {
			b := machines[0].phone()
			var sockets []*socket
			for _, p := range machines {
				sockets = append(sockets, phoneAt(b, p))
			}
			said := sockets[2].say("soon gone")
			boss.at(machines[1]).call("POST", liveRoom+"/bans", map[string]any{"user": said.Comment.User, "kind": "ban", "seconds": 600, "remove": true}, 201)
			for i, s := range sockets {
				if f := s.next("bye"); f.Code != "banned" {
					t.Errorf("machine %d says %+v", i+1, f)
				}
			}
			for i, p := range machines {
				if f := b.at(p).open("audience", "").next("bye"); f.Code != "banned" {
					t.Errorf("machine %d lets in whom another one has banned: %+v", i+1, f)
				}
			}
		},
		"rules": func(t *testing.T) {
			boss.at(machines[2]).call("PUT", liveRoom+"/rules", map[string]any{"name": "cluster", "text": "marmalade"}, 200)
			for i, p := range machines {
				if a := phoneAt(p.phone(), p).say("we like marmalade"); a.Outcome != "refused" {
					t.Errorf("through machine %d: %+v", i+1, a)
				}
				boss.at(p).awaitAnswer(func(body string) bool { return strings.Contains(body, "marmalade") }, liveRoom+"/rules", "the list is not there")
			}
		},
		"a room and its settings": func(t *testing.T) {
			boss.at(machines[1]).call("POST", "/api/rooms", map[string]any{"id": "second", "title": "Second stage"}, 201)
			var sockets []*socket
			for _, p := range machines {
				b := p.browser()
				b.awaitAnswer(func(body string) bool { return strings.Contains(body, "Second stage") }, "/r/second", "the room is not there")
				s, _, err := b.dialRoom("second", "audience", "", nil)
				if err != nil {
					t.Fatal(err)
				}
				s.next("hello")
				sockets = append(sockets, s)
			}
			for i, s := range sockets {
				text := fmt.Sprint("second stage, machine ", i+1)
				if a := s.say(text); a.Outcome != "shown" {
					t.Fatalf("%+v", a)
				}
				for _, to := range sockets {
					to.until(text, textIs(text))
				}
			}
			boss.at(machines[2]).call("PATCH", "/api/rooms/second", map[string]any{"state": "paused"}, 200)
			for i, s := range sockets {
				s.until("the pause", func(e event) bool { return e.Type == "room" && e.State == "paused" })
				s.send("late", "during the pause")
				if a := s.next("ack"); a.Code != "room_paused" {
					t.Errorf("machine %d: %+v", i+1, a)
				}
			}
		},
		"votes": func(t *testing.T) {
			poll := newItem(boss.at(machines[1]), "poll", mapPoll)
			var overlays []*socket
			for _, p := range machines {
				overlays = append(overlays, p.overlaySocket(""))
			}
			for i, p := range machines {
				s := p.phone().open("audience", "")
				s.next("hello")
				boss.at(p).awaitAnswer(func(body string) bool { return strings.Contains(body, poll.ID) }, liveRoom+"/items", "the poll is not there")
				if a := s.takePart(poll.ID, fmt.Sprint(i)); a.Outcome != "counted" {
					t.Fatalf("machine %d: %+v", i+1, a)
				}
			}
			for _, o := range overlays {
				for f := o.next("tally"); ; f = o.next("tally") {
					if f.Items[0].poll(t).People == 3 {
						break
					}
				}
			}
			boss.at(machines[2]).call("POST", liveRoom+"/items/"+poll.ID+"/stop", nil, 200)
			for _, o := range overlays {
				o.until("the end", itemIs(poll.ID, "ended"))
			}
		},
		"reactions": func(t *testing.T) {
			boss.call("PATCH", liveRoom, map[string]any{"reactions": []string{"👏"}}, 200)
			var overlays []*socket
			for _, p := range machines {
				overlays = append(overlays, p.overlaySocket(""))
				overlays[len(overlays)-1].next("hello")
			}
			for _, p := range machines { // each decides by itself what its phones may tap
				boss.at(p).awaitAnswer(func(body string) bool { return strings.Contains(body, `"reactions":["👏"]`) }, liveRoom, "nothing is offered")
				phoneAt(p.phone(), p).sendReactions(map[string]int{"👏": 2})
			}
			for i, o := range overlays {
				if sum := o.awaitReactions(6); sum["👏"] != 6 {
					t.Errorf("machine %d tells %v", i+1, sum)
				}
			}
		},
		"a replay": func(t *testing.T) {
			var consoles, overlays []*socket
			for _, p := range machines {
				consoles, overlays = append(consoles, boss.at(p).open("console", "")), append(overlays, p.overlaySocket(""))
			}
			for _, s := range append(consoles, overlays...) {
				s.next("hello")
			}
			away := boss.at(machines[(homeOf("n1", "n2", "n3")+1)%3])
			if status, state, _ := away.upload("show.xml", "&speed=10", recordingOf(0.1, "first act", "second act")); status != 201 || state.Total != 2 {
				t.Fatalf("%d %+v", status, state)
			}
			for i := range machines {
				if end := consoles[i].awaitReplayEnd(); end.State != "ended" || end.Counts.Shown != 2 {
					t.Errorf("a console of machine %d hears %+v", i+1, end)
				}
				if came := overlays[i].readReplayed(2); came["first act"] != "comment" || came["second act"] != "comment" {
					t.Errorf("an overlay of machine %d hears %v", i+1, came)
				}
			}
			if got := away.replay("GET", nil, 200); got.State != "ended" {
				t.Errorf("afterwards it is %+v", got)
			}
		},
		"who looks at what": func(t *testing.T) {
			var consoles []*socket
			for _, p := range machines {
				c := boss.at(p).open("console", "")
				c.next("hello")
				consoles = append(consoles, c)
			}
			id := phoneAt(machines[0].phone(), machines[0]).say("looked at").ID
			boss.at(machines[2]).call("PUT", liveRoom+"/looking", map[string]any{"console": "abc", "id": id}, 204)
			for _, c := range consoles {
				if f := c.next("looking"); !strings.Contains(string(f.raw), id) {
					t.Errorf("a console hears %s", f.raw)
				}
			}
		},
		"a picture": func(t *testing.T) {
			picture := pictureOf(t, 2000, 1500, asPNG)
			req, err := http.NewRequest("PUT", machines[2].base+liveRoom+"/picture", bytes.NewReader(picture))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("X-Requested-With", "danmaku")
			resp, err := boss.http.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				t.Fatalf("%s", resp.Status)
			}
			for _, p := range machines {
				var path string
				p.browser().awaitAnswer(func(body string) bool {
					path = regexp.MustCompile(`/r/live/picture/[0-9a-f]+\.jpg`).FindString(body)
					return path != ""
				}, "/r/live", "the page has no picture")
				if status, body := p.browser().do("GET", path, nil, nil); status != http.StatusOK || !strings.HasPrefix(body, "\xff\xd8") {
					t.Errorf("%s answers %d", path, status)
				}
			}
		},
		"photos": func(t *testing.T) {
			wall := newItem(boss, "photos", `{"title":"Your pictures"}`)
			for i, p := range machines {
				ann := p.phone()
				status, a := ann.sendPhoto(wall.ID, fmt.Sprint("photo-", i), "", pictureOf(t, 64, 64, asJPEG))
				if status != http.StatusAccepted || a.Outcome != "held" {
					t.Errorf("machine %d answers %d: %+v", i+1, status, a)
				}
				boss.at(p).call("POST", liveRoom+"/comments/"+a.ID+"/approve", nil, 200)
				for k, other := range machines {
					var path string
					boss.at(other).awaitAnswer(func(body string) bool {
						for _, photo := range decoded[struct{ Photos []wallPhoto }](t, body).Photos {
							if photo.ID == a.ID && photo.Status == "shown" {
								path = photo.Photo.Path
							}
						}
						return path != ""
					}, liveRoom+"/items/"+wall.ID+"/photos", fmt.Sprintf("machine %d does not list the photo of machine %d", k+1, i+1))
					if status, body := other.browser().do("GET", path, nil, nil); status != http.StatusOK || !strings.HasPrefix(body, "\xff\xd8") {
						t.Errorf("machine %d answers %d to the photo of machine %d", k+1, status, i+1)
					}
				}
				// A forbidden upload is refused before its first byte has arrived.
				never, end := io.Pipe()
				req, err := http.NewRequest("POST", p.base+liveRoom+"/items/nothing/photos?ref=x", never)
				if err != nil {
					t.Fatal(err)
				}
				resp, err := ann.http.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				end.Close()
				if resp.StatusCode != http.StatusNotFound {
					t.Errorf("machine %d answers %s to a photo for no wall", i+1, resp.Status)
				}
			}
		},
		"people are counted together": func(t *testing.T) {
			boss.call("POST", "/api/rooms", map[string]any{"id": "counted", "title": "Counted"}, 201)
			for i, p := range machines {
				b := p.browser()
				b.awaitAnswer(func(body string) bool { return strings.Contains(body, "Counted") }, "/r/counted", "the room is not there")
				for range i + 1 {
					s, _, err := p.browser().dialRoom("counted", "audience", "", nil)
					if err != nil {
						t.Fatal(err)
					}
					s.next("hello")
				}
			}
			for _, p := range machines {
				boss.at(p).awaitAnswer(func(body string) bool { return strings.Contains(body, `"audience":6`) }, "/api/rooms/counted/stats", "the sum is not there")
			}
		},
		"a moderator's card": func(t *testing.T) {
			boss.call("PATCH", liveRoom, map[string]any{"review": "all"}, 200)
			defer boss.call("PATCH", liveRoom, map[string]any{"review": "held"}, 200)
			author := phoneAt(machines[0].phone(), machines[0])
			held := author.say("look at this first")
			if held.Outcome != "held" {
				t.Fatalf("%+v", held)
			}
			console := boss.at(machines[1]).open("console", "")
			console.next("hello")
			boss.at(machines[2]).call("POST", liveRoom+"/comments/"+held.ID+"/approve", nil, 200)
			console.until("the comment", func(e event) bool { return e.Type == "comment" && e.ID == held.ID })
			if a := author.next("ack"); a.Outcome != "shown" || a.ID != held.ID {
				t.Errorf("its author gets %+v", a)
			}
			if r := boss.at(machines[0]).call("POST", liveRoom+"/comments/"+held.ID+"/refuse", nil, 200); r.Status != "shown" {
				t.Errorf("the second decision is answered %+v", r)
			}
		},
		"who is connected": func(t *testing.T) {
			for i, p := range machines {
				s := phoneAt(p.phone(), p)
				said := s.say(fmt.Sprint("here I am, at machine ", i+1))
				for k, other := range machines {
					path := liveRoom + "/users/" + said.Comment.User
					boss.at(other).awaitAnswer(func(body string) bool { return strings.Contains(body, `"connected":true`) }, path,
						fmt.Sprintf("machine %d does not know who is connected at machine %d", k+1, i+1))
				}
				s.conn.Close()
				boss.at(machines[(i+1)%3]).awaitAnswer(func(body string) bool { return !strings.Contains(body, `"connected":true`) }, liveRoom+"/users/"+said.Comment.User, "who has gone is still connected")
			}
		},
		"a ban by address": func(t *testing.T) {
			from := http.Header{"X-Forwarded-For": {"203.0.113.9"}}
			var sockets []*socket
			for _, p := range machines {
				s, _, err := p.phone().dial("audience", "", from)
				if err != nil {
					t.Fatal(err)
				}
				s.next("hello")
				sockets = append(sockets, s)
			}
			said := sockets[0].say("from behind one address")
			for i, p := range machines {
				boss.at(p).awaitAnswer(func(body string) bool { return strings.Contains(body, `"people":3`) }, liveRoom+"/comments/"+said.ID+"/address",
					fmt.Sprintf("machine %d does not say that it hits 3 people", i+1))
			}
			boss.at(machines[1]).call("POST", liveRoom+"/bans", map[string]any{"address_of": said.ID, "kind": "ban", "seconds": 600}, 201)
			for i, s := range sockets {
				if f := s.next("bye"); f.Code != "banned" {
					t.Errorf("machine %d says %+v", i+1, f)
				}
			}
			for i, p := range machines {
				s, _, err := p.phone().dial("audience", "", from)
				if err != nil {
					t.Fatal(err)
				}
				if f := s.next("bye"); f.Code != "banned" {
					t.Errorf("machine %d lets in somebody from there: %+v", i+1, f)
				}
			}
		},
		"a replay that is under way": func(t *testing.T) {
			if status, _, _ := boss.at(machines[1]).upload("long.xml", "&speed=1", recordingOf(600, "now", "in ten minutes")); status != 201 {
				t.Fatalf("%d", status)
			}
			// A console that connects gets its state, at every machine.
			in := func(p *program, state string) {
				t.Helper()
				for end := time.Now().Add(patience); ; {
					s := boss.at(p).open("console", "")
					var hello struct{ Replay replayState }
					h := s.next("hello")
					decode(t, string(h.raw), &hello)
					s.conn.Close()
					if hello.Replay.State == state {
						return
					}
					if time.Now().After(end) {
						t.Fatalf("a console of %s is greeted with a replay that is %q, want %q", p.base, hello.Replay.State, state)
					}
				}
			}
			for _, p := range machines {
				in(p, "playing")
			}
			boss.at(machines[2]).replay("PATCH", map[string]any{"state": "paused"}, 200)
			for _, p := range machines {
				in(p, "paused")
			}
			boss.at(machines[0]).replay("DELETE", nil, 204)
			for _, p := range machines {
				in(p, "")
			}
		},
		"a chat's emote": func(t *testing.T) {
			name := strings.Repeat("5e", 16)
			dir := filepath.Join(machines[1].data, "emotes")
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			picture := pictureOf(t, 28, 28, asPNG)
			if err := os.WriteFile(filepath.Join(dir, name), picture, 0o600); err != nil {
				t.Fatal(err)
			}
			for i, p := range machines {
				if status, body := p.browser().do("GET", "/emotes/"+name, nil, nil); status != http.StatusOK || body != string(picture) {
					t.Errorf("machine %d answers %d with %d bytes", i+1, status, len(body))
				}
				if status, _ := p.browser().do("GET", "/emotes/"+strings.Repeat("00", 16), nil, nil); status != http.StatusNotFound {
					t.Errorf("machine %d has a picture that nobody has: %d", i+1, status)
				}
			}
		},
		"a comment is counted once": func(t *testing.T) {
			var addresses []string
			var overlays []*socket
			for _, p := range machines {
				<-logs[p.data].seen
				logs[p.data].mu.Lock()
				addresses = append(addresses, metricsLine.FindString(logs[p.data].buf.String()))
				logs[p.data].mu.Unlock()
				o := p.overlaySocket("")
				o.next("hello")
				overlays = append(overlays, o)
			}
			shown := func() (n float64) {
				for _, address := range addresses {
					for name, value := range scrape(t, address) {
						if strings.HasPrefix(name, "danmaku_comments_total{") && strings.Contains(name, `outcome="shown"`) {
							n += value
						}
					}
				}
				return n
			}
			for i, p := range machines {
				text := fmt.Sprint("counted once, from machine ", i+1)
				before := shown()
				phoneAt(p.phone(), p).say(text)
				for _, o := range overlays {
					o.until(text, textIs(text))
				}
				if now := shown(); now != before+1 {
					t.Errorf("a comment at machine %d is counted as %v", i+1, now-before)
				}
			}
		},
	} {
		t.Run(name, agree)
	}
}

// checkMachinesAgree checks that a comment written on any machine appears on all, in one order.
func checkMachinesAgree(t *testing.T, machines []*program, boss *browser) {
	t.Helper()
	var overlays, phones, consoles []*socket
	for _, p := range machines {
		overlays = append(overlays, p.overlaySocket(""))
		phones = append(phones, p.phone().open("audience", ""))
		consoles = append(consoles, boss.at(p).open("console", ""))
	}
	all := append(append(append([]*socket{}, overlays...), phones...), consoles...)
	for _, s := range all {
		s.next("hello")
	}
	var ids []string
	for i, s := range phones {
		text := fmt.Sprint("from phone ", i+1)
		s.send(fmt.Sprint("c", i), text)
		ack := s.next("ack")
		if ack.Outcome != "shown" {
			t.Fatalf("machine %d: %+v", i+1, ack)
		}
		ids = append(ids, ack.ID)
		for _, to := range all {
			if e := to.until(text, textIs(text)); e.ID != ack.ID {
				t.Errorf("it arrived as %+v", e)
			}
		}
		for k, p := range machines { // who acts reads the result; others a moment later
			path := "/api/rooms/live/comments"
			boss.at(p).awaitAnswer(func(body string) bool { return strings.Contains(body, text) }, path, fmt.Sprintf("machine %d has no %q", k+1, text))
		}
	}
	for i, p := range machines { // a request of each, by the session of the first
		if status, body := boss.at(p).do("POST", "/api/rooms/live/comments/"+ids[i]+"/remove", nil, ours); status != http.StatusNoContent {
			t.Fatalf("machine %d answers a removal with %d: %s", i+1, status, body)
		}
		for _, to := range all {
			to.until("the removal", func(e event) bool { return e.Type == "remove" && strings.Join(e.IDs, "") == ids[i] })
		}
		if status, body := boss.at(p).do("GET", "/api/rooms/live/comments?status=removed", nil, nil); status != http.StatusOK || !strings.Contains(body, ids[i]) {
			t.Errorf("machine %d does not read what it has just done: %d %s", i+1, status, body)
		}
	}
	var lists []string
	for _, p := range machines {
		_, body := boss.at(p).do("GET", "/api/rooms/live/audit", nil, nil)
		lists = append(lists, body)
	}
	for i, list := range lists {
		if list != lists[0] {
			t.Errorf("machine %d has another audit than the first:\n%s\n%s", i+1, list, lists[0])
		}
	}
}
