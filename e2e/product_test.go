package e2e

import (
	"bufio"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"danmaku/e2e/browser"
)

// product is the built program, running with its own data folder.
type product struct{ overlay, audience, console string }

var ways = map[string]*regexp.Regexp{
	"overlay":  regexp.MustCompile(`^\S+\s+(\S+/overlay/\S+)`),
	"audience": regexp.MustCompile(`^\S+\s+(\S+/r/\S+)`),
	"console":  regexp.MustCompile(`^\S+\s+(\S+[?]code=\S+)`),
}

// built is the folder of the program that all tests share.
var built string

// builtOnce builds the program for the first test that needs it, unless the variable
// BUILT names one.
var builtOnce = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("BUILT"); path != "" {
		return path, nil
	}
	dir, err := os.MkdirTemp("", "danmaku-e2e-")
	if err != nil {
		return "", err
	}
	built = dir
	binary := filepath.Join(dir, "danmaku")
	if out, err := exec.Command("go", "build", "-o", binary, "danmaku").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return binary, nil
})

// startProduct starts the program as a user would, with its own folder and
// port, and reads the addresses that it prints.
func startProduct(t testing.TB, args ...string) product {
	t.Helper()
	p, _ := launch(t, append([]string{"--listen", "127.0.0.1:0", "--data", filepath.Join(t.TempDir(), "data")}, args...)...)
	return p
}

// startInNetwork starts the program as on a machine of a private network, whatever
// this machine's network is, so that it shows such an address for phones. Tests open the
// pages by the address that works here.
func startInNetwork(t *testing.T, args ...string) product {
	t.Helper()
	here := freePort(t)
	there := "http://192.168.7.20" + here[strings.LastIndex(here, ":"):]
	p := startProduct(t, append([]string{"--listen", here, "--public-url", there}, args...)...)
	for _, way := range []*string{&p.overlay, &p.audience, &p.console} {
		*way = strings.Replace(*way, there, "http://"+here, 1)
	}
	return p
}

// launch starts the program. It ends with the test, or earlier by stop.
func launch(t testing.TB, args ...string) (p product, stop func()) {
	t.Helper()
	binary, err := builtOnce()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, args...)
	p = startCommand(t, cmd)
	var once sync.Once
	stop = func() {
		once.Do(func() {
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Errorf("stop: %v", err)
			}
			if err := cmd.Wait(); err != nil {
				t.Errorf("the program ended with %v", err)
			}
		})
	}
	t.Cleanup(stop)
	return p, stop
}

// startCommand starts the program and reads the addresses that it prints.
func startCommand(t testing.TB, cmd *exec.Cmd) product {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for lines := bufio.NewScanner(out); len(found) < len(ways) && lines.Scan(); {
		for name, way := range ways {
			if m := way.FindStringSubmatch(lines.Text()); m != nil {
				found[name] = m[1]
			}
		}
	}
	if len(found) < len(ways) {
		t.Fatalf("it printed only %v", found)
	}
	// The first start leads to the welcome; its code opens the console, too.
	console := strings.Replace(found["console"], "/welcome/", "/console/", 1)
	return product{found["overlay"], found["audience"], console}
}

// openConnectedPhone opens the audience page with a phone's settings.
func openConnectedPhone(t testing.TB, url string) *browser.Page {
	t.Helper()
	p := browser.New(t)
	p.Size(390, 844, 2)
	p.Goto(url)
	p.Wait(containsJS("#status", "here")) // it counts people only when it is connected
	return p
}

// containsJS is JavaScript that is true if an element's text contains a text.
func containsJS(selector, text string) string {
	return `[...document.querySelectorAll("` + selector + `")].some((e) => e.textContent.includes(` + strconv.Quote(text) + `))`
}

// sendComment types a comment on a phone and sends it.
func sendComment(p *browser.Page, text string) {
	p.Eval(`(() => {
		const field = document.querySelector("#text");
		field.focus();
		field.value = ` + strconv.Quote(text) + `;
		field.dispatchEvent(new Event("input", { bubbles: true }));
		document.querySelector("#send").click();
	})()`)
}

// Two phones, an overlay and a console: a comment appears on all of them, is taken
// down, and disappears from all of them. Any error or policy report of a page
// fails the test.
func TestACommentAppearsAndIsTakenDownEverywhere(t *testing.T) {
	p := startProduct(t)
	overlay := browser.Open(t, p.overlay+"&names=1&duration=60")
	console := browser.New(t)
	console.Size(1280, 800, 1)
	console.Goto(p.console)
	author, reader := openConnectedPhone(t, p.audience), openConnectedPhone(t, p.audience)

	const text = `前方高能 <b>not bold</b> 👋🏽`
	author.Eval(`(() => {
		const field = document.querySelector("#name");
		field.value = "<b>me</b><i>";
		field.dispatchEvent(new Event("input", { bubbles: true }));
		field.dispatchEvent(new Event("change", { bubbles: true }));
	})()`)
	sendComment(author, text)
	author.Wait(containsJS(".feed .own", text))
	author.Wait(containsJS("body", "On screen"))
	reader.Wait(containsJS(".feed li", text))
	console.Wait(containsJS(".feed li", text))
	overlay.Wait(containsJS(".dm-text", text))
	overlay.Wait(`danmaku.stats().active === 1`)
	for where, page := range map[string]*browser.Page{".feed": reader, "#feed": console, "body": overlay} {
		page.Wait(containsJS(where, "<b>me</b><i>"))
		if browser.Value[bool](page, `document.querySelector("`+where+`").querySelector("b, i, img, script") !== null`) {
			t.Errorf("markup in a comment or a name became an element in %s", where)
		}
	}

	t.Logf("gone from the overlay %.0f ms after the click", measureTakeDown(console, overlay, "前方高能"))
	overlay.Wait(`danmaku.stats().active === 0`)
	author.Wait(`!` + containsJS(".feed li", text))
	reader.Wait(`!` + containsJS(".feed li", text))
	console.Wait(containsJS(".feed .row.removed", text))

	// It does not return on a page opened now either.
	late := openConnectedPhone(t, p.audience)
	sendComment(late, "the next one")
	late.Wait(containsJS(".feed li", "the next one"))
	if browser.Value[bool](late, containsJS(".feed li", text)) {
		t.Error("a removed comment is back")
	}
}

// host returns the address at which the program listens.
func (p product) host() string {
	u, err := url.Parse(p.audience)
	if err != nil {
		return ""
	}
	return u.Host
}
