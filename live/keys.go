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

// The parts of a one-time code, in bytes: when it was made (Unix milliseconds),
// what tells two of one moment apart, and the signature. Together they are 28
// letters, so that the console's address fits a window of 80.
const codeTime, codeSalt, codeMAC = 6, 3, 12

// NewCode makes a one-time code for an owner's session, see [Hall.TradeCode].
// Whoever has the secret can make one, so that a command beside the server can
// open its console.
func (k Keys) NewCode(now time.Time) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(now.UnixMilli()))[8-codeTime:]
	b = append(b, make([]byte, codeSalt)...)
	rand.Read(b[codeTime:]) // never fails, see crypto/rand
	return base64.RawURLEncoding.EncodeToString(append(b, k.Mac("code", string(b))[:codeMAC]...))
}

// codeMade tells when a code was made, if it is one. There is one way to write
// it: the decoder skips line breaks, with which a used code would look new.
func (k Keys) codeMade(code string) (time.Time, bool) {
	b, err := base64.RawURLEncoding.DecodeString(code)
	if err != nil || len(b) != codeTime+codeSalt+codeMAC || base64.RawURLEncoding.EncodeToString(b) != code {
		return time.Time{}, false
	}
	signed := b[:codeTime+codeSalt]
	if !hmac.Equal(b[len(signed):], k.Mac("code", string(signed))[:codeMAC]) {
		return time.Time{}, false
	}
	ms := binary.BigEndian.Uint64(append(make([]byte, 8-codeTime), b[:codeTime]...))
	return time.UnixMilli(int64(ms)), true
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
