package tests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"danmaku/room"
)

func asJPEG(w io.Writer, img image.Image) error { return jpeg.Encode(w, img, nil) }

// sendPhoto sends a photo to a wall, and returns the answer.
func (b *browser) sendPhoto(wall, ref, text string, picture []byte) (status int, a frame) {
	b.t.Helper()
	query := url.Values{"ref": {ref}, "text": {text}, "name": {"Ann"}}
	req, err := http.NewRequest("POST", b.p.base+liveRoom+"/items/"+wall+"/photos?"+query.Encode(), bytes.NewReader(picture))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "image/jpeg")
	resp, err := b.http.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := json.Unmarshal(body, &a); err != nil {
		b.t.Fatalf("%d %s", resp.StatusCode, body)
	}
	return resp.StatusCode, a
}

// wallPhoto is a photo in the list of a wall.
type wallPhoto struct {
	ID, Text, Name, Status string
	Photo                  struct {
		Path          string
		Width, Height int
	}
}

// photos lists the photos of a wall: a phone gets its own photos, a console all.
func (b *browser) photos(wall string) []wallPhoto {
	b.t.Helper()
	status, body := b.do("GET", liveRoom+"/items/"+wall+"/photos", nil, nil)
	if status != http.StatusOK {
		b.t.Fatalf("the photos answer %d: %s", status, body)
	}
	return decoded[struct{ Photos []wallPhoto }](b.t.(*testing.T), body).Photos
}

// getPicture returns the answer for a picture's path.
func (p *program) getPicture(path string) (int, http.Header, []byte) {
	p.t.Helper()
	resp, err := http.Get(p.base + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, body
}

// wallResult is a wall's result as sent to screens.
type wallResult struct {
	Photos, People int
	Newest         []struct {
		ID, Path, Text, Name string
		Width, Height        int
	}
}

// awaitPhotos waits until a screen has received the wanted number of photos.
func (s *socket) awaitPhotos(n int) (r wallResult) {
	s.t.Helper()
	for {
		f := s.next("tally")
		for _, it := range f.Items {
			r = wallResult{}
			if json.Unmarshal(it.Result, &r) == nil && r.Photos == n {
				return r
			}
		}
	}
}

// A photo waits for a moderator whatever the room's review setting; an approved photo is on the
// wall and nowhere else; a removed one leaves screens, server and disk at once.
func TestPhotoWall(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir, "--user-rate", "0")
	boss := p.console()
	ann, bob := p.phone(), p.phone()
	phone, overlay, console := ann.open("audience", ""), p.overlaySocket(""), boss.open("console", "")
	me := phone.next("hello").User.ID
	overlay.next("hello")
	console.next("hello")
	if status, a := ann.sendPhoto("nothing", "r0", "", pictureOf(t, 64, 64, asJPEG)); status != http.StatusNotFound {
		t.Errorf("without a wall: %d %+v", status, a)
	}
	wall := newItem(boss, "photos", `{"title":"Your pictures"}`)
	sent := append(pictureOf(t, 1600, 800, asJPEG), "GPS<script>"...)
	status, a := ann.sendPhoto(wall.ID, "r1", "the crowd", sent)
	if status != http.StatusAccepted || a.Outcome != "held" || a.ID == "" {
		t.Fatalf("a photo gets the answer %d %+v", status, a)
	}
	if status, again := ann.sendPhoto(wall.ID, "r1", "the crowd", sent); status != http.StatusAccepted || again.ID != a.ID {
		t.Errorf("sent again: %d %+v", status, again)
	}
	waits := console.until("the photo", func(e event) bool { return e.Type == "held" })
	if waits.Text != "the crowd" || waits.Item != wall.ID || waits.Rule != "photo" || waits.User != me {
		t.Errorf("the console receives %+v", waits)
	}
	mine := ann.photos(wall.ID)
	if len(mine) != 1 || mine[0].Status != "held" || mine[0].Photo.Width != 1280 || mine[0].Photo.Height != 640 {
		t.Fatalf("the author's list is %+v", mine)
	}
	if list := bob.photos(wall.ID); len(list) != 0 {
		t.Errorf("another phone receives %+v", list)
	}
	path := mine[0].Photo.Path

	// Approved.
	boss.call("POST", liveRoom+"/comments/"+a.ID+"/approve", nil, 200)
	if f := phone.next("ack"); f.Ref != "r1" || f.Outcome != "shown" {
		t.Errorf("its author receives %+v", f)
	}
	r := overlay.awaitPhotos(1)
	if n := r.Newest[0]; n.ID != a.ID || n.Path != path || n.Text != "the crowd" || n.Name != "Ann" || n.Width != 1280 {
		t.Errorf("screens receive %+v", n)
	}
	if f := phone.next("tally"); bytes.Contains(f.raw, []byte(path)) {
		t.Errorf("phones receive the photo's path: %s", f.raw)
	}
	status, header, body := p.getPicture(path)
	size, kind, err := image.DecodeConfig(bytes.NewReader(body))
	if status != http.StatusOK || err != nil || kind != "jpeg" || size.Width != 1280 || size.Height != 640 || header.Get("Cache-Control") != "no-store" ||
		header.Get("Content-Type") != "image/jpeg" || header.Get("X-Content-Type-Options") != "nosniff" || bytes.Contains(body, []byte("GPS")) {
		t.Errorf("served: %d %v %s %v %v", status, header, kind, size, err)
	}
	// No comment flies, and no export of comments contains it.
	if _, text := boss.do("GET", liveRoom+"/export?format=csv", nil, nil); strings.Contains(text, "the crowd") {
		t.Errorf("the export has the photo: %s", text)
	}

	// A restart keeps the wall.
	p.stop()
	p = start(t, dir, "--user-rate", "0")
	boss, ann, bob = boss.at(p), ann.at(p), bob.at(p)
	overlay = p.overlaySocket("")
	h := overlay.next("hello")
	if len(h.Items) != 1 || !bytes.Contains(h.Items[0].Result, []byte(path)) {
		t.Fatalf("after a restart: %s", h.raw)
	}
	phone = ann.open("audience", "")
	if h := phone.next("hello"); len(h.Items) != 1 || bytes.Contains(h.Items[0].Result, []byte(path)) {
		t.Errorf("phones receive %s", h.raw)
	}
	// A sample of the file's bytes, which must not remain after the photo's removal.
	trace := body[len(body)-64:]
	onDisk := func() bool {
		files, err := filepath.Glob(filepath.Join(dir, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if b, err := os.ReadFile(file); err == nil && bytes.Contains(b, trace) {
				return true
			}
		}
		return false
	}
	if !onDisk() {
		t.Fatal("the photo is not in the searched files")
	}

	// A moderator takes it down: no undo restores it.
	boss.call("POST", liveRoom+"/comments/"+a.ID+"/remove", nil, 204)
	overlay.until("the removal", func(e event) bool { return e.Type == "remove" && len(e.IDs) == 1 && e.IDs[0] == a.ID })
	overlay.awaitPhotos(0)
	if status, _, _ := p.getPicture(path); status != http.StatusNotFound {
		t.Errorf("removed, it is served: %d", status)
	}
	if status, _ := boss.do("POST", liveRoom+"/comments/"+a.ID+"/approve", map[string]any{"from": "refused"}, ours); status < 400 {
		if status, _, _ := p.getPicture(path); status != http.StatusNotFound {
			t.Error("an approval restores it")
		}
	}
	// Its author takes it down at any time, also while it waits.
	shown := p.sendApprovedPhoto(boss, ann, wall.ID, "r2")
	_, waiting := ann.sendPhoto(wall.ID, "r3", "", sent)
	if status, _ := bob.do("DELETE", liveRoom+"/comments/"+shown.ID, nil, ours); status != http.StatusNotFound {
		t.Errorf("somebody else removes it: %d", status)
	}
	for _, id := range []string{shown.ID, waiting.ID} {
		if status, body := ann.do("DELETE", liveRoom+"/comments/"+id, nil, ours); status != http.StatusNoContent {
			t.Errorf("its author removes it: %d %s", status, body)
		}
	}
	if list := ann.photos(wall.ID); len(list) != 0 {
		t.Errorf("the author still has %+v", list)
	}
	if status, _, _ := p.getPicture(shown.Photo.Path); status != http.StatusNotFound {
		t.Errorf("removed by its author, it is served: %d", status)
	}
	// Cleared screens have no photos either; waiting ones still wait.
	cleared := p.sendApprovedPhoto(boss, bob, wall.ID, "b1")
	boss.call("POST", liveRoom+"/clear", nil, 204)
	if status, _, _ := p.getPicture(cleared.Photo.Path); status != http.StatusNotFound || len(boss.photos(wall.ID)) != 0 {
		t.Errorf("cleared: %d, %+v", status, boss.photos(wall.ID))
	}
	// Deleted together with its author.
	erase := p.sendApprovedPhoto(boss, bob, wall.ID, "b2")
	if status, body := bob.do("DELETE", liveRoom+"/me", nil, ours); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	if status, _, _ := p.getPicture(erase.Photo.Path); status != http.StatusNotFound {
		t.Errorf("its author is erased, but it is served: %d", status)
	}
	p.stop()
	if onDisk() {
		t.Error("a removed photo is still on the disk")
	}
}

// sendApprovedPhoto sends a photo and approves it.
func (p *program) sendApprovedPhoto(boss, author *browser, wall, ref string) wallPhoto {
	p.t.Helper()
	status, a := author.sendPhoto(wall, ref, "", pictureOf(p.t.(*testing.T), 200, 100, asJPEG))
	if status != http.StatusAccepted {
		p.t.Fatalf("%d %+v", status, a)
	}
	boss.call("POST", liveRoom+"/comments/"+a.ID+"/approve", nil, 200)
	for _, it := range author.photos(wall) {
		if it.ID == a.ID {
			return it
		}
	}
	p.t.Fatal("the author has no such photo")
	return wallPhoto{}
}

// In a room with a delay, screens show a photo and a question no earlier than comments
// sent before the approval. The console and its author see both at once.
func TestPhotosKeepTheDelay(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir, "--user-rate", "0", "--address-rate", "0")
	boss, ann := p.console(), p.phone()
	boss.call("PATCH", liveRoom, map[string]any{"delay_ms": 10_000}, 200)
	wall := newItem(boss, "photos", `{"title":"Your pictures","overlay":true}`)
	list := newItem(boss, "questions", `{"title":"Ask"}`)
	phone, overlay, console := ann.open("audience", ""), p.overlaySocket(""), boss.open("console", "")
	overlay.next("hello")
	console.next("hello")
	phone.next("hello")
	before := phone.say("before the photo")
	path := p.sendApprovedPhoto(boss, ann, wall.ID, "r1").Photo.Path
	if a := phone.next("ack"); a.Ref != "r1" || a.Outcome != "shown" {
		t.Errorf("its author receives %+v", a)
	}
	if a := phone.askQuestion(list.ID, "q1", "Is it late?", map[string]any{"name": "Ann"}); a.Outcome != "shown" {
		t.Fatalf("%+v", a)
	}
	console.awaitPhotos(1)
	// inOrder reads a screen from its hello until it has the photo and the question.
	inOrder := func(screen *socket, from frame, before, path, question string) {
		t.Helper()
		there := slices.ContainsFunc(from.Recent, func(e event) bool { return e.ID == before })
		for f, photo, asked := from, false, false; ; f = screen.nextFrame() {
			there = there || slices.ContainsFunc(f.Events, func(e event) bool { return e.ID == before })
			photo, asked = photo || bytes.Contains(f.raw, []byte(path)), asked || bytes.Contains(f.raw, []byte(question))
			if (photo || asked) && !there {
				t.Fatalf("a screen receives it too early: %s", f.raw)
			}
			if photo && asked {
				return
			}
		}
	}
	again := p.overlaySocket("")
	from := again.next("hello")
	// A change of the wall sends screens its whole state, without the delayed photos.
	boss.call("PATCH", liveRoom+"/items/"+wall.ID, map[string]any{"spec": map[string]any{"title": "Yours", "overlay": true}}, 200)
	if e := console.until("the change", func(e event) bool { return e.Type == "item" && strings.Contains(string(e.Spec), "Yours") }); !bytes.Contains(e.Result, []byte(path)) {
		t.Errorf("the console receives %s", e.Result)
	}
	boss.call("PATCH", liveRoom, map[string]any{"delay_ms": 0}, 200) // delayed events are sent now
	inOrder(overlay, frame{}, before.ID, path, "Is it late?")
	inOrder(again, from, before.ID, path, "Is it late?")

	// Also over a restart.
	boss.call("PATCH", liveRoom, map[string]any{"delay_ms": 10_000}, 200)
	before = phone.say("before the restart")
	path = p.sendApprovedPhoto(boss, ann, wall.ID, "r2").Photo.Path
	if a := phone.next("ack"); a.Ref != "r2" || a.Outcome != "shown" {
		t.Errorf("its author receives %+v", a)
	}
	if a := phone.askQuestion(list.ID, "q2", "Is it over?", map[string]any{"name": "Ann"}); a.Outcome != "shown" {
		t.Fatalf("%+v", a)
	}
	p.stop()
	p = start(t, dir)
	overlay = p.overlaySocket("")
	from = overlay.next("hello")
	boss.at(p).call("PATCH", liveRoom, map[string]any{"delay_ms": 0}, 200)
	inOrder(overlay, from, before.ID, path, "Is it over?")
}

// A copy of the database has the visible and the waiting photos, and none removed
// before the copy; once restored, it serves them. The doctor reports their size.
func TestPhotosInBackups(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0", "--address-rate", "0")
	boss, ann := p.console(), p.phone()
	command := func(args ...string) string {
		t.Helper()
		code, out, errs, _ := startSecond(t, p, false, args...)
		if code != exitDone {
			t.Fatalf("%v ended with %d: %s", args, code, errs)
		}
		return out
	}
	if out := command("doctor"); strings.Contains(out, "Photos of photo walls") {
		t.Errorf("without a photo the doctor prints %s", out)
	}
	wall := newItem(boss, "photos", `{"title":"Your pictures"}`)
	stands, down := p.sendApprovedPhoto(boss, ann, wall.ID, "r1"), p.sendApprovedPhoto(boss, ann, wall.ID, "r2")
	if status, a := ann.sendPhoto(wall.ID, "r3", "", pictureOf(t, 90, 60, asJPEG)); status != http.StatusAccepted {
		t.Fatalf("%d %+v", status, a)
	}
	list := ann.photos(wall.ID)
	waits := list[len(list)-1]
	_, _, kept := p.getPicture(stands.Photo.Path)
	boss.call("POST", liveRoom+"/comments/"+down.ID+"/remove", nil, 204)
	out := command("doctor")
	if !strings.Contains(out, "note   Photos of photo walls in the database: 2, ") || !strings.Contains(out, "ok     The database is whole") {
		t.Errorf("the doctor prints %s", out)
	}
	for lang, word := range map[string]string{"zh-CN": "照片墙的照片 2 张", "ja": "フォトウォールの写真：2枚"} {
		if out := command("doctor", "--lang", lang); !strings.Contains(out, word) {
			t.Errorf("in %s: %s", lang, out)
		}
	}
	file := filepath.Join(t.TempDir(), "copy.db")
	command("backup", file)
	for _, id := range []string{stands.ID, waits.ID} { // after the copy was made
		boss.call("POST", liveRoom+"/comments/"+id+"/remove", nil, 204)
	}
	p.stop()
	command("restore", file, "--force")
	p = start(t, p.data, "--user-rate", "0", "--address-rate", "0")
	boss, ann = boss.at(p), ann.at(p)
	if status, _, body := p.getPicture(stands.Photo.Path); status != http.StatusOK || !bytes.Equal(body, kept) {
		t.Errorf("restored, it answers %d with %d bytes of %d", status, len(body), len(kept))
	}
	if status, _, _ := p.getPicture(down.Photo.Path); status != http.StatusNotFound {
		t.Errorf("a photo removed before the copy answers %d", status)
	}
	if h := p.overlaySocket("").next("hello"); len(h.Items) != 1 || !bytes.Contains(h.Items[0].Result, []byte(stands.Photo.Path)) || bytes.Contains(h.Items[0].Result, []byte(waits.Photo.Path)) {
		t.Errorf("screens receive %s", h.raw)
	}
	boss.call("POST", liveRoom+"/comments/"+waits.ID+"/approve", nil, 200)
	if status, _, _ := p.getPicture(waits.Photo.Path); status != http.StatusOK || len(ann.photos(wall.ID)) != 2 {
		t.Errorf("a waiting photo, approved, answers %d", status)
	}
}

// A photo beyond a limit is refused with the reason, which the phone shows in its language.
func TestLimitsOfPhotos(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0", "--address-rate", "0")
	boss, ann, bob := p.console(), p.phone(), p.phone()
	wall := newItem(boss, "photos", `{"title":"Your pictures","each":2,"most":3}`)
	good := pictureOf(t, 64, 64, asJPEG)
	for i, tt := range []struct {
		picture []byte
		reason  string
	}{
		{[]byte("<svg/>"), room.FaultPhotoKind},
		{[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), room.FaultPhotoHEIC},
		{good[:60], room.FaultPhotoDamaged},
		{append(bytes.Clone(good), make([]byte, 4<<20)...), room.FaultPhotoBytes},
		{pictureOf(t, 20, 20, asJPEG), room.FaultPhotoSmall},
	} {
		if status, a := ann.sendPhoto(wall.ID, fmt.Sprint("x", i), "", tt.picture); status != http.StatusUnprocessableEntity || a.Reason != tt.reason {
			t.Errorf("%s: %d %s", tt.reason, status, a.Reason)
		}
	}
	// Simultaneous ones count, too.
	var done sync.WaitGroup
	taken := make(chan int, 6)
	for i := range 6 {
		done.Go(func() {
			status, _ := ann.sendPhoto(wall.ID, fmt.Sprint("a", i), "", good)
			taken <- status
		})
	}
	done.Wait()
	close(taken)
	n := 0
	for status := range taken {
		if status == http.StatusAccepted {
			n++
		}
	}
	if n != 2 || len(ann.photos(wall.ID)) != 2 {
		t.Errorf("of six at once %d are accepted", n)
	}
	if status, a := ann.sendPhoto(wall.ID, "a9", "", good); status != http.StatusConflict || a.Reason != room.FaultPhotoYours {
		t.Errorf("one too many of a person: %d %+v", status, a)
	}
	if status, a := bob.sendPhoto(wall.ID, "b1", "", good); status != http.StatusAccepted {
		t.Errorf("%d %+v", status, a)
	}
	if status, a := bob.sendPhoto(wall.ID, "b2", "", good); status != http.StatusConflict || a.Reason != room.FaultPhotoFull {
		t.Errorf("one too many of all: %d %+v", status, a)
	}
	// A refusal makes room, and can be undone.
	first := ann.photos(wall.ID)[0]
	boss.call("POST", liveRoom+"/comments/"+first.ID+"/refuse", nil, 200)
	if status, _, _ := p.getPicture(first.Photo.Path); status != http.StatusOK {
		t.Errorf("the console cannot look at it again: %d", status)
	}
	boss.call("POST", fmt.Sprint(liveRoom, "/audit/", boss.call("GET", liveRoom+"/audit?limit=1&act=refuse", nil, 200).Acts[0].ID, "/undo"), nil, 204)
	if got := ann.photos(wall.ID)[0].Status; got != "shown" {
		t.Errorf("after the undo it is %s", got)
	}
	// The text is checked like every text.
	boss.call("PATCH", liveRoom+"/items/"+wall.ID, map[string]any{"spec": map[string]any{"title": "Your pictures", "each": 20}}, 200)
	boss.call("PUT", liveRoom+"/rules", map[string]any{"name": "words", "text": "lemon => refuse\n"}, 200)
	if status, a := bob.sendPhoto(wall.ID, "b3", "a lemon", good); status != http.StatusUnprocessableEntity || a.Code != "refused" {
		t.Errorf("a text that a rule refuses: %d %+v", status, a)
	}
	// Muted people cannot send photos, nor can anyone to a closed wall.
	boss.call("PATCH", liveRoom+"/items/"+wall.ID, map[string]any{"spec": map[string]any{"title": "Your pictures", "each": 20, "closed": true}}, 200)
	if status, a := bob.sendPhoto(wall.ID, "b4", "", good); status != http.StatusConflict || a.Reason != room.FaultPhotoClosed {
		t.Errorf("to a closed wall: %d %+v", status, a)
	}
	boss.call("PATCH", liveRoom+"/items/"+wall.ID, map[string]any{"spec": map[string]any{"title": "Your pictures", "each": 20}}, 200)
	me := bob.open("audience", "").next("hello").User.ID
	boss.call("POST", liveRoom+"/bans", map[string]any{"user": me, "kind": "mute", "seconds": 600}, 201)
	if status, a := bob.sendPhoto(wall.ID, "b5", "", good); status != http.StatusForbidden || a.Code != "muted" {
		t.Errorf("somebody muted: %d %+v", status, a)
	}
	boss.call("PATCH", liveRoom, map[string]any{"state": "closed"}, 200)
	if status, a := ann.sendPhoto(wall.ID, "a7", "", good); status != http.StatusConflict || a.Code != "room_closed" {
		t.Errorf("to a closed room: %d %+v", status, a)
	}
	// A sender needs an identity.
	stranger := p.browser()
	if status, _ := stranger.sendPhoto(wall.ID, "s", "", good); status != http.StatusUnauthorized {
		t.Errorf("without an identity: %d", status)
	}
}
