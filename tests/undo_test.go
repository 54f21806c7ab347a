package tests

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// operator is a moderator or owner of the room live, who undoes actions there.
type operator struct {
	*browser
	link reply
}

// newOperators returns an owner and a moderator, by name.
func newOperators(p *program) (owner, mod operator) {
	p.t.Helper()
	boss := p.console()
	enter := func(role, room, label string) operator {
		link := boss.call("POST", "/api/links", map[string]any{"room": room, "role": role, "label": label}, 201)
		b := p.browser()
		if status, _ := b.do("GET", "/console/live?key="+link.Key, nil, nil); status != http.StatusOK {
			p.t.Fatalf("the console answers %d", status)
		}
		return operator{b, link}
	}
	return enter("owner", "", "Olga"), enter("moderator", "live", "Mo")
}

// newestEntry returns the last action of a kind.
func (h operator) newestEntry(kind string) act {
	h.t.Helper()
	acts := h.call("GET", liveRoom+"/audit?limit=1&act="+kind, nil, 200).Acts
	if len(acts) == 0 {
		h.t.Fatalf("no action %q", kind)
	}
	return acts[0]
}

// undoNewest undoes the last action of a kind.
func (h operator) undoNewest(kind string, status int) reply {
	h.t.Helper()
	return h.undoEntry(h.newestEntry(kind), status)
}

func (h operator) undoEntry(a act, status int) reply {
	h.t.Helper()
	return h.call("POST", fmt.Sprint(liveRoom, "/audit/", a.ID, "/undo"), nil, status)
}

// wantChangedBy expects an undo to be refused because somebody changed the same thing.
func (h operator) wantChangedBy(a act, who string) {
	h.t.Helper()
	if r := h.undoEntry(a, 409); r.Code != "changed" || r.By != who || !strings.HasPrefix(r.Message, who+" changed it since,") {
		h.t.Errorf("%s of %s: %+v, want changed by %s", a.Act, a.By, r, who)
	}
	if again := h.call("GET", fmt.Sprint(liveRoom, "/audit?limit=200&act=", a.Act), nil, 200).Acts; len(again) > 0 {
		for _, b := range again {
			if b.ID == a.ID && b.Undone {
				h.t.Errorf("%s counts as undone", a.Act)
			}
		}
	}
}

// An undo over HTTP: open sockets and sessions receive what it restores, and
// each refusal has its status. The actions that can be undone are tested in live.
func TestUndo(t *testing.T) {
	p := start(t, t.TempDir())
	owner, mod := newOperators(p)
	overlay := p.overlaySocket("")
	overlay.next("hello")
	mod.call("PATCH", liveRoom, map[string]any{"title": "Friday", "slow_ms": 3000}, 200)
	both := mod.newestEntry("settings")
	if !both.Undo || both.Undone {
		t.Errorf("%+v", both)
	}
	overlay.until("the change", func(e event) bool { return e.Type == "room" && e.SlowMS == 3000 })
	owner.call("PATCH", liveRoom, map[string]any{"slow_ms": 5000}, 200)
	mod.wantChangedBy(both, "Olga")
	owner.undoNewest("settings", 204)
	overlay.until("the undo", func(e event) bool { return e.Type == "room" && e.SlowMS == 3000 })
	mod.undoEntry(both, 204)
	mod.undoEntry(both, 410)
	if a := mod.newestEntry("settings"); !a.Undo || a.ID == both.ID {
		t.Errorf("the undo's own action: %+v", a)
	}
	mod.call("POST", liveRoom+"/audit/999999/undo", nil, 404)

	// A revoked link closes its sessions, and its undo admits them again.
	owner.call("DELETE", "/api/links/"+mod.link.ID, nil, 204)
	mod.call("GET", liveRoom, nil, 401)
	owner.undoNewest("revoke", 204)
	mod.call("GET", liveRoom, nil, 200) // the session continues
	mod.undoNewest("restore", 403)
	owner.call("POST", "/api/links/"+mod.link.ID+"/restore", nil, 409)
	var list []reply
	if err := json.Unmarshal(owner.call("GET", "/api/links?revoked=1", nil, 200).Links, &list); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(list, func(l reply) bool { return strings.Contains(l.URL, "/overlay/live") })
	owner.call("DELETE", "/api/links/"+list[i].ID, nil, 204)
	if code := overlay.closeCode(); code != 4001 {
		t.Errorf("the overlay is closed with %d", code)
	}
	owner.undoNewest("revoke", 204)
	p.overlaySocket("").next("hello") // its address in OBS works again
}
