package live

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/live/replay"
	"danmaku/room"
	"danmaku/show"
)

// Every use case checks a permission: a role without it gets ErrNotAllowed, and so does a
// role with it for another room; no other role does. Other tests cover what the use case
// does then.
func TestUseCasesByRole(t *testing.T) {
	ctx := context.Background()
	h, _ := newFakeLogService(t)
	for _, tt := range []struct {
		name string
		need room.Permission
		call func(room.Actor) error
	}{
		{"Acts", room.ReadAudit, func(by room.Actor) error {
			_, _, err := h.AuditEntries(ctx, by, room.AuditQuery{Room: "live"})
			return err
		}},
		{"Undo", room.ReadAudit, func(by room.Actor) error { return h.Undo(ctx, "live", by, 1) }},
		{"Bans", room.ReadRoom, func(by room.Actor) error { _, err := h.Bans("live", by); return err }},
		{"Ban", room.BanAuthor, func(by room.Actor) error { _, _, err := h.Ban(ctx, "live", by, BanRequest{}); return err }},
		{"Keep", room.ManageRooms, func(by room.Actor) error { _, err := h.Keep(by); return err }},
		{"SetKeep", room.ManageRooms, func(by room.Actor) error { _, err := h.SetKeep(ctx, by, 1); return err }},
		{"Erase", room.Erase, func(by room.Actor) error { _, err := h.Erase(ctx, "live", by, "x"); return err }},
		{"Data", room.Export, func(by room.Actor) error { _, err := h.Data(ctx, "live", by, "x"); return err }},
		{"Unban", room.BanAuthor, func(by room.Actor) error { return h.Unban(ctx, "live", by, 1) }},
		{"Note", room.NotePerson, func(by room.Actor) error { _, err := h.Note(ctx, "live", by, NoteRequest{}); return err }},
		{"DeleteNote", room.NotePerson, func(by room.Actor) error { return h.DeleteNote(ctx, "live", by, "x", 1) }},
		{"Person", room.ReadRoom, func(by room.Actor) error { _, err := h.Person(ctx, "live", by, "x"); return err }},
		{"Look", room.Decide, func(by room.Actor) error { return h.Look("live", by, Looking{}) }},
		{"Behind", room.BanAuthor, func(by room.Actor) error { _, err := h.Behind(ctx, "live", by, 1); return err }},
		{"Comments", room.ReadRoom, func(by room.Actor) error { _, _, err := h.Comments(ctx, "live", by, room.HistoryQuery{}); return err }},
		{"Items", room.ReadRoom, func(by room.Actor) error { _, err := h.Items("live", by); return err }},
		{"CreateItem", room.RunShow, func(by room.Actor) error {
			_, err := h.CreateItem(ctx, "live", by, show.Poll, nil, 0, time.Time{})
			return err
		}},
		{"ChangeItem", room.RunShow, func(by room.Actor) error {
			_, err := h.ChangeItem(ctx, "live", by, show.Command{Op: show.Start})
			return err
		}},
		{"MarkQuestion", room.RunShow, func(by room.Actor) error {
			_, err := h.MarkQuestion(ctx, "live", by, show.MarkCommand{})
			return err
		}},
		{"Feature", room.RunShow, func(by room.Actor) error { _, err := h.Feature(ctx, "live", by, 1, 0); return err }},
		{"Hour", room.ReadRoom, func(by room.Actor) error { _, err := h.Hour("live", by); return err }},
		{"SetEmote", room.ChangeSettings, func(by room.Actor) error {
			_, err := h.SetEmote(ctx, "live", by, "wave", DrawnEmote{})
			return err
		}},
		{"RenameEmote", room.ChangeSettings, func(by room.Actor) error { _, err := h.RenameEmote(ctx, "live", by, "wave", "hello"); return err }},
		{"DeleteEmote", room.ChangeSettings, func(by room.Actor) error { _, err := h.DeleteEmote(ctx, "live", by, "wave"); return err }},
		{"SetPicture", room.SetPicture, func(by room.Actor) error { _, err := h.SetPicture(ctx, "live", by, nil); return err }},
		{"SetWiFi", room.ChangeSettings, func(by room.Actor) error { return h.SetWiFi(ctx, "live", by, room.WiFi{}) }},
		{"Sessions", room.ControlReplay, func(by room.Actor) error { _, err := h.Sessions(ctx, "live", by); return err }},
		{"ReplayPast", room.StartReplay, func(by room.Actor) error {
			_, err := h.ReplayPast(ctx, replay.Request{Room: "live", By: by}, time.Time{}, time.Time{})
			return err
		}},
		{"ReplayFile", room.StartReplay, func(by room.Actor) error {
			_, err := h.ReplayFile(ctx, replay.Request{Room: "live", By: by}, "x", strings.NewReader(""), false)
			return err
		}},
		{"ControlReplay", room.ControlReplay, func(by room.Actor) error { _, err := h.ControlReplay("live", by, replay.Control{}); return err }},
		{"StopReplay", room.ControlReplay, func(by room.Actor) error { return h.StopReplay(ctx, "live", by) }},
		{"ReplayOf", room.ControlReplay, func(by room.Actor) error { _, err := h.ReplayOf("live", by); return err }},
		{"Decide", room.Decide, func(by room.Actor) error {
			_, err := h.Decide(ctx, "live", by, 1, room.ActionApprove, comment.Held)
			return err
		}},
		{"Bulk approve", room.Decide, func(by room.Actor) error {
			_, err := h.Bulk(ctx, "live", by, []comment.ID{1}, room.ActionApprove, "")
			return err
		}},
		{"Bulk remove", room.TakeDown, func(by room.Actor) error {
			_, err := h.Bulk(ctx, "live", by, []comment.ID{1}, room.ActionRemove, "")
			return err
		}},
		{"Remove", room.TakeDown, func(by room.Actor) error { return h.Remove(ctx, "live", by, 1) }},
		{"RemoveUser", room.TakeDown, func(by room.Actor) error { _, err := h.RemoveUser(ctx, "live", by, "x"); return err }},
		{"Clear", room.TakeDown, func(by room.Actor) error { return h.Clear(ctx, "live", by) }},
		{"Pin", room.PinComment, func(by room.Actor) error { return h.Pin(ctx, "live", by, 1) }},
		{"Unpin", room.PinComment, func(by room.Actor) error { return h.Unpin(ctx, "live", by, 1) }},
		{"RuleLists", room.ReadRoom, func(by room.Actor) error { _, _, err := h.RuleLists(ctx, "live", by); return err }},
		{"PutRules", room.EditRules, func(by room.Actor) error {
			_, _, err := h.PutRules(ctx, "live", by, RulesEdit{List: room.RuleList{Room: "live"}})
			return err
		}},
		{"PutRules for all rooms", room.EditSharedRules, func(by room.Actor) error { _, _, err := h.PutRules(ctx, "live", by, RulesEdit{}); return err }},
		{"DeleteRules", room.EditRules, func(by room.Actor) error { return h.DeleteRules(ctx, "live", by, "live", "x", nil) }},
		{"CheckText", room.ReadRoom, func(by room.Actor) error { _, err := h.CheckText("live", by, "x"); return err }},
		{"SetRoom", room.ChangeSettings, func(by room.Actor) error { _, err := h.SetRoom(ctx, "live", by, room.Patch{}); return err }},
		{"LockDown", room.LockDown, func(by room.Actor) error { _, err := h.LockDown(ctx, "live", by); return err }},
		{"Unlock", room.LockDown, func(by room.Actor) error { _, err := h.Unlock(ctx, "live", by); return err }},
		{"Archive", room.ManageRooms, func(by room.Actor) error { return h.Archive(ctx, "live", by) }},
		{"NewRoom", room.ManageRooms, func(by room.Actor) error { _, err := h.NewRoom(ctx, by, room.New("x")); return err }},
		{"RoomsOf", room.ReadRoom, func(by room.Actor) error {
			list, err := h.RoomsOf(by)
			if err == nil && len(list) == 0 {
				return room.ErrNotAllowed
			}
			return err
		}},
		{"Styles", room.ReadRoom, func(by room.Actor) error { _, err := h.Styles(ctx, "live", by); return err }},
		{"PutStyle", room.EditStyles, func(by room.Actor) error { _, err := h.PutStyle(ctx, "live", by, room.Style{}); return err }},
		{"DeleteStyle", room.EditStyles, func(by room.Actor) error { return h.DeleteStyle(ctx, "live", by, "x") }},
		{"Buttons", room.ManageLinks, func(by room.Actor) error { _, err := h.Buttons("live", by); return err }},
		{"NewButton", room.ManageLinks, func(by room.Actor) error { _, _, err := h.NewButton(ctx, "live", by, room.PressClear, ""); return err }},
		{"Press", room.PressButton, func(by room.Actor) error {
			_, err := h.Press(ctx, "live", by, "dance")
			return err
		}},
		{"WebhookList", room.ManageWebhooks, func(by room.Actor) error { _, err := h.WebhookList(ctx, "live", by); return err }},
		{"AddWebhook", room.ManageWebhooks, func(by room.Actor) error { _, _, err := h.AddWebhook(ctx, "live", by, WebhookEdit{}); return err }},
		{"SetWebhook", room.ManageWebhooks, func(by room.Actor) error { _, _, err := h.SetWebhook(ctx, "live", by, "x", WebhookEdit{}); return err }},
		{"DeleteWebhook", room.ManageWebhooks, func(by room.Actor) error { return h.DeleteWebhook(ctx, "live", by, "x") }},
		{"TestWebhook", room.ManageWebhooks, func(by room.Actor) error { _, err := h.TestWebhook(ctx, "live", by, "x"); return err }},
		{"LinkList", room.ManageLinks, func(by room.Actor) error { _, err := h.LinkList(by); return err }},
		{"NewLink", room.ManageLinks, func(by room.Actor) error { _, _, err := h.NewLink(ctx, by, "live", "x", ""); return err }},
		{"RevokeLink", room.ManageLinks, func(by room.Actor) error { return h.RevokeLink(ctx, by, 4711) }},
		{"RestoreLink", room.ManageLinks, func(by room.Actor) error { return h.RestoreLink(ctx, by, 4711) }},
		{"TakePart", room.Write, func(by room.Actor) error {
			_, err := h.TakePart(ctx, "live", Author{Role: by.Role}, show.Entry{})
			return err
		}},
		{"Submit", room.Write, func(by room.Actor) error {
			_, err := h.Submit(ctx, "live", Author{Role: by.Role}, comment.Draft{})
			return err
		}},
	} {
		for _, role := range append([]room.Role{""}, room.Roles...) {
			for _, of := range []string{"", "live", "other"} {
				by := room.Actor{Role: role, Room: of}
				allowed := role.Can(tt.need)
				if tt.name != "Submit" && tt.name != "TakePart" { // an author is not bound to one room
					allowed = allowed && (of == "" || of == "live" && tt.need != room.ManageLinks && tt.need != room.EditSharedRules && tt.name != "NewRoom" && tt.name != "Keep" && tt.name != "SetKeep")
				}
				if refused := errors.Is(permissionError(func() error { return tt.call(by) }), room.ErrNotAllowed); refused == allowed {
					t.Errorf("%s as %q of %q: refused %v, want %v", tt.name, role, of, refused, !allowed)
				}
			}
		}
	}
}

// permissionError runs a call that may need parts that this test's service does not have: a call that
// gets so far was allowed.
func permissionError(call func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = nil
		}
	}()
	return call()
}
