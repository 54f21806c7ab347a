package engine

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"danmaku/freeport"
)

// webDriver drives WebKit by W3C WebDriver.
type webDriver struct {
	driver  *process
	display *process // Xvfb; nil for WPE, which needs none
	base    string   // of the session
}

func openWebDriver(ctx context.Context, name, path string) (Tab, error) {
	mini, err := miniBrowser(name)
	if err != nil {
		return nil, err
	}
	d := &webDriver{}
	// The driver gets its answer from this program: without the sandbox it also runs as
	// root, as in containers.
	env := []string{"WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS=1", "LIBGL_ALWAYS_SOFTWARE=1"}
	args, options := []string{"--automation", "--headless"}, "wpe:browserOptions"
	if name == WebKitGTK {
		args, options = []string{"--automation"}, "webkitgtk:browserOptions"
		if err := d.show(ctx, &env); err != nil {
			return nil, err
		}
	}
	address, err := freeport.Next(1)
	if err != nil {
		d.Close()
		return nil, err
	}
	if d.driver, _, err = start(ctx, "", env, path, "--port="+address[strings.LastIndexByte(address, ':')+1:]); err != nil {
		d.Close()
		return nil, err
	}
	d.base = "http://" + address
	var made struct{ SessionID string }
	want := map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{options: map[string]any{"binary": mini, "args": args}}}}
	for {
		err = d.do(ctx, "POST", "/session", want, &made)
		var refused *refusedError
		if err == nil || errors.As(err, &refused) || ctx.Err() != nil || !d.driver.running() {
			break
		}
		select { // it does not report when it listens
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
		}
	}
	if err != nil {
		d.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	d.base += "/session/" + made.SessionID
	if err := d.do(ctx, "POST", "/timeouts", map[string]any{"script": 120_000, "pageLoad": 120_000}, nil); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// show starts a display for a browser that needs one. Its windows have no bars,
// so that they can be as narrow as a phone.
func (d *webDriver) show(ctx context.Context, env *[]string) error {
	xvfb, err := exec.LookPath("Xvfb")
	if err != nil {
		return fmt.Errorf("a display: %w (scripts/setup.sh browsers gets Xvfb)", ErrMissing)
	}
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer read.Close()
	d.display, _, err = startWith(ctx, "", nil, write, xvfb, "-displayfd", "3", "-screen", "0", "2000x1600x24", "-nolisten", "tcp")
	_ = write.Close()
	if err != nil {
		return err
	}
	// Read the whole line: Xvfb writes the line's end separately, and dies if nobody reads it.
	number, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		d.display.stop()
		return fmt.Errorf("start Xvfb: %w", err)
	}
	css := filepath.Join(d.display.folder, "gtk-3.0", "gtk.css")
	if err := errors.Join(os.MkdirAll(filepath.Dir(css), 0o700), os.WriteFile(css, []byte(noBars), 0o600)); err != nil {
		d.display.stop()
		return err
	}
	*env = append(*env, "DISPLAY=:"+strings.TrimSpace(number), "XDG_CONFIG_HOME="+d.display.folder, "GDK_BACKEND=x11")
	return nil
}

// noBars is the style that removes the width that MiniBrowser's bars require.
const noBars = `headerbar, toolbar, .titlebar, entry { min-width: 0; padding: 0; margin: 0; } headerbar * { min-width: 0; padding: 0; margin: 0; }`

// refusedError is an error answer of the driver.
type refusedError struct{ Code, Message string }

func (e *refusedError) Error() string { return e.Code + ": " + e.Message }

func (d *webDriver) do(ctx context.Context, method, path string, body, out any) error {
	var sent bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&sent).Encode(body); err != nil {
			return err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, d.base+path, &sent)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	var got struct{ Value json.RawMessage }
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if answer.StatusCode != http.StatusOK {
		var e struct{ Error, Message string }
		_ = json.Unmarshal(got.Value, &e) // the remaining fields are reported
		return &refusedError{e.Error, e.Message}
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(got.Value, out)
}

func (d *webDriver) Goto(ctx context.Context, url string) error {
	return d.do(ctx, "POST", "/url", map[string]any{"url": url}, nil)
}

func (d *webDriver) Eval(ctx context.Context, js string) (json.RawMessage, error) {
	var got struct {
		Value json.RawMessage
		Fault string
	}
	err := d.do(ctx, "POST", "/execute/async", map[string]any{"args": []any{}, "script": `
		const done = arguments[arguments.length - 1];
		(async () => (` + js + `))().then((value) => done({ value: value === undefined ? null : value }), (fault) => done({ fault: String(fault) }));`,
	}, &got)
	if err == nil && got.Fault != "" {
		err = errors.New(got.Fault)
	}
	return got.Value, err
}

func (d *webDriver) Size(ctx context.Context, width, height int) error {
	// The window has bars and a frame: only the page's remaining area counts.
	for range 3 {
		raw, err := d.Eval(ctx, `[outerWidth, outerHeight, innerWidth, innerHeight]`)
		if err != nil {
			return err
		}
		var at [4]int
		if err := json.Unmarshal(raw, &at); err != nil {
			return err
		}
		if at[2] == width && at[3] == height {
			return nil
		}
		rect := map[string]int{"x": 0, "y": 0, "width": at[0] + width - at[2], "height": at[1] + height - at[3]}
		if err := d.do(ctx, "POST", "/window/rect", rect, nil); err != nil {
			return err
		}
		// The window manager takes its time, or does nothing.
		settled := fmt.Sprintf(`new Promise((done) => { const until = performance.now() + 500; const look = () => (innerWidth === %d && innerHeight === %d || performance.now() > until ? done() : setTimeout(look, 10)); look(); })`, width, height)
		if _, err := d.Eval(ctx, settled); err != nil {
			return err
		}
	}
	return nil
}

func (d *webDriver) act(ctx context.Context, kind string, actions ...map[string]any) error {
	device := map[string]any{"type": kind, "id": kind, "actions": actions}
	return d.do(ctx, "POST", "/actions", map[string]any{"actions": []any{device}}, nil)
}

func (d *webDriver) Move(ctx context.Context, x, y int) error {
	return d.act(ctx, "pointer", moveTo(x, y))
}

func (d *webDriver) Click(ctx context.Context, x, y int) error {
	return d.act(ctx, "pointer", moveTo(x, y), button("pointerDown"), button("pointerUp"))
}

func (d *webDriver) Type(ctx context.Context, text string) error {
	return d.act(ctx, "key", keys(text)...)
}

func (d *webDriver) Paste(ctx context.Context) error { return d.act(ctx, "key", paste()...) }

func (d *webDriver) Back(ctx context.Context) error {
	return d.do(ctx, "POST", "/back", none{}, nil)
}

func (d *webDriver) Screenshot(ctx context.Context) ([]byte, error) {
	var got string
	if err := d.do(ctx, "GET", "/screenshot", nil, &got); err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(got)
}

func (d *webDriver) Close() {
	for _, p := range []*process{d.driver, d.display} {
		if p != nil {
			p.stop()
		}
	}
}
