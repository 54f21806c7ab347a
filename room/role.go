package room

import (
	"slices"
	"strings"

	"danmaku/comment"
)

// Role determines what the bearer of a key or a cookie may do in a room.
type Role string

// The roles.
const (
	Owner     Role = "owner"     // all rooms, links, settings
	Moderator Role = "moderator" // one room
	Sender    Role = "sender"    // writes through the HTTP API
	Overlay   Role = "overlay"   // watches as a screen
	Audience  Role = "audience"  // watches and writes as a phone
	Observer  Role = "observer"  // reads events through the HTTP API
	Button    Role = "button"    // does one action, see [Press]
)

// CommandLine is the role of commands on the server's machine. No link has it. It has all
// permissions, since a program that may read the data folder may do everything anyway.
const CommandLine Role = "command"

// Platform is the role of a platform that took something down in its own chat. No link has
// it.
const Platform Role = "platform"

// Permission is one thing that a role may do.
type Permission string

// The permissions. The second half concerns more than one room, or matters in which a
// room's moderators have no say.
const (
	WatchOverlay   Permission = "watch_overlay"
	WatchAudience  Permission = "watch_audience"
	WatchConsole   Permission = "watch_console" // including refused comments
	WatchEvents    Permission = "watch_events"  // what an overlay sees, as a stream for programs
	Write          Permission = "write"
	WriteByLink    Permission = "write_by_link" // with the link's key instead of an audience identity
	Immune         Permission = "immune"        // limits, pauses, mutes and bans do not apply, and comments are not held for the room's review
	ReadRoom       Permission = "read_room"     // settings, numbers, addresses, history, people, bans, rules, styles
	Export         Permission = "export"
	Decide         Permission = "decide"    // approve and refuse
	TakeDown       Permission = "take_down" // comments, all of an author's, or the screens
	PinComment     Permission = "pin"
	BanAuthor      Permission = "ban"
	NotePerson     Permission = "note"  // write notes on people, and warn them
	Erase          Permission = "erase" // delete for good what somebody wrote
	ChangeSettings Permission = "change_settings"
	LockDown       Permission = "lock_down"
	EditRules      Permission = "edit_rules"  // rules of a room
	EditStyles     Permission = "edit_styles" // styles of overlays
	ReadAudit      Permission = "read_audit"  // and undo the entries that one may undo
	ControlReplay  Permission = "control_replay"
	PressButton    Permission = "press_button"
	RunShow        Permission = "run_show" // polls, cards and other items

	ActOnOwner      Permission = "act_on_owner" // take down and refuse an owner's comments
	StartReplay     Permission = "start_replay"
	SetPicture      Permission = "set_picture"
	ControlOBS      Permission = "control_obs"
	EditSharedRules Permission = "edit_shared_rules" // rules of all rooms
	ReadSharedAudit Permission = "read_shared_audit" // entries about all rooms
	ManageRooms     Permission = "manage_rooms"      // make, archive and restore
	ManageLinks     Permission = "manage_links"
	ManageChats     Permission = "manage_chats" // connect chats of platforms, and set their switches
	ManageWebhooks  Permission = "manage_webhooks"
)

var moderating = []Permission{
	WatchOverlay, WatchAudience, WatchConsole, WatchEvents, Write, WriteByLink, Immune, ReadRoom, Export, Decide, TakeDown, PinComment, BanAuthor, NotePerson, Erase,
	ChangeSettings, LockDown, EditRules, EditStyles, ReadAudit, ControlReplay, RunShow, PressButton,
}

// role describes a role that a link can have.
type role struct {
	role     Role
	badge    comment.Badge // mark of its comments
	opens    View          // what its link opens; empty: the API
	allRooms bool          // its links are for all rooms
	shown    bool          // its links' keys can be shown again
	about    string        // what its link is for, in the help of the command line
	may      []Permission
}

// roles defines all roles: a new role is a new row.
var roles = []role{
	{Owner, comment.BadgeOwner, ViewConsole, true, false, "everything, in all rooms", append(slices.Clone(moderating),
		ActOnOwner, StartReplay, SetPicture, ControlOBS, EditSharedRules, ReadSharedAudit, ManageRooms, ManageLinks, ManageChats, ManageWebhooks)},
	{Moderator, comment.BadgeModerator, ViewConsole, false, false, "the console of one room", moderating},
	{Overlay, comment.NoBadge, ViewOverlay, false, true, "the overlay of one room", []Permission{WatchOverlay}},
	{Audience, comment.NoBadge, ViewAudience, false, true, "the audience page of a secret room", []Permission{WatchAudience, Write}},
	{Sender, comment.NoBadge, "", false, false, "for programs that send comments over HTTP", []Permission{Write, WriteByLink}},
	{Observer, comment.NoBadge, "", false, false, "for programs that read the events of the overlay", []Permission{WatchEvents}},
	{Button, comment.NoBadge, "", false, true, "one action of one room", []Permission{PressButton}},
}

// row returns the description of a role, empty for an unknown one.
func (r Role) row() role {
	for i := range roles {
		if roles[i].role == r {
			return roles[i]
		}
	}
	return role{role: r}
}

// Roles lists the roles that a link can have.
var Roles = func() (all []Role) {
	for _, r := range roles {
		all = append(all, r.role)
	}
	return all
}()

// LinkRoles lists the roles for which a link can be made by role alone; a button also has
// an action.
var LinkRoles = slices.DeleteFunc(slices.Clone(Roles), func(r Role) bool { return r == Button })

// Permissions lists every permission.
var Permissions = roles[0].may // the owner has all

// Can reports whether the role has a permission.
func (r Role) Can(p Permission) bool {
	if r == CommandLine {
		return slices.Contains(Permissions, p)
	}
	return slices.Contains(r.row().may, p)
}

// Badge returns the mark of the role's comments.
func (r Role) Badge() comment.Badge { return r.row().badge }

// Opens returns the view that a link of the role opens; empty for a role for programs.
func (r Role) Opens() View { return r.row().opens }

// AllRooms reports whether links of the role are for all rooms.
func (r Role) AllRooms() bool { return r.row().allRooms }

// KeyShown reports whether the keys of the role's links can be shown again: they are
// derived from the link's number. Other keys are random and shown once.
func (r Role) KeyShown() bool { return r.row().shown }

// About returns what a link of the role is for, in English.
func (r Role) About() string { return r.row().about }

// RolesWith lists the roles that have a permission.
func RolesWith(p Permission) []Role {
	return slices.DeleteFunc(slices.Clone(Roles), func(r Role) bool { return !r.Can(p) })
}

// RoleNames lists the roles for a sentence: "owner, moderator or sender".
func RoleNames() string {
	var names []string
	for _, r := range LinkRoles {
		names = append(names, string(r))
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// Covers reports whether the role may do all that another may.
func (r Role) Covers(other Role) bool {
	return !slices.ContainsFunc(Permissions, func(p Permission) bool { return other.Can(p) && !r.Can(p) })
}
