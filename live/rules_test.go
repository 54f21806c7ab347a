package live

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"danmaku/room"
)

// oneAtATime is a filter that detects previews that run at the same time.
type oneAtATime struct {
	Filter
	slot chan struct{}
	ran  int
}

func (f *oneAtATime) Preview(room.RuleList, []room.RuleList, []string) ([]room.RuleFault, int) {
	f.ran++
	return nil, len(f.slot)
}

// Lists are compiled before saving one at a time, and a caller that gives up does not block
// the others.
func TestOneListIsCompiledAtATime(t *testing.T) {
	slot := make(chan struct{}, 1)
	f := &oneAtATime{slot: slot}
	svc := &Service{filter: f, previews: slot}
	slot <- struct{}{} // another list is being compiled
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := svc.preview(gone, room.RuleList{}, nil, nil); !errors.Is(err, context.Canceled) || f.ran != 0 {
		t.Errorf("while another one runs: %v, %d ran", err, f.ran)
	}
	<-slot
	for range 2 {
		if got, err := svc.preview(t.Context(), room.RuleList{}, nil, nil); err != nil || got.Total != 1 {
			t.Errorf("in its turn: %v, %d have the slot, want 1", err, got.Total)
		}
	}
	if f.ran != 2 || len(slot) != 0 {
		t.Errorf("%d ran, %d have the slot", f.ran, len(slot))
	}
}

// fakeRules is a table of rule lists; before runs before each change is checked.
type fakeRules struct {
	lists    map[string]room.RuleList
	revision int64
	before   func()
}

func (f *fakeRules) RuleLists(context.Context) (all []room.RuleList, err error) {
	for _, l := range f.lists {
		all = append(all, l)
	}
	return all, nil
}

func (f *fakeRules) RuleList(_ context.Context, roomID, name string) (room.RuleList, error) {
	l, ok := f.lists[roomID+"/"+name]
	if !ok {
		return room.RuleList{}, room.ErrNotFound
	}
	return l, nil
}

func (f *fakeRules) ChangeRuleList(_ context.Context, c room.RuleChange) error {
	if f.before != nil {
		f.before()
	}
	key := c.Room + "/" + c.Name
	if f.lists[key].Revision != c.Was {
		return room.ErrChanged
	}
	f.revision++
	delete(f.lists, key)
	if c.Now != nil {
		l := *c.Now
		l.Revision = f.revision
		f.lists[key] = l
	}
	return nil
}

// brokenRules is a filter whose rule faults the test sets.
type brokenRules struct {
	Filter
	fault error
	set   int
}

func (b *brokenRules) SetRules([]room.RuleList) error { b.set++; return b.fault }

func (b *brokenRules) Shipped() room.RuleList { return room.RuleList{Name: "starter"} }

// Of two simultaneous changes of a list, one that names its base is refused, and one that
// does not is retried on the new version.
func TestARulesChangeOvertakenByANewerOne(t *testing.T) {
	svc, _ := newFakeLogService(t)
	table := &fakeRules{lists: map[string]room.RuleList{}}
	svc.rules, svc.filter = table, &brokenRules{}
	add := func(line string) func(*room.RuleList) (*room.RuleList, error) {
		return func(was *room.RuleList) (*room.RuleList, error) {
			now := room.RuleList{Room: "live", Name: "mine", On: true}
			if was != nil {
				now.Text = was.Text
			}
			now.Text += line
			return &now, nil
		}
	}
	table.before = func() {
		table.before = nil
		if err := svc.changeRules(t.Context(), boss, "live", "mine", add("theirs ")); err != nil {
			t.Error(err)
		}
	}
	if err := svc.changeRules(t.Context(), boss, "live", "mine", add("ours ")); err != nil {
		t.Error(err)
	}
	if got := table.lists["live/mine"].Text; got != "theirs ours " {
		t.Errorf("the list is %q", got)
	}
	rounds := 0
	table.before = func() {
		rounds++
		table.revision++
		l := table.lists["live/mine"]
		l.Revision = table.revision
		table.lists["live/mine"] = l
	}
	if err := svc.changeRules(t.Context(), boss, "live", "mine", add("late ")); !errors.Is(err, room.ErrChanged) || rounds != changeTries {
		t.Errorf("outrun every time: %v after %d tries", err, rounds)
	}
}

// A fault in a list is logged once, not at every change of another list.
func TestFaultyRulesAreLoggedOnce(t *testing.T) {
	svc, _ := newFakeLogService(t)
	var out strings.Builder
	svc.slog = slog.New(slog.NewTextHandler(&out, nil))
	filter := &brokenRules{fault: errors.New("mine, line 3: no word")}
	svc.rules, svc.filter = &fakeRules{}, filter
	load := func() {
		t.Helper()
		if err := svc.loadRules(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for range 4 {
		load()
	}
	if n := strings.Count(out.String(), "line 3"); n != 1 || filter.set != 4 {
		t.Errorf("set %d times, the fault was logged %d times:\n%s", filter.set, n, &out)
	}
	filter.fault = errors.New("mine, line 4: no word")
	load()
	if n := strings.Count(out.String(), "line 4"); n != 1 {
		t.Errorf("another fault was logged %d times", n)
	}
}
