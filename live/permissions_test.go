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
	svc, _ := newFakeLogService(t)
	for _, tt := range []struct {
		name string
		need room.Permission
		call func(room.Actor) error
	}{
		{"Acts", room.ReadAudit, func(by room.Actor) error {
			_, _, err := svc.AuditEntries(ctx, by, room.AuditQuery{Room: "live"})
			return err
		}},
		{"Undo", room.ReadAudit, func(by room.Actor) error { return svc.Undo(ctx, "live", by, 1) }},
		{"Bans", room.ReadRoom, func(by room.Actor) error { _, err := svc.Bans("live", by); return err }},
		{"Ban", room.BanAuthor, func(by room.Actor) error { _, _, err := svc.Ban(ctx, "live", by, BanRequest{}); return err }},
		{"Keep", room.ManageRooms, func(by room.Actor) error { _, err := svc.Keep(by); return err }},
		{"SetKeep", room.ManageRooms, func(by room.Actor) error { _, err := svc.SetKeep(ctx, by, 1); return err }},
		{"Erase", room.Erase, func(by room.Actor) error { _, err := svc.Erase(ctx, "live", by, "x"); return err }},
		{"Data", room.Export, func(by room.Actor) error { _, err := svc.Data(ctx, "live", by, "x"); return err }},
		{"Unban", room.BanAuthor, func(by room.Actor) error { return svc.Unban(ctx, "live", by, 1) }},
		{"Note", room.NotePerson, func(by room.Actor) error { _, err := svc.Note(ctx, "live", by, NoteRequest{}); return err }},
		{"DeleteNote", room.NotePerson, func(by room.Actor) error { return svc.DeleteNote(ctx, "live", by, "x", 1) }},
		{"Person", room.ReadRoom, func(by room.Actor) error { _, err := svc.Person(ctx, "live", by, "x"); return err }},
		{"Look", room.Decide, func(by room.Actor) error { return svc.Look("live", by, Looking{}) }},
		{"Behind", room.BanAuthor, func(by room.Actor) error { _, err := svc.Behind(ctx, "live", by, 1); return err }},
		{"Comments", room.ReadRoom, func(by room.Actor) error { _, _, err := svc.Comments(ctx, "live", by, room.HistoryQuery{}); return err }},
		{"Items", room.ReadRoom, func(by room.Actor) error { _, err := svc.Items("live", by); return err }},
		{"CreateItem", room.RunShow, func(by room.Actor) error {
			_, err := svc.CreateItem(ctx, "live", by, show.Poll, nil, 0, time.Time{})
			return err
		}},
		{"ChangeItem", room.RunShow, func(by room.Actor) error {
			_, err := svc.ChangeItem(ctx, "live", by, show.Command{Op: show.Start})
			return err
		}},
		{"MarkQuestion", room.RunShow, func(by room.Actor) error {
			_, err := svc.MarkQuestion(ctx, "live", by, show.MarkCommand{})
			return err
		}},
		{"Feature", room.RunShow, func(by room.Actor) error { _, err := svc.Feature(ctx, "live", by, 1, 0); return err }},
		{"Hour", room.ReadRoom, func(by room.Actor) error { _, err := svc.Hour("live", by); return err }},
		{"SetEmote", room.ChangeSettings, func(by room.Actor) error {
			_, err := svc.SetEmote(ctx, "live", by, "wave", DrawnEmote{})
			return err
		}},
		{"RenameEmote", room.ChangeSettings, func(by room.Actor) error { _, err := svc.RenameEmote(ctx, "live", by, "wave", "hello"); return err }},
		{"DeleteEmote", room.ChangeSettings, func(by room.Actor) error { _, err := svc.DeleteEmote(ctx, "live", by, "wave"); return err }},
		{"SetPicture", room.SetPicture, func(by room.Actor) error { _, err := svc.SetPicture(ctx, "live", by, nil); return err }},
		{"SetWiFi", room.ChangeSettings, func(by room.Actor) error { return svc.SetWiFi(ctx, "live", by, room.WiFi{}) }},
		{"Sessions", room.ControlReplay, func(by room.Actor) error { _, err := svc.Sessions(ctx, "live", by); return err }},
		{"ReplayPast", room.StartReplay, func(by room.Actor) error {
			_, err := svc.ReplayPast(ctx, replay.Request{Room: "live", By: by}, time.Time{}, time.Time{})
			return err
		}},
		{"ReplayFile", room.StartReplay, func(by room.Actor) error {
			_, err := svc.ReplayFile(ctx, replay.Request{Room: "live", By: by}, "x", strings.NewReader(""), false)
			return err
		}},
		{"ControlReplay", room.ControlReplay, func(by room.Actor) error { _, err := svc.ControlReplay("live", by, replay.Control{}); return err }},
		{"StopReplay", room.ControlReplay, func(by room.Actor) error { return svc.StopReplay(ctx, "live", by) }},
		{"ReplayOf", room.ControlReplay, func(by room.Actor) error { _, err := svc.ReplayOf("live", by); return err }},
		{"Decide", room.Decide, func(by room.Actor) error {
			_, err := svc.Decide(ctx, "live", by, 1, room.ActionApprove, comment.Held)
			return err
		}},
		{"Bulk approve", room.Decide, func(by room.Actor) error {
			_, err := svc.Bulk(ctx, "live", by, []comment.ID{1}, room.ActionApprove, "")
			return err
		}},
		{"Bulk remove", room.TakeDown, func(by room.Actor) error {
			_, err := svc.Bulk(ctx, "live", by, []comment.ID{1}, room.ActionRemove, "")
			return err
		}},
		{"Remove", room.TakeDown, func(by room.Actor) error { return svc.Remove(ctx, "live", by, 1) }},
		{"RemoveUser", room.TakeDown, func(by room.Actor) error { _, err := svc.RemoveUser(ctx, "live", by, "x"); return err }},
		{"Clear", room.TakeDown, func(by room.Actor) error { return svc.Clear(ctx, "live", by) }},
		{"Pin", room.PinComment, func(by room.Actor) error { return svc.Pin(ctx, "live", by, 1) }},
		{"Unpin", room.PinComment, func(by room.Actor) error { return svc.Unpin(ctx, "live", by, 1) }},
		{"RuleLists", room.ReadRoom, func(by room.Actor) error { _, _, err := svc.RuleLists(ctx, "live", by); return err }},
		{"PutRules", room.EditRules, func(by room.Actor) error {
			_, _, err := svc.PutRules(ctx, "live", by, RulesEdit{List: room.RuleList{Room: "live"}})
			return err
		}},
		{"PutRules for all rooms", room.EditSharedRules, func(by room.Actor) error { _, _, err := svc.PutRules(ctx, "live", by, RulesEdit{}); return err }},
		{"DeleteRules", room.EditRules, func(by room.Actor) error { return svc.DeleteRules(ctx, "live", by, "live", "x", nil) }},
		{"CheckText", room.ReadRoom, func(by room.Actor) error { _, err := svc.CheckText("live", by, "x"); return err }},
		{"SetRoom", room.ChangeSettings, func(by room.Actor) error { _, err := svc.SetRoom(ctx, "live", by, room.Patch{}); return err }},
		{"LockDown", room.LockDown, func(by room.Actor) error { _, err := svc.LockDown(ctx, "live", by); return err }},
		{"Unlock", room.LockDown, func(by room.Actor) error { _, err := svc.Unlock(ctx, "live", by); return err }},
		{"Archive", room.ManageRooms, func(by room.Actor) error { return svc.Archive(ctx, "live", by) }},
		{"NewRoom", room.ManageRooms, func(by room.Actor) error { _, err := svc.NewRoom(ctx, by, room.New("x")); return err }},
		{"RoomsOf", room.ReadRoom, func(by room.Actor) error {
			list, err := svc.RoomsOf(by)
			if err == nil && len(list) == 0 {
				return room.ErrNotAllowed
			}
			return err
		}},
		{"Styles", room.ReadRoom, func(by room.Actor) error { _, err := svc.Styles(ctx, "live", by); return err }},
		{"PutStyle", room.EditStyles, func(by room.Actor) error { _, err := svc.PutStyle(ctx, "live", by, room.Style{}); return err }},
		{"DeleteStyle", room.EditStyles, func(by room.Actor) error { return svc.DeleteStyle(ctx, "live", by, "x") }},
		{"Buttons", room.ManageLinks, func(by room.Actor) error { _, err := svc.Buttons("live", by); return err }},
		{"NewButton", room.ManageLinks, func(by room.Actor) error {
			_, _, err := svc.NewButton(ctx, "live", by, room.PressClear, "")
			return err
		}},
		{"Press", room.PressButton, func(by room.Actor) error {
			_, err := svc.Press(ctx, "live", by, "dance")
			return err
		}},
		{"WebhookList", room.ManageWebhooks, func(by room.Actor) error { _, err := svc.WebhookList(ctx, "live", by); return err }},
		{"AddWebhook", room.ManageWebhooks, func(by room.Actor) error { _, _, err := svc.AddWebhook(ctx, "live", by, WebhookEdit{}); return err }},
		{"SetWebhook", room.ManageWebhooks, func(by room.Actor) error {
			_, _, err := svc.SetWebhook(ctx, "live", by, "x", WebhookEdit{})
			return err
		}},
		{"DeleteWebhook", room.ManageWebhooks, func(by room.Actor) error { return svc.DeleteWebhook(ctx, "live", by, "x") }},
		{"TestWebhook", room.ManageWebhooks, func(by room.Actor) error { _, err := svc.TestWebhook(ctx, "live", by, "x"); return err }},
		{"LinkList", room.ManageLinks, func(by room.Actor) error { _, err := svc.LinkList(by); return err }},
		{"NewLink", room.ManageLinks, func(by room.Actor) error { _, _, err := svc.NewLink(ctx, by, "live", "x", ""); return err }},
		{"RevokeLink", room.ManageLinks, func(by room.Actor) error { return svc.RevokeLink(ctx, by, 4711) }},
		{"RestoreLink", room.ManageLinks, func(by room.Actor) error { return svc.RestoreLink(ctx, by, 4711) }},
		{"TakePart", room.Write, func(by room.Actor) error {
			_, err := svc.TakePart(ctx, "live", Author{Role: by.Role}, show.Entry{})
			return err
		}},
		{"Submit", room.Write, func(by room.Actor) error {
			_, err := svc.Submit(ctx, "live", Author{Role: by.Role}, comment.Draft{})
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
