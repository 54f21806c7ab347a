package moderation_test

import (
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/moderation"
	"danmaku/room"
)

// Comments whose author's name claims to run the room are held, in several languages and with
// look-alikes, unless the room allows such names.
func TestNamesOfStaff(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	c := moderation.New(moderation.Options{Clock: func() time.Time { return at }})
	held, open := room.New("a"), room.New("b")
	open.StaffNames = room.StaffNamesOpen
	says := func(name string, setup room.Room, badge comment.Badge) comment.Verdict {
		return c.Check(comment.Draft{Room: setup.ID, User: name, Name: name, Text: "hello everybody", Badge: badge, Identity: at.Add(-time.Hour), At: at}, setup)
	}
	for _, name := range []string{
		"Owner", "owner", "0wner", "OWNER_1", "The Owner", "m0derator", "Moderator", "Mod", "[MOD] Ann", "ModTeam Ann", "mod_ann", "Host", "RoomHost", "Admin", "adm1n", "оwner", "Ηost",
		"Ｍｏｄ", "m o d", "o.w.n.e.r", "streamer", "Official", "主播", "主播本人", "管理员", "房管小王", "官方", "官方客服", "主持人", "モデレーター", "配信者", "運営", "公式", "운영자", "관리자", "방장",
		"модератор", "Админ", "ведущий", "moderador", "anfitrión", "modérateur", "hôte", "Gastgeber", "moderatore", "yönetici", "właściciel", "pemilik", "مشرف", "แอดมิน",
		"Właścicielka", "Prowadząca", "správce", "διαχειριστής", "מנהל", "ผู้ดูแลระบบ", "Apresentadora", "Beheerder", "Ägare", "Ylläpitäjä", "házigazda", "المشرف", "ادمن", "व्यवस्थापक",
		"系统消息", "客服", "网管", "场控", "UP主", "UP主小号", "直播主", "매니저", "스트리머", "Moderación", "운영진", "Хозяин", "Админиcтратор", "адmин", "adrnin", "rnod", "ovvner", "admiin", "ownner", "moderater", "modorator", "Mоdеratеr", "Chat Mod", "Officiel", "Op",
	} {
		if v := says(name, held, comment.NoBadge); v.Action != comment.Hold || v.Rule != moderation.RuleNames || !v.InName {
			t.Errorf("%q: %v by %s", name, v.Action, v.Rule)
		}
		if v := says(name, open, comment.NoBadge); v.Action != comment.Pass {
			t.Errorf("%q where names are free: %v by %s", name, v.Action, v.Rule)
		}
	}
	if v := says("Host", held, room.Owner.Badge()); v.Action != comment.Pass {
		t.Errorf("the owner: %v by %s", v.Action, v.Rule)
	}
	for _, name := range []string{
		"Ghost", "Modesty", "Modern", "Thomas", "Hostile", "Downer", "Administrate", "System of a Down", "主播的粉丝", "爱主播", "官方粉丝", "小明", "배민", "Model", "modular", "commodore",
		"Dona Maria", "Leiter Hans", "Op Amp", "Caster Semenya", "Servera", "moderato", "Moderated", "Harmodius", "Barnoder", "系统工程师", "客服小妹想下班", "管理学博士", "Хозяюшка Мира", "Eier mit Speck", "альпака",
		"ファン", "Rodmod", "Supporter", "Officially", "steamer", "lowner",
	} {
		if v := says(name, held, comment.NoBadge); v.Action != comment.Pass {
			t.Errorf("%q: %v by %s", name, v.Action, v.Rule)
		}
	}
}
