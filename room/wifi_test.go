package room_test

import (
	"errors"
	"strings"
	"testing"

	"danmaku/room"
)

// scanned parses a WIFI: URL as scanners do: fields end at a `;`, and a `\` escapes the
// next character.
func scanned(t *testing.T, code string) map[string]string {
	t.Helper()
	rest, ok := strings.CutPrefix(code, "WIFI:")
	if !ok {
		t.Fatalf("%q is of another scheme", code)
	}
	fields := map[string]string{}
	for rest != ";" && rest != "" {
		name, after, ok := strings.Cut(rest, ":")
		if !ok {
			t.Fatalf("%q: no field in %q", code, rest)
		}
		var value strings.Builder
		i := 0
		for ; i < len(after) && after[i] != ';'; i++ {
			if after[i] == '\\' {
				i++
			}
			value.WriteByte(after[i])
		}
		fields[name], rest = value.String(), after[min(i+1, len(after)):]
	}
	return fields
}

// A scanner reads the same network from the code, whatever characters it has.
func TestWiFiCode(t *testing.T) {
	for _, w := range []room.WiFi{
		{Name: "Hall", Password: "come and join"},
		{Name: "Open to all"},
		{Name: `a;b:c,d\e"f`, Password: `p;P:evil;;\\"quoted",`},
		{Name: "会場 ゲスト", Password: "12345678"},
		{Name: `\`, Password: `\\\\\\\\`},
		{Name: ";;;;", Password: strings.Repeat(";", 63)},
	} {
		if err := w.Validate(); err != nil {
			t.Errorf("%+v: %v", w, err)
		}
		got := scanned(t, w.Code())
		kind := "WPA"
		if w.Password == "" {
			kind = "nopass"
		}
		if got["S"] != w.Name || got["P"] != w.Password || got["T"] != kind || len(got) > 3 {
			t.Errorf("%+v is read as %v from %s", w, got, w.Code())
		}
	}
}

// An impossible network is refused, and the error does not contain the password.
func TestWiFiBounds(t *testing.T) {
	for _, w := range []room.WiFi{
		{Password: "no name at all"},
		{Name: strings.Repeat("x", 33)},
		{Name: "two\nlines"},
		{Name: "\xff"},
		{Name: "x", Password: "short7!"},
		{Name: "x", Password: strings.Repeat("y", 64)},
		{Name: "x", Password: "パスワードです"},
		{Name: "x", Password: "tab\tinside"},
	} {
		err := w.Validate()
		if !errors.Is(err, room.ErrInvalid) || w.Password != "" && strings.Contains(err.Error(), w.Password) {
			t.Errorf("%+v: %v", w, err)
		}
	}
}
