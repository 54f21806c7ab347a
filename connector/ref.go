package connector

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"danmaku/comment"
)

// Ref returns the ref under which a platform's message is logged: the same for the same
// message, whichever chat brings it. It is 24 printable characters, and empty for a message
// without an ID.
func Ref(origin comment.Source, messageID string) string {
	if messageID == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(string(origin) + "\x00" + messageID))
	return "p." + base64.RawURLEncoding.EncodeToString(sum[:])[:22]
}

// Author returns the text from which an author's pseudonym is made: the platform and its
// own ID, since names change and change hands.
func Author(origin comment.Source, userID string) string { return string(origin) + ":" + userID }

// ByName returns an ID for an author whose platform sends none. Without a name it is empty.
func ByName(name string) string {
	if name == "" {
		return ""
	}
	return "name:" + strings.ToLower(name)
}
