package tests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"danmaku/comment"
)

// photographer is a person who sends photos to a wall whose server is killed.
type photographer struct {
	*browser
	sent []string // answered ones
}

// tryPhoto sends a photo to a server that may end before it answers. It returns the photo's
// ID, or "".
func (b *browser) tryPhoto(wall, ref string, picture []byte) string {
	status, body := b.try("POST", liveRoom+"/items/"+wall+"/photos?"+url.Values{"ref": {ref}}.Encode(), picture)
	var a struct{ Outcome, ID string }
	if status != http.StatusAccepted || json.Unmarshal(body, &a) != nil || a.Outcome != "held" {
		return ""
	}
	return a.ID
}

// try sends a request to a server that may end before it answers: then the status is 0. A busy
// server is asked again, as pages do.
func (b *browser) try(method, path string, body []byte) (status int, answer []byte) {
	for deadline, tick := time.Now().Add(patience), time.Tick(10*time.Millisecond); ; <-tick {
		status, answer = b.tryOnce(method, path, body)
		if status != http.StatusServiceUnavailable || time.Now().After(deadline) {
			return status, answer
		}
	}
}

func (b *browser) tryOnce(method, path string, body []byte) (status int, answer []byte) {
	req, err := http.NewRequest(method, b.p.base+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil
	}
	for name, value := range ours {
		req.Header.Set(name, value)
	}
	resp, err := b.http.Do(req)
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	var all bytes.Buffer
	if _, err := all.ReadFrom(resp.Body); err != nil {
		return 0, nil
	}
	return resp.StatusCode, all.Bytes()
}

// killedWall is a photo wall of a program that is killed again and again.
type killedWall struct {
	*testing.T
	p      *program
	cmd    *exec.Cmd
	boss   *browser
	people []*photographer
	id     string
	// want is what must be true of each photo: whether it is shown. One that is not in it is
	// gone.
	want map[string]bool
}

var withoutRates = []string{"--user-rate", "0", "--address-rate", "0", "--room-rate", "0"}

// start starts the program, again with the same people.
func (w *killedWall) start(dir string) {
	w.p, w.cmd = child(w.T, dir, withoutRates...)
	if w.boss != nil {
		w.boss = w.boss.at(w.p)
	}
	for _, b := range w.people {
		b.browser = b.at(w.p)
	}
}

// kill ends the program at once.
func (w *killedWall) kill() {
	_ = w.cmd.Process.Kill()
	_ = w.cmd.Wait()
}

// check compares what phones, consoles, second screens and the database have with what must be
// true.
func (w *killedWall) check() {
	w.Helper()
	got := map[string]bool{}
	for i, b := range w.people {
		for _, photo := range b.photos(w.id) {
			got[photo.ID] = true
			shown, known := w.want[photo.ID]
			if !known || shown != (photo.Status == "shown") || !shown && photo.Status != "held" {
				w.Errorf("phone %d has %s as %s; want known %v, shown %v", i, photo.ID, photo.Status, known, shown)
			}
			if status, _, picture := w.p.getPicture(photo.Photo.Path); status != http.StatusOK || len(picture) == 0 {
				w.Errorf("the picture of the %s photo %s answers %d", photo.Status, photo.ID, status)
			}
		}
	}
	shown := 0
	for id, up := range w.want {
		if !got[id] {
			w.Errorf("no phone has the photo %s, shown %v", id, up)
		}
		if up {
			shown++
		}
	}
	for _, photo := range w.boss.photos(w.id) {
		if up, known := w.want[photo.ID]; !known || up != (photo.Status == "shown") {
			w.Errorf("the console has %s as %s", photo.ID, photo.Status)
		}
	}
	if r := w.onScreen(w.p.overlaySocket("").next("hello")); r.Photos != shown || len(r.Newest) != shown {
		w.Errorf("a screen begins with %d photos, %d of them drawn, want %d", r.Photos, len(r.Newest), shown)
	}
	// Each picture in the database belongs to a photo that waits or is shown.
	code, out, errs, _ := startSecond(w.T, w.p, false, "doctor")
	if code != exitDone || !strings.Contains(out, fmt.Sprintf("Photos of photo walls in the database: %d, ", len(w.want))) {
		w.Errorf("want %d pictures; the doctor ends with %d: %s%s", len(w.want), code, out, errs)
	}
}

// onScreen returns the wall that a screen begins with. Only approved photos may be in it.
func (w *killedWall) onScreen(hello frame) (r wallResult) {
	w.Helper()
	if len(hello.Items) != 1 || json.Unmarshal(hello.Items[0].Result, &r) != nil {
		w.Fatalf("a screen begins with %s", hello.raw)
	}
	for _, photo := range r.Newest {
		if !w.want[photo.ID] {
			w.Errorf("a screen shows %s", photo.ID)
		}
	}
	return r
}

// eachSends is how many photos a person sends.
const eachSends = 6

// killWhilePhotosArrive kills the program while everybody sends photos. After the restart each
// phone sends all of them again: an answered one is there once, with its ID.
func (w *killedWall) killWhilePhotosArrive(dir string) {
	w.Helper()
	picture := pictureOf(w.T, 200, 100, asJPEG)
	ref := func(person, n int) string { return fmt.Sprint(person, "-", n) }
	var done sync.WaitGroup
	answered := make(chan struct{}, len(w.people)*eachSends)
	for i, b := range w.people {
		done.Go(func() {
			for n := range eachSends {
				id := b.tryPhoto(w.id, ref(i, n), picture)
				if id == "" {
					return
				}
				b.sent = append(b.sent, id)
				answered <- struct{}{}
			}
		})
	}
	for range len(w.people) * eachSends / 2 {
		<-answered
	}
	w.kill()
	done.Wait()
	w.start(dir)
	for i, b := range w.people {
		before := b.sent
		b.sent = nil
		for n := range eachSends {
			id := b.tryPhoto(w.id, ref(i, n), picture)
			if id == "" || n < len(before) && before[n] != id {
				w.Fatalf("phone %d: photo %d is %q after the restart, of %v", i, n, id, before)
			}
			w.want[id] = false
			b.sent = append(b.sent, id)
		}
	}
}

// killWhileDeciding kills the program while photos are approved, taken down, taken back by
// their authors. Every answered decision holds after the restart.
func (w *killedWall) killWhileDeciding(dir string) {
	w.Helper()
	type decision struct {
		id             string
		shows, decided bool
	}
	var list []*decision
	var done sync.WaitGroup
	begin, answered := make(chan struct{}), make(chan struct{}, len(w.people)*eachSends)
	for _, b := range w.people {
		for n, id := range b.sent {
			by, method, path := w.boss, "POST", liveRoom+"/comments/"+id
			switch n {
			case 0, 1: // stays as it is
				continue
			case 2: // shown
				path += "/remove"
			case 3, 5: // shown, waits
				by, method = b.browser, "DELETE"
			case 4: // waits
				path += "/approve"
			}
			d := &decision{id: id, shows: n == 4}
			list = append(list, d)
			done.Go(func() {
				<-begin
				if status, _ := by.try(method, path, nil); status/100 == 2 {
					d.decided = true
					answered <- struct{}{}
				}
			})
		}
	}
	close(begin)
	for range len(list) / 3 {
		<-answered
	}
	w.kill()
	done.Wait()
	w.start(dir)
	now := map[string]string{}
	for _, photo := range w.boss.photos(w.id) {
		now[photo.ID] = photo.Status
	}
	for _, d := range list {
		status, there := now[d.id]
		if holds := d.shows && status == "shown" || !d.shows && !there; d.decided && !holds {
			w.Errorf("an answered decision is lost: %+v is %q", *d, status)
		}
		if w.want[d.id] = status == "shown"; !there {
			delete(w.want, d.id)
		}
	}
}

// The program is killed while photos arrive, and while they are approved, taken down and taken
// back. Afterwards every answered photo is there once, every answered decision holds, nothing
// unreviewed is on a screen, and no removed picture is in the database or in a backup.
func TestKilledProcessKeepsThePhotoWall(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: this test kills whole processes, which takes seconds")
	}
	dir := t.TempDir()
	w := &killedWall{T: t, want: map[string]bool{}}
	w.start(dir)
	w.boss = w.p.console()
	w.id = newItem(w.boss, "photos", `{"title":"Your pictures","each":20,"most":500}`).ID
	for range 12 {
		w.people = append(w.people, &photographer{browser: w.p.phone()})
	}
	w.killWhilePhotosArrive(dir)
	w.check()

	for _, b := range w.people {
		for _, id := range b.sent[:4] {
			w.boss.call("POST", liveRoom+"/comments/"+id+"/approve", nil, 200)
			w.want[id] = true
		}
	}
	position := w.p.overlaySocket("").next("hello").Position
	w.killWhileDeciding(dir)
	w.check()
	if h := w.p.overlaySocket(position).next("hello"); !h.Resumed {
		t.Errorf("a screen does not resume: %s", h.raw)
	} else {
		w.onScreen(h)
	}

	// No export of comments has a photo. A backup, restored after another kill, has the same
	// wall.
	if status, body := w.boss.do("GET", liveRoom+"/export?format=jsonl&status=shown,held,refused,removed", nil, nil); status != http.StatusOK || strings.Contains(body, comment.PhotoText) || strings.Contains(body, "/photos/") {
		t.Errorf("the export answers %d: %.300s", status, body)
	}
	file := filepath.Join(t.TempDir(), "copy.db")
	if code, _, errs, _ := startSecond(t, w.p, false, "backup", file); code != exitDone {
		t.Fatal(errs)
	}
	for _, b := range w.people {
		w.boss.call("POST", liveRoom+"/comments/"+b.sent[0]+"/remove", nil, 204)
	}
	w.kill()
	if code, _, errs, _ := startSecond(t, w.p, false, "restore", file, "--force"); code != exitDone {
		t.Fatalf("restore ends with %d: %s", code, errs)
	}
	w.start(dir)
	w.check()
}
