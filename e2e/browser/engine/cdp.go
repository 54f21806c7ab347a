package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// cdp drives a Chromium of any age by the part of the DevTools protocol that has
// not changed since 103.
type cdp struct {
	*process
	rpc *rpc
}

func openCDP(ctx context.Context, path string) (Tab, error) {
	p, url, err := start(ctx, "DevTools listening on ", nil, path,
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run",
		"--hide-scrollbars", "--remote-debugging-port=0", "--user-data-dir={}", "about:blank")
	if err != nil {
		return nil, err
	}
	c := &cdp{process: p}
	if err := c.attach(ctx, url); err != nil {
		p.stop()
		return nil, err
	}
	return c, nil
}

func (c *cdp) attach(ctx context.Context, url string) (err error) {
	if c.rpc, err = dial(ctx, url); err != nil {
		return err
	}
	var target struct{ TargetID string }
	if err := c.rpc.call(ctx, "Target.createTarget", map[string]any{"url": "about:blank"}, &target); err != nil {
		return err
	}
	var at struct{ SessionID string }
	if err := c.rpc.call(ctx, "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &at); err != nil {
		return err
	}
	c.rpc.session = at.SessionID
	return c.rpc.call(ctx, "Page.enable", none{}, nil)
}

func (c *cdp) Goto(ctx context.Context, url string) error {
	loaded := c.loaded()
	var to struct{ ErrorText string }
	if err := c.rpc.call(ctx, "Page.navigate", map[string]any{"url": url}, &to); err != nil {
		return err
	}
	if to.ErrorText != "" {
		return errors.New(to.ErrorText)
	}
	return await(ctx, loaded)
}

// loaded returns a channel that receives the next load event.
func (c *cdp) loaded() <-chan json.RawMessage {
	events := c.rpc.on("Page.loadEventFired")
	select {
	case <-events: // of an earlier page
	default:
	}
	return events
}

func await(ctx context.Context, event <-chan json.RawMessage) error {
	select {
	case <-event:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("load: %w", ctx.Err())
	}
}

func (c *cdp) Eval(ctx context.Context, js string) (json.RawMessage, error) {
	var got struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	err := c.rpc.call(ctx, "Runtime.evaluate", map[string]any{"expression": js, "awaitPromise": true, "returnByValue": true, "userGesture": true}, &got)
	if err == nil && got.ExceptionDetails != nil {
		err = fmt.Errorf("%s %s", got.ExceptionDetails.Text, got.ExceptionDetails.Exception.Description)
	}
	return got.Result.Value, err
}

func (c *cdp) Size(ctx context.Context, width, height int) error {
	return c.rpc.call(ctx, "Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}, nil)
}

func (c *cdp) mouse(ctx context.Context, kind string, x, y int) error {
	params := map[string]any{"type": kind, "x": x, "y": y}
	if kind != "mouseMoved" {
		params["button"], params["clickCount"] = "left", 1
	}
	return c.rpc.call(ctx, "Input.dispatchMouseEvent", params, nil)
}

func (c *cdp) Move(ctx context.Context, x, y int) error { return c.mouse(ctx, "mouseMoved", x, y) }

func (c *cdp) Click(ctx context.Context, x, y int) error {
	return errors.Join(c.mouse(ctx, "mouseMoved", x, y), c.mouse(ctx, "mousePressed", x, y), c.mouse(ctx, "mouseReleased", x, y))
}

func (c *cdp) Type(ctx context.Context, text string) error {
	for _, key := range text {
		for _, kind := range []string{"keyDown", "keyUp"} {
			if err := c.rpc.call(ctx, "Input.dispatchKeyEvent", map[string]any{"type": kind, "key": string(key), "text": string(key)}, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *cdp) Paste(ctx context.Context) error {
	const control = 2
	params := map[string]any{"type": "keyDown", "key": "v", "code": "KeyV", "modifiers": control, "commands": []string{"paste"}}
	if err := c.rpc.call(ctx, "Input.dispatchKeyEvent", params, nil); err != nil {
		return err
	}
	return c.rpc.call(ctx, "Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": "v", "code": "KeyV", "modifiers": control}, nil)
}

func (c *cdp) Back(ctx context.Context) error {
	var history struct {
		CurrentIndex int
		Entries      []struct{ ID int }
	}
	if err := c.rpc.call(ctx, "Page.getNavigationHistory", none{}, &history); err != nil {
		return err
	}
	if history.CurrentIndex == 0 {
		return errors.New("there is nothing to go back to")
	}
	return c.rpc.call(ctx, "Page.navigateToHistoryEntry", map[string]any{"entryId": history.Entries[history.CurrentIndex-1].ID}, nil)
}

func (c *cdp) Screenshot(ctx context.Context) ([]byte, error) {
	var got struct{ Data []byte }
	err := c.rpc.call(ctx, "Page.captureScreenshot", none{}, &got)
	return got.Data, err
}

func (c *cdp) Print(ctx context.Context, margin float64) ([]byte, error) {
	inches := margin / 2.54
	var got struct{ Data []byte }
	err := c.rpc.call(ctx, "Page.printToPDF", map[string]any{
		"paperWidth": 8.27, "paperHeight": 11.69, "printBackground": true,
		"marginTop": inches, "marginBottom": inches, "marginLeft": inches, "marginRight": inches,
	}, &got)
	return got.Data, err
}

func (c *cdp) Close() { c.stop() }
