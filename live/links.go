package live

import (
	"context"
	"fmt"
	"slices"

	"danmaku/comment"
)

func (h *Hall) registrar(by Actor) Registrar {
	return Registrar{Links: h.access.store, Rooms: h.stored, Keys: h.keys, Now: h.now, By: by}
}

// ScreenKey gives the key of a room's first overlay or audience link that is not
// taken back, or ErrNotFound; see [Hall.ScreenKey].
func (r Registrar) ScreenKey(ctx context.Context, room string, role comment.Role) (string, error) {
	links, err := r.Links.Links(ctx)
	if err != nil {
		return "", fmt.Errorf("read links: %w", err)
	}
	for _, l := range links {
		if l.Role == role && l.Room == room && l.Revoked.IsZero() && (role == comment.Overlay || role == comment.Audience) {
			return r.Keys.screenKey(l.ID), nil
		}
	}
	return "", comment.ErrNotFound
}

// LinkList gives every link, oldest first, those taken back too. It is for the
// owner alone.
func (h *Hall) LinkList(by Actor) ([]Link, error) {
	if by.Role != comment.Owner {
		return nil, comment.ErrNotAllowed
	}
	h.access.mu.RLock()
	defer h.access.mu.RUnlock()
	var out []Link
	for _, l := range h.access.byID {
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b Link) int { return int(a.ID - b.ID) })
	return out, nil
}

// KeyOf gives the key of an overlay's or audience's link to show it again;
// those of the other roles are not known any more, and empty.
func (h *Hall) KeyOf(l Link) string {
	if l.Role != comment.Overlay && l.Role != comment.Audience {
		return ""
	}
	return h.keys.screenKey(l.ID)
}

// NewLink makes a link and gives its key. Errors: ErrNotAllowed for anybody but
// the owner, ErrInvalid, ErrNotFound for an unknown room, ErrBusy.
func (h *Hall) NewLink(ctx context.Context, by Actor, roomID string, role comment.Role, label string) (Link, string, error) {
	if by.Role != comment.Owner {
		return Link{}, "", comment.ErrNotAllowed
	}
	if !slices.Contains(comment.Roles, role) {
		return Link{}, "", comment.Explain(comment.ErrInvalid, "role %q: owner, moderator, overlay, audience or sender", role)
	}
	label = comment.OneLine(label)
	if comment.Graphemes(label) > comment.MaxTitleLen {
		return Link{}, "", comment.Explain(comment.ErrInvalid, "label: at most %d characters", comment.MaxTitleLen)
	}
	l, key, err := h.registrar(by).New(ctx, roomID, role, label)
	if err != nil {
		return Link{}, "", err
	}
	return l, key, h.loadLinks(ctx)
}

// RevokeLink takes a link back: its sockets close at once. The last owner's
// link stays, since nobody could get in without it.
func (h *Hall) RevokeLink(ctx context.Context, by Actor, id int64) error {
	links, err := h.LinkList(by)
	if err != nil {
		return err
	}
	var found *Link
	owners := 0
	for _, l := range links {
		if l.ID == id {
			found = &l
		}
		if l.Role == comment.Owner && l.Revoked.IsZero() {
			owners++
		}
	}
	switch {
	case found == nil:
		return comment.ErrNotFound
	case !found.Revoked.IsZero() && by.undoes != 0:
		return comment.ErrChanged
	case !found.Revoked.IsZero():
		return nil
	case found.Role == comment.Owner && owners == 1:
		return comment.Explain(comment.ErrNotAllowed, "This is the last owner's link. Make another one first.")
	}
	if err := h.registrar(by).Revoke(ctx, id); err != nil {
		return err
	}
	return h.loadLinks(ctx)
}

// RestoreLink gives a link back that was taken back: its key is good again for
// whoever has it, and so are sessions that were opened with it. Errors:
// ErrNotAllowed for anybody but the owner, ErrNotFound, ErrChanged for one that
// is good, ErrBusy.
func (h *Hall) RestoreLink(ctx context.Context, by Actor, id int64) error {
	links, err := h.LinkList(by)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(links, func(l Link) bool { return l.ID == id })
	if i < 0 {
		return comment.ErrNotFound
	}
	a := by.noted(comment.ActRestore, h.now())
	a.Detail = string(links[i].Role) + " " + links[i].Label
	if err := h.access.store.RestoreLink(ctx, id, a); err != nil {
		return err
	}
	return h.loadLinks(ctx)
}
