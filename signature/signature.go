// Package signature signs messages to other programs, and verifies such signatures, by the
// scheme of the Standard Webhooks specification (https://www.standardwebhooks.com):
// HMAC-SHA-256 over the ID, the time and the body. The signed time prevents replaying an
// old message.
package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers of a signed message.
const (
	HeaderID        = "Webhook-Id"
	HeaderTime      = "Webhook-Timestamp" // Unix seconds
	HeaderSignature = "Webhook-Signature" // "v1," and base64; several are separated by spaces
)

// Tolerance is the greatest difference between a message's time and the receiver's clock.
const Tolerance = 5 * time.Minute

// keyPrefix is the prefix of a key as text.
const keyPrefix = "whsec_"

// version is the prefix of a signature.
const version = "v1,"

// The faults of a message. A receiver answers all of them identically.
var (
	ErrKey       = errors.New("want a key: whsec_ and base64 of at least 16 bytes")
	ErrUnsigned  = errors.New("a header of the signature is missing or malformed")
	ErrTime      = errors.New("the time of the message is too far from now")
	ErrSignature = errors.New("the signature does not fit the message")
)

// Key signs and verifies. It is safe for concurrent use.
type Key []byte

// ParseKey parses the result of [Key.String]. The error is [ErrKey].
func ParseKey(text string) (Key, error) {
	encoded, ok := strings.CutPrefix(strings.TrimSpace(text), keyPrefix)
	key, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil || len(key) < 16 {
		return nil, ErrKey
	}
	return key, nil
}

// String returns the key as text. It is a secret and must not be logged.
func (k Key) String() string { return keyPrefix + base64.StdEncoding.EncodeToString(k) }

// Sign sets the headers of a message. id identifies the message, without a dot; a repeated
// message keeps it.
func (k Key) Sign(h http.Header, id string, at time.Time, body []byte) {
	seconds := strconv.FormatInt(at.Unix(), 10)
	h.Set(HeaderID, id)
	h.Set(HeaderTime, seconds)
	h.Set(HeaderSignature, version+base64.StdEncoding.EncodeToString(k.mac(id, seconds, body)))
}

// Verify checks the headers of a message that arrived at now. One of several signatures has
// to match, so that a key can be exchanged. Errors: [ErrUnsigned], [ErrTime] and
// [ErrSignature].
func (k Key) Verify(h http.Header, now time.Time, body []byte) error {
	id, seconds, signatures := h.Get(HeaderID), h.Get(HeaderTime), h.Get(HeaderSignature)
	sent, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil || id == "" || strings.Contains(id, ".") || signatures == "" {
		return ErrUnsigned
	}
	if now.Sub(time.Unix(sent, 0)).Abs() > Tolerance {
		return ErrTime
	}
	want := k.mac(id, seconds, body)
	for s := range strings.FieldsSeq(signatures) {
		encoded, ok := strings.CutPrefix(s, version)
		got, err := base64.StdEncoding.DecodeString(encoded)
		if ok && err == nil && hmac.Equal(got, want) {
			return nil
		}
	}
	return ErrSignature
}

func (k Key) mac(id, seconds string, body []byte) []byte {
	m := hmac.New(sha256.New, k)
	m.Write([]byte(id + "." + seconds + "."))
	m.Write(body)
	return m.Sum(nil)
}
