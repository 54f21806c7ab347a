package live

import (
	"context"
	"encoding/json"
	"fmt"

	"danmaku/room"
)

// WiFi returns the network that is shown on the second screen and the poster of a room, the
// zero value when there is none. The caller must have checked that the reader runs the room
// or shows its screen. Errors: ErrNotFound.
func (svc *Service) WiFi(ctx context.Context, roomID string) (w room.WiFi, err error) {
	if _, err := svc.Room(roomID); err != nil || svc.wifi == nil {
		return w, err
	}
	sealed, err := svc.wifi.WiFi(ctx, roomID)
	if err != nil || sealed == nil {
		return w, err
	}
	plain, err := svc.keys.Open(sealed, wifiOf(roomID))
	if err != nil {
		return w, nil // sealed with another data folder's key, so it has to be entered again
	}
	if err := json.Unmarshal(plain, &w); err != nil {
		return room.WiFi{}, fmt.Errorf("read the Wi-Fi of room %s: %w", roomID, err)
	}
	return w, nil
}

// SetWiFi sets the network to show; the zero value deletes it. The audit entry does not
// contain the password. Errors: ErrNotAllowed, ErrNotFound, ErrInvalid, ErrBusy.
func (svc *Service) SetWiFi(ctx context.Context, roomID string, by room.Actor, w room.WiFi) error {
	if _, err := svc.may(roomID, by, room.ChangeSettings); err != nil {
		return err
	}
	if err := w.Validate(); err != nil {
		return err
	}
	a := by.EntryAt(room.ActionWiFi, svc.now())
	a.Room, a.Detail = roomID, w.Name
	var sealed []byte
	if w != (room.WiFi{}) {
		plain, err := json.Marshal(w)
		if err != nil {
			return fmt.Errorf("seal the Wi-Fi of room %s: %w", roomID, err)
		}
		sealed = svc.keys.Seal(plain, wifiOf(roomID))
	}
	return svc.wifi.SetWiFi(ctx, roomID, sealed, a)
}

// wifiOf returns the context that a room's network is sealed for.
func wifiOf(roomID string) string { return "wifi " + roomID }
