package tests

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"danmaku/obs/obstest"
)

// addOBS runs `danmaku obs add` while p runs and returns its exit code and output.
func addOBS(t *testing.T, p *program, environ []string, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	args = append([]string{"obs", "add", "--data", p.data}, args...)
	code = run(t.Context(), environment{args: args, environ: environ, in: strings.NewReader("right\n"), out: &o, err: &e})
	return code, o.String(), e.String()
}

var dockLine = regexp.MustCompile(`(?m)^Dock   (http\S+)(/dock/live\?key=\S+)$`)

func TestOBSAdd(t *testing.T) {
	p := start(t, t.TempDir())
	fakeOBS := obstest.New()
	fakeOBS.Password = "right"
	url := fakeOBS.Start(t)
	password := []string{"DANMAKU_OBS_PASSWORD=right"}

	code, out, errs := addOBS(t, p, password, "--obs", url, "--server", p.base+"/")
	if code != exitDone || !strings.Contains(out, `Added the source "danmaku" in the scene "Game" of OBS 29.0.2, 2560 × 1440, 59.94 fps.`) || strings.Contains(out, "Nothing answers") {
		t.Fatalf("ended with %d: %s%s", code, out, errs)
	}
	fakeOBS.Look(func() {
		if got, want := fakeOBS.Inputs["danmaku"].Settings["url"], p.base+"/overlay/live?key="+p.overlay; got != want {
			t.Errorf("the source has the address %v, want %v", got, want)
		}
	})

	// A chat box is a separate source beside it, as large as the canvas, and is refreshed
	// separately.
	for _, first := range []string{`Added the source "talk" in the scene "Game"`, `Refreshed the source "talk"`} {
		code, out, errs = addOBS(t, p, password, "--obs", url, "--server", p.base, "--box", "--name", "talk")
		if code != exitDone || !strings.HasPrefix(out, first) {
			t.Fatalf("--box ended with %d: %s%s", code, out, errs)
		}
		fakeOBS.Look(func() {
			box, overlay := fakeOBS.Inputs["talk"].Settings, fakeOBS.Inputs["danmaku"].Settings
			if box["url"] != p.base+"/chat/live?key="+p.overlay || box["width"] != overlay["width"] || box["height"] != overlay["height"] {
				t.Errorf("the chat box has %v", box)
			}
			if len(fakeOBS.Inputs) != 2 || overlay["url"] != p.base+"/overlay/live?key="+p.overlay {
				t.Errorf("the sources are %v", fakeOBS.Inputs)
			}
		})
	}

	code, out, errs = addOBS(t, p, password, "--obs", url, "--server", p.base, "--dock")
	m := dockLine.FindStringSubmatch(out)
	if code != exitDone || !strings.HasPrefix(out, "Refreshed") || m == nil || m[1] != p.base {
		t.Fatalf("ended with %d: %s%s", code, out, errs)
	}
	if status, page := p.browser().do("GET", m[2], nil, nil); status != 200 || !strings.Contains(page, `data-view="dock"`) {
		t.Errorf("the dock answers %d", status)
	}
}

func TestOBSAddRefused(t *testing.T) {
	p := start(t, t.TempDir())
	fakeOBS := obstest.New()
	fakeOBS.Password = "right"
	url := fakeOBS.Start(t)
	closed := strings.Replace(p.base, "http", "ws", 1) // speaks HTTP, but is not OBS
	for _, row := range []struct {
		name    string
		environ []string
		args    []string
		code    int
		want    string
	}{
		{"wrong password", []string{"DANMAKU_OBS_PASSWORD=wrong"}, []string{"--obs", url}, exitFailed, "refuses the password; OBS shows it"},
		{"nobody to ask", nil, []string{"--obs", url}, exitFailed, "set DANMAKU_OBS_PASSWORD"},
		{"no OBS", nil, []string{"--obs", closed}, exitFailed, "WebSocket Server Settings"},
		{"no room", nil, []string{"--obs", url, "--room", "nowhere"}, exitFailed, `room "nowhere" has no overlay link`},
		{"password as an argument", nil, []string{"--password", "right"}, exitUsage, "there is no such option"},
		{"an argument", nil, []string{"right"}, exitUsage, `unexpected argument "right"`},
		{"no name", nil, []string{"--name", ""}, exitUsage, "--name: the value is empty"},
	} {
		t.Run(row.name, func(t *testing.T) {
			code, out, errs := addOBS(t, p, row.environ, row.args...)
			if code != row.code || !strings.Contains(errs, row.want) || out != "" {
				t.Errorf("ended with %d, %q and %q; want %d and %q", code, out, errs, row.code, row.want)
			}
		})
	}
	fakeOBS.Look(func() {
		if len(fakeOBS.Inputs) != 0 {
			t.Errorf("OBS now holds %v", fakeOBS.Inputs)
		}
	})
}

// OBS may be set up before the server runs; the command says so.
func TestOBSAddBeforeTheServer(t *testing.T) {
	p := start(t, t.TempDir())
	p.stop()
	code, out, errs := addOBS(t, p, nil, "--obs", obstest.New().Start(t), "--server", p.base)
	if code != exitDone || !strings.Contains(out, "Nothing answers at "+p.base) {
		t.Errorf("ended with %d: %s%s", code, out, errs)
	}
}
