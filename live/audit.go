package live

import (
	"context"

	"danmaku/room"
)

// AuditEntries lists the audit entries of a room, newest first; the owner also gets those
// that concern all rooms.
func (svc *Service) AuditEntries(ctx context.Context, by room.Actor, q room.AuditQuery) ([]room.AuditEntry, bool, error) {
	if _, err := svc.may(q.Room, by, room.ReadAudit); err != nil {
		return nil, false, err
	}
	q.Global = by.Can(room.ReadSharedAudit, "")
	return svc.audit.AuditEntries(ctx, q)
}
