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
func (o operator) undoable(a room.AuditEntry) bool { return live.CanUndo(a, o.Actor) }

// An undo restores a list of rules; it keeps what others wrote into it since.
func TestRulesAreUndone(t *testing.T) {
	s := newTestService(t, ratelimit.Rates{})
	owner, mod := s.operators()
	ann := s.newAuthor()
	n := 0
	stops := func(want string) { // expects which of the three words are refused
		t.Helper()
		got := ""
		for _, word := range []string{"pear", "plum", "quince"} {
			n++
			if o := s.mustSubmit(ann, fmt.Sprint("a ", word, " once more ", n)); o.Status != comment.Shown {
				got += word + " "
			}
		}
		if got != want {
			t.Errorf("stopped: %q, want %q", got, want)
		}
	}
	deletes := func(by operator) room.AuditEntry {
		t.Helper()
		s.wantError("delete", s.DeleteRules(t.Context(), "live", by.Actor, "live", "words", nil), nil)
		return by.newestEntry(room.ActionRules)
	}
	mod.saveRules("pear")
	mod.saveRules("pear\nplum")
	added := mod.newestEntry(room.ActionRules)
	if added.Detail != "+plum" || fmt.Sprint(added.Changed) != "[text]" || added.About != "words" || !mod.undoable(added) {
		t.Errorf("%+v", added)
	}
	owner.saveRules("quince\npear\nplum")
	stops("pear plum quince ")
	mod.undoEntry(added, nil)
	stops("pear quince ")
	mod.undoEntry(added, room.ErrExpired)
	owner.undoNewest(room.ActionRules, nil) // undoes the undo
	stops("pear plum quince ")
	back := mod.newestEntry(room.ActionRules)
	owner.saveRules("quince\npear")
	mod.wantChangedBy(back, "Olga")
	stops("pear quince ")
	deleted := deletes(mod)
	stops("")
	owner.undoEntry(deleted, nil)
	stops("pear quince ")
	made := mod.newestEntry(room.ActionRules)
	owner.saveRules("plum")
	mod.wantChangedBy(made, "Olga")
	stops("plum ")
	deleted = deletes(mod)
	owner.saveRules("quince")
	mod.wantChangedBy(deleted, "Olga")
	owner.undoNewest(room.ActionRules, nil) // it was made again
	stops("")

	// Only the owner may undo lists for all rooms; a moderator does not see them.
	if _, _, err := s.PutRules(t.Context(), "live", owner.Actor, live.RulesEdit{List: room.RuleList{Name: "starter"}}); err != nil {
		t.Fatal(err)
	}
	off := owner.newestEntry(room.ActionRules)
	if a := mod.newestEntry(room.ActionRules); a.ID == off.ID {
		t.Errorf("a moderator sees %+v", a)
	}
	mod.undoEntry(off, room.ErrNotFound)
	owner.undoEntry(off, nil)
	if _, shipped, err := s.RuleLists(t.Context(), "live", mod.Actor); err != nil || !shipped {
		t.Errorf("the shipped list is not back: %v", err)
	}
}

// Settings, rooms and their states are restored, unless somebody has changed the same
// since.
func TestSettingsAndRoomsAreUndone(t *testing.T) {
	s := newTestService(t, ratelimit.Rates{})
	owner, mod := s.operators()
	is := func(want string) {
		t.Helper()
		r, err := s.Room("live")
		if got := fmt.Sprint(r.Title, " ", r.State, " ", r.Slow.Duration().Milliseconds(), " ", r.Lock != nil, " ", r.Archived); err != nil || got != want {
			t.Errorf("%s, %v, want %s", got, err, want)
		}
	}
	lock := func(by operator) room.AuditEntry {
		t.Helper()
		_, err := s.LockDown(t.Context(), "live", by.Actor)
		s.wantError("lock down", err, nil)
		return by.newestEntry(room.ActionLockdown)
	}
	both := mod.changeSettings(`{"title": "Friday", "slow_ms": 3000}`)
	slow := owner.changeSettings(`{"slow_ms": 5000}`)
	mod.wantChangedBy(both, "Olga")
	is("Friday open 5000 false false")
	owner.changeSettings(`{"message": "hello"}`) // another setting
	mod.undoEntry(slow, nil)
	is("Friday open 3000 false false")
	mod.undoEntry(both, nil)
	is("live open 0 false false")
	if r, err := s.Room("live"); err != nil || r.Message != "hello" {
		t.Errorf("the other setting is %q, %v", r.Message, err)
	}

	mod.changeSettings(`{"state": "closed"}`)
	owner.undoNewest(room.ActionSettings, nil)
	is("live open 0 false false")

	down := lock(mod)
	owner.changeSettings(`{"slow_ms": 60000}`)
	mod.wantChangedBy(down, "Olga")
	is("live paused 60000 true false")
	owner.undoNewest(room.ActionSettings, nil)
	_, err := s.Unlock(t.Context(), "live", owner.Actor)
	s.wantError("unlock", err, nil)
	mod.wantChangedBy(down, "Olga")
	is("live open 0 false false")
	up := mod.newestEntry(room.ActionUnlock)
	lock(mod)
	owner.wantChangedBy(up, "Mo")
	mod.undoNewest(room.ActionLockdown, nil)
	is("live open 0 false false")

	s.wantError("archive", s.Archive(t.Context(), "live", owner.Actor), nil)
	is("live closed 0 false true")
	if mod.undoable(mod.newestEntry(room.ActionArchive)) {
		t.Error("a moderator is offered an undo that only an owner may do")
	}
	mod.undoNewest(room.ActionArchive, room.ErrNotAllowed)
	owner.undoNewest(room.ActionArchive, nil)
	is("live open 0 false false")

	_, err = s.NewRoom(t.Context(), owner.Actor, room.New("second"))
	s.wantError("make a room", err, nil)
	acts, _, err := s.AuditEntries(t.Context(), owner.Actor, room.AuditQuery{Room: "second", Kind: room.ActionRoom, Limit: 1})
	if err != nil || len(acts) != 1 {
		t.Fatalf("%+v, %v", acts, err)
	}
	s.wantError("undo the room", s.Undo(t.Context(), "second", owner.Actor, acts[0].ID), nil)
	if r, err := s.Room("second"); err != nil || !r.Archived {
		t.Errorf("a room that was made by mistake is still there: %v", err)
	}
	open := false
	_, err = s.SetRoom(t.Context(), "second", owner.Actor, room.Patch{Archived: &open})
	s.wantError("bring back", err, nil)
	s.wantError("undo it once more", s.Undo(t.Context(), "second", owner.Actor, acts[0].ID), room.ErrExpired)
}

// A link that was revoked by mistake becomes valid again, and a link that was made by
// mistake is revoked.
func TestLinksAreUndone(t *testing.T) {
	s := newTestService(t, ratelimit.Rates{})
	owner, mod := s.operators()
	links := func() (good, all int) {
		t.Helper()
		list, err := s.LinkList(owner.Actor)
		s.wantError("list", err, nil)
		for _, l := range list {
			if l.Revoked.IsZero() {
				good++
			}
		}
		return good, len(list)
	}
	session := func(want error) { // checks a session that names the link
		t.Helper()
		_, err := s.LinkByID(mod.Link)
		s.wantError("the moderator's session", err, want)
	}
	before, all := links()
	if all != before {
		t.Fatalf("%d of %d links are good", before, all)
	}
	s.wantError("revoke", s.RevokeLink(t.Context(), owner.Actor, mod.Link), nil)
	session(room.ErrExpired)
	owner.undoNewest(room.ActionRevoke, nil)
	session(nil)
	if restored := owner.newestEntry(room.ActionRestore); restored.Detail != "moderator Mo" || restored.About != fmt.Sprint(mod.Link) {
		t.Errorf("%+v", restored)
	}
	owner.undoNewest(room.ActionRevoke, room.ErrExpired)
	mod.undoNewest(room.ActionRestore, room.ErrNotAllowed)
	owner.undoNewest(room.ActionRestore, nil)
	session(room.ErrExpired)
	s.wantError("restore", s.RestoreLink(t.Context(), owner.Actor, mod.Link), nil)
	s.wantError("restore again", s.RestoreLink(t.Context(), owner.Actor, mod.Link), room.ErrChanged)
	owner.wantChangedBy(owner.newestEntry(room.ActionRevoke), "Olga")
	session(nil)

	// The overlay's own link: its key in OBS works again.
	key, err := s.ScreenKey("live", room.Overlay)
	s.wantError("the overlay's key", err, nil)
	first, err := s.Open(key)
	s.wantError("the overlay's link", err, nil)
	overlay := live.Client{Room: "live", View: room.ViewOverlay, Link: first.ID}
	s.wantError("revoke the overlay's", s.RevokeLink(t.Context(), owner.Actor, first.ID), nil)
	s.wantError("the overlay", s.Stays(overlay), room.ErrExpired)
	owner.undoNewest(room.ActionRevoke, nil)
	s.wantError("the overlay", s.Stays(overlay), nil)
	_, err = s.Open(key)
	s.wantError("the overlay's key", err, nil)

	made, _, err := s.NewLink(t.Context(), owner.Actor, "live", room.Sender, "bot")
	s.wantError("make a link", err, nil)
	owner.undoNewest(room.ActionLink, nil)
	if good, all := links(); good != before || all != before+1 {
		t.Errorf("%d of %d links are good, want %d of %d", good, all, before, before+1)
	}
	s.wantError("restore", s.RestoreLink(t.Context(), owner.Actor, made.ID), nil)
	own := 0
	for _, a := range owner.auditEntries(room.ActionLink) {
		if a.About == fmt.Sprint(owner.Link) {
			own++
			owner.undoEntry(a, room.ErrNotAllowed) // the owner would lock themselves out
		}
	}
	if own != 1 {
		t.Errorf("%d acts made the owner's link", own)
	}
	_, err = s.LinkByID(owner.Link)
	s.wantError("the owner's session", err, nil)
}

// Decisions about comments, pins and bans are not undone over somebody else's.
func TestDecisionsAreNotUndoneOverLaterOnes(t *testing.T) {
	s := newTestService(t, ratelimit.Rates{})
	owner, mod := s.operators()
	mod.changeSettings(`{"review": "all"}`)
	ann := s.newAuthor()
	one, two, three := s.mustSubmit(ann, "one").Comment.ID, s.mustSubmit(ann, "two").Comment.ID, s.mustSubmit(ann, "three").Comment.ID
	mod.mustDecide(one, room.ActionApprove, "")
	approved := mod.newestEntry(room.ActionApprove)
	s.wantError("remove", s.Remove(t.Context(), "live", owner.Actor, one), nil)
	mod.wantChangedBy(approved, "Olga")

	mod.mustDecide(two, room.ActionRefuse, "")
	refused := mod.newestEntry(room.ActionRefuse)
	owner.mustDecide(two, room.ActionApprove, comment.Refused)
	mod.wantChangedBy(refused, "Olga")

	mod.mustDecide(three, room.ActionApprove, "")
	s.wantError("pin", s.Pin(t.Context(), "live", mod.Actor, two), nil)
	pinned := mod.newestEntry(room.ActionPin)
	s.wantError("unpin", s.Unpin(t.Context(), "live", mod.Actor, two), nil)
	unpinned := mod.newestEntry(room.ActionUnpin)
	s.wantError("pin", s.Pin(t.Context(), "live", owner.Actor, three), nil)
	mod.wantChangedBy(unpinned, "Olga")
	mod.wantChangedBy(pinned, "Olga")

	mutes := func(by operator, q live.BanRequest) room.Ban {
		t.Helper()
		q.User, q.Kind = ann.User, room.Mute
		b, _, err := s.Ban(t.Context(), "live", by.Actor, q)
		s.wantError("mute", err, nil)
		return b
	}
	first := mutes(mod, live.BanRequest{})
	muted := mod.newestEntry(room.ActionMute)
	if muted.About != fmt.Sprint(first.ID) {
		t.Errorf("%+v", muted)
	}
	s.wantError("unmute", s.Unban(t.Context(), "live", owner.Actor, first.ID), nil)
	mod.wantChangedBy(muted, "Olga")
	lifted := mod.newestEntry(room.ActionUnban)
	mutes(owner, live.BanRequest{For: 10 * time.Minute})
	mod.wantChangedBy(lifted, "Olga")
	if list, err := s.Bans("live", mod.Actor); err != nil || len(list) != 1 {
		t.Errorf("%d bans, %v", len(list), err)
	}
}
