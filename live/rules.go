package live

import (
	"context"
	"errors"
	"fmt"

	"danmaku/comment"
)

// The bounds of rule lists.
const (
	MaxRules    = 1 << 20 // bytes of one list
	maxLists    = 100     // of a room, those for all rooms included
	maxListName = 40      // graphemes
	tryOn       = 500     // comments shown lately that a list is tried on
)

// RuleLists gives the lists that apply to a room: its own, and those for all
// rooms. shipped is true while nobody has saved a list in place of the shipped
// one.
func (h *Hall) RuleLists(ctx context.Context, roomID string) (lists []RuleList, shipped bool, err error) {
	if _, err := h.room(roomID); err != nil {
		return nil, false, err
	}
	all, err := h.rules.RuleLists(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("read rules: %w", err)
	}
	starter := h.filter.Shipped()
	shipped = true
	for _, l := range all {
		if l.Room != "" && l.Room != roomID {
			continue
		}
		if l.Room == "" && l.Name == starter.Name {
			shipped = false
			l.Text = h.held(l.Room, l.Name, &l).Text
		}
		lists = append(lists, l)
	}
	if shipped {
		lists = append([]RuleList{starter}, lists...)
	}
	return lists, shipped, nil
}

// RulesEdit is a list as somebody wants it saved.
type RulesEdit struct {
	List RuleList
	Base *string // the Version that was edited, empty for none; nil takes whatever stands
	Dry  bool    // nothing is saved
}

// PutRules saves a list, unless dry, and gives it as it then applies, with what
// its author should know. A list for all rooms has no room and takes an owner.
// Errors: ErrChanged with who it was when another version than the base stands.
func (h *Hall) PutRules(ctx context.Context, roomID string, by Actor, edit RulesEdit) (RuleList, []comment.RuleFault, error) {
	l := edit.List
	if err := h.mayRule(roomID, by, l.Room); err != nil {
		return l, nil, err
	}
	lists, _, err := h.RuleLists(ctx, roomID)
	if err != nil {
		return l, nil, err
	}
	var others []RuleList
	for _, o := range lists {
		if o.Name != l.Name || o.Room != l.Room {
			others = append(others, o)
		}
	}
	switch {
	case l.Name == "" || l.Name != comment.OneLine(l.Name) || comment.Graphemes(l.Name) > maxListName:
		return l, nil, comment.Explain(comment.ErrInvalid, "name: 1 to %d characters in one line", maxListName)
	case len(l.Text) > MaxRules:
		return l, nil, comment.Explain(comment.ErrInvalid, "text: at most %d bytes", MaxRules)
	case len(others) >= maxLists:
		return l, nil, comment.Explain(comment.ErrInvalid, "at most %d lists", maxLists)
	}
	shown, err := h.shownLately(ctx, roomID)
	if err != nil {
		return l, nil, err
	}
	faults := h.filter.Preview(l, others, shown)
	if edit.Dry {
		return l, faults, nil
	}
	l.Changed = h.now()
	err = h.changeRules(ctx, by, l.Room, l.Name, func(was *RuleList) (*RuleList, error) {
		return &l, h.based(edit.Base, l.Room, l.Name, was)
	})
	if errors.Is(err, comment.ErrChanged) {
		err = h.rulesChanged(ctx, roomID, by, l.Room, l.Name)
	}
	return *h.held(l.Room, l.Name, &l), faults, err
}

// based is ErrChanged unless what stands is the version that was edited.
func (h *Hall) based(base *string, listRoom, name string, stands *RuleList) error {
	if base == nil {
		return nil
	}
	version := ""
	if stands = h.held(listRoom, name, stands); stands != nil {
		version = stands.Version()
	}
	if version != *base {
		return comment.ErrChanged
	}
	return nil
}

// rulesChanged says who changed a list last.
func (h *Hall) rulesChanged(ctx context.Context, roomID string, by Actor, listRoom, name string) error {
	found := &comment.ChangedError{}
	q := comment.ActQuery{Room: roomID, Kind: comment.ActRules, Limit: 200}
	for range lookBack {
		acts, more, err := h.Acts(ctx, by, q)
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

// held gives a list as it applies: where no text of their own is stored, the
// shipped one.
func (h *Hall) held(listRoom, name string, stored *RuleList) *RuleList {
	starter := h.filter.Shipped()
	if listRoom != starter.Room || name != starter.Name || stored != nil && stored.Text != "" {
		return stored
	}
	if stored != nil {
		starter.On = stored.On
	}
	return &starter
}

// changeRules stores what change makes of a list, with its line in the audit.
func (h *Hall) changeRules(ctx context.Context, by Actor, listRoom, name string, change func(was *RuleList) (*RuleList, error)) error {
	err := h.rules.ChangeRuleList(ctx, listRoom, name, func(was *RuleList) (*RuleList, *Act, error) {
		now, err := change(was)
		if err != nil {
			return nil, nil, err
		}
		edit := editOf(was, now)
		a := by.noted(comment.ActRules, h.now())
		a.Room, a.About, a.Changed, a.List = listRoom, name, edit.Names(), &edit
		// Whoever reads it wants to know what differs from what held before.
		a.Detail = differences(h.held(listRoom, name, was), h.held(listRoom, name, now))
		return now, a, nil
	})
	if err != nil {
		return err
	}
	return h.loadRules(ctx)
}

// mayRule tells whether somebody may change a list of listRoom.
func (h *Hall) mayRule(roomID string, by Actor, listRoom string) error {
	if _, err := h.acting(roomID, by); err != nil {
		return err
	}
	if listRoom == "" && by.Role != comment.Owner {
		return comment.ErrNotAllowed
	}
	return nil
}

// shownLately gives the texts of the newest shown comments.
func (h *Hall) shownLately(ctx context.Context, roomID string) ([]string, error) {
	var texts []string
	q := comment.HistoryQuery{Status: comment.Shown, Limit: 200}
	for len(texts) < tryOn {
		rows, more, err := h.history.Comments(ctx, roomID, q)
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

// DeleteRules deletes a list, of which base is the version as in [RulesEdit].
// The shipped one cannot be: it can be switched off.
func (h *Hall) DeleteRules(ctx context.Context, roomID string, by Actor, listRoom, name string, base *string) error {
	if err := h.mayRule(roomID, by, listRoom); err != nil {
		return err
	}
	err := h.changeRules(ctx, by, listRoom, name, func(was *RuleList) (*RuleList, error) {
		if was == nil {
			return nil, comment.ErrNotFound
		}
		return nil, h.based(base, listRoom, name, was)
	})
	if errors.Is(err, comment.ErrChanged) {
		return h.rulesChanged(ctx, roomID, by, listRoom, name)
	}
	return err
}

// CheckText tells what the filter would say of a text in a room.
func (h *Hall) CheckText(roomID string, by Actor, text string) (comment.Verdict, error) {
	r, err := h.acting(roomID, by)
	if err != nil {
		return comment.Verdict{}, err
	}
	return h.filter.CheckText(text, r.settings()), nil
}
