package live

import (
	"context"
	"errors"
	"fmt"

	"danmaku/comment"
	"danmaku/room"
)

// The bounds of rule lists.
const (
	MaxRules    = 1 << 20 // bytes of one list
	maxLists    = 100     // of a room, including those for all rooms
	maxListName = 40      // graphemes
	tryOn       = 500     // recently shown comments that a list is tried on
)

// storedTooLarge is the fault code of a list that exceeds the room's limit on stored bytes,
// whether the list is on or off.
const storedTooLarge = "stored_too_large"

// RuleLists returns the lists that apply to a room: its own, and those for all rooms.
// shipped is true until a list is saved in place of the shipped one.
func (svc *Service) RuleLists(ctx context.Context, roomID string, by room.Actor) (lists []room.RuleList, shipped bool, err error) {
	if err := svc.May(roomID, by, room.ReadRoom); err != nil {
		return nil, false, err
	}
	return svc.ruleLists(ctx, roomID)
}

func (svc *Service) ruleLists(ctx context.Context, roomID string) (lists []room.RuleList, shipped bool, err error) {
	all, err := svc.rules.RuleLists(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("read rules: %w", err)
	}
	starter := svc.filter.Shipped()
	shipped = true
	for _, l := range all {
		if l.Room != "" && l.Room != roomID {
			continue
		}
		if l.Room == "" && l.Name == starter.Name {
			shipped = false
			l.Text = svc.held(l.Room, l.Name, &l).Text
		}
		lists = append(lists, l)
	}
	if shipped {
		lists = append([]room.RuleList{starter}, lists...)
	}
	return lists, shipped, nil
}

// RulesEdit is a list to save.
type RulesEdit struct {
	List room.RuleList
	Base *string // the Version that was edited, empty for none; nil accepts any
	Dry  bool    // validates without saving
}

// RuleFaults is what the author of a list should know: the gravest faults, and their total
// number.
type RuleFaults struct {
	Listed []room.RuleFault
	Total  int
}

// PutRules saves a list, unless dry, and returns it as it then applies, with its faults. It
// does not save a list that is on and has a line beyond a room's bounds, or one that makes
// the room's stored bytes exceed their bound. Only an owner may save a list for all rooms,
// which has no room. Errors: ErrChanged with the person who changed it when the current
// version is not the base.
func (svc *Service) PutRules(ctx context.Context, roomID string, by room.Actor, edit RulesEdit) (room.RuleList, RuleFaults, error) {
	l := edit.List
	if err := svc.mayRule(roomID, by, l.Room); err != nil {
		return l, RuleFaults{}, err
	}
	lists, _, err := svc.ruleLists(ctx, roomID)
	if err != nil {
		return l, RuleFaults{}, err
	}
	var others []room.RuleList
	stands := 0 // bytes of the current list
	for _, o := range lists {
		if o.Name != l.Name || o.Room != l.Room {
			others = append(others, o)
		} else {
			stands = len(o.Text)
		}
	}
	switch {
	case l.Name == "" || l.Name != comment.OneLine(l.Name) || comment.Graphemes(l.Name) > maxListName:
		return l, RuleFaults{}, room.Explain(room.ErrInvalid, "name: 1 to %d characters in one line", maxListName)
	case len(l.Text) > MaxRules:
		return l, RuleFaults{}, room.Explain(room.ErrInvalid, "text: at most %d bytes", MaxRules)
	case len(others) >= maxLists:
		return l, RuleFaults{}, room.Explain(room.ErrInvalid, "at most %d lists", maxLists)
	}
	shown, err := svc.shownLately(ctx, roomID)
	if err != nil {
		return l, RuleFaults{}, err
	}
	faults, err := svc.preview(ctx, l, others, shown)
	if err != nil {
		return l, RuleFaults{}, err
	}
	if edit.Dry {
		return l, faults, nil
	}
	for _, f := range faults.Listed {
		// A list that is off costs only its bytes. A list that does not grow is saved, so
		// that a list accepted by an older version can be shortened or switched off.
		if f.Over && (l.On && f.Code != storedTooLarge || f.Code == storedTooLarge && len(l.Text) > stands) {
			return l, RuleFaults{}, room.Explain(room.ErrInvalid, "text: line %d: %s", f.Line, f.Message)
		}
	}
	l.Changed = svc.now()
	err = svc.changeRules(ctx, by, l.Room, l.Name, func(was *room.RuleList) (*room.RuleList, error) {
		return &l, svc.based(edit.Base, l.Room, l.Name, was)
	})
	if errors.Is(err, room.ErrChanged) {
		err = svc.rulesChanged(ctx, roomID, by, l.Room, l.Name)
	}
	return *svc.held(l.Room, l.Name, &l), faults, err
}

// preview compiles a list before it is saved. It compiles one at a time, since each takes
// much memory; the others wait until ctx ends.
func (svc *Service) preview(ctx context.Context, l room.RuleList, others []room.RuleList, shown []string) (RuleFaults, error) {
	select {
	case svc.previews <- struct{}{}:
		defer func() { <-svc.previews }()
	case <-ctx.Done():
		return RuleFaults{}, ctx.Err()
	}
	listed, total := svc.filter.Preview(l, others, shown)
	return RuleFaults{Listed: listed, Total: total}, nil
}

// based returns ErrChanged unless the current list is the version that was edited.
func (svc *Service) based(base *string, listRoom, name string, stands *room.RuleList) error {
	if base == nil {
		return nil
	}
	version := ""
	if stands = svc.held(listRoom, name, stands); stands != nil {
		version = stands.Version()
	}
	if version != *base {
		return room.ErrChanged
	}
	return nil
}

// rulesChanged returns a ChangedError with the person who changed a list last.
func (svc *Service) rulesChanged(ctx context.Context, roomID string, by room.Actor, listRoom, name string) error {
	found := &room.ChangedError{}
	q := room.AuditQuery{Room: roomID, Kind: room.ActionRules, Limit: 200}
	for range lookBack {
		acts, more, err := svc.AuditEntries(ctx, by, q)
		if err != nil {
			return err
		}
		for _, a := range acts {
			if a.Room == listRoom && a.About == name {
				found.By, found.At = a.By, a.At
				return found
			}
			q.Before = a.ID
		}
		if !more {
			break
		}
	}
	return found
}

// held returns a list as it applies: the shipped one when no text is stored for its name.
func (svc *Service) held(listRoom, name string, stored *room.RuleList) *room.RuleList {
	starter := svc.filter.Shipped()
	if listRoom != starter.Room || name != starter.Name || stored != nil && stored.Text != "" {
		return stored
	}
	if stored != nil {
		starter.On = stored.On
	}
	return &starter
}

// changeTries is how often a change of rules is retried when somebody else was faster. A
// change that names its base fails the first time.
const changeTries = 5

// changeRules stores the result of change for a list, with its audit entry. It compares the
// lists here and not in the journal's writer, which has comments to write: when another
// change came between, it retries.
func (svc *Service) changeRules(ctx context.Context, by room.Actor, listRoom, name string, change func(was *room.RuleList) (*room.RuleList, error)) error {
	var err error
	for range changeTries {
		if err = svc.tryRules(ctx, by, listRoom, name, change); !errors.Is(err, errOutrun) {
			break
		}
	}
	if errors.Is(err, errOutrun) {
		return room.ErrChanged
	}
	if err != nil {
		return err
	}
	return svc.loadRules(ctx)
}

// errOutrun reports a change that was made from a list that has changed since.
var errOutrun = errors.New("another change was faster")

func (svc *Service) tryRules(ctx context.Context, by room.Actor, listRoom, name string, change func(was *room.RuleList) (*room.RuleList, error)) error {
	var was *room.RuleList
	stored, err := svc.rules.RuleList(ctx, listRoom, name)
	if err == nil {
		was = &stored
	} else if !errors.Is(err, room.ErrNotFound) {
		return err
	}
	now, err := change(was)
	if err != nil {
		return err
	}
	edit := editOf(was, now)
	a := by.EntryAt(room.ActionRules, svc.now())
	a.Room, a.About, a.Changed, a.List = listRoom, name, edit.Names(), &edit
	// The reader of the audit wants the difference from the list that applied before.
	a.Detail = differences(svc.held(listRoom, name, was), svc.held(listRoom, name, now))
	err = svc.rules.ChangeRuleList(ctx, room.RuleChange{Room: listRoom, Name: name, Was: stored.Revision, Now: now, Audit: a})
	if errors.Is(err, room.ErrChanged) {
		return errOutrun
	}
	return err
}

// mayRule returns nil when by may change a list of listRoom.
func (svc *Service) mayRule(roomID string, by room.Actor, listRoom string) error {
	if _, err := svc.may(roomID, by, room.EditRules); err != nil {
		return err
	}
	if listRoom == "" && !by.Can(room.EditSharedRules, "") {
		return room.ErrNotAllowed
	}
	return nil
}

// shownLately returns the texts of the newest shown comments.
func (svc *Service) shownLately(ctx context.Context, roomID string) ([]string, error) {
	var texts []string
	q := room.HistoryQuery{Status: comment.Shown, Limit: 200}
	for len(texts) < tryOn {
		rows, more, err := svc.history.Comments(ctx, roomID, q)
		if err != nil {
			return nil, fmt.Errorf("read what was shown: %w", err)
		}
		for _, row := range rows {
			texts = append(texts, row.Text)
			q.Before = row.Seq
		}
		if !more {
			break
		}
	}
	return texts[:min(len(texts), tryOn)], nil
}

// DeleteRules deletes a list; base is its version as in [RulesEdit]. The shipped list
// cannot be deleted, only switched off.
func (svc *Service) DeleteRules(ctx context.Context, roomID string, by room.Actor, listRoom, name string, base *string) error {
	if err := svc.mayRule(roomID, by, listRoom); err != nil {
		return err
	}
	err := svc.changeRules(ctx, by, listRoom, name, func(was *room.RuleList) (*room.RuleList, error) {
		if was == nil {
			return nil, room.ErrNotFound
		}
		return nil, svc.based(base, listRoom, name, was)
	})
	if errors.Is(err, room.ErrChanged) {
		return svc.rulesChanged(ctx, roomID, by, listRoom, name)
	}
	return err
}

// CheckText returns the filter's verdict on a text in a room.
func (svc *Service) CheckText(roomID string, by room.Actor, text string) (comment.Verdict, error) {
	r, err := svc.may(roomID, by, room.ReadRoom)
	if err != nil {
		return comment.Verdict{}, err
	}
	return svc.filter.CheckText(text, r.settings()), nil
}
