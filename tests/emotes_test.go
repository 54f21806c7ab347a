package tests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"danmaku/room"
)

// ownEmote is an emote as in the list.
type ownEmote struct {
	Name, Picture string
	Animated      bool
}

// putEmote sends an emote's picture, and returns the list or the fault.
func (b *browser) putEmote(name string, picture []byte) (status int, list []ownEmote, fault reply) {
	b.t.Helper()
	req, err := http.NewRequest("PUT", b.p.base+liveRoom+"/emotes/"+url.PathEscape(name), bytes.NewReader(picture))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("X-Requested-With", "danmaku")
	resp, err := b.http.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	var answer struct {
		reply
		Emotes []ownEmote
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		b.t.Fatalf("%d %s: %v", resp.StatusCode, text, err)
	}
	return resp.StatusCode, answer.Emotes, answer.reply
}

// emotes returns the room's list.
func (b *browser) emotes() (list []ownEmote) {
	b.t.Helper()
	status, text := b.do("GET", liveRoom+"/emotes", nil, nil)
	var answer struct{ Emotes []ownEmote }
	if err := json.Unmarshal([]byte(text), &answer); err != nil || status != http.StatusOK {
		b.t.Fatalf("the list of emotes: %d %s", status, text)
	}
	return answer.Emotes
}

func namesOf(list []ownEmote) (names []string) {
	for _, e := range list {
		names = append(names, e.Name)
	}
	return names
}

// movingGIF has three frames.
func movingGIF(t *testing.T) []byte {
	t.Helper()
	g := &gif.GIF{}
	for i := range 3 {
		img := image.NewPaletted(image.Rect(0, 0, 20, 20), color.Palette{color.Black, color.White})
		img.Pix[i] = 1
		g.Image, g.Delay = append(g.Image, img), append(g.Delay, 10)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// An emote is added, written, renamed, deleted and restored; all of it survives restarts, and
// a deleted picture is no longer served.
func TestOwnEmotes(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir, "--user-rate", "0")
	boss := p.console()
	phone, overlay := p.phone().open("audience", ""), p.overlaySocket("")
	overlay.next("hello")
	if h := phone.next("hello"); bytes.Contains(h.raw, []byte("emotes")) {
		t.Errorf("a new room has emotes: %s", h.raw)
	}
	status, list, _ := boss.putEmote(" :Wave: ", append(pictureOf(t, 300, 150, asPNG), "<script>appended</script>"...))
	if status != http.StatusOK || len(list) != 1 || list[0].Name != "wave" || list[0].Animated {
		t.Fatalf("%d %+v", status, list)
	}
	if e := phone.until("the news", func(e event) bool { return e.Type == "room" }); e.Seq == 0 {
		t.Error("it is no event of the log")
	}
	if status, list, _ = boss.putEmote("笑", movingGIF(t)); status != http.StatusOK || len(list) != 2 || !list[1].Animated {
		t.Fatalf("%d %+v", status, list)
	}
	wave, laugh := list[0].Picture, list[1].Picture
	resp, err := http.Get(p.base + wave)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	size, kind, err := image.DecodeConfig(bytes.NewReader(b))
	if h := resp.Header; err != nil || kind != "png" || size.Width != 128 || size.Height != 64 || bytes.Contains(b, []byte("script")) ||
		h.Get("Content-Type") != "image/png" || h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Cache-Control"), "immutable") {
		t.Errorf("what is served is a %s of %d by %d, %v, %v", kind, size.Width, size.Height, err, h)
	}

	// The text stays as written; the overlay gets the positions of emotes.
	sent := 0
	say := func(text string) string {
		t.Helper()
		sent++
		phone.send(fmt.Sprint("r", sent), text)
		if a := phone.next("ack"); a.Outcome != "shown" {
			t.Fatalf("%q is answered %+v", text, a)
		}
		e := overlay.until("the comment", func(e event) bool { return e.Type == "comment" && e.Text == text })
		_, history := boss.do("GET", liveRoom+"/comments?limit=1", nil, nil)
		var rows struct {
			Comments []struct {
				ID     string
				Emotes json.RawMessage
			}
		}
		decode(t, history, &rows)
		if len(rows.Comments) != 1 || rows.Comments[0].ID != e.ID {
			t.Fatalf("the history begins with %s", history)
		}
		return string(rows.Comments[0].Emotes)
	}
	at := func(from, to int, name, picture string) string {
		return fmt.Sprintf(`{"from":%d,"to":%d,"name":%q,"picture":%q}`, from, to, name, picture)
	}
	for text, want := range map[string]string{
		"hello :WAVE: and 😀:笑:":        "[" + at(6, 12, "wave", wave) + "," + at(18, 21, "笑", laugh) + "]",
		"wide colons：wave：here":        "[" + at(11, 17, "wave", wave) + "]",
		"10:wave:30 :wave":             "[" + at(2, 8, "wave", wave) + "]",
		":wave:wave:":                  "[" + at(0, 6, "wave", wave) + "]",
		"none :of these: wave 10:30:5": "",
	} {
		if got := say(text); got != want {
			t.Errorf("%q has the emotes %s, want %s", text, got, want)
		}
	}

	// Renamed, deleted, brought back.
	boss.call("PATCH", liveRoom+"/emotes/wave", map[string]any{"name": "Hello"}, 200)
	if got := namesOf(boss.emotes()); !slices.Equal(got, []string{"hello", "笑"}) {
		t.Errorf("renamed: %v", got)
	}
	if got := say("it was :wave: and is :hello:"); got != "["+at(21, 28, "hello", wave)+"]" {
		t.Errorf("after the new name: %s", got)
	}
	boss.call("DELETE", liveRoom+"/emotes/hello", nil, 200)
	served := func(path string) int { status, _ := p.browser().do("GET", path, nil, nil); return status }
	if got := served(wave); got != http.StatusNotFound {
		t.Errorf("the deleted picture answers %d", got)
	}
	p.stop()
	p = start(t, dir, "--user-rate", "0")
	boss = boss.at(p)
	if got := namesOf(p.phone().emotes()); !slices.Equal(got, []string{"笑"}) || served(laugh) != http.StatusOK || served(wave) != http.StatusNotFound {
		t.Errorf("after a restart: %v, %d, %d", got, served(laugh), served(wave))
	}
	if status, _, _ := boss.putEmote("later", pictureOf(t, 30, 30, asPNG)); status != http.StatusOK {
		t.Fatal(status)
	}
	acts := boss.call("GET", liveRoom+"/audit?act=settings&limit=2", nil, 200).Acts
	if !slices.Equal(acts[1].Changed, []string{"emotes"}) || string(acts[1].Before["emotes"]) != `["hello","笑"]` || string(acts[1].After["emotes"]) != `["笑"]` {
		t.Errorf("the record has %+v", acts[1])
	}
	boss.call("POST", fmt.Sprint(liveRoom, "/audit/", acts[1].ID, "/undo"), nil, 204) // another was added since
	if got := namesOf(boss.emotes()); !slices.Equal(got, []string{"hello", "笑", "later"}) || served(wave) != http.StatusOK {
		t.Errorf("after the undo: %v, %d", got, served(wave))
	}
	// An undo of something that was changed since is refused, with the author of the change.
	boss.call("DELETE", liveRoom+"/emotes/later", nil, 200)
	boss.call("POST", fmt.Sprint(liveRoom, "/audit/", acts[0].ID, "/undo"), nil, http.StatusConflict)
	// A page may send back the settings that it received, and no setting changes the list.
	boss.call("PATCH", liveRoom, map[string]any{"emotes": 2, "title": "live"}, 200)
	boss.call("PATCH", liveRoom, map[string]any{"emotes": []string{}}, http.StatusUnprocessableEntity)
}

// A value beyond a limit is refused with its name, in words that every language has.
func TestLimitsOfEmotes(t *testing.T) {
	p := start(t, t.TempDir())
	boss := p.console()
	good := pictureOf(t, 16, 16, asPNG)
	for _, tt := range []struct {
		name    string
		picture []byte
		code    string
	}{
		{"10", good, room.FaultEmoteName},
		{"a b", good, room.FaultEmoteName},
		{"<b>", good, room.FaultEmoteName},
		{"a\u200db", good, room.FaultEmoteName},
		{strings.Repeat("a", 25), good, room.FaultEmoteName},
		{"wave", []byte("<svg/>"), room.FaultEmoteKind},
		{"wave", good[:40], room.FaultEmoteDamaged},
		{"wave", append(bytes.Clone(good), make([]byte, 256<<10)...), room.FaultEmoteBytes},
		{"wave", pictureOf(t, 1025, 2, asPNG), room.FaultEmotePixels},
	} {
		status, _, fault := boss.putEmote(tt.name, tt.picture)
		if status != http.StatusUnprocessableEntity || fault.Fault.Code != tt.code {
			t.Errorf("%q with %d bytes: %d %+v, want %s", tt.name, len(tt.picture), status, fault.Fault, tt.code)
		}
	}
	if n := len(boss.emotes()); n != 0 {
		t.Errorf("of what was refused %d are there", n)
	}
	for i := range room.MaxEmotes {
		if status, _, fault := boss.putEmote(fmt.Sprint("e", i), good); status != http.StatusOK {
			t.Fatalf("the %dth: %d %+v", i+1, status, fault)
		}
	}
	if status, _, fault := boss.putEmote("more", good); status != http.StatusUnprocessableEntity || fault.Fault.Code != room.FaultEmotesFull || fault.Fault.N != room.MaxEmotes {
		t.Errorf("one too many: %d %+v", status, fault.Fault)
	}
	if status, list, _ := boss.putEmote("e7", pictureOf(t, 20, 20, asPNG)); status != http.StatusOK || len(list) != room.MaxEmotes { // another picture
		t.Errorf("replaced: %d, %d emotes", status, len(list))
	}
	if status, body := boss.do("PATCH", liveRoom+"/emotes/e1", map[string]any{"name": "E2"}, ours); status != http.StatusUnprocessableEntity || !strings.Contains(body, room.FaultEmoteTaken) {
		t.Errorf("a name that is taken: %d %s", status, body)
	}
	boss.call("PATCH", liveRoom+"/emotes/nowhere", map[string]any{"name": "here"}, http.StatusNotFound)
	boss.call("DELETE", liveRoom+"/emotes/nowhere", nil, http.StatusNotFound)
}

// The filter reads the names and the text around them as if there were no emotes.
func TestTheFilterReadsEmotes(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0", "--address-rate", "0")
	boss := p.console()
	good := pictureOf(t, 16, 16, asPNG)
	boss.call("PUT", liveRoom+"/rules", map[string]any{"name": "words", "text": "lemon => refuse\nmelon => mask\n"}, 200)
	if status, _, fault := boss.putEmote("lemon", good); status != http.StatusUnprocessableEntity || fault.Fault.Code != room.FaultEmoteStopped {
		t.Errorf("an emote that nobody could write: %d %+v", status, fault.Fault)
	}
	for _, name := range []string{"x", "le", "mon", "cherry"} {
		if status, _, fault := boss.putEmote(name, good); status != http.StatusOK {
			t.Fatalf("%s: %d %+v", name, status, fault)
		}
	}
	texts := []string{"lemon :x:", ":x:lemon", "le:x:mon", ":le::mon:", "l:x:e:x:m:x:o:x:n", ":lemon:", "melon :x:", "a :cherry: pie", "：x：", "cherry"}
	answers := func(round string) (out []string) {
		phone := p.phone().open("audience", "")
		phone.next("hello")
		for i, text := range texts {
			phone.send(fmt.Sprint(round, i), text)
			a := phone.next("ack")
			shown := ""
			if a.Comment != nil {
				shown = a.Comment.Text
			}
			out = append(out, fmt.Sprint(text, ": ", a.Outcome, a.Code, " ", shown))
		}
		return out
	}
	with := answers("with")
	// A later rule stops an existing emote.
	boss.call("PUT", liveRoom+"/rules", map[string]any{"name": "more", "text": "cherry => refuse\n"}, 200)
	if got := answers("later"); !strings.Contains(got[7], "refused") {
		t.Errorf("with the rule: %s", got[7])
	}
	boss.call("DELETE", liveRoom+"/rules/more", nil, 204)
	for _, name := range []string{"x", "le", "mon", "cherry"} {
		boss.call("DELETE", liveRoom+"/emotes/"+name, nil, 200)
	}
	q := start(t, t.TempDir(), "--user-rate", "0", "--address-rate", "0") // with no earlier comments
	q.console().call("PUT", liveRoom+"/rules", map[string]any{"name": "words", "text": "lemon => refuse\nmelon => mask\n"}, 200)
	p = q
	if without := answers("without"); !slices.Equal(with, without) {
		t.Errorf("with emotes\n%s\nwithout\n%s", strings.Join(with, "\n"), strings.Join(without, "\n"))
	}
	if !strings.Contains(with[0], "refused") || !strings.Contains(with[5], "refused") {
		t.Errorf("the rule reads nothing: %v", with)
	}
}

// A room with a key shows its list only to clients with the key.
func TestEmotesOfASecretRoom(t *testing.T) {
	p := start(t, t.TempDir())
	boss := p.console()
	if status, _, _ := boss.putEmote("wave", pictureOf(t, 16, 16, asPNG)); status != http.StatusOK {
		t.Fatal(status)
	}
	boss.call("PATCH", liveRoom, map[string]any{"secret": true}, 200)
	if status, _ := p.browser().do("GET", liveRoom+"/emotes", nil, nil); status != http.StatusForbidden {
		t.Errorf("a stranger is answered %d", status)
	}
	key := p.link("audience").Key
	if status, body := p.browser().do("GET", liveRoom+"/emotes?key="+key, nil, nil); status != http.StatusOK || !strings.Contains(body, "wave") {
		t.Errorf("with the key: %d %s", status, body)
	}
}
