package room

import (
	"strings"
	"unicode/utf8"

	"danmaku/comment"
)

// WiFi is the network that people in a venue join to reach the room. The zero value means
// none. It is not one of [Settings], which go to everybody, including over the internet,
// and into the audit; a password is only for the venue.
type WiFi struct {
	Name     string // its SSID, at most 32 bytes
	Password string // 8 to 63 printable ASCII characters; empty for an open network
}

// Bounds of IEEE 802.11.
const (
	maxWiFiName     = 32
	minWiFiPassword = 8
	maxWiFiPassword = 63
)

// Validate returns ErrInvalid with what is out of bounds. The error does not contain the
// password.
func (w WiFi) Validate() error {
	if w == (WiFi{}) {
		return nil
	}
	if w.Name == "" || len(w.Name) > maxWiFiName || !utf8.ValidString(w.Name) || comment.OneLine(w.Name) != w.Name {
		return Explain(ErrInvalid, "name: 1 to %d bytes in one line", maxWiFiName)
	}
	ascii := strings.IndexFunc(w.Password, func(r rune) bool { return r < ' ' || r > '~' }) < 0
	if w.Password != "" && (!ascii || len(w.Password) < minWiFiPassword || len(w.Password) > maxWiFiPassword) {
		return Explain(ErrInvalid, "password: %d to %d letters, digits and signs of ASCII, or empty for an open network", minWiFiPassword, maxWiFiPassword)
	}
	return nil
}

// wifiEscapes escapes the special characters of a WIFI: URL.
var wifiEscapes = strings.NewReplacer(`\`, `\\`, `;`, `\;`, `,`, `\,`, `"`, `\"`, `:`, `\:`)

// Code returns the text of a QR code with which a phone offers to join the network.
// Scanners treat WPA as WPA2 and WPA3, too.
func (w WiFi) Code() string {
	if w.Password == "" {
		return "WIFI:T:nopass;S:" + wifiEscapes.Replace(w.Name) + ";;"
	}
	return "WIFI:T:WPA;S:" + wifiEscapes.Replace(w.Name) + ";P:" + wifiEscapes.Replace(w.Password) + ";;"
}
