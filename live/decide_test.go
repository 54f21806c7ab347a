package live_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"danmaku/comment"
	"danmaku/live"
	"danmaku/ratelimit"
	"danmaku/room"
)

// heldOf returns the held comments in a console's welcome, oldest first.
func (h *house) heldOf(w live.Welcome) (ids []comment.ID, rules []string) {
	h.t.Helper()
	for _, frame := range w.Held {
		e := h.decoded(frame)
		if e.Type != "held" {
			h.t.Errorf("the queue has a %s", e.Type)
		}
		id, err := comment.ParseID(e.ID)
		if err != nil {
			h.t.Fatal(err)
		}
		ids, rules = append(ids, id), append(rules, e.Rule)
	}
	return ids, rules
}

// The log stores the queue, so every console has it after a restart, also one that resumes.
func TestQueueOverARestart(t *testing.T) {
	h := newHouse(t, ratelimit.Rates{})
	_, mod := h.hands()
	mod.settles(`{"review": "all"}`)
	var ids []comment.ID
	var who live.Author
	for i := range 520 {
		if i%25 == 0 { // a person may have 30 waiting
			who = h.person()
		}
		o := h.says(who, fmt.Sprint("comment number ", i))
		if o.Status != comment.Held {
			t.Fatalf("%d: %+v", i, o)
		}
		ids = append(ids, o.Comment.ID)
	}
	at := h.greets(room.ViewConsole, live.Resume{}).Position
	mod.decides(ids[519], room.ActionApprove, "")
	mod.decides(ids[518], room.ActionRefuse, "")
	h = h.again()
	mod.h = h
	for name, from := range map[string]live.Resume{"new": {}, "resumed": h.Resume(t.Context(), "live", room.ViewConsole, "", at)} {
		w := h.greets(room.ViewConsole, from)
		held, rules := h.heldOf(w)
		if w.Resumed != (name == "resumed") || w.Waiting != 518 || !slices.Equal(held, ids[:500]) || rules[0] != live.RuleReview {
			t.Errorf("%s: %d of %d held, resumed %v", name, len(held), w.Waiting, w.Resumed)
		}
	}
	if d := mod.decides(ids[0], room.ActionApprove, ""); d.Status != comment.Shown {
		t.Errorf("%+v", d)
	}
}

// When two moderators decide at once, one decision wins, both learn which, and the author
// gets one answer.
func TestTwoConsolesRacing(t *testing.T) {
	h := newHouse(t, ratelimit.Rates{})
	boss, a := h.hands()
	second, _, err := h.NewLink(t.Context(), boss.Actor, "live", room.Moderator, "Bo")
	h.wants("a second moderator", err, nil)
	b := hand{room.Actor{Role: room.Moderator, Room: "live", Label: "Bo", Link: second.ID}, h}
	dock := a // the same link on a second screen
	a.settles(`{"review": "all"}`)
	for i := range 20 {
		ann := h.person()
		id := h.says(ann, fmt.Sprint("racing ", i)).Comment.ID
		var answers [2]live.Decision
		var errs [2]error
		var wg sync.WaitGroup
		for n, act := range []struct {
			by   hand
			kind room.Action
		}{{a, room.ActionApprove}, {[]hand{b, dock}[i%2], room.ActionRefuse}} {
			wg.Go(func() {
				answers[n], errs[n] = h.Decide(t.Context(), "live", act.by.Actor, id, act.kind, "")
			})
		}
		wg.Wait()
		if err := errors.Join(errs[:]...); err != nil {
			t.Fatal(err)
		}
		if answers[0].Status != answers[1].Status || answers[0].Again == answers[1].Again || answers[0].By != answers[1].By {
			t.Fatalf("the answers differ: %+v, %+v", answers[0], answers[1])
		}
		if got := h.hears(ann.User); len(got) != 1 || got[0].Outcome != string(answers[0].Status) || got[0].ID != id.String() {
			t.Errorf("the author was notified %v, the comment is %s", got, answers[0].Status)
		}
		kind := map[comment.Status]room.Kind{comment.Shown: room.KindComment, comment.Refused: room.KindRefused}[answers[0].Status]
		seen := h.sees(room.ViewConsole, kind)
		if e := seen[len(seen)-1]; e.Comment.ID != id || e.From != comment.Held || e.By != answers[0].By {
			t.Errorf("the consoles see %+v", e)
		}
	}
}

// holdsLemons makes the room hold a word.
func (by hand) holdsLemons() { by.rules("lemon => hold") }

// lemons submits n similar held comments by people at different addresses, and returns the
// comments, the people, and the group.
func (h *house) lemons(n, from int) (ids []comment.ID, people []live.Author, group string) {
	h.t.Helper()
	for i := range n {
		who := h.person()
		o := h.says(who, fmt.Sprint("fresh lemon for all ", from+i))
		if o.Status != comment.Held {
			h.t.Fatalf("comment %d: %+v", i, o)
		}
		ids, people = append(ids, o.Comment.ID), append(people, who)
	}
	groups := h.greets(room.ViewConsole, live.Resume{}).Groups
	if len(groups) != 1 || groups[0].Count != n {
		h.t.Fatalf("%d that are alike wait as %+v", n, groups)
	}
	return ids, people, groups[0].Group
}

// decidesGroup decides a whole group, and returns the number of comments.
func (by hand) decidesGroup(group string, kind room.Action) (all []live.Decision, count int) {
	by.h.t.Helper()
	all, err := by.h.DecideGroup(by.h.t.Context(), "live", by.Actor, group, kind, 0)
	if err != nil {
		by.h.t.Errorf("%s: %s of a group: %v", by.Label, kind, err)
	}
	for _, d := range all {
		if d.Err == nil && !d.Again {
			count++
		}
	}
	return all, count
}

// A restart keeps groups, their names and their counts.
func TestGroupsOverARestart(t *testing.T) {
	h := newHouse(t, ratelimit.Rates{})
	_, mod := h.hands()
	mod.holdsLemons()
	ids, _, group := h.lemons(6, 0)
	h = h.again()
	mod.h = h
	w := h.greets(room.ViewConsole, live.Resume{})
	held, _ := h.heldOf(w)
	if !slices.Equal(w.Groups, []room.GroupCount{{Group: group, Count: 6}}) || w.Waiting != 6 || w.HeldAt == 0 || !slices.Equal(held, ids) || h.decoded(w.Held[0]).Group != group {
		t.Errorf("a console starts from %+v, %d in all, up to %d", w.Groups, w.Waiting, w.HeldAt)
	}
	if _, n := mod.decidesGroup(group, room.ActionApprove); n != 6 {
		t.Errorf("%d are decided", n)
	}
}

// Approving a group ends the wait of its authors as newcomers, and of no others.
func TestAGroupOfNewcomersIsLetIn(t *testing.T) {
	h := newHouse(t, ratelimit.Rates{})
	_, mod := h.hands()
	mod.settles(`{"newcomers": "held"}`)
	var people []live.Author
	for i := range 3 {
		who := h.person()
		if o := h.says(who, fmt.Sprint("hello everybody ", i)); o.Status != comment.Held {
			t.Fatalf("%+v", o)
		}
		people = append(people, who)
	}
	group := h.greets(room.ViewConsole, live.Resume{}).Groups[0].Group
	if _, n := mod.decidesGroup(group, room.ActionApprove); n != 3 {
		t.Fatalf("%d are decided", n)
	}
	for i, who := range people {
		if o := h.says(who, fmt.Sprint("something else ", i)); o.Status != comment.Shown {
			t.Errorf("an approved newcomer: %+v", o)
		}
	}
	if o := h.says(h.person(), "hello everybody 3"); o.Status != comment.Held {
		t.Errorf("somebody else: %+v", o)
	}
}

// Undoing a group's refusal shows its comments, and undoing that undo removes them again.
func TestARefusedGroupIsUndone(t *testing.T) {
	h := newHouse(t, ratelimit.Rates{})
	owner, mod := h.hands()
	mod.holdsLemons()
	ids, people, group := h.lemons(4, 0)
	hear := func(want string) {
		t.Helper()
		for i, who := range people {
			if got := h.hears(who.User); len(got) != 1 || got[0] != (heard{ids[i].String(), want}) {
				t.Errorf("author %d is notified %v, want %s", i, got, want)
			}
		}
	}
	if _, n := mod.decidesGroup(group, room.ActionRefuse); n != 4 {
		t.Fatalf("%d are decided", n)
	}
	hear("refused")
	refused := mod.newest(room.ActionRefuse)
	owner.decides(ids[1], room.ActionApprove, comment.Refused)
	owner.undoOf(refused, nil)
	shown := owner.newest(room.ActionApprove)
	if shown.Count != 3 || !owner.undoable(shown) {
		t.Fatalf("%+v", shown)
	}
	hear("shown")
	owner.undoOf(shown, nil)
	rows, _, err := h.Comments(t.Context(), "live", mod.Actor, room.HistoryQuery{Status: comment.Shown, Limit: 10})
	if err != nil || len(rows) != 1 || rows[0].ID != ids[1] {
		t.Errorf("shown are %+v, %v", rows, err)
	}
	if n := len(mod.acts(room.ActionRefuse)); n != 1 {
		t.Errorf("%d acts of refusing", n)
	}
}

// Undoing a group leaves alone a comment that its platform took down and somebody restored
// since: it has the time of the first decision, but another decision shows it.
func TestAnUndoneGroupLeavesWhatWasPutBack(t *testing.T) {
	h := newHouse(t, ratelimit.Rates{})
	owner, mod := h.hands()
	mod.rules("lemon => mask") // a moderator approved it masked, so it needs no second review
	mod.settles(`{"review": "all"}`)
	ids, _, group := h.lemons(3, 0)
	if _, n := mod.decidesGroup(group, room.ActionApprove); n != 3 {
		t.Fatalf("%d are decided", n)
	}
	approved := mod.newest(room.ActionApprove)
	if n, err := h.ChatTakeDown(t.Context(), room.Chat{ID: "c1", Room: "live"}, "twitch", ids[1:2]); n != 1 || err != nil {
		t.Fatalf("%d are taken down, %v", n, err)
	}
	owner.undo(room.ActionRemove, nil)
	mod.undoOf(approved, nil)
	rows, _, err := h.Comments(t.Context(), "live", mod.Actor, room.HistoryQuery{Status: comment.Shown, Limit: 10})
	if err != nil || len(rows) != 1 || rows[0].ID != ids[1] || !rows[0].At.Equal(approved.At) {
		t.Errorf("shown are %+v, %v, want the second alone", rows, err)
	}
}

// Undoing a group leaves alone a comment that the same moderator approved again after its
// platform had taken it down: that is a later decision.
func TestAnUndoneGroupLeavesWhatWasApprovedAgain(t *testing.T) {
	h := newHouse(t, ratelimit.Rates{})
	owner, mod := h.hands()
	mod.holdsLemons()
	ids, _, group := h.lemons(3, 0)
	if _, n := mod.decidesGroup(group, room.ActionApprove); n != 3 {
		t.Fatalf("%d are decided", n)
	}
	approved := mod.newest(room.ActionApprove)
	if n, err := h.ChatTakeDown(t.Context(), room.Chat{ID: "c1", Room: "live"}, "twitch", ids[1:2]); n != 1 || err != nil {
		t.Fatalf("%d are taken down, %v", n, err)
	}
	owner.undo(room.ActionRemove, nil)
	mod.decides(ids[1], room.ActionApprove, "")
	mod.undoOf(approved, nil)
	rows, _, err := h.Comments(t.Context(), "live", mod.Actor, room.HistoryQuery{Status: comment.Shown, Limit: 10})
	if err != nil || len(rows) != 1 || rows[0].ID != ids[1] {
		t.Errorf("shown are %+v, %v, want the second alone", rows, err)
	}
}

// A ban keeps the undo of a refusal from showing comments, and the answer says so. A
// comment decided before returns that decision.
func TestDecisionsAboutBannedPeople(t *testing.T) {
	h := newHouse(t, ratelimit.Rates{})
	owner, mod := h.hands()
	mod.holdsLemons()
	ids, people, group := h.lemons(2, 0)
	if _, n := mod.decidesGroup(group, room.ActionRefuse); n != 2 {
		t.Fatalf("%d are decided", n)
	}
	refused := mod.newest(room.ActionRefuse)
	for _, who := range people {
		_, _, err := h.Ban(t.Context(), "live", owner.Actor, live.BanRequest{User: who.User, Kind: room.FullBan})
		h.wants("ban", err, nil)
	}
	mod.undoOf(refused, room.ErrNotAllowed)
	d, err := h.Decide(t.Context(), "live", owner.Actor, ids[0], room.ActionApprove, comment.Held)
	if err != nil || d.Status != comment.Refused || d.By != "Mo" || !d.Again {
		t.Errorf("a late approval is answered with %+v, %v", d, err)
	}
}

// When two moderators decide about a group at once, each comment has one decision, both
// learn which, and its author gets one answer.
func TestTwoModeratorsDecideAGroupAtOnce(t *testing.T) {
	h := newHouse(t, ratelimit.Rates{})
	owner, mod := h.hands()
	mod.holdsLemons()
	for round := range 5 {
		ids, people, group := h.lemons(20, 100*round)
		single := ids[len(ids)/2]
		var answers [2][]live.Decision
		var alone live.Decision
		var errs [3]error
		var all sync.WaitGroup
		all.Go(func() {
			answers[0], errs[0] = h.DecideGroup(t.Context(), "live", owner.Actor, group, room.ActionApprove, 0)
		})
		all.Go(func() {
			answers[1], errs[1] = h.DecideGroup(t.Context(), "live", mod.Actor, group, room.ActionRefuse, 0)
		})
		all.Go(func() {
			alone, errs[2] = h.Decide(t.Context(), "live", owner.Actor, single, room.ActionRefuse, "")
		})
		all.Wait()
		if err := errors.Join(errs[:]...); err != nil {
			t.Fatal(err)
		}
		stands := map[comment.ID]comment.Status{}
		count := 0
		for _, answer := range answers {
			for _, d := range answer {
				if d.Err != nil || d.Status == comment.Held {
					t.Errorf("round %d: %+v", round, d)
				}
				if was := stands[d.ID]; was != "" && was != d.Status {
					t.Errorf("round %d: %s is %s and %s", round, d.ID, was, d.Status)
				}
				if stands[d.ID] = d.Status; !d.Again {
					count++
				}
			}
		}
		if stands[single] == "" { // decided before either of the two looked at the group
			stands[single] = alone.Status
		}
		if alone.Status != stands[single] || count < 19 || count > 20 {
			t.Errorf("round %d: %d decided, the single comment is %s and %s", round, count, alone.Status, stands[single])
		}
		for i, who := range people {
			if got := h.hears(who.User); len(got) != 1 || got[0] != (heard{ids[i].String(), string(stands[ids[i]])}) {
				t.Errorf("round %d: author %d is notified %v, the comment is %q", round, i, got, stands[ids[i]])
			}
		}
		if w := h.greets(room.ViewConsole, live.Resume{}); w.Waiting != 0 {
			t.Fatalf("round %d: %d wait", round, w.Waiting)
		}
	}
}

// A person has a limited number of waiting comments, learns why a further one is refused,
// and pays for waiting comments as for refused ones.
func TestWhatWaitsIsPaidFor(t *testing.T) {
	h := newHouse(t, ratelimit.Rates{User: 0.001, UserBurst: 6})
	_, mod := h.hands()
	mod.rules("lemon => hold\nonion")
	for word, want := range map[string]comment.Status{"lemon": comment.Held, "onion": comment.Refused} {
		who := h.personAt("home")
		n := 0
		for ; n < 20; n++ {
			o, err := h.Submit(t.Context(), "live", who, comment.Draft{Text: fmt.Sprint(word, " number ", n)})
			if errors.Is(err, room.ErrSlowDown) {
				break
			}
			if err != nil || o.Status != want {
				t.Fatalf("%s number %d: %+v, %v", word, n, o, err)
			}
		}
		if n != 3 {
			t.Errorf("%d with %s are taken out of a burst of 6, want 3", n, word)
		}
	}
	free := newHouse(t, ratelimit.Rates{})
	_, mod = free.hands()
	mod.holdsLemons()
	who := free.person()
	for n := range 31 {
		o, err := free.Submit(t.Context(), "live", who, comment.Draft{Text: fmt.Sprint("lemon number ", n)})
		if n < 30 && (err != nil || o.Status != comment.Held) {
			t.Fatalf("%d: %+v, %v", n, o, err)
		}
		if n == 30 && (!errors.Is(err, room.ErrSlowDown) || room.Wait(err) <= 0 || !strings.Contains(err.Error(), "moderator") || reasonOf(err) != "review_yours") {
			t.Errorf("one too many: %+v, %v", o, err)
		}
	}
}

// reasonOf returns the reason code of a refusal.
func reasonOf(err error) string {
	if e, ok := errors.AsType[*room.ExplainedError](err); ok && e.Fault != nil {
		return e.Fault.Code
	}
	return ""
}

// A decision about one comment is undone as one about that comment, also when it was
// made through its group.
func TestADecisionAboutAGroupOfOne(t *testing.T) {
	h := newHouse(t, ratelimit.Rates{})
	_, mod := h.hands()
	mod.holdsLemons()
	ids, _, group := h.lemons(1, 0)
	if _, n := mod.decidesGroup(group, room.ActionRefuse); n != 1 {
		t.Fatalf("%d are decided", n)
	}
	if a := mod.newest(room.ActionRefuse); a.Count != 0 || a.About != ids[0].String() {
		t.Errorf("the audit has %+v", a)
	}
	mod.undo(room.ActionRefuse, nil)
	if a := mod.newest(room.ActionApprove); a.Count != 0 || a.About != ids[0].String() {
		t.Errorf("the undo is %+v", a)
	}
}

// A platform can take down comments of several authors in the same millisecond. Undoing
// the removal of one author leaves the others' comments down.
func TestPuttingBackOneAuthorLeavesOthersDown(t *testing.T) {
	h := newHouse(t, ratelimit.Rates{})
	h.freeze()
	owner, _ := h.hands()
	chat := room.Chat{ID: "c1", Room: "live"}
	ann, ben := h.person(), h.person()
	hers, his := h.says(ann, "from ann").Comment.ID, h.says(ben, "from ben").Comment.ID
	for _, one := range []struct {
		who live.Author
		id  comment.ID
	}{{ann, hers}, {ben, his}} {
		if n, err := h.ChatTakeDown(t.Context(), chat, "twitch", []comment.ID{one.id}); n != 1 || err != nil {
			t.Fatalf("%d are taken down, %v", n, err)
		}
	}
	a := owner.newest(room.ActionRemove)
	owner.undoOf(a, nil)
	rows, _, err := h.Comments(t.Context(), "live", owner.Actor, room.HistoryQuery{Status: comment.Shown, Limit: 10})
	if err != nil || len(rows) != 1 || rows[0].User != a.User {
		t.Errorf("shown are %+v, %v; want those of %s alone", rows, err, a.User)
	}
}

// An undo of a group that somebody else decided a moment sooner changes nothing and says
// so. When it still changes a part, it succeeds.
func TestAnUndoOfAGroupThatSomebodyDecidedSooner(t *testing.T) {
	for sooner, want := range map[int]error{3: room.ErrChanged, 2: nil} {
		h := newHouse(t, ratelimit.Rates{})
		owner, mod := h.hands()
		mod.holdsLemons()
		ids, _, group := h.lemons(3, 0)
		if _, n := mod.decidesGroup(group, room.ActionRefuse); n != 3 {
			t.Fatalf("%d are decided", n)
		}
		h.log.before = func() {
			for _, id := range ids[:sooner] {
				owner.decides(id, room.ActionApprove, comment.Refused)
			}
		}
		mod.undo(room.ActionRefuse, want)
		rows, _, err := h.Comments(t.Context(), "live", owner.Actor, room.HistoryQuery{Status: comment.Shown, Limit: 10})
		if err != nil || len(rows) != 3 {
			t.Errorf("%d sooner: shown are %+v, %v", sooner, rows, err)
		}
		for _, row := range rows {
			if row.By == "Olga" != slices.Contains(ids[:sooner], row.ID) {
				t.Errorf("%d sooner: %s decided about %s", sooner, row.By, row.ID)
			}
		}
	}
}
