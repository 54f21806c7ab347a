package connector_test

import (
	"strings"
	"testing"

	"danmaku/connector"
)

func TestRecognize(t *testing.T) {
	for text, want := range map[string]string{
		"mika_plays": "twitch mika_plays", "#Mika": "twitch mika", "twitch.tv/Mika": "twitch mika", "https://www.twitch.tv/mika?x=1": "twitch mika",
		"https://m.twitch.tv/mika/": "twitch mika", "https://www.twitch.tv/popout/mika/chat?popout=": "twitch mika", "twitch:mika": "twitch mika",
		"https://player.twitch.tv/?channel=mika&parent=x":               "twitch mika",
		"https://www.twitch.tv/moderator/mika":                          "twitch mika",
		"https://www.youtube.com/watch?v=abc123def45":                   "youtube abc123def45 needs key",
		"https://youtu.be/abc123def45?t=4":                              "youtube abc123def45 needs key",
		"youtube.com/live/abc123def45":                                  "youtube abc123def45 needs key",
		"https://studio.youtube.com/video/abc123def45/livestreaming":    "youtube abc123def45 needs key",
		"https://www.youtube.com/live_chat?is_popout=1&v=abc123def45":   "youtube abc123def45 needs key",
		"https://www.youtube.com/@mika/live":                            "youtube @mika needs key",
		"@雪ねこ":                                                          "youtube @雪ねこ needs key",
		"https://www.youtube.com/channel/UCmika0000000000000000-_/live": "youtube UCmika0000000000000000-_ needs key",
		"UCmika0000000000000000-_":                                      "youtube UCmika0000000000000000-_ needs key",
		"https://live.bilibili.com/22637261?spm=1":                      "bilibili 22637261 needs access_key_id,access_key_secret,app_id,code",
		"https://live.bilibili.com/h5/22637261":                         "bilibili 22637261 needs access_key_id,access_key_secret,app_id,code",
		"A1B2C3D4E5F6G":                                                 "blivechat  code=A1B2C3D4E5F6G",
		"ws://127.0.0.1:11180/sub":                                      "onecomme ws://127.0.0.1:11180/sub",
		"http://127.0.0.1:8080":                                         "streamerbot ws://127.0.0.1:8080 may password",
		"localhost:9696":                                                "laplace ws://localhost:9696 may token",
		"127.0.0.1:12450":                                               "blivechat ws://127.0.0.1:12450 needs code",
		"ws://[::1]:21213/":                                             "tikfinity ws://[::1]:21213/",
		"wss://io.socialstream.ninja/join/abcdef/4":                     "ssn wss://io.socialstream.ninja session=abcdef",
		"https://socialstream.ninja/dock.html?session=abc-123":          "ssn wss://io.socialstream.ninja session=abc-123",
		"ws://localhost:9696/?token=se cret&x=1":                        "laplace ws://localhost:9696/?x=1 token=se cret may token",
		"laplace:ws://u:p@10.0.0.2:1234?token=t":                        "laplace ws://10.0.0.2:1234 token=t may token",
		"streamerbot:wss://bot.example:9999/?password=p":                "streamerbot wss://bot.example:9999/ password=p may password",
		"ws://127.0.0.1:12450/api/chat?code=A1B2C3D4E5F6G":              "blivechat ws://127.0.0.1:12450/api/chat code=A1B2C3D4E5F6G",
		"ws://127.0.0.1:3000/join/abcdef/4":                             "ssn ws://127.0.0.1:3000 session=abcdef",
		"ssn:ws://10.0.0.2:4000/?session=abc-123":                       "ssn ws://10.0.0.2:4000/ session=abc-123",
		"bilibili:A1B2C3D4E5F6G":                                        "bilibili  code=A1B2C3D4E5F6G needs access_key_id,access_key_secret,app_id",
		"ssn:abcdef":                                                    "ssn wss://io.socialstream.ninja session=abcdef",
		"OneComme":                                                      "onecomme ",
		"わんコメ":                                                          "onecomme ",
		"streamer.bot":                                                  "streamerbot  may password",
		"youtube:@mika":                                                 "youtube @mika needs key",
		"youtube:https://youtu.be/abc123def45":                          "youtube abc123def45 needs key",
		"bilibili:42":                                                   "bilibili 42 needs access_key_id,access_key_secret,app_id,code",
		"ABCDEFGHJKLMN":                                                 "blivechat  code=ABCDEFGHJKLMN",
		"blivechat:ABCDEFGHJKLM":                                        "blivechat  code=ABCDEFGHJKLM",
		"twitch:ABCDEFGHJKLMN":                                          "twitch abcdefghjklmn",
		"twitch:lv123456789":                                            "twitch lv123456789",
		"lively123":                                                     "twitch lively123",
		"":                                                              "error", "   ": "error", "https://": "error", "https://example.com/x": "error", "https://www.youtube.com/feed": "error",
		"https://www.twitch.tv/": "error", "a b c": "error", "https://live.bilibili.com/": "error", strings.Repeat("x", 600): "error", "javascript:alert(1)": "error",
	} {
		got := "error"
		if r, err := connector.Recognize(text); err == nil {
			got = r.Kind + " " + r.Target
			for k, v := range r.Secret {
				got += " " + k + "=" + v
			}
			if len(r.Needs) > 0 {
				got += " needs " + strings.Join(r.Needs, ",")
			}
			if len(r.May) > 0 {
				got += " may " + strings.Join(r.May, ",")
			}
		} else if connector.Classify(err).Code != connector.FaultTarget {
			t.Errorf("%q: %v", text, err)
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// The error for a platform that only tools read names the tool.
func TestPlatformsOfTools(t *testing.T) {
	for text, tool := range map[string]string{
		"lv123456789": "OneComme", "https://live.nicovideo.jp/watch/lv123456789": "OneComme", "sp.live.nicovideo.jp/watch/lv1": "OneComme",
		"https://www.nicovideo.jp/watch/sm9": "OneComme", "https://nico.ms/lv1": "OneComme", "niconico:lv1": "OneComme", "niconico: lv1": "OneComme",
		"https://kick.com/mika": "Social Stream Ninja", "www.kick.com/mika": "Social Stream Ninja", "Kick:mika": "Social Stream Ninja",
		"https://www.tiktok.com/@mika/live": "TikFinity", "https://twitcasting.tv/mika": "OneComme", "https://www.showroom-live.com/r/mika": "OneComme",
	} {
		_, err := connector.Recognize(text)
		if f := connector.Classify(err); err == nil || f.Code != connector.FaultTarget || !strings.Contains(f.Detail, tool) {
			t.Errorf("%q: %v, want %s", text, err, tool)
		}
	}
	if _, err := connector.Recognize("https://kick.com.example/x"); err == nil || strings.Contains(err.Error(), "Kick") {
		t.Errorf("another's host: %v", err)
	}
}

func TestHostOfATool(t *testing.T) {
	for text, want := range map[string]string{
		"twitch.tv/mika": "", "@mika": "", "https://live.bilibili.com/42": "",
		"laplace:": "ws://127.0.0.1:9696", "A1B2C3D4E5F6G": "ws://127.0.0.1:12450", "laplace:10.0.0.2": "ws://10.0.0.2:9696", "LAPLACE:Host.example:1": "ws://host.example:1",
		"ws://127.0.0.1:9696/?token=t": "ws://127.0.0.1:9696", "laplace:wss://host.example/x": "wss://host.example", "ssn:abcdef": "wss://io.socialstream.ninja",
	} {
		r, err := connector.Recognize(text)
		if err != nil || r.Host != want {
			t.Errorf("%q: %q, %v, want %q", text, r.Host, err, want)
		}
	}
}
