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
func (s *testService) heldOf(w live.Welcome) (ids []comment.ID, rules []string) {
	s.t.Helper()
	for _, frame := range w.Held {
		e := s.decodeFrame(frame)
		if e.Type != "held" {
			s.t.Errorf("the queue has a %s", e.Type)
		}
		id, err := comment.ParseID(e.ID)
		if err != nil {
			s.t.Fatal(err)
		}
		ids, rules = append(ids, id), append(rules, e.Rule)
	}
	return ids, rules
}

// The log stores the queue, so every console has it after a restart, also one that resumes.
func TestQueueOverARestart(t *testing.T) {
	s := newTestService(t, ratelimit.Rates{})
	_, mod := s.operators()
	mod.changeSettings(`{"review": "all"}`)
	var ids []comment.ID
	var who live.Author
	for i := range 520 {
		if i%25 == 0 { // a person may have 30 waiting
			who = s.newAuthor()
		}
		o := s.mustSubmit(who, fmt.Sprint("comment number ", i))
		if o.Status != comment.Held {
			t.Fatalf("%d: %+v", i, o)
		}
		ids = append(ids, o.Comment.ID)
	}
	at := s.join(room.ViewConsole, live.Resume{}).Position
	mod.mustDecide(ids[519], room.ActionApprove, "")
	mod.mustDecide(ids[518], room.ActionRefuse, "")
	s = s.restart()
	mod.svc = s
	for name, from := range map[string]live.Resume{"new": {}, "resumed": s.Resume(t.Context(), "live", room.ViewConsole, "", at)} {
		w := s.join(room.ViewConsole, from)
		held, rules := s.heldOf(w)
		if w.Resumed != (name == "resumed") || w.Waiting != 518 || !slices.Equal(held, ids[:500]) || rules[0] != live.RuleReview {
			t.Errorf("%s: %d of %d held, resumed %v", name, len(held), w.Waiting, w.Resumed)
		}
	}
	if d := mod.mustDecide(ids[0], room.ActionApprove, ""); d.Status != comment.Shown {
		t.Errorf("%+v", d)
	}
}

// When two moderators decide at once, one decision wins, both learn which, and the author
// gets one answer.
func TestTwoConsolesRacing(t *testing.T) {
	s := newTestService(t, ratelimit.Rates{})
	boss, a := s.operators()
	second, _, err := s.NewLink(t.Context(), boss.Actor, "live", room.Moderator, "Bo")
	s.wantError("a second moderator", err, nil)
	b := operator{room.Actor{Role: room.Moderator, Room: "live", Label: "Bo", Link: second.ID}, s}
	dock := a // the same link on a second screen
	a.changeSettings(`{"review": "all"}`)
	for i := range 20 {
		ann := s.newAuthor()
		id := s.mustSubmit(ann, fmt.Sprint("racing ", i)).Comment.ID
		var answers [2]live.Decision
		var errs [2]error
		var wg sync.WaitGroup
		for n, act := range []struct {
			by   operator
			kind room.Action
		}{{a, room.ActionApprove}, {[]operator{b, dock}[i%2], room.ActionRefuse}} {
			wg.Go(func() {
				answers[n], errs[n] = s.Decide(t.Context(), "live", act.by.Actor, id, act.kind, "")
			})
		}
		wg.Wait()
		if err := errors.Join(errs[:]...); err != nil {
			t.Fatal(err)
		}
		if answers[0].Status != answers[1].Status || answers[0].Again == answers[1].Again || answers[0].By != answers[1].By {
			t.Fatalf("the answers differ: %+v, %+v", answers[0], answers[1])
		}
		if got := s.notificationsTo(ann.User); len(got) != 1 || got[0].Outcome != string(answers[0].Status) || got[0].ID != id.String() {
			t.Errorf("the author was notified %v, the comment is %s", got, answers[0].Status)
		}
		kind := map[comment.Status]room.Kind{comment.Shown: room.KindComment, comment.Refused: room.KindRefused}[answers[0].Status]
		seen := s.eventsSent(room.ViewConsole, kind)
		if e := seen[len(seen)-1]; e.Comment.ID != id || e.From != comment.Held || e.By != answers[0].By {
			t.Errorf("the consoles see %+v", e)
		}
	}
}

// holdLemons makes the room hold a word.
func (o operator) holdLemons() { o.saveRules("lemon => hold") }

// submitLemons submits n similar held comments by people at different addresses, and returns the
// comments, the people, and the group.
func (s *testService) submitLemons(n, from int) (ids []comment.ID, people []live.Author, group string) {
	s.t.Helper()
	for i := range n {
		who := s.newAuthor()
		o := s.mustSubmit(who, fmt.Sprint("fresh lemon for all ", from+i))
		if o.Status != comment.Held {
			s.t.Fatalf("comment %d: %+v", i, o)
		}
		ids, people = append(ids, o.Comment.ID), append(people, who)
	}
	groups := s.join(room.ViewConsole, live.Resume{}).Groups
	if len(groups) != 1 || groups[0].Count != n {
		s.t.Fatalf("%d that are alike wait as %+v", n, groups)
	}
	return ids, people, groups[0].Group
}

// decideGroup decides a whole group, and returns the number of comments.
func (o operator) decideGroup(group string, kind room.Action) (all []live.Decision, count int) {
	o.svc.t.Helper()
	all, err := o.svc.DecideGroup(o.svc.t.Context(), "live", o.Actor, group, kind, 0)
	if err != nil {
		o.svc.t.Errorf("%s: %s of a group: %v", o.Label, kind, err)
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
	s := newTestService(t, ratelimit.Rates{})
	_, mod := s.operators()
	mod.holdLemons()
	ids, _, group := s.submitLemons(6, 0)
	s = s.restart()
	mod.svc = s
	w := s.join(room.ViewConsole, live.Resume{})
	held, _ := s.heldOf(w)
	if !slices.Equal(w.Groups, []room.GroupCount{{Group: group, Count: 6}}) || w.Waiting != 6 || w.HeldAt == 0 || !slices.Equal(held, ids) || s.decodeFrame(w.Held[0]).Group != group {
		t.Errorf("a console starts from %+v, %d in all, up to %d", w.Groups, w.Waiting, w.HeldAt)
	}
	if _, n := mod.decideGroup(group, room.ActionApprove); n != 6 {
		t.Errorf("%d are decided", n)
	}
}

// Approving a group ends the wait of its authors as newcomers, and of no others.
func TestAGroupOfNewcomersIsApproved(t *testing.T) {
	s := newTestService(t, ratelimit.Rates{})
	_, mod := s.operators()
	mod.changeSettings(`{"newcomers": "held"}`)
	var people []live.Author
	for i := range 3 {
		who := s.newAuthor()
		if o := s.mustSubmit(who, fmt.Sprint("hello everybody ", i)); o.Status != comment.Held {
			t.Fatalf("%+v", o)
		}
		people = append(people, who)
	}
	group := s.join(room.ViewConsole, live.Resume{}).Groups[0].Group
	if _, n := mod.decideGroup(group, room.ActionApprove); n != 3 {
		t.Fatalf("%d are decided", n)
	}
	for i, who := range people {
		if o := s.mustSubmit(who, fmt.Sprint("something else ", i)); o.Status != comment.Shown {
			t.Errorf("an approved newcomer: %+v", o)
		}
	}
	if o := s.mustSubmit(s.newAuthor(), "hello everybody 3"); o.Status != comment.Held {
		t.Errorf("somebody else: %+v", o)
	}
}

// Undoing a group's refusal shows its comments, and undoing that undo removes them again.
func TestARefusedGroupIsUndone(t *testing.T) {
	s := newTestService(t, ratelimit.Rates{})
	owner, mod := s.operators()
	mod.holdLemons()
	ids, people, group := s.submitLemons(4, 0)
	hear := func(want string) {
		t.Helper()
		for i, who := range people {
			if got := s.notificationsTo(who.User); len(got) != 1 || got[0] != (notification{ids[i].String(), want}) {
				t.Errorf("author %d is notified %v, want %s", i, got, want)
			}
		}
	}
	if _, n := mod.decideGroup(group, room.ActionRefuse); n != 4 {
		t.Fatalf("%d are decided", n)
	}
	hear("refused")
	refused := mod.newestEntry(room.ActionRefuse)
	owner.mustDecide(ids[1], room.ActionApprove, comment.Refused)
	owner.undoEntry(refused, nil)
	shown := owner.newestEntry(room.ActionApprove)
	if shown.Count != 3 || !owner.undoable(shown) {
		t.Fatalf("%+v", shown)
	}
	hear("shown")
	owner.undoEntry(shown, nil)
	rows, _, err := s.Comments(t.Context(), "live", mod.Actor, room.HistoryQuery{Status: comment.Shown, Limit: 10})
	if err != nil || len(rows) != 1 || rows[0].ID != ids[1] {
		t.Errorf("shown are %+v, %v", rows, err)
	}
	if n := len(mod.auditEntries(room.ActionRefuse)); n != 1 {
		t.Errorf("%d acts of refusing", n)
	}
}

// Undoing a group leaves alone a comment that its platform took down and somebody restored
// since: it has the time of the first decision, but another decision shows it.
func TestAnUndoneGroupLeavesRestoredComments(t *testing.T) {
	s := newTestService(t, ratelimit.Rates{})
	owner, mod := s.operators()
	mod.saveRules("lemon => mask") // a moderator approved it masked, so it needs no second review
	mod.changeSettings(`{"review": "all"}`)
	ids, _, group := s.submitLemons(3, 0)
	if _, n := mod.decideGroup(group, room.ActionApprove); n != 3 {
		t.Fatalf("%d are decided", n)
	}
	approved := mod.newestEntry(room.ActionApprove)
	if n, err := s.ChatTakeDown(t.Context(), room.Chat{ID: "c1", Room: "live"}, "twitch", ids[1:2]); n != 1 || err != nil {
		t.Fatalf("%d are taken down, %v", n, err)
	}
	owner.undoNewest(room.ActionRemove, nil)
	mod.undoEntry(approved, nil)
	rows, _, err := s.Comments(t.Context(), "live", mod.Actor, room.HistoryQuery{Status: comment.Shown, Limit: 10})
	if err != nil || len(rows) != 1 || rows[0].ID != ids[1] || !rows[0].At.Equal(approved.At) {
		t.Errorf("shown are %+v, %v, want the second alone", rows, err)
	}
}

// Undoing a group leaves alone a comment that the same moderator approved again after its
// platform had taken it down: that is a later decision.
func TestAnUndoneGroupLeavesReapprovedComments(t *testing.T) {
	s := newTestService(t, ratelimit.Rates{})
	owner, mod := s.operators()
	mod.holdLemons()
	ids, _, group := s.submitLemons(3, 0)
	if _, n := mod.decideGroup(group, room.ActionApprove); n != 3 {
		t.Fatalf("%d are decided", n)
	}
	approved := mod.newestEntry(room.ActionApprove)
	if n, err := s.ChatTakeDown(t.Context(), room.Chat{ID: "c1", Room: "live"}, "twitch", ids[1:2]); n != 1 || err != nil {
		t.Fatalf("%d are taken down, %v", n, err)
	}
	owner.undoNewest(room.ActionRemove, nil)
	mod.mustDecide(ids[1], room.ActionApprove, "")
	mod.undoEntry(approved, nil)
	rows, _, err := s.Comments(t.Context(), "live", mod.Actor, room.HistoryQuery{Status: comment.Shown, Limit: 10})
	if err != nil || len(rows) != 1 || rows[0].ID != ids[1] {
		t.Errorf("shown are %+v, %v, want the second alone", rows, err)
	}
}

// A ban keeps the undo of a refusal from showing comments, and the answer says so. A
// comment decided before returns that decision.
func TestDecisionsAboutBannedPeople(t *testing.T) {
	s := newTestService(t, ratelimit.Rates{})
	owner, mod := s.operators()
	mod.holdLemons()
	ids, people, group := s.submitLemons(2, 0)
	if _, n := mod.decideGroup(group, room.ActionRefuse); n != 2 {
		t.Fatalf("%d are decided", n)
	}
	refused := mod.newestEntry(room.ActionRefuse)
	for _, who := range people {
		_, _, err := s.Ban(t.Context(), "live", owner.Actor, live.BanRequest{User: who.User, Kind: room.FullBan})
		s.wantError("ban", err, nil)
	}
	mod.undoEntry(refused, room.ErrNotAllowed)
	d, err := s.Decide(t.Context(), "live", owner.Actor, ids[0], room.ActionApprove, comment.Held)
	if err != nil || d.Status != comment.Refused || d.By != "Mo" || !d.Again {
		t.Errorf("a late approval is answered with %+v, %v", d, err)
	}
}

// When two moderators decide about a group at once, each comment has one decision, both
// learn which, and its author gets one answer.
func TestTwoModeratorsDecideAGroupAtOnce(t *testing.T) {
	s := newTestService(t, ratelimit.Rates{})
	owner, mod := s.operators()
	mod.holdLemons()
	for round := range 5 {
		ids, people, group := s.submitLemons(20, 100*round)
		single := ids[len(ids)/2]
		var answers [2][]live.Decision
		var alone live.Decision
		var errs [3]error
		var all sync.WaitGroup
		all.Go(func() {
			answers[0], errs[0] = s.DecideGroup(t.Context(), "live", owner.Actor, group, room.ActionApprove, 0)
		})
		all.Go(func() {
			answers[1], errs[1] = s.DecideGroup(t.Context(), "live", mod.Actor, group, room.ActionRefuse, 0)
		})
		all.Go(func() {
			alone, errs[2] = s.Decide(t.Context(), "live", owner.Actor, single, room.ActionRefuse, "")
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
			if got := s.notificationsTo(who.User); len(got) != 1 || got[0] != (notification{ids[i].String(), string(stands[ids[i]])}) {
				t.Errorf("round %d: author %d is notified %v, the comment is %q", round, i, got, stands[ids[i]])
			}
		}
		if w := s.join(room.ViewConsole, live.Resume{}); w.Waiting != 0 {
			t.Fatalf("round %d: %d wait", round, w.Waiting)
		}
	}
}

// A person has a limited number of waiting comments, learns why a further one is refused,
// and pays for waiting comments as for refused ones.
func TestHeldCommentsCountAgainstTheLimit(t *testing.T) {
	s := newTestService(t, ratelimit.Rates{User: 0.001, UserBurst: 6})
	_, mod := s.operators()
	mod.saveRules("lemon => hold\nonion")
	for word, want := range map[string]comment.Status{"lemon": comment.Held, "onion": comment.Refused} {
		who := s.newAuthorAt("home")
		n := 0
		for ; n < 20; n++ {
			o, err := s.Submit(t.Context(), "live", who, comment.Draft{Text: fmt.Sprint(word, " number ", n)})
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
	free := newTestService(t, ratelimit.Rates{})
	_, mod = free.operators()
	mod.holdLemons()
	who := free.newAuthor()
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
	s := newTestService(t, ratelimit.Rates{})
	_, mod := s.operators()
	mod.holdLemons()
	ids, _, group := s.submitLemons(1, 0)
	if _, n := mod.decideGroup(group, room.ActionRefuse); n != 1 {
		t.Fatalf("%d are decided", n)
	}
	if a := mod.newestEntry(room.ActionRefuse); a.Count != 0 || a.About != ids[0].String() {
		t.Errorf("the audit has %+v", a)
	}
	mod.undoNewest(room.ActionRefuse, nil)
	if a := mod.newestEntry(room.ActionApprove); a.Count != 0 || a.About != ids[0].String() {
		t.Errorf("the undo is %+v", a)
	}
}

// A platform can take down comments of several authors in the same millisecond. Undoing
// the removal of one author leaves the others' comments down.
func TestRestoringOneAuthorLeavesOthersRemoved(t *testing.T) {
	s := newTestService(t, ratelimit.Rates{})
	s.freeze()
	owner, _ := s.operators()
	chat := room.Chat{ID: "c1", Room: "live"}
	ann, ben := s.newAuthor(), s.newAuthor()
	hers, his := s.mustSubmit(ann, "from ann").Comment.ID, s.mustSubmit(ben, "from ben").Comment.ID
	for _, one := range []struct {
		who live.Author
		id  comment.ID
	}{{ann, hers}, {ben, his}} {
		if n, err := s.ChatTakeDown(t.Context(), chat, "twitch", []comment.ID{one.id}); n != 1 || err != nil {
			t.Fatalf("%d are taken down, %v", n, err)
		}
	}
	a := owner.newestEntry(room.ActionRemove)
	owner.undoEntry(a, nil)
	rows, _, err := s.Comments(t.Context(), "live", owner.Actor, room.HistoryQuery{Status: comment.Shown, Limit: 10})
	if err != nil || len(rows) != 1 || rows[0].User != a.User {
		t.Errorf("shown are %+v, %v; want those of %s alone", rows, err, a.User)
	}
}

// An undo of a group that somebody else decided a moment sooner changes nothing and says
// so. When it still changes a part, it succeeds.
func TestUndoOfAGroupDecidedEarlierByAnother(t *testing.T) {
	for sooner, want := range map[int]error{3: room.ErrChanged, 2: nil} {
		s := newTestService(t, ratelimit.Rates{})
		owner, mod := s.operators()
		mod.holdLemons()
		ids, _, group := s.submitLemons(3, 0)
		if _, n := mod.decideGroup(group, room.ActionRefuse); n != 3 {
			t.Fatalf("%d are decided", n)
		}
		s.log.before = func() {
			for _, id := range ids[:sooner] {
				owner.mustDecide(id, room.ActionApprove, comment.Refused)
			}
		}
		mod.undoNewest(room.ActionRefuse, want)
		rows, _, err := s.Comments(t.Context(), "live", owner.Actor, room.HistoryQuery{Status: comment.Shown, Limit: 10})
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
