package tests

import (
	"compress/gzip"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A folder of backups is rotated, and any of its copies can be restored: comments, links and
// sessions are valid again, and the previous data is kept.
func TestBackupAndRestore(t *testing.T) {
	p := start(t, t.TempDir())
	phone := p.phone()
	say := func(text string) {
		t.Helper()
		phone.call("POST", liveRoom+"/comments", map[string]any{"text": text}, 201)
	}
	command := func(args ...string) (int, string, string) {
		t.Helper()
		code, out, errs, _ := startSecond(t, p, false, args...)
		return code, out, errs
	}
	say("before the copy")
	mod := p.link("moderator")
	folder := filepath.Join(t.TempDir(), "copies") + string(os.PathSeparator)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"danmaku-20200101-000000.db", "danmaku-20200102-000000.db", "holiday.db"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, out, errs := command("backup", folder, "--keep", "2")
	if code != exitDone || !strings.Contains(out, "older ones deleted: 1") {
		t.Fatalf("ended with %d, %q: %s", code, out, errs)
	}
	copies, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(copies) != 4 { // two copies, the key, and a file of somebody else
		t.Fatalf("the folder holds %v, %v", copies, err)
	}
	file := copies[1]
	say("after the copy")

	if code, _, errs := command("restore", file); code == exitDone || !strings.Contains(errs, "a server uses the data folder") {
		t.Errorf("beside the server it ended with %d: %s", code, errs)
	}
	p.stop()
	if code, _, errs := command("restore", file); code == exitDone || !strings.Contains(errs, "--force moves it aside") {
		t.Errorf("into a folder with data it ended with %d: %s", code, errs)
	}
	spoilt := filepath.Join(folder, "spoilt.db")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"half": data[:len(data)/2], "empty": nil, "text": []byte("not a database, but long enough to look like one at first sight ......................................................")} {
		if err := os.WriteFile(spoilt, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if code, _, errs := command("restore", spoilt, "--force"); code == exitDone {
			t.Errorf("a %s file is put back: %s", name, errs)
		}
	}
	code, out, errs = command("restore", file, "--force")
	if code != exitDone || !strings.Contains(out, "What was there is kept as") {
		t.Fatalf("ended with %d, %q: %s", code, out, errs)
	}
	back := start(t, p.data)
	b := back.browser()
	if status, body := b.do("GET", "/console?key="+mod.Key, nil, nil); status != 200 {
		t.Errorf("the moderator's link of the copy answers %d: %s", status, body)
	}
	_, comments := b.do("GET", liveRoom+"/comments", nil, nil)
	if !strings.Contains(comments, "before the copy") || strings.Contains(comments, "after the copy") {
		t.Errorf("the log is not that of the copy: %s", comments)
	}
	back.stop()
	kept, err := filepath.Glob(filepath.Join(p.data, "before-*-danmaku.db"))
	if err != nil || len(kept) != 1 {
		t.Errorf("the old database is not kept: %v, %v", kept, err)
	}

	// Another machine has neither data nor a key.
	elsewhere := filepath.Join(t.TempDir(), "data")
	alone := filepath.Join(t.TempDir(), "alone.db")
	if err := os.WriteFile(alone, data, 0o600); err != nil {
		t.Fatal(err)
	}
	other := &program{data: elsewhere}
	if code, _, errs, _ := startSecond(t, other, false, "restore", alone); code == exitDone || !strings.Contains(errs, "there is no secret.key beside") {
		t.Errorf("without a key it ended with %d: %s", code, errs)
	}
	if code, _, errs, _ := startSecond(t, other, false, "restore", alone, "--key", filepath.Join(folder, "secret.key")); code != exitDone {
		t.Fatalf("ended with %d: %s", code, errs)
	}
	if status, _ := start(t, elsewhere).browser().do("GET", "/console?key="+mod.Key, nil, nil); status != 200 {
		t.Errorf("on another machine the moderator's link answers %d", status)
	}
}

func TestBackupFaults(t *testing.T) {
	p := start(t, t.TempDir())
	other := start(t, t.TempDir())
	folder := t.TempDir()
	if code, _, errs, _ := startSecond(t, other, false, "backup", folder); code != exitDone {
		t.Fatal(errs)
	}
	for _, tt := range []struct{ args, want string }{
		{"backup " + folder + " --keep some", `--keep "some": write a number of copies`},
		{"backup " + folder + " --every 5s", `--every "5s": write a time of a minute or more`},
		{"backup " + filepath.Join(folder, "one.db") + " --every 6h", "--every makes many copies, so name a folder"},
		{"backup " + folder, "is the key of another data folder"},
		{"restore " + filepath.Join(folder, "none.db"), "there is no file "},
	} {
		code, _, errs, _ := startSecond(t, p, false, strings.Fields(tt.args)...)
		if code == exitDone || !strings.Contains(errs, tt.want) {
			t.Errorf("%s: ended with %d: %s", tt.args, code, errs)
		}
	}
}

// The doctor finds the faults, in the user's language, and changes nothing.
func TestDoctor(t *testing.T) {
	dir := t.TempDir()
	run := func(t *testing.T, data string, args ...string) (int, string) {
		t.Helper()
		code, out, errs, _ := startSecond(t, &program{data: data}, false, append([]string{"doctor"}, args...)...)
		if errs != "" {
			t.Errorf("it complains: %s", errs)
		}
		return code, out
	}
	if code, out := run(t, filepath.Join(dir, "none")); code != exitDone || !strings.Contains(out, "note   There is no data folder") || exists(filepath.Join(dir, "none")) {
		t.Errorf("without a folder: %d, %s", code, out)
	}
	p := start(t, filepath.Join(dir, "data"))
	p.phone().call("POST", liveRoom+"/comments", map[string]any{"text": "hello"}, 201)
	for lang, word := range map[string]string{"en": "The server runs at " + p.base, "zh-CN": "服务器在 " + p.base, "ja": "サーバーは " + p.base} {
		if code, out := run(t, p.data, "--lang", lang); code != exitDone || !strings.Contains(out, word) || strings.Contains(out, "FAULT") || strings.Contains(out, "%!") {
			t.Errorf("in %s: %d, %s", lang, code, out)
		}
	}
	held := p.base[strings.LastIndexByte(p.base, '/')+1:]
	if code, out := run(t, t.TempDir(), "--listen", held); code != exitFailed || !strings.Contains(out, "FAULT  The server does not run and could not start") {
		t.Errorf("with the port in use: %d, %s", code, out)
	}
	certs := t.TempDir()
	certify(t, certs, publicHost)
	args := []string{"--tls-cert", filepath.Join(certs, "fullchain.pem"), "--tls-key", filepath.Join(certs, "privkey.pem"), "--listen", "127.0.0.1:0"}
	if _, out := run(t, p.data, args...); !strings.Contains(out, "warn   The certificate "+filepath.Join(certs, "fullchain.pem")+" ends on") {
		t.Errorf("with a certificate that ends within the hour: %s", out)
	}
	p.stop()
	file := filepath.Join(p.data, "danmaku.db")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := 5000; i < min(len(data), 60_000); i++ {
		data[i] ^= 0x5a
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out := run(t, p.data, "--listen", "127.0.0.1:0"); code != exitFailed || !strings.Contains(out, "FAULT  The database cannot be used") {
		t.Errorf("with a damaged database: %d, %s", code, out)
	}
	after, err := os.ReadFile(file)
	if err != nil || string(after) != string(data) {
		t.Error("the doctor changed the database")
	}
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// A database of any earlier version opens: its comments, room and rules are there, and it
// accepts new comments. The programs of those commits made the files.
func TestDatabasesOfEarlierVersions(t *testing.T) {
	files, err := filepath.Glob("store/testdata/kept/*.db.gz")
	if err != nil || len(files) < 8 {
		t.Fatalf("kept are %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			packed, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer packed.Close()
			r, err := gzip.NewReader(packed)
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "danmaku.db"), data, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, text := range []string{"goes on", "and again"} { // the second start finds it migrated
				p := start(t, dir)
				owner := p.console()
				_, comments := owner.do("GET", liveRoom+"/comments", nil, nil)
				for _, want := range []string{"first of ", "前方高能", "café 👋🏽", "t.me/joinchat"} {
					if !strings.Contains(comments, want) {
						t.Errorf("%q is not in the log: %s", want, comments)
					}
				}
				if _, room := owner.do("GET", liveRoom, nil, nil); !strings.Contains(room, "Kept evening") {
					t.Errorf("the room is %s", room)
				}
				if _, rules := owner.do("GET", liveRoom+"/rules", nil, nil); !strings.Contains(rules, `"mine"`) || !strings.Contains(rules, "spoiler") {
					t.Errorf("the rules are %s", rules)
				}
				// Its show data is there; features that it did not have can be used.
				if version := filepath.Base(file); version >= "0019" {
					for query, want := range map[string]string{"format=csv": ",Fire,1,1\r\n", "kind=questions&format=csv": "Kept question?"} {
						if _, table := owner.do("GET", liveRoom+"/items/export?"+query, nil, nil); !strings.Contains(table, want) {
							t.Errorf("%s: %q is not in %s", query, want, table)
						}
					}
				}
				if status, list, fault := owner.putEmote("kept", pictureOf(t, 30, 30, asPNG)); status != http.StatusOK || len(list) != 1 {
					t.Errorf("its first emote: %d %+v %+v", status, list, fault)
				}
				phone := p.phone()
				socket := phone.open("audience", "")
				user := socket.next("hello").User.ID
				owner.call("POST", liveRoom+"/users/"+user+"/notes", map[string]any{"text": "careful", "warn": true}, 201)
				if u := socket.next("user"); len(u.Warnings) != 1 || u.Warnings[0].Text != "careful" {
					t.Errorf("the phone is warned of %+v", u.Warnings)
				}
				newItem(owner, "card", `{"text":"in front","seconds":0}`)
				phone.call("POST", liveRoom+"/comments", map[string]any{"text": text}, 201)
				p.stop()
			}
		})
	}
}
