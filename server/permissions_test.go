package server

import (
	"net/http"
	"strings"
	"testing"

	"danmaku/live"
	"danmaku/room"
)

// Every route that needs a permission admits only the roles that have it, with a link for
// the room or for all rooms. Roles and routes come from their tables, so new ones are
// tested without a change here.
func TestRoutesByRole(t *testing.T) {
	h := newTestServer(t)
	if _, err := h.Service.NewRoom(t.Context(), room.Actor{Role: room.Owner}, room.New("other")); err != nil {
		t.Fatal(err)
	}
	type caller struct {
		name string
		room.AccessLink
		key string
	}
	callers := []caller{{name: "nobody"}, {name: "a wrong key", key: strings.Repeat("A", 24)}}
	for _, role := range room.Roles {
		for _, roomID := range []string{"live", "other"} {
			l, key, err := room.AccessLink{}, "", error(nil)
			if role == room.Button {
				l, key, err = h.Service.NewButton(t.Context(), roomID, live.Shell, room.PressClear, "")
			} else {
				l, key, err = h.Service.NewLink(t.Context(), live.Shell, roomID, role, "")
			}
			if err != nil {
				t.Fatal(err)
			}
			callers = append(callers, caller{string(role) + " of " + roomID, l, key})
		}
	}
	path := strings.NewReplacer(":room", "live", ":id", "0", ":user", "nobody", ":name", "x", ":file", "x", ":hash", "x", ":act", "clear")
	needed := map[room.Permission]bool{}
	for _, r := range table {
		if r.needs == "" {
			continue
		}
		needed[r.needs] = true
		for _, c := range callers {
			req, err := http.NewRequestWithContext(t.Context(), r.method, "http://"+h.base+path.Replace(r.path), nil)
			if err != nil {
				t.Fatal(err)
			}
			if c.key != "" {
				req.Header.Set("Authorization", "Bearer "+c.key)
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			roomID := ""
			if strings.Contains(r.path, ":room") {
				roomID = "live"
			}
			switch allowed := c.Actor().Can(r.needs, roomID); {
			case c.Role == "" && resp.StatusCode != http.StatusUnauthorized:
				t.Errorf("%s %s as %s: %d, want 401", r.method, r.path, c.name, resp.StatusCode)
			case c.Role != "" && !allowed && resp.StatusCode != http.StatusForbidden:
				t.Errorf("%s %s as %s: %d, want 403", r.method, r.path, c.name, resp.StatusCode)
			case allowed && (resp.StatusCode == http.StatusForbidden || resp.StatusCode == http.StatusUnauthorized):
				t.Errorf("%s %s as %s: %d, though it has %s", r.method, r.path, c.name, resp.StatusCode, r.needs)
			}
		}
	}
	// Use cases and handshakes check these, but no route needs them.
	for _, p := range []room.Permission{
		room.WatchOverlay, room.WatchAudience, room.WatchConsole, room.Write, room.WriteByLink, room.Immune, room.ActOnOwner, room.EditSharedRules, room.ReadSharedAudit,
	} {
		needed[p] = true
	}
	for _, p := range room.Permissions {
		if !needed[p] {
			t.Errorf("nothing asks for %s", p)
		}
	}
}
