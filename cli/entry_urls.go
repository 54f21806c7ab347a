package cli

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"danmaku/config"
	"danmaku/live"
	"danmaku/room"
)

// obsBase returns our URL for an OBS on another machine. It is empty for an OBS on this
// machine, which can use the same URL as the owner's browser.
func obsBase(cfg config.Config, listening netip.AddrPort, lan []netip.Addr) string {
	if onThisMachine(cfg.OBS) {
		return ""
	}
	return audienceBase(cfg, listening, lan)
}

// entryURLs returns the three entry URLs that every start prints, those of the first room: an
// owner of several finds the others in the console. The very first start leads to the welcome
// page.
func entryURLs(service *live.Service, first bool) (bannerPaths, error) {
	rooms := service.RoomList()
	if len(rooms) == 0 {
		return bannerPaths{}, config.Faultf(noRooms)
	}
	roomID := rooms[0].ID
	if slices.ContainsFunc(rooms, func(r room.Room) bool { return r.ID == firstRoom }) {
		roomID = firstRoom
	}
	paths := bannerPaths{
		Overlay: "/overlay/" + roomID, Audience: "/r/" + roomID,
		Console: "/console/" + roomID + "?code=" + service.NewCode(),
	}
	if setup, err := service.Room(roomID); err == nil && setup.Secret {
		if key, err := service.ScreenKey(roomID, room.Audience); err == nil {
			paths.Audience += "?key=" + key
		}
	}
	if first {
		paths.Console = "/welcome" + strings.TrimPrefix(paths.Console, "/console")
	}
	key, err := service.ScreenKey(roomID, room.Overlay)
	if err != nil {
		return bannerPaths{}, fmt.Errorf("find the overlay link of room %s: %w", roomID, err)
	}
	paths.Overlay += "?key=" + key
	return paths, nil
}

// audienceBases returns all base URLs for the audience, the likeliest first; that of this
// machine alone is last.
func audienceBases(cfg config.Config, listening netip.AddrPort, lan []netip.Addr) []string {
	here, there := bases(listening, cfg.PublicURL, lan)
	if slices.Contains(there, here) {
		return there
	}
	return append(there, here)
}

// audienceBase returns the start of links and QR codes for the audience.
func audienceBase(cfg config.Config, listening netip.AddrPort, lan []netip.Addr) string {
	here, there := bases(listening, cfg.PublicURL, lan)
	if len(there) > 0 {
		return there[0]
	}
	return here
}
