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

// obsBase is our address for an OBS on another machine; for the usual one it
// is empty, since what the owner's browser uses is good there, too.
func obsBase(cfg config.Config, listening netip.AddrPort, lan []netip.Addr) string {
	if onThisMachine(cfg.OBS) {
		return ""
	}
	return audienceBase(cfg, listening, lan)
}

// entryURLs are the three addresses that every start prints: of the first room,
// since an owner of several finds the others in the console. The first start of all
// leads to the welcome.
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

// audienceBases are all addresses under which the audience may come, the
// likeliest first; that of this machine alone is the last.
func audienceBases(cfg config.Config, listening netip.AddrPort, lan []netip.Addr) []string {
	here, there := bases(listening, cfg.PublicURL, lan)
	if slices.Contains(there, here) {
		return there
	}
	return append(there, here)
}

// audienceBase is what links and QR codes for the audience begin with.
func audienceBase(cfg config.Config, listening netip.AddrPort, lan []netip.Addr) string {
	here, there := bases(listening, cfg.PublicURL, lan)
	if len(there) > 0 {
		return there[0]
	}
	return here
}
