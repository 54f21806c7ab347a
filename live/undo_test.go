package live_test

import (
	"fmt"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/live"
	"danmaku/ratelimit"
	"danmaku/room"
)

// undoable reports whether by is offered the undo of an action.
func (by hand) undoable(a room.AuditEntry) bool { return live.CanUndo(a, by.Actor) }

// An undo restores a list of rules; it keeps what others wrote into it since.
func TestRulesAreUndone(t *testing.T) {
	h := newHouse(t, ratelimit.Rates{})
	owner, mod := h.hands()
	ann := h.person()
	n := 0
	stops := func(want string) { // expects which of the three words are refused
		t.Helper()
		got := ""
		for _, word := range []string{"pear", "plum", "quince"} {
			n++
			if o := h.says(ann, fmt.Sprint("a ", word, " once more ", n)); o.Status != comment.Shown {
				got += word + " "
			}
		}
		if got != want {
			t.Errorf("stopped: %q, want %q", got, want)
		}
	}
	deletes := func(by hand) room.AuditEntry {
		t.Helper()
		h.wants("delete", h.DeleteRules(t.Context(), "live", by.Actor, "live", "words", nil), nil)
		return by.newest(room.ActionRules)
	}
	mod.rules("pear")
	mod.rules("pear\nplum")
	added := mod.newest(room.ActionRules)
	if added.Detail != "+plum" || fmt.Sprint(added.Changed) != "[text]" || added.About != "words" || !mod.undoable(added) {
		t.Errorf("%+v", added)
	}
	owner.rules("quince\npear\nplum")
	stops("pear plum quince ")
	mod.undoOf(added, nil)
	stops("pear quince ")
	mod.undoOf(added, room.ErrExpired)
	owner.undo(room.ActionRules, nil) // undoes the undo
	stops("pear plum quince ")
	back := mod.newest(room.ActionRules)
	owner.rules("quince\npear")
	mod.changedBy(back, "Olga")
	stops("pear quince ")
	deleted := deletes(mod)
	stops("")
	owner.undoOf(deleted, nil)
	stops("pear quince ")
	made := mod.newest(room.ActionRules)
	owner.rules("plum")
	mod.changedBy(made, "Olga")
	stops("plum ")
	deleted = deletes(mod)
	owner.rules("quince")
	mod.changedBy(deleted, "Olga")
	owner.undo(room.ActionRules, nil) // it was made again
	stops("")

	// Only the owner may undo lists for all rooms; a moderator does not see them.
	if _, _, err := h.PutRules(t.Context(), "live", owner.Actor, live.RulesEdit{List: room.RuleList{Name: "starter"}}); err != nil {
		t.Fatal(err)
	}
	off := owner.newest(room.ActionRules)
	if a := mod.newest(room.ActionRules); a.ID == off.ID {
		t.Errorf("a moderator sees %+v", a)
	}
	mod.undoOf(off, room.ErrNotFound)
	owner.undoOf(off, nil)
	if _, shipped, err := h.RuleLists(t.Context(), "live", mod.Actor); err != nil || !shipped {
		t.Errorf("the shipped list is not back: %v", err)
	}
}

// Settings, rooms and their states are restored, unless somebody has changed the same
// since.
func TestSettingsAndRoomsAreUndone(t *testing.T) {
	h := newHouse(t, ratelimit.Rates{})
	owner, mod := h.hands()
	is := func(want string) {
		t.Helper()
		r, err := h.Room("live")
		if got := fmt.Sprint(r.Title, " ", r.State, " ", r.Slow.Duration().Milliseconds(), " ", r.Lock != nil, " ", r.Archived); err != nil || got != want {
			t.Errorf("%s, %v, want %s", got, err, want)
		}
	}
	lock := func(by hand) room.AuditEntry {
		t.Helper()
		_, err := h.LockDown(t.Context(), "live", by.Actor)
		h.wants("lock down", err, nil)
		return by.newest(room.ActionLockdown)
	}
	both := mod.settles(`{"title": "Friday", "slow_ms": 3000}`)
	slow := owner.settles(`{"slow_ms": 5000}`)
	mod.changedBy(both, "Olga")
	is("Friday open 5000 false false")
	owner.settles(`{"message": "hello"}`) // another setting
	mod.undoOf(slow, nil)
	is("Friday open 3000 false false")
	mod.undoOf(both, nil)
	is("live open 0 false false")
	if r, err := h.Room("live"); err != nil || r.Message != "hello" {
		t.Errorf("the other setting is %q, %v", r.Message, err)
	}

	mod.settles(`{"state": "closed"}`)
	owner.undo(room.ActionSettings, nil)
	is("live open 0 false false")

	down := lock(mod)
	owner.settles(`{"slow_ms": 60000}`)
	mod.changedBy(down, "Olga")
	is("live paused 60000 true false")
	owner.undo(room.ActionSettings, nil)
	_, err := h.Unlock(t.Context(), "live", owner.Actor)
	h.wants("unlock", err, nil)
	mod.changedBy(down, "Olga")
	is("live open 0 false false")
	up := mod.newest(room.ActionUnlock)
	lock(mod)
	owner.changedBy(up, "Mo")
	mod.undo(room.ActionLockdown, nil)
	is("live open 0 false false")

	h.wants("archive", h.Archive(t.Context(), "live", owner.Actor), nil)
	is("live closed 0 false true")
	if mod.undoable(mod.newest(room.ActionArchive)) {
		t.Error("a moderator is offered an undo that only an owner may do")
	}
	mod.undo(room.ActionArchive, room.ErrNotAllowed)
	owner.undo(room.ActionArchive, nil)
	is("live open 0 false false")

	_, err = h.NewRoom(t.Context(), owner.Actor, room.New("second"))
	h.wants("make a room", err, nil)
	acts, _, err := h.AuditEntries(t.Context(), owner.Actor, room.AuditQuery{Room: "second", Kind: room.ActionRoom, Limit: 1})
	if err != nil || len(acts) != 1 {
		t.Fatalf("%+v, %v", acts, err)
	}
	h.wants("undo the room", h.Undo(t.Context(), "second", owner.Actor, acts[0].ID), nil)
	if r, err := h.Room("second"); err != nil || !r.Archived {
		t.Errorf("a room that was made by mistake is still there: %v", err)
	}
	open := false
	_, err = h.SetRoom(t.Context(), "second", owner.Actor, room.Patch{Archived: &open})
	h.wants("bring back", err, nil)
	h.wants("undo it once more", h.Undo(t.Context(), "second", owner.Actor, acts[0].ID), room.ErrExpired)
}

// A link that was revoked by mistake becomes valid again, and a link that was made by
// mistake is revoked.
func TestLinksAreUndone(t *testing.T) {
	h := newHouse(t, ratelimit.Rates{})
	owner, mod := h.hands()
	links := func() (good, all int) {
		t.Helper()
		list, err := h.LinkList(owner.Actor)
		h.wants("list", err, nil)
		for _, l := range list {
			if l.Revoked.IsZero() {
				good++
			}
		}
		return good, len(list)
	}
	session := func(want error) { // checks a session that names the link
		t.Helper()
		_, err := h.LinkByID(mod.Link)
		h.wants("the moderator's session", err, want)
	}
	before, all := links()
	if all != before {
		t.Fatalf("%d of %d links are good", before, all)
	}
	h.wants("revoke", h.RevokeLink(t.Context(), owner.Actor, mod.Link), nil)
	session(room.ErrExpired)
	owner.undo(room.ActionRevoke, nil)
	session(nil)
	if restored := owner.newest(room.ActionRestore); restored.Detail != "moderator Mo" || restored.About != fmt.Sprint(mod.Link) {
		t.Errorf("%+v", restored)
	}
	owner.undo(room.ActionRevoke, room.ErrExpired)
	mod.undo(room.ActionRestore, room.ErrNotAllowed)
	owner.undo(room.ActionRestore, nil)
	session(room.ErrExpired)
	h.wants("restore", h.RestoreLink(t.Context(), owner.Actor, mod.Link), nil)
	h.wants("restore again", h.RestoreLink(t.Context(), owner.Actor, mod.Link), room.ErrChanged)
	owner.changedBy(owner.newest(room.ActionRevoke), "Olga")
	session(nil)

	// The overlay's own link: its key in OBS works again.
	key, err := h.ScreenKey("live", room.Overlay)
	h.wants("the overlay's key", err, nil)
	first, err := h.Open(key)
	h.wants("the overlay's link", err, nil)
	overlay := live.Client{Room: "live", View: room.ViewOverlay, Link: first.ID}
	h.wants("revoke the overlay's", h.RevokeLink(t.Context(), owner.Actor, first.ID), nil)
	h.wants("the overlay", h.Stays(overlay), room.ErrExpired)
	owner.undo(room.ActionRevoke, nil)
	h.wants("the overlay", h.Stays(overlay), nil)
	_, err = h.Open(key)
	h.wants("the overlay's key", err, nil)

	made, _, err := h.NewLink(t.Context(), owner.Actor, "live", room.Sender, "bot")
	h.wants("make a link", err, nil)
	owner.undo(room.ActionLink, nil)
	if good, all := links(); good != before || all != before+1 {
		t.Errorf("%d of %d links are good, want %d of %d", good, all, before, before+1)
	}
	h.wants("restore", h.RestoreLink(t.Context(), owner.Actor, made.ID), nil)
	own := 0
	for _, a := range owner.acts(room.ActionLink) {
		if a.About == fmt.Sprint(owner.Link) {
			own++
			owner.undoOf(a, room.ErrNotAllowed) // the owner would lock themselves out
		}
	}
	if own != 1 {
		t.Errorf("%d acts made the owner's link", own)
	}
	_, err = h.LinkByID(owner.Link)
	h.wants("the owner's session", err, nil)
}

// Decisions about comments, pins and bans are not undone over somebody else's.
func TestDecisionsAreNotUndoneOverLaterOnes(t *testing.T) {
	h := newHouse(t, ratelimit.Rates{})
	owner, mod := h.hands()
	mod.settles(`{"review": "all"}`)
	ann := h.person()
	one, two, three := h.says(ann, "one").Comment.ID, h.says(ann, "two").Comment.ID, h.says(ann, "three").Comment.ID
	mod.decides(one, room.ActionApprove, "")
	approved := mod.newest(room.ActionApprove)
	h.wants("remove", h.Remove(t.Context(), "live", owner.Actor, one), nil)
	mod.changedBy(approved, "Olga")

	mod.decides(two, room.ActionRefuse, "")
	refused := mod.newest(room.ActionRefuse)
	owner.decides(two, room.ActionApprove, comment.Refused)
	mod.changedBy(refused, "Olga")

	mod.decides(three, room.ActionApprove, "")
	h.wants("pin", h.Pin(t.Context(), "live", mod.Actor, two), nil)
	pinned := mod.newest(room.ActionPin)
	h.wants("unpin", h.Unpin(t.Context(), "live", mod.Actor, two), nil)
	unpinned := mod.newest(room.ActionUnpin)
	h.wants("pin", h.Pin(t.Context(), "live", owner.Actor, three), nil)
	mod.changedBy(unpinned, "Olga")
	mod.changedBy(pinned, "Olga")

	mutes := func(by hand, q live.BanRequest) room.Ban {
		t.Helper()
		q.User, q.Kind = ann.User, room.Mute
		b, _, err := h.Ban(t.Context(), "live", by.Actor, q)
		h.wants("mute", err, nil)
		return b
	}
	first := mutes(mod, live.BanRequest{})
	muted := mod.newest(room.ActionMute)
	if muted.About != fmt.Sprint(first.ID) {
		t.Errorf("%+v", muted)
	}
	h.wants("unmute", h.Unban(t.Context(), "live", owner.Actor, first.ID), nil)
	mod.changedBy(muted, "Olga")
	lifted := mod.newest(room.ActionUnban)
	mutes(owner, live.BanRequest{For: 10 * time.Minute})
	mod.changedBy(lifted, "Olga")
	if list, err := h.Bans("live", mod.Actor); err != nil || len(list) != 1 {
		t.Errorf("%d bans, %v", len(list), err)
	}
}
