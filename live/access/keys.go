package access

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"danmaku/room"
)

// Keys derives everything that must be stable and unguessable from the data folder's one
// secret. It holds no state.
type Keys struct{ secret []byte }

// NewKeys returns the keys for the content of secret.key.
func NewKeys(secret []byte) Keys { return Keys{secret: secret} }

// Mac returns a keyed hash (HMAC-SHA-256) of a text for one purpose. Two purposes never
// share a value.
func (k Keys) Mac(purpose, text string) []byte {
	m := hmac.New(sha256.New, k.secret)
	m.Write([]byte(purpose))
	m.Write([]byte{0})
	m.Write([]byte(text))
	return m.Sum(nil)
}

// base32 without look-alike characters; lower case
var nameEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// Pseudonym names an identity within one room: always the same there, and not linkable with
// another room's.
func (k Keys) Pseudonym(room, identity string) string {
	return nameEncoding.EncodeToString(k.Mac("pseudonym", room+"/"+identity)[:10])
}

// ValidPseudonym reports whether s has the form of a result of [Keys.Pseudonym].
func ValidPseudonym(s string) bool {
	b, err := nameEncoding.DecodeString(s)
	return err == nil && len(b) == 10
}

// LinkPseudonym names a person who runs a room as the author of comments there.
func (k Keys) LinkPseudonym(room string, link int64) string {
	return k.Pseudonym(room, "link/"+strconv.FormatInt(link, 10))
}

// ChatPseudonym names an author of a platform within one room: the same whichever chat
// brings the comments. author is the platform and its author ID.
func (k Keys) ChatPseudonym(room, author string) string { return k.Pseudonym(room, "chat/"+author) }

// sealer encrypts stored data that nobody with a copy of the database may read. Its key is
// derived from the secret beside the database.
func (k Keys) sealer() cipher.AEAD {
	block, err := aes.NewCipher(k.Mac("seal", "chats"))
	if err != nil {
		panic(err) // the key has 32 bytes
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // AES has blocks of 16 bytes
	}
	return aead
}

// Seal encrypts data for the context about; it opens only with the same context.
func (k Keys) Seal(data []byte, about string) []byte {
	aead := k.sealer()
	nonce := make([]byte, aead.NonceSize())
	rand.Read(nonce) // never fails, see crypto/rand
	return aead.Seal(nonce, nonce, data, []byte(about))
}

// Open decrypts the result of [Keys.Seal].
func (k Keys) Open(sealed []byte, about string) ([]byte, error) {
	aead := k.sealer()
	if len(sealed) < aead.NonceSize() {
		return nil, errors.New("sealed data is too short")
	}
	return aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], []byte(about))
}

// CheckKey returns the key that signs requests to the second opinion service.
func (k Keys) CheckKey() []byte { return k.Mac("check", "second opinion") }

// AuthorPseudonym returns the pseudonym of an author whose comments a sender link sends.
func (k Keys) AuthorPseudonym(link int64, author string) string {
	return nameEncoding.EncodeToString(k.Mac("author", strconv.FormatInt(link, 10)+"/"+author)[:10])
}

// Address hashes an address after masking it to the network that one household or venue
// shares: /32 for IPv4, /64 for IPv6. The address itself is never stored.
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

// Networks hashes the networks of an address that share limits, the narrowest first. For
// IPv4 that is the address, for IPv6 the /56 that a provider gives one customer, and the
// /48 around it, which is the most that one customer gets (RFC 6177). The networks
// themselves are never stored.
func (k Keys) Networks(a netip.Addr) (hashes []string) {
	for _, p := range room.Networks(a) {
		hashes = append(hashes, nameEncoding.EncodeToString(k.Mac("network", p.String())[:10]))
	}
	return hashes
}

// screenKey returns the key of an overlay or audience link. It is derived from the link's
// ID, so that it can be shown again.
func (k Keys) screenKey(link int64) string {
	return base64.RawURLEncoding.EncodeToString(k.Mac("link", strconv.FormatInt(link, 10))[:18])
}

// Shown returns the key of a link whose key can be shown again, such as an overlay's. It
// returns an empty string for other links, whose keys are not stored.
func (k Keys) Shown(l room.AccessLink) string {
	if !l.Role.KeyShown() {
		return ""
	}
	return k.screenKey(l.ID)
}

// codeAge is how long a one-time code is valid.
const codeAge = 10 * time.Minute

// The parts of a one-time code, in bytes: its time (Unix milliseconds), a salt that
// distinguishes two codes of one moment, and the signature. Together they are 28 letters,
// so that the console's URL fits a window of 80 columns.
const codeTime, codeSalt, codeMAC = 6, 3, 12

// NewCode makes a one-time code for an owner's session, see [Table.TradeCode]. Any
// program with the secret can make one, so a command beside the server can open its
// console.
func (k Keys) NewCode(now time.Time) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(now.UnixMilli()))[8-codeTime:]
	b = append(b, make([]byte, codeSalt)...)
	rand.Read(b[codeTime:]) // never fails, see crypto/rand
	return base64.RawURLEncoding.EncodeToString(append(b, k.Mac("code", string(b))[:codeMAC]...))
}

// codeMade returns when a code was made, if it is one. It accepts one spelling only: the
// decoder skips line breaks, with which a used code would look new.
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

// localAge is how long the signature of a command's request is valid.
const localAge = time.Minute

// SignLocal signs one request from a command on the server's machine to the running server:
// its method and its target (path and query). Any program that can read the data folder's
// secret can sign. A signature is valid for this request alone, and for a minute, so a
// wrong program that receives it cannot use it elsewhere.
func (k Keys) SignLocal(now time.Time, method, target string) string {
	at := strconv.FormatInt(now.UnixMilli(), 10)
	return at + "." + base64.RawURLEncoding.EncodeToString(k.localMAC(at, method, target))
}

// VerifyLocal reports whether [Keys.SignLocal] made a signature for this request, at most a
// minute ago or ahead.
func (k Keys) VerifyLocal(now time.Time, signature, method, target string) bool {
	at, mac, _ := strings.Cut(signature, ".")
	ms, err := strconv.ParseInt(at, 10, 64)
	if err != nil || now.Sub(time.UnixMilli(ms)).Abs() > localAge {
		return false
	}
	b, err := base64.RawURLEncoding.DecodeString(mac)
	return err == nil && hmac.Equal(b, k.localMAC(at, method, target))
}

func (k Keys) localMAC(at, method, target string) []byte {
	return k.Mac("local command", at+" "+method+" "+target)
}

// hashKey returns the stored form of a link's key.
func hashKey(key string) []byte {
	h := sha256.Sum256([]byte(key))
	return h[:]
}

// randomKey returns a new key of 144 bits.
func randomKey() string {
	b := make([]byte, 18)
	rand.Read(b) // never fails, see crypto/rand
	return base64.RawURLEncoding.EncodeToString(b)
}

// saneKey reports whether a string can be a key at all, so that nonsense costs no look-up.
func saneKey(key string) bool {
	return len(key) == 24 && !strings.ContainsFunc(key, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_')
	})
}
