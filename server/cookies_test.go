package server

import "testing"

// The names of one room's cookies never belong to another room, whatever the ports.
func TestNamesOfCookies(t *testing.T) {
	for _, tt := range []struct {
		full, name string
		is         bool
	}{
		{"danmaku_id_8080", "danmaku_id", true},
		{"danmaku_id_", "danmaku_id", false},
		{"danmaku_id_80x", "danmaku_id", false},
		{"danmaku_id", "danmaku_id", false},
		{"danmaku_session_8080", "danmaku_id", false},
		{"danmaku_guest_8080.live", "danmaku_guest_live", true},
		{"danmaku_guest_live_8080", "danmaku_guest_live", false}, // of a room of this name
		{"danmaku_guest_8080.live_2", "danmaku_guest_live", false},
		{"danmaku_guest_8080.0", "danmaku_guest_0", true},
	} {
		if got := isPort(tt.full, tt.name); got != tt.is {
			t.Errorf("%s of %s: %v", tt.full, tt.name, got)
		}
	}
	if got := withPort("danmaku_guest_live", "8080"); got != "danmaku_guest_8080.live" {
		t.Error(got)
	}
}
