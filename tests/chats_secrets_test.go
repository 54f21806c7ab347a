package tests

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"danmaku/connector/bilibili/bilibilitest"
	"danmaku/connector/bridge/bridgetest"
	"danmaku/connector/youtube/youtubetest"
)

// A secret is write-only: no answer, list, log, record, export or file of the data folder
// contains it.
func TestSecretsOfChatsStaySecret(t *testing.T) {
	const secret = "AIzaSecret-0123456789"
	p := start(t, t.TempDir())
	boss := p.console()
	status, text := boss.do("POST", liveRoom+"/chats", map[string]any{"link": "https://youtu.be/abc123def45", "off": true, "secret": map[string]string{"key": secret}}, ours)
	if status != http.StatusCreated || !strings.Contains(text, `"key":"***789"`) {
		t.Fatalf("%d %s", status, text)
	}
	seen := text
	for _, path := range []string{"/chats", "/audit", "/audit?format=csv", "/export?format=jsonl&all=1"} {
		_, text := boss.do("GET", liveRoom+path, nil, nil)
		seen += text
	}
	var out bytes.Buffer
	if code := run(t.Context(), environment{args: []string{"chats", "list", "--data", p.data}, out: &out, err: &out}); code != exitDone || !strings.Contains(out.String(), "key=***789") {
		t.Errorf("chats list ends with %d: %s", code, &out)
	}
	if code := p.stop(); code != exitDone {
		t.Errorf("it ends with %d", code)
	}
	seen += out.String() + p.logs.String()
	files, err := os.ReadDir(p.data)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if b, err := os.ReadFile(filepath.Join(p.data, f.Name())); err == nil {
			seen += string(b)
		}
	}
	if strings.Contains(seen, secret) {
		t.Error("the secret can be read")
	}
}

// A link to another host does not send the stored secrets there; one on the same host, and
// another channel of a platform, keep them.
func TestSecretsAreSentOnlyToTheirHost(t *testing.T) {
	p := start(t, t.TempDir())
	boss := p.console()
	for _, chat := range []struct{ link, secret, value string }{
		{"laplace:ws://127.0.0.1:1", "token", "token-of-laplace"},
		{"streamerbot:ws://127.0.0.1:1", "password", "password-of-bot"},
		{"blivechat:ws://127.0.0.1:1", "code", "A1B2C3D4E5F6G"},
		{"@mika", "key", "AIzaSecret-0123456789"},
	} {
		var made struct{ ID, Kind string }
		body := map[string]any{"link": chat.link, "off": true, "secret": map[string]string{chat.secret: chat.value}}
		_, text := boss.do("POST", liveRoom+"/chats", body, ours)
		if err := json.Unmarshal([]byte(text), &made); err != nil {
			t.Fatal(err, text)
		}
		change := func(link string, secret map[string]string, kept bool) {
			t.Helper()
			body := map[string]any{"link": link}
			if secret != nil {
				body["secret"] = secret
			}
			status, text := boss.do("PATCH", liveRoom+"/chats/"+made.ID, body, ours)
			if status != http.StatusOK || strings.Contains(text, `"***`) != kept {
				t.Errorf("%s: %d %s, want the secret kept: %v", link, status, text, kept)
			}
		}
		if made.Kind == "youtube" {
			change("https://youtu.be/abc123def45", nil, true)
			continue
		}
		change(made.Kind+":ws://127.0.0.1:1/path", nil, true)
		change(made.Kind+":ws://127.0.0.1:2", map[string]string{chat.secret: chat.value}, true)
		change(made.Kind+":ws://host.example:2", nil, false)
	}
}

// A fault in a link or a secret is reported at once.
func TestChatsAreRefusedWithASentence(t *testing.T) {
	p := start(t, t.TempDir())
	boss := p.console()
	for _, row := range []struct {
		body map[string]any
		want string
		code int
	}{
		{map[string]any{"link": "???"}, "link: Enter a link", 422},
		{map[string]any{"link": "twitch.tv/mika", "off": true, "secret": map[string]string{"key": "x"}}, "has no such secret; it knows none", 422},
		{map[string]any{"link": "twitch.tv/mika", "off": true, "min_amount": -1}, "min_amount: 0 to", 422},
		{map[string]any{"link": "twitch.tv/mika", "off": true}, `"phase":"off"`, 201},
		{map[string]any{"link": "mika", "off": true}, "already connected", 409},
	} {
		if status, text := boss.do("POST", liveRoom+"/chats", row.body, ours); status != row.code || !strings.Contains(text, row.want) {
			t.Errorf("%v: %d %s, want %d %q", row.body, status, text, row.code, row.want)
		}
	}
	if status, text := boss.do("POST", liveRoom+"/chats/recognize", map[string]any{"link": "https://youtu.be/abc123def45"}, ours); status != 200 || !strings.Contains(text, `"needs":["key"]`) {
		t.Errorf("%d %s", status, text)
	}
	// A platform that only tools can read is reported while it is typed.
	for link, want := range map[string]string{
		"https://kick.com/mika": `"kind":"","target":"","needs":[],"may":[],"platform":"Kick","tools":["ssn","streamerbot"]`,
		"lv123456":              `"platform":"niconico","tools":["onecomme"]`,
		"tiktok:mika":           `"platform":"TikTok","tools":["tikfinity","ssn"]`,
		"???":                   `"kind":"","target":"","needs":[],"may":[]}`,
	} {
		if status, text := boss.do("POST", liveRoom+"/chats/recognize", map[string]any{"link": link}, ours); status != 200 || !strings.Contains(text, want) {
			t.Errorf("%s: %d %s, want %s", link, status, text, want)
		}
	}
}

// The log contains no secret of any kind of chat, whatever the platform does and however
// verbose the log is.
func TestSecretsAreInNoLog(t *testing.T) {
	youtube, err := youtubetest.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer youtube.Close()
	bilibili, err := bilibilitest.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer bilibili.Close()
	blivechat, err := bridgetest.Start("blivechat")
	if err != nil {
		t.Fatal(err)
	}
	defer blivechat.Close()
	bot, err := bridgetest.Start("streamerbot")
	if err != nil {
		t.Fatal(err)
	}
	defer bot.Close()
	p := startIn(t, environment{environ: []string{"DANMAKU_YOUTUBE_URL=" + youtube.URL(), "DANMAKU_BILIBILI_URL=" + bilibili.URL()}}, t.TempDir(), "--log-level", "debug")
	boss := p.console()
	var links []string
	for _, chat := range []map[string]any{
		{"link": "https://youtu.be/" + youtubetest.Video, "secret": map[string]string{"key": "AIzaSecretSecret"}},
		{"link": "https://live.bilibili.com/42", "secret": map[string]string{"access_key_id": bilibilitest.KeyID, "access_key_secret": "SecretSecret1", "app_id": bilibilitest.AppID, "code": "SECRETSECRET2"}},
		{"link": "blivechat:" + blivechat.URL(), "secret": map[string]string{"code": "WRONG00000000"}},
		{"link": "streamerbot:" + bot.URL() + "/?password=SecretSecret3"},
		{"link": "laplace:ws://127.0.0.1:1/?token=SecretSecret4"},
		{"link": "wss://io.socialstream.ninja/join/SecretSecret5/4", "off": true},
	} {
		status, text := boss.do("POST", liveRoom+"/chats", chat, ours)
		if status != http.StatusCreated {
			t.Fatalf("%v: %d %s", chat, status, text)
		}
		links = append(links, text)
	}
	var text string
	for deadline, tick := time.Now().Add(patience), time.Tick(2*time.Millisecond); ; <-tick { // each but the last has its fault
		if _, text = boss.do("GET", liveRoom+"/chats", nil, nil); strings.Count(text, `"fault":`) == len(links)-1 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("not all chats have a fault: %s", text)
		}
	}
	for _, path := range []string{"/audit", "/audit?format=csv", "/export?format=jsonl&all=1"} {
		_, more := boss.do("GET", liveRoom+path, nil, nil)
		text += more
	}
	b := p.browser()
	b.http.Jar = nil
	b.do("POST", liveRoom+"/ingest?key=SecretSecret6", map[string]any{"chatname": "a", "chatmessage": "b", "type": "kick"}, nil)
	p.stop()
	text += strings.Join(links, "") + p.logs.String()
	for _, secret := range []string{"AIzaSecretSecret", "SecretSecret", "SECRETSECRET2", "WRONG00000000"} {
		if i := strings.Index(text, secret); i >= 0 {
			t.Errorf("%s can be read: …%s…", secret, text[max(0, i-200):min(len(text), i+60)])
		}
	}
}

// A key of the settings file applies to every chat of its kind.
func TestKeysOfTheSettingsFile(t *testing.T) {
	youtube, err := youtubetest.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer youtube.Close()
	data := t.TempDir()
	settings := filepath.Join(data, "danmaku.toml")
	if err := os.WriteFile(settings, []byte(`chat-key = ["youtube.key=`+youtubetest.Key+`"]`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := startIn(t, environment{environ: []string{"DANMAKU_YOUTUBE_URL=" + youtube.URL()}}, data, "--config", settings)
	status, text := p.console().do("POST", liveRoom+"/chats", map[string]any{"link": "@mika"}, ours)
	if status != http.StatusCreated || strings.Contains(text, youtubetest.Key) {
		t.Fatalf("%d %s", status, text)
	}
	if !receivesInTime(youtube.Streams()) {
		t.Fatal("the chat did not connect")
	}
}
