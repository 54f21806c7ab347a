package room_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

func TestPositions(t *testing.T) {
	p := room.Position{Epoch: "k3f9", Seq: 42}
	if got, ok := room.ParsePosition(p.String()); !ok || got != p {
		t.Errorf("read back %v, %v", got, ok)
	}
	for _, s := range []string{"", "k3f9", "k3f9:", ":1", "k3f9:-1", "k3f9:1x", "k3f9:99999999999999999999"} {
		if got, ok := room.ParsePosition(s); ok {
			t.Errorf("%q is %v", s, got)
		}
	}
}

func TestRoomNamesEveryFault(t *testing.T) {
	good := room.New("friday-night_2")
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	bad := room.New("No Room")
	bad.State, bad.Review, bad.MaxLength, bad.Slow = "ajar", "some", 0, room.Millis(time.Hour)
	bad.Colors, bad.Modes, bad.Sizes = []string{"red"}, []comment.Mode{"up"}, []comment.Size{"xl"}
	err := bad.Validate()
	for _, word := range []string{"No Room", "ajar", "some", "length", "slow", "red", `"up"`, "xl"} {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%v does not name %s", err, word)
		}
	}
}

func TestCodesAndWaits(t *testing.T) {
	err := fmt.Errorf("submit: %w", &room.WaitError{Err: room.ErrSlowDown, Wait: 1500 * time.Millisecond})
	if room.Code(err) != "slow_down" || room.Wait(err) != 1500*time.Millisecond {
		t.Errorf("got %s after %v", room.Code(err), room.Wait(err))
	}
	if got := room.Code(errors.New("disk on fire")); got != "internal" {
		t.Errorf("a stranger is %q", got)
	}
}

// A patch changes only what it names, shares no memory with the earlier room, and its error
// says what is wrong.
func TestPatch(t *testing.T) {
	was := room.New("live")
	was.Colors, was.Look = []string{"#111111", "#222222"}, room.Look{Color: "#333333", Picture: room.PicturePath("live", "0123456789abcdef")}
	for _, tt := range []struct {
		patch   string
		changed string // the settings that differ afterwards
		want    string // of the error
	}{
		{patch: `{}`},
		{patch: `{"title":"Friday","slow_ms":5000}`, changed: "title slow_ms"},
		{patch: `{"id":"live","locked":true,"title":"live"}`},
		{patch: `{"id":"other"}`, want: "id: a room keeps its name"},
		{patch: `{"title":null,"modes":null,"look":null,"archived":null}`},
		{patch: `{"colors":["#444444"]}`, changed: "colors"},
		{patch: `{"colors":[]}`, changed: "colors"},
		{patch: `{"look":{"color":"#333333"}}`, changed: "look"},
		{patch: `{"archived":true}`, changed: "state archived"},
		{patch: `{"secret":true}`, changed: "secret"},
		{patch: `{"lock":{"state":"open"}}`, want: `unknown field "lock"`},
		{patch: `{"slow":1}`, want: `unknown field "slow"`},
		{patch: `{"Title":"x"}`, want: `unknown field "Title"`},
		{patch: `{"look":{"colour":"#333333"}}`, want: `look: json: unknown field "colour"`},
		{patch: `{"title":5}`, want: "title: got number, want a text"},
		{patch: `{"slow_ms":"5"}`, want: "slow_ms: got string, want a whole number"},
		{patch: `{"slow_ms":1.5}`, want: "slow_ms: got number 1.5, want a whole number"},
		{patch: `{"modes":"top"}`, want: "modes: got string, want a list"},
		{patch: `{"look":{"color":7}}`, want: "look.color: got number, want a text"},
		{patch: `{"secret":"yes"}`, want: "secret: got string, want true or false"},
		{patch: `{"slow_ms":-1}`, want: "slow_ms: -1 is out of bounds; the slow mode is 0 to 120000 ms"},
		{patch: `{"delay_ms":9223372036854775807}`, want: "delay_ms: 86400000 is out of bounds; the delay is 0 to 10000 ms"},
		{patch: `{"max_length":0}`, want: "max_length: 1 to 500"},
	} {
		var p room.Patch
		now := was
		err := json.Unmarshal([]byte(tt.patch), &p)
		if err == nil {
			now, err = p.Apply(was)
		}
		if err == nil {
			err = now.Validate()
		}
		if tt.want != "" {
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s: %v, want %s", tt.patch, err, tt.want)
			}
			continue
		}
		if changed := strings.Join(was.Changes(now), " "); err != nil || changed != tt.changed {
			t.Errorf("%s: changes %q, %v, want %q", tt.patch, changed, err, tt.changed)
		}
		if len(now.Colors) > 0 {
			now.Colors[0] = "#999999"
		}
		if was.Colors[0] == "#999999" && strings.Contains(tt.patch, "colors") {
			t.Errorf("%s: the lists share memory", tt.patch)
		}
		was.Colors[0] = "#111111"
	}
}

// Every setting can be patched, is detected as changed and can be restored.
func TestEverySettingIsPatched(t *testing.T) {
	other := room.Patch{Settings: map[string]json.RawMessage{}}
	for f := range reflect.TypeFor[room.Settings]().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		value := map[reflect.Kind]string{
			reflect.String: `"another"`, reflect.Int: "7", reflect.Int64: "1", reflect.Bool: "true", reflect.Slice: `["one"]`, reflect.Struct: `{"color":"#111111"}`,
		}[f.Type.Kind()]
		other.Settings[name] = json.RawMessage(value)
	}
	was := room.New("live")
	now, err := other.Apply(was)
	if err != nil {
		t.Fatal(err)
	}
	names := was.Changes(now)
	if n := reflect.TypeFor[room.Settings]().NumField(); len(names) != n || len(other.Settings) != n {
		t.Errorf("of %d settings %d differ: %q", n, len(names), names)
	}
	for _, name := range names {
		if got := was.Changes(was.With(now, []string{name})); len(got) != 1 || got[0] != name {
			t.Errorf("taking over %s changes %q", name, got)
		}
	}
	if back := now.With(was, names); len(was.Changes(back)) > 0 {
		t.Errorf("not put back: %q", was.Changes(back))
	}
}

// A change carries the value of every setting, also when it is the default.
func TestEverySettingHasAValue(t *testing.T) {
	var zero room.Room
	names := []string{"secret", "archived", "locked"}
	for f := range reflect.TypeFor[room.Settings]().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
	}
	for _, name := range names {
		if b, err := json.Marshal(zero.Value(name)); err != nil || string(b) == "null" {
			t.Errorf("%s is %s, %v", name, b, err)
		}
	}
	if v := zero.Value("colour"); v != nil {
		t.Errorf("a setting that is not there is %v", v)
	}
}
