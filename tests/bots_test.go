package tests

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// bot is a program with a key.
type bot struct {
	*browser
	auth map[string]string
}

func (p *program) bot(role string) bot {
	p.t.Helper()
	b := p.browser()
	b.http.Jar = nil
	return bot{b, map[string]string{"Authorization": "Bearer " + p.link(role).Key}}
}

// posted is the answer to a comment of a program.
type posted struct {
	Status                          int
	Ref, Outcome, ID, Code, Message string
	WaitMS                          int64 `json:"wait_ms"`
	Comment                         *struct{ Text, Name, Mode, Color, Size, Source, User string }
	Notes                           []struct{ Field, Message string }
}

func (b bot) post(body any) posted {
	b.t.Helper()
	status, text := b.do("POST", liveRoom+"/comments", body, b.auth)
	var got posted
	decode(b.t, text, &got)
	got.Status = status
	return got
}

// No extra field of a program costs a comment.
func TestValuesOfProgramsAreReadLeniently(t *testing.T) {
	p := start(t, t.TempDir())
	b := p.bot("sender")
	long := strings.Repeat("some ", 29) + "words"
	for i, tt := range []struct {
		extra map[string]any
		mode  string
		color string
		size  string
		notes string
	}{
		{map[string]any{"name": "a_twitch_name_of_25_letters"}, "", "", "", "name"},
		{map[string]any{"color": "#FFF"}, "", "", "", ""},
		{map[string]any{"color": "FF0000"}, "", "#ff0000", "", ""},
		{map[string]any{"color": "Red"}, "", "#ff0000", "", ""},
		{map[string]any{"color": 16711680}, "", "#ff0000", "", ""},
		{map[string]any{"color": 255}, "", "#0000ff", "", ""},
		{map[string]any{"color": -1}, "", "", "", "color"},
		{map[string]any{"color": nil, "mode": nil, "size": nil, "name": nil, "author": nil, "source": nil, "ref": nil}, "", "", "", ""},
		{map[string]any{"color": []int{1, 2}}, "", "", "", "color"},
		{map[string]any{"size": "large"}, "", "", "big", ""},
		{map[string]any{"size": 25}, "", "", "", ""},
		{map[string]any{"size": map[string]int{"px": 3}}, "", "", "", "size"},
		{map[string]any{"mode": "TOP"}, "top", "", "", ""},
		{map[string]any{"mode": "sideways"}, "", "", "", "mode"},
		{map[string]any{"mode": true}, "", "", "", "mode"},
		{map[string]any{"author": 12345, "ref": 17}, "", "", "", ""},
		{map[string]any{"source": "discord"}, "", "", "", "source"},
		{map[string]any{"unknown": "field", "badges": []string{"vip"}}, "", "", "", ""},
		{map[string]any{"text": long, "clip": true}, "", "", "", "text"},
	} {
		body := map[string]any{"text": fmt.Sprint("number ", i), "author": fmt.Sprint("u", i)}
		for k, v := range tt.extra {
			body[k] = v
		}
		got := b.post(body)
		if got.Status != http.StatusCreated || got.Comment == nil {
			t.Errorf("%v: %+v", tt.extra, got)
			continue
		}
		fields := ""
		for _, n := range got.Notes {
			fields += n.Field
		}
		if c := got.Comment; c.Mode != tt.mode || c.Color != tt.color || c.Size != tt.size || fields != tt.notes {
			t.Errorf("%v: %+v, notes on %q", tt.extra, c, fields)
		}
	}
	for _, source := range []string{"twitch", "YouTube", "bilibili"} {
		if got := b.post(map[string]any{"text": "from " + source, "author": source, "source": source}); got.Comment == nil || !strings.EqualFold(got.Comment.Source, source) || len(got.Notes) != 0 {
			t.Errorf("%s: %+v", source, got)
		}
	}
	// A person's comment is not truncated, but refused with the limit.
	for _, body := range []map[string]any{{"text": long}, {"text": long, "clip": false}} {
		if got := b.post(body); got.Status != 422 || got.Code != "too_long" || !strings.Contains(got.Message, "text: 150 characters, at most 100") {
			t.Errorf("%+v", got)
		}
	}
	phone := p.phone()
	status, text := phone.do("POST", liveRoom+"/comments", map[string]any{"text": long, "clip": true}, nil)
	if status != 422 || !strings.Contains(text, "too_long") {
		t.Errorf("a phone that asks for a clip: %d %s", status, text)
	}
}

// The error for an unreadable body names the header, field or byte.
func TestProgramsGetTheReasonOfARefusal(t *testing.T) {
	p := start(t, t.TempDir())
	b := p.bot("sender")
	for _, tt := range []struct {
		kind, body string
		words      []string
	}{
		{"", `{"text":"x"}`, []string{"Content-Type", "application/json"}},
		{"application/x-www-form-urlencoded", `{"text":"x"}`, []string{"Content-Type", "application/x-www-form-urlencoded", "application/json"}},
		{"application/xml+json/x", `{"text":"x"}`, []string{"Content-Type", "application/json"}},
		{"multipart/form+json", `{"text":"x"}`, []string{"Content-Type", "application/json"}},
		{"text/plain", `{"text":"x"}`, []string{"Content-Type", "text/plain"}},
		{"application/json", `{"text":5}`, []string{"text", "string"}},
		{"application/json", `{"text":"x","clip":"yes"}`, []string{"clip", "true"}},
		{"application/json", `{"text":"x"`, []string{"byte 11"}},
		{"application/json", `["x"]`, []string{"object"}},
		{"application/json", `{"text":"x","ref":"a b"}`, []string{"ref", "64"}},
		{"application/json", `{"text":"x","author":"` + strings.Repeat("a", 257) + `"}`, []string{"author", "257", "256"}},
		{"application/json; charset=utf-8", `{"text":""}`, []string{"text"}},
	} {
		req, err := http.NewRequest("POST", p.base+liveRoom+"/comments", bytes.NewReader([]byte(tt.body)))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", b.auth["Authorization"])
		if tt.kind != "" {
			req.Header.Set("Content-Type", tt.kind)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		_, _ = out.ReadFrom(resp.Body)
		resp.Body.Close()
		var got posted
		decode(t, out.String(), &got)
		if resp.StatusCode != 400 && resp.StatusCode != 422 {
			t.Errorf("%s %.60s: %d", tt.kind, tt.body, resp.StatusCode)
		}
		for _, w := range tt.words {
			if !strings.Contains(got.Message, w) {
				t.Errorf("%s %.60s: %q does not say %s", tt.kind, tt.body, got.Message, w)
			}
		}
	}
}

// A sender's key takes down comments of its own link, by id and by ref, and no others, also
// after a restart.
func TestSendersRemoveOnlyTheirOwnComments(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir)
	owner := p.console()
	mine, other := p.bot("sender"), p.bot("sender")
	say := func(b bot, text, author, ref string) string {
		t.Helper()
		got := b.post(map[string]any{"text": text, "author": author, "ref": ref})
		if got.Status != http.StatusCreated {
			t.Fatalf("%+v", got)
		}
		return got.ID
	}
	one, two, three := say(mine, "one", "ann", "1"), say(mine, "two", "bob", "1"), say(mine, "three", "", "3")
	four, theirs := say(mine, "four", "cat", "4"), say(other, "theirs", "ann", "1")
	s := p.phone().open("audience", "")
	s.send("1", "from a phone")
	phones := s.next("ack").ID
	overlay := p.overlaySocket("")
	overlay.next("hello")
	del := func(b bot, path string, want int) {
		t.Helper()
		if status, text := b.do("DELETE", liveRoom+"/comments"+path, nil, b.auth); status != want {
			t.Errorf("DELETE %s: %d %s, want %d", path, status, text, want)
		}
	}
	for _, id := range []string{theirs, phones} {
		del(mine, "/"+id, 403)
	}
	del(mine, "/1jkygm697gj2e", 404)
	del(mine, "?ref=nothing", 404)
	del(mine, "", 400)
	del(mine, "?ref=1", 422) // of ann or of bob?
	del(mine, "?ref=1&author=cat", 404)
	del(p.bot("audience"), "/"+one, 403)
	del(p.bot("overlay"), "/"+one, 403)
	del(p.bot("moderator"), "/"+one, 403)
	del(bot{p.browser(), map[string]string{"Authorization": "Bearer " + strings.Repeat("A", 24)}}, "/"+one, 401)
	del(bot{p.browser(), nil}, "/"+one, 401)

	del(mine, "/"+one, 204)
	overlay.until("one goes", func(e event) bool { return e.Type == "remove" && len(e.IDs) == 1 && e.IDs[0] == one })
	del(mine, "/"+one, 204) // again
	del(mine, "?ref=1&author=bob", 204)
	overlay.until("two goes", func(e event) bool { return e.Type == "remove" && e.IDs[0] == two })
	del(mine, "?ref=3", 204)
	overlay.until("three goes", func(e event) bool { return e.Type == "remove" && e.IDs[0] == three })
	p.stop()
	p = start(t, dir)
	mine.p = p
	del(mine, "/"+four, 204)
	owner.p = p
	var page struct{ Comments []event }
	_, text := owner.do("GET", liveRoom+"/comments?status=shown", nil, nil)
	if decode(t, text, &page); len(page.Comments) != 2 {
		t.Errorf("%d are left, not theirs and the phone's", len(page.Comments))
	}
	// People who run the room take down their own comments, too.
	host := p.bot("moderator")
	id := host.post(map[string]any{"text": "by the host", "ref": "h"}).ID
	del(host, "/"+id, 204)
}

// A ref that was bound before a restart is answered with the outcome of its comment, whatever
// the room's state now: the text is on the screens.
func TestBoundRefsAfterARestart(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		then func(p *program, user string)
	}{
		{"paused", nil, func(p *program, _ string) {
			p.console().call("PATCH", liveRoom, map[string]any{"state": "paused"}, 200)
		}},
		{"closed", nil, func(p *program, _ string) {
			p.console().call("PATCH", liveRoom, map[string]any{"state": "closed"}, 200)
		}},
		{"shorter texts", nil, func(p *program, _ string) {
			p.console().call("PATCH", liveRoom, map[string]any{"max_length": 2}, 200)
		}},
		{"muted", nil, func(p *program, user string) {
			p.console().call("POST", liveRoom+"/bans", map[string]any{"user": user, "kind": "mute", "seconds": 600}, 201)
		}},
		{"locked down", nil, func(p *program, _ string) { p.console().call("POST", liveRoom+"/lockdown", nil, 200) }},
		{"no token left", []string{"--user-rate", "0.001", "--user-burst", "1"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			p := start(t, dir, tt.args...)
			b := p.phone()
			s := b.open("audience", "")
			user := s.next("hello").User.ID
			s.send("c1", "it is on the screens")
			first := s.next("ack")
			if first.Outcome != "shown" {
				t.Fatalf("%+v", first)
			}
			p.stop()
			p = start(t, dir, tt.args...)
			b.p = p
			if tt.then != nil {
				tt.then(p, user)
			}
			s = b.open("audience", "")
			s.t = t
			s.next("hello")
			if tt.then == nil {
				s.send("c2", "this takes the only token")
				s.next("ack")
			}
			s.send("c1", "it is on the screens")
			if again := s.next("ack"); again.Outcome != "shown" || again.ID != first.ID || again.Comment == nil {
				t.Errorf("it is answered %+v", again)
			}
			s.send("c3", "this one is new")
			if fresh := s.next("ack"); fresh.Outcome != "refused" {
				t.Errorf("a new one is answered %+v", fresh)
			}
			status, text := b.do("POST", liveRoom+"/comments", map[string]any{"text": "it is on the screens", "ref": "c1"}, nil)
			if status != http.StatusCreated || !strings.Contains(text, first.ID) {
				t.Errorf("over HTTP: %d %s", status, text)
			}
		})
	}
}
