package room

import (
	"net/netip"
	"time"
)

// LimitKey identifies the limits for one draft. Empty parts are not limited.
type LimitKey struct {
	Room    string
	User    string // pseudonym in the room
	Address string // keyed hash of the masked address, over all rooms

	// Networks are keyed hashes of the networks that share a limit, the narrowest first:
	// /32 for IPv4, /56 and /48 for IPv6. Without them Address is the network.
	Networks []string

	// Identity is when the user's identity was made; zero when nothing vouches for that.
	// The address's limit grows only with identities older than a minute, those that had a
	// comment shown, and the first few hundred new ones.
	Identity time.Time

	// A draft that does not come from a person sets one of these, and then neither User nor
	// Address is limited.

	Sender int64  // link of a sender
	Replay bool   // a replay that the server plays
	Chat   string // a connected chat, by its ID
}

// Networks returns the networks of an address that share limits, the narrowest first: for
// IPv4 the address itself, for IPv6 its /56 and its /48. It returns none for the zero
// address.
func Networks(a netip.Addr) (out []netip.Prefix) {
	a = a.Unmap().WithZone("")
	sizes := []int{56, 48}
	if a.Is4() {
		sizes = []int{32}
	}
	for _, bits := range sizes {
		if p, err := a.Prefix(bits); err == nil {
			out = append(out, p)
		}
	}
	return out
}
