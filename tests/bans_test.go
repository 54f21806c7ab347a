package tests

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// post sends a comment from a phone over HTTP and returns the status and answer.
func (b *browser) post(text string) (int, string) {
	b.t.Helper()
	return b.do("POST", liveRoom+"/comments", map[string]string{"text": text}, ours)
}

func TestABanRemovesDisconnectsAndLasts(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0")
	phone, bystander := p.phone(), p.phone()
	s, other, overlay := phone.open("audience", ""), bystander.open("audience", ""), p.overlaySocket("")
	me := s.next("hello").User.ID
	for _, sock := range []*socket{other, overlay} {
		sock.next("hello")
	}
	one, two := s.say("one"), s.say("two")
	mod := p.moderator()
	console := mod.open("console", "")
	console.next("hello")
	ban := mod.call("POST", liveRoom+"/bans", map[string]any{"user": me, "kind": "ban", "seconds": 0, "reason": "spam", "remove": true}, 201)
	if ban.Kind != "ban" || ban.User != me || ban.Until != 0 || ban.Removed != 2 || ban.ID == "" {
		t.Errorf("the ban: %+v", ban)
	}
	if b := s.next("bye"); b.Code != "banned" {
		t.Errorf("bye: %+v", b)
	}
	if code := s.closeCode(); code != 4003 {
		t.Errorf("closed with %d", code)
	}
	e := overlay.until("the removal", isEvent("remove", one.ID))
	if !slices.Contains(e.IDs, two.ID) {
		t.Errorf("the removal: %+v", e)
	}
	console.until("the ban", isEvent("ban", ban.ID))
	back := phone.open("audience", "")
	if b := back.next("bye"); b.Code != "banned" || back.closeCode() != 4003 {
		t.Errorf("it came back and got %+v", b)
	}
	if status, body := phone.post("again"); status != http.StatusForbidden || !strings.Contains(body, `"banned"`) {
		t.Errorf("over HTTP: %d %s", status, body)
	}
	if a := other.say("a bystander"); a.Outcome != "shown" {
		t.Errorf("a bystander: %+v", a)
	}
	mod.call("DELETE", liveRoom+"/bans/"+ban.ID, nil, 204)
	console.until("its end", isEvent("unban", ban.ID))
	mod.call("DELETE", liveRoom+"/bans/"+ban.ID, nil, 204) // not an error
	phone.open("audience", "").next("hello")
	if status, body := phone.post("free"); status != http.StatusCreated {
		t.Errorf("after it was lifted: %d %s", status, body)
	}
}

// A ban lasts over a restart; a mute shows its end, and allows watching.
func TestMutesAndRestart(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir, "--user-rate", "0")
	muted, banned := p.phone(), p.phone()
	s := muted.open("audience", "")
	me, them := s.next("hello").User.ID, banned.open("audience", "").next("hello").User.ID
	mod := p.moderator()
	before := time.Now()
	ban := mod.call("POST", liveRoom+"/bans", map[string]any{"user": me, "kind": "mute", "seconds": 600}, 201)
	if d := time.UnixMilli(ban.Until).Sub(before); d < 599*time.Second || d > 605*time.Second {
		t.Errorf("until %v from now", d)
	}
	if u := s.next("user"); u.Muted != ban.Until {
		t.Errorf("the phone gets %d, want %d", u.Muted, ban.Until)
	}
	if a := s.say("hm"); a.Code != "muted" || a.WaitMS <= 0 || a.WaitMS > 600_000 {
		t.Errorf("ack: %+v", a)
	}
	mod.call("POST", liveRoom+"/bans", map[string]any{"user": them, "kind": "ban", "until": "show_end"}, 201)
	if code := p.stop(); code != exitDone {
		t.Fatal(code)
	}
	p = start(t, dir, "--user-rate", "0")
	muted.p, banned.p = p, p
	s = muted.open("audience", "")
	if h := s.next("hello"); h.User.Muted != ban.Until {
		t.Errorf("after a restart: %+v", h.User)
	}
	if a := s.say("hm"); a.Code != "muted" {
		t.Errorf("after a restart: %+v", a)
	}
	if b := banned.open("audience", "").next("bye"); b.Code != "banned" {
		t.Errorf("after a restart: %+v", b)
	}
	mod = p.moderator()
	mod.call("DELETE", liveRoom+"/bans/"+ban.ID, nil, 204)
	if u := s.next("user"); u.Muted != 0 {
		t.Errorf("the phone gets %d", u.Muted)
	}
	if a := s.say("hm"); a.Outcome != "shown" {
		t.Errorf("after the mute: %+v", a)
	}
	// The show ends when the room is closed.
	if n := len(mod.call("GET", liveRoom+"/bans", nil, 200).Bans); n != 1 {
		t.Errorf("%d bans, want the other one", n)
	}
	mod.call("PATCH", liveRoom, map[string]string{"state": "closed"}, 200)
	if n := len(mod.call("GET", liveRoom+"/bans", nil, 200).Bans); n != 0 {
		t.Errorf("%d bans after the show", n)
	}
	mod.call("PATCH", liveRoom, map[string]string{"state": "open"}, 200)
	if status, body := banned.post("hello again"); status != http.StatusCreated {
		t.Errorf("after the show: %d %s", status, body)
	}
}

// The server accepts every duration that the console offers.
func TestDurationsOfTheConsole(t *testing.T) {
	text, err := os.ReadFile("assets/console/ban-times.js")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`const TIMES = \[([^\]]+)\]`).FindSubmatch(text)
	if found == nil {
		t.Fatal("ban-times.js has no list of durations")
	}
	p := start(t, t.TempDir())
	me := p.phone().open("audience", "").next("hello").User.ID
	mod := p.moderator()
	var lengths []int
	for _, word := range strings.Split(strings.ReplaceAll(string(found[1]), "_", ""), ",") {
		seconds, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil {
			t.Fatal(err)
		}
		lengths = append(lengths, seconds)
		ask := map[string]any{"user": me, "kind": "mute", "seconds": seconds}
		if seconds < 0 {
			delete(ask, "seconds")
			ask["until"] = "show_end"
		}
		before := time.Now().UnixMilli()
		ban := mod.call("POST", liveRoom+"/bans", ask, 201)
		after := time.Now().UnixMilli()
		if from := ban.Until - int64(seconds)*1000; seconds > 0 && (from < before || from > after) || seconds <= 0 && ban.Until != 0 {
			t.Errorf("%d seconds from %d to %d end %d", seconds, before, after, ban.Until)
		}
	}
	if want := []int{10, 60, 300, 600, 1800, 3600, 86400, -1, 0}; !slices.Equal(lengths, want) {
		t.Errorf("the console offers %v, want %v", lengths, want)
	}
}

// A ban by address reports beforehand how many people it affects, and affects everybody behind
// it except the people who run the room.
func TestBanByAddress(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0", "--trusted-proxy", "127.0.0.0/8")
	from := func(addr string) http.Header { return http.Header{"X-Forwarded-For": {addr}} }
	open := func(b *browser, addr string) *socket {
		s, _, err := b.dial("audience", "", from(addr))
		if err != nil {
			t.Fatal(err)
		}
		s.next("hello")
		return s
	}
	a, b, c := open(p.phone(), "203.0.113.7"), open(p.phone(), "203.0.113.7"), open(p.phone(), "203.0.113.8")
	said := a.say("from there")
	shown := b.say("from there, too")
	mod := p.moderator()
	path := liveRoom + "/comments/" + said.ID + "/address"
	if n := mod.call("GET", path, nil, 200).People; n != 2 {
		t.Errorf("%d people, want 2", n)
	}
	ban := mod.call("POST", liveRoom+"/bans", map[string]any{"address_of": said.ID, "kind": "ban", "seconds": 60, "remove": true}, 201)
	if ban.User != "" || len(ban.Address) != 6 || ban.Removed != 2 {
		t.Errorf("%+v", ban)
	}
	for _, s := range []*socket{a, b} {
		if f := s.next("bye"); f.Code != "banned" {
			t.Errorf("%+v", f)
		}
	}
	c.until("both are gone", isEvent("remove", shown.ID))
	if k := c.say("from elsewhere"); k.Outcome != "shown" {
		t.Errorf("%+v", k)
	}
	header := map[string]string{"X-Forwarded-For": "203.0.113.7", "X-Requested-With": "danmaku"}
	if status, body := p.phone().do("POST", liveRoom+"/comments", map[string]string{"text": "new name"}, header); status != 403 {
		t.Errorf("a new identity there: %d %s", status, body)
	}
	if status, body := mod.do("POST", liveRoom+"/comments", map[string]string{"text": "I run this"}, header); status != 201 || !strings.Contains(body, `"badge":"moderator"`) {
		t.Errorf("the moderator there: %d %s", status, body)
	}
}

func TestInvalidBanRequests(t *testing.T) {
	p := start(t, t.TempDir())
	s := p.phone().open("audience", "")
	me := s.next("hello").User.ID
	c := s.say("hello")
	mod := p.moderator()
	for _, tt := range []struct {
		name   string
		body   map[string]any
		status int
		word   string
	}{
		{"nobody", map[string]any{"kind": "ban"}, 422, "address_of"},
		{"both", map[string]any{"kind": "ban", "user": me, "address_of": c.ID}, 422, "either"},
		{"no kind", map[string]any{"user": me}, 422, "mute or ban"},
		{"negative", map[string]any{"user": me, "kind": "mute", "seconds": -1}, 422, "seconds"},
		{"beyond reason", map[string]any{"user": me, "kind": "mute", "seconds": 1 << 40}, 422, "seconds"},
		{"two ends", map[string]any{"user": me, "kind": "mute", "seconds": 5, "until": "show_end"}, 422, "either"},
		{"other end", map[string]any{"user": me, "kind": "mute", "until": "monday"}, 422, "show_end"},
		{"novel", map[string]any{"user": me, "kind": "mute", "reason": strings.Repeat("x", 201)}, 422, "reason"},
		{"no such user", map[string]any{"user": "somebody", "kind": "mute"}, 404, ""},
		{"no such comment", map[string]any{"address_of": "nonsense", "kind": "mute"}, 404, ""},
		{"a number for a word", map[string]any{"user": 5, "kind": "mute"}, 400, ""},
	} {
		if r := mod.call("POST", liveRoom+"/bans", tt.body, tt.status); !strings.Contains(r.Message, tt.word) {
			t.Errorf("%s: %+v", tt.name, r)
		}
	}
	if bans := mod.call("GET", liveRoom+"/bans", nil, 200).Bans; len(bans) != 0 {
		t.Errorf("%+v", bans)
	}
}

// A moderator cannot act on the owner, and nobody can ban the people who run the room; a
// comment of a banned person cannot be approved.
func TestWhichRolesMayBanEachOther(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0")
	owner, mod := p.console(), p.moderator()
	write := func(b *browser, text string) event {
		t.Helper()
		var f frame
		status, body := b.do("POST", liveRoom+"/comments", map[string]string{"text": text}, ours)
		if decode(t, body, &f); status != 201 || f.Comment == nil {
			t.Fatalf("%d %s", status, body)
		}
		return *f.Comment
	}
	host, helper := write(owner, "I am the host"), write(mod, "I am a helper")
	if host.Badge != "owner" || helper.Badge != "moderator" {
		t.Errorf("badges %q and %q", host.Badge, helper.Badge)
	}
	mod.call("POST", liveRoom+"/comments/"+host.ID+"/remove", nil, 403)
	mod.call("POST", liveRoom+"/users/"+host.User+"/remove", nil, 403)
	if r := mod.call("POST", liveRoom+"/comments/bulk", map[string]any{"act": "remove", "ids": []string{host.ID, helper.ID}}, 200).Results; r[0].Code != "not_allowed" || r[1].Status != "removed" {
		t.Errorf("%+v", r)
	}
	for _, who := range []string{host.User, helper.User} {
		for _, b := range []*browser{mod, owner} {
			b.call("POST", liveRoom+"/bans", map[string]any{"user": who, "kind": "ban"}, 403)
		}
	}
	owner.call("POST", liveRoom+"/comments/"+host.ID+"/remove", nil, 204)

	mod.call("PATCH", liveRoom, map[string]string{"review": "all"}, 200)
	s := p.phone().open("audience", "")
	me := s.next("hello").User.ID
	held := s.say("let me in")
	ban := mod.call("POST", liveRoom+"/bans", map[string]any{"user": me, "kind": "ban"}, 201)
	if r := mod.call("POST", liveRoom+"/comments/"+held.ID+"/approve", nil, 403); r.Code != "not_allowed" {
		t.Errorf("%+v", r)
	}
	person := fmt.Sprintf("%s/users/%s", liveRoom, me)
	if _, body := mod.do("GET", person, nil, nil); !strings.Contains(body, `"held":1`) || !strings.Contains(body, `"kind":"ban"`) {
		t.Errorf("the person: %s", body)
	}
	mod.call("DELETE", liveRoom+"/bans/"+ban.ID, nil, 204)
	mod.call("POST", liveRoom+"/comments/"+held.ID+"/approve", nil, 200)
	mod.call("GET", liveRoom+"/users/nobody", nil, 404)
}

// Limits are for the audience: they do not stop the people who run the room.
func TestOwnersAndModeratorsAreNotLimited(t *testing.T) {
	p := start(t, t.TempDir(), "--user-burst", "1", "--address-rate", "0.001", "--room-rate", "0.001")
	mod := p.moderator()
	mod.call("PATCH", liveRoom, map[string]any{"slow_ms": 60_000, "newcomers": "held", "state": "paused"}, 200)
	for i := range 8 {
		if status, body := mod.post("the same again"); status != http.StatusCreated {
			t.Errorf("comment %d: %d %s", i, status, body)
		}
	}
	mod.call("PATCH", liveRoom, map[string]any{"state": "closed"}, 200)
	if status, _ := mod.post("nobody is here"); status != http.StatusConflict {
		t.Errorf("in a closed room: %d", status)
	}
}

// The author of a sender link's comment can be banned like any other.
func TestBanOfASendersAuthor(t *testing.T) {
	p := start(t, t.TempDir())
	key, mod := p.link("sender").Key, p.moderator()
	auth := map[string]string{"Authorization": "Bearer " + key}
	say := func(author, text string) (int, frame) {
		t.Helper()
		var f frame
		status, body := p.browser().do("POST", liveRoom+"/comments", map[string]string{"text": text, "author": author}, auth)
		decode(t, body, &f)
		return status, f
	}
	status, first := say("ann", "hello")
	if status != 201 || first.Comment == nil {
		t.Fatalf("%d %+v", status, first)
	}
	if r := mod.call("POST", liveRoom+"/bans", map[string]any{"address_of": first.ID, "kind": "ban"}, 404); !strings.Contains(r.Message, "user") {
		t.Errorf("a ban by an address that is not there: %+v", r)
	}
	mod.call("POST", liveRoom+"/bans", map[string]any{"user": first.Comment.User, "kind": "mute", "seconds": 60}, 201)
	if status, f := say("ann", "again"); status != 403 || f.Code != "muted" {
		t.Errorf("the muted one: %d %+v", status, f)
	}
	if status, f := say("bob", "me, too"); status != 201 {
		t.Errorf("another: %d %+v", status, f)
	}
}
