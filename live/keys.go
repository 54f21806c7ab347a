package live

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Keys derives everything that must be stable and unguessable from the one
// secret of the data folder. It holds no state.
type Keys struct{ secret []byte }

// NewKeys takes the content of secret.key.
func NewKeys(secret []byte) Keys { return Keys{secret: secret} }

// Mac is a keyed hash (HMAC-SHA-256) of some text for one purpose. Two
// purposes never share a value.
func (k Keys) Mac(purpose, text string) []byte {
	m := hmac.New(sha256.New, k.secret)
	m.Write([]byte(purpose))
	m.Write([]byte{0})
	m.Write([]byte(text))
	return m.Sum(nil)
}

// base32 without what reads alike; lower case.
var nameEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// Pseudonym names an identity within one room: the same there for ever, and
// not to be linked with another room's.
func (k Keys) Pseudonym(room, identity string) string {
	return nameEncoding.EncodeToString(k.Mac("pseudonym", room+"/"+identity)[:10])
}

// LinkPseudonym names somebody who runs a room when he writes there.
func (k Keys) LinkPseudonym(room string, link int64) string {
	return k.Pseudonym(room, "link/"+strconv.FormatInt(link, 10))
}

// AuthorPseudonym names an author a sender link speaks for.
func (k Keys) AuthorPseudonym(link int64, author string) string {
	return nameEncoding.EncodeToString(k.Mac("author", strconv.FormatInt(link, 10)+"/"+author)[:10])
}

// Address hashes an address after masking it to what one household or hall
// shares: /32 for IPv4, /64 for IPv6. The address itself is never kept.
func (k Keys) Address(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	bits := 64
	if a.Is4() {
		bits = 32
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return nameEncoding.EncodeToString(k.Mac("address", p.String())[:10])
}

// screenKey is the key of an overlay or audience link: made of the link's
// number, so that it can be shown again.
func (k Keys) screenKey(link int64) string {
	return base64.RawURLEncoding.EncodeToString(k.Mac("link", strconv.FormatInt(link, 10))[:18])
}

// codeAge is how long a one-time code is good.
const codeAge = 10 * time.Minute

// NewCode makes a one-time code for an owner's session, see [Hall.TradeCode]:
// when it was made, and a signature. Whoever has the secret can make one, so that
// a command beside the server can open its console.
func (k Keys) NewCode(now time.Time) string {
	b := make([]byte, 8+12)
	binary.BigEndian.PutUint64(b, uint64(now.UnixNano()))
	rand.Read(b[8:]) // never fails, see crypto/rand
	return base64.RawURLEncoding.EncodeToString(append(b, k.Mac("code", string(b))[:18]...))
}

// codeMade tells when a code was made, if it is one.
func (k Keys) codeMade(code string) (time.Time, bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(code)
	if err != nil || len(b) != 8+12+18 || !hmac.Equal(b[20:], k.Mac("code", string(b[:20]))[:18]) {
		return time.Time{}, false
	}
	return time.Unix(0, int64(binary.BigEndian.Uint64(b))), true
}

// hashKey is what is stored of a link's key.
func hashKey(key string) []byte {
	h := sha256.Sum256([]byte(key))
	return h[:]
}

// randomKey is a new key of 144 bits.
func randomKey() string {
	b := make([]byte, 18)
	rand.Read(b) // never fails, see crypto/rand
	return base64.RawURLEncoding.EncodeToString(b)
}

// saneKey tells whether a string can be a key at all, so that nonsense costs
// no look-up.
func saneKey(key string) bool {
	return len(key) == 24 && !strings.ContainsFunc(key, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_')
	})
}
