package tests

import (
	"fmt"
	"net/http"
	"testing"
)

// A sender takes down its own comments in any state of comment and room: held, refused, from a
// batch, in a closed room. With a revoked link, or in another room, it takes down nothing.
func TestSendersRemoveTheirCommentsInEveryState(t *testing.T) {
	p := start(t, t.TempDir())
	mod := p.console()
	mine := p.bot("sender")
	del := func(b bot, path string, want int) {
		t.Helper()
		if status, text := b.do("DELETE", path, nil, b.auth); status != want {
			t.Errorf("DELETE %s: %d %s, want %d", path, status, text, want)
		}
	}
	at := func(id string) string { return liveRoom + "/comments/" + id }
	status := func(which string) (ids []string) {
		t.Helper()
		var page struct{ Comments []struct{ ID string } }
		_, text := mod.do("GET", liveRoom+"/comments?status="+which, nil, nil)
		decode(t, text, &page)
		for _, c := range page.Comments {
			ids = append(ids, c.ID)
		}
		return ids
	}

	// Held.
	mod.call("PATCH", liveRoom, map[string]any{"review": "all"}, 200)
	held := mine.post(map[string]any{"text": "wait for me", "author": "ann", "ref": "h"})
	if held.Outcome != "held" {
		t.Fatalf("%+v", held)
	}
	del(mine, at(held.ID), 204)
	if left := status("held"); len(left) != 0 {
		t.Errorf("%v still wait", left)
	}
	if code, text := mod.do("POST", at(held.ID)+"/approve", nil, nil); code == http.StatusOK && len(status("shown")) > 0 {
		t.Errorf("a moderator shows what its sender took down: %d %s", code, text)
	}
	mod.call("PATCH", liveRoom, map[string]any{"review": "off"}, 200)

	// From a batch, by ref.
	var list []any
	for i := range 3 {
		list = append(list, map[string]any{"text": fmt.Sprint("batch ", i), "author": "bob", "ref": fmt.Sprint("b", i)})
	}
	if code, text := mine.do("POST", liveRoom+"/comments/batch", map[string]any{"comments": list}, mine.auth); code != 200 {
		t.Fatal(code, text)
	}
	del(mine, liveRoom+"/comments?ref=b1", 204)
	if n := len(status("shown")); n != 2 {
		t.Errorf("%d of a batch of three are shown, one was taken down", n)
	}

	// In a room that accepts no more comments.
	var ids []string
	for i := range 4 {
		ids = append(ids, mine.post(map[string]any{"text": fmt.Sprint("shown ", i), "author": "cat", "ref": fmt.Sprint("s", i)}).ID)
	}
	mod.call("PATCH", liveRoom, map[string]any{"state": "paused"}, 200)
	del(mine, at(ids[0]), 204)
	mod.call("PATCH", liveRoom, map[string]any{"state": "closed"}, 200)
	del(mine, at(ids[1]), 204)
	mod.call("PATCH", liveRoom, map[string]any{"state": "open"}, 200)
	mod.call("POST", liveRoom+"/lockdown", nil, 200)
	del(mine, liveRoom+"/comments?ref=s2&author=cat", 204)
	mod.call("DELETE", liveRoom+"/lockdown", nil, 200)

	// In another room, and with a revoked link.
	mod.call("POST", "/api/rooms", map[string]any{"id": "second", "title": "Second"}, 201)
	del(mine, "/api/rooms/second/comments/"+ids[3], 403)
	del(mine, "/api/rooms/nowhere/comments/"+ids[3], 403)
	link := p.link("sender")
	gone := bot{p.browser(), map[string]string{"Authorization": "Bearer " + link.Key}}
	theirs := gone.post(map[string]any{"text": "soon revoked", "ref": "g"}).ID
	mod.call("DELETE", fmt.Sprint("/api/links/", link.ID), nil, 204)
	del(gone, at(theirs), 401)
	del(gone, liveRoom+"/comments?ref=g", 401)
}
