package obs_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"danmaku/obs"
	"danmaku/obs/obstest"
)

const overlay = "http://127.0.0.1:2333/overlay/live?key=k"

func constantPassword(password string) func() (string, error) {
	return func() (string, error) { return password, nil }
}

func dial(t *testing.T, url, password string) *obs.Client {
	t.Helper()
	c, err := obs.Dial(t.Context(), url, constantPassword(password))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// The vector was computed by hand with openssl:
//
//	printf 'supersecretpasswordsalt' | openssl dgst -sha256 -binary | base64
//	printf '<that>challenge' | openssl dgst -sha256 -binary | base64
func TestAnswer(t *testing.T) {
	const want = "mIHHpjpK6WDg6ZJBtVx3D2nKe13YKJYtVx9NBIlEt6g="
	if got := obs.Answer("supersecretpassword", "salt", "challenge"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestPlaceCreatesTheSource(t *testing.T) {
	for _, password := range []string{"", "käse 密码"} {
		s := obstest.New()
		s.Password = password
		p, err := dial(t, s.Start(t), password).Place(obs.Source{Name: "danmaku", URL: overlay})
		if err != nil {
			t.Fatal(err)
		}
		if want := (obs.Placed{Scene: "Game", Width: 2560, Height: 1440, FPS: 60000. / 1001, Made: true, Version: "29.0.2"}); p != want {
			t.Errorf("got %+v, want %+v", p, want)
		}
		s.Look(func() {
			in := s.Inputs["danmaku"]
			if in.Kind != "browser_source" || in.Settings["url"] != overlay || in.Settings["width"] != 2560.0 ||
				in.Settings["height"] != 1440.0 || in.Settings["is_local_file"] != false {
				t.Errorf("the source is %+v", in)
			}
			if items := s.Scenes["Game"]; len(items) != 1 || items[0].Source != "danmaku" || items[0].Transform["scaleX"] != 1.0 {
				t.Errorf("the scene holds %+v", items)
			}
		})
	}
}

func TestPlaceRefreshesTheSource(t *testing.T) {
	s := obstest.New()
	s.Inputs["danmaku"] = &obstest.Input{Kind: "browser_source", Settings: map[string]any{"url": "old", "css": "body{}", "width": 800.0}}
	s.Scenes["Break"] = append(s.Scenes["Break"], &obstest.Item{ID: 7, Source: "danmaku"})
	c := dial(t, s.Start(t), "")
	for range 2 {
		p, err := c.Place(obs.Source{Name: "danmaku", URL: overlay, Scene: "Break"})
		if err != nil || p.Made {
			t.Fatalf("got %+v, %v", p, err)
		}
	}
	// In a scene where it does not stand yet, it is the same source once more.
	if _, err := c.Place(obs.Source{Name: "danmaku", URL: overlay}); err != nil {
		t.Fatal(err)
	}
	s.Look(func() {
		in := s.Inputs["danmaku"]
		if in.Settings["url"] != overlay || in.Settings["css"] != "body{}" || in.Settings["width"] != 2560.0 {
			t.Errorf("the source is %+v", in)
		}
		if strings.Join(in.Pressed, " ") != "refreshnocache refreshnocache refreshnocache" {
			t.Errorf("pressed %q", in.Pressed)
		}
		if len(s.Scenes["Break"]) != 1 || s.Scenes["Break"][0].Transform == nil || len(s.Scenes["Game"]) != 1 {
			t.Errorf("the scenes hold %+v", s.Scenes)
		}
	})
}

// A look is made in the builder: it goes into the address and the box, and stays
// when somebody else refreshes the source. What the user wrote into the box goes
// for no look without CSS.
func TestPlaceKeepsTheLook(t *testing.T) {
	const builders = "/* danmaku builder */\n.dm {}"
	for _, row := range []struct {
		name     string
		url, css string // of the source before
		want     obs.Source
		thenURL  string
		thenCSS  string
	}{
		{"refreshed", overlay + "&size=44&merge=1", "body{}", obs.Source{URL: overlay}, overlay + "&merge=1&size=44", "body{}"},
		{"with another key", strings.Replace(overlay, "key=", "key=old", 1) + "&size=44", builders, obs.Source{URL: overlay}, overlay + "&size=44", builders},
		{"of another room", strings.Replace(overlay, "/live", "/other", 1) + "&size=44", "", obs.Source{URL: overlay}, overlay, ""},
		{"a list stays a list", strings.Replace(overlay, "/overlay/", "/chat/", 1) + "&size=44", "", obs.Source{URL: overlay}, strings.Replace(overlay, "/overlay/", "/chat/", 1) + "&size=44", ""},
		{"a list without options", strings.Replace(overlay, "/overlay/", "/chat/", 1), "", obs.Source{URL: overlay}, strings.Replace(overlay, "/overlay/", "/chat/", 1), ""},
		{"with a look", overlay + "&size=44", "body{}", obs.Source{URL: overlay + "&merge=1", Look: &obs.Look{CSS: ".dm {}"}}, overlay + "&merge=1", builders},
		{"with a look without CSS", overlay + "&size=44", builders, obs.Source{URL: overlay, Look: &obs.Look{}}, overlay, ""},
		{"over the user's CSS", overlay, "body{}", obs.Source{URL: overlay, Look: &obs.Look{}}, overlay, "body{}"},
	} {
		s := obstest.New()
		s.Inputs["danmaku"] = &obstest.Input{Kind: "browser_source", Settings: map[string]any{"url": row.url, "css": row.css}}
		row.want.Name = "danmaku"
		if _, err := dial(t, s.Start(t), "").Place(row.want); err != nil {
			t.Fatal(err)
		}
		s.Look(func() {
			if got := s.Inputs["danmaku"].Settings; got["url"] != row.thenURL || got["css"] != row.thenCSS {
				t.Errorf("%s: the source has %q and %q", row.name, got["url"], got["css"])
			}
		})
	}
	s := obstest.New()
	if _, err := dial(t, s.Start(t), "").Place(obs.Source{Name: "danmaku", URL: overlay, Look: &obs.Look{CSS: ".dm {}"}}); err != nil {
		t.Fatal(err)
	}
	s.Look(func() {
		if got := s.Inputs["danmaku"].Settings["css"]; got != builders {
			t.Errorf("a new source has %q", got)
		}
	})
}

func TestPlaceRefused(t *testing.T) {
	for _, row := range []struct {
		name   string
		set    func(*obstest.OBS)
		source obs.Source
		want   string
	}{
		{"an OBS without browser sources", func(s *obstest.OBS) { s.Kinds = nil }, obs.Source{Name: "danmaku"}, obs.ErrNoBrowser.Error()},
		{"another kind of that name", func(s *obstest.OBS) { s.Inputs["danmaku"] = &obstest.Input{Kind: "color_source_v3"} },
			obs.Source{Name: "danmaku"}, `"danmaku": OBS has something else of that name`},
		{"a scene of that name", func(s *obstest.OBS) {}, obs.Source{Name: "Break"}, `"Break": OBS has something else of that name`},
		{"no such scene", func(s *obstest.OBS) {}, obs.Source{Name: "danmaku", Scene: "Nowhere"}, `no scene "Nowhere"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := obstest.New()
			row.set(s)
			before := len(s.Inputs)
			row.source.URL = overlay
			_, err := dial(t, s.Start(t), "").Place(row.source)
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, want %q", err, row.want)
			}
			s.Look(func() {
				if len(s.Inputs) != before {
					t.Errorf("sources are %v", s.Inputs)
				}
			})
		})
	}
}

func TestDialRefused(t *testing.T) {
	locked := obstest.New()
	locked.Password = "right"
	url := locked.Start(t)
	if _, err := obs.Dial(t.Context(), url, constantPassword("wrong")); !errors.Is(err, obs.ErrWrongPassword) {
		t.Errorf("a wrong password gives %v", err)
	}
	nobody := errors.New("nobody is there to ask")
	if _, err := obs.Dial(t.Context(), url, func() (string, error) { return "", nobody }); !errors.Is(err, nobody) {
		t.Errorf("without a password: %v", err)
	}
	if c, err := obs.Dial(t.Context(), obstest.New().Start(t), func() (string, error) { return "", nobody }); err != nil {
		t.Errorf("an OBS without a password was not opened: %v", err)
	} else {
		c.Close()
	}

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if _, err := obs.Dial(t.Context(), "ws://"+l.Addr().String(), constantPassword("")); !errors.Is(err, obs.ErrUnreachable) {
		t.Errorf("a closed port gives %v", err)
	}
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	if _, err := obs.Dial(t.Context(), strings.Replace(other.URL, "http", "ws", 1), constantPassword("")); !errors.Is(err, obs.ErrUnreachable) {
		t.Errorf("a web server gives %v", err)
	}
}

// An OBS that hangs does not hang its caller once the caller gives up.
func TestDialEndsWithItsContext(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = conn.Read(make([]byte, 1<<16))
		cancel()                          // it has asked and now waits for an answer
		_, _ = conn.Read(make([]byte, 1)) // until the other end closes
	}()
	if _, err := obs.Dial(ctx, "ws://"+l.Addr().String(), constantPassword("")); !errors.Is(err, obs.ErrUnreachable) || !errors.Is(err, net.ErrClosed) { // no deadline
		t.Errorf("got %v", err)
	}
}
