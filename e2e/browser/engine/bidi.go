package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// bidi drives Firefox by WebDriver BiDi.
type bidi struct {
	*process
	rpc *rpc
	tab string
}

func openBiDi(ctx context.Context, path string) (Tab, error) {
	p, url, err := start(ctx, "WebDriver BiDi listening on ", []string{"MOZ_HEADLESS=1"}, path,
		"--headless", "--no-remote", "--profile", "{}", "--remote-debugging-port=0", "about:blank")
	if err != nil {
		return nil, err
	}
	b := &bidi{process: p}
	if err := b.attach(ctx, url+"/session"); err != nil {
		p.stop()
		return nil, err
	}
	return b, nil
}

func (b *bidi) attach(ctx context.Context, url string) (err error) {
	if b.rpc, err = dial(ctx, url); err != nil {
		return err
	}
	if err := b.rpc.call(ctx, "session.new", map[string]any{"capabilities": none{}}, nil); err != nil {
		return err
	}
	var tab struct{ Context string }
	if err := b.rpc.call(ctx, "browsingContext.create", map[string]any{"type": "tab"}, &tab); err != nil {
		return err
	}
	b.tab = tab.Context
	return nil
}

// do calls a command on the tab.
func (b *bidi) do(ctx context.Context, method string, params map[string]any, out any) error {
	if params == nil {
		params = map[string]any{}
	}
	params["context"] = b.tab
	return b.rpc.call(ctx, method, params, out)
}

func (b *bidi) Goto(ctx context.Context, url string) error {
	return b.do(ctx, "browsingContext.navigate", map[string]any{"url": url, "wait": "complete"}, nil)
}

func (b *bidi) Eval(ctx context.Context, js string) (json.RawMessage, error) {
	// The protocol has its own value types: JSON goes as a string.
	var got struct {
		Result           struct{ Value string }
		ExceptionDetails *struct{ Text string }
	}
	err := b.rpc.call(ctx, "script.evaluate", map[string]any{
		"expression":      `(async () => JSON.stringify(await (` + js + `)) ?? "null")()`,
		"awaitPromise":    true,
		"userActivation":  true,
		"target":          map[string]any{"context": b.tab},
		"resultOwnership": "none",
	}, &got)
	if err == nil && got.ExceptionDetails != nil {
		err = errors.New(got.ExceptionDetails.Text)
	}
	return json.RawMessage(got.Result.Value), err
}

func (b *bidi) Size(ctx context.Context, width, height int) error {
	return b.do(ctx, "browsingContext.setViewport", map[string]any{"viewport": map[string]int{"width": width, "height": height}}, nil)
}

// act performs actions of one input device.
func (b *bidi) act(ctx context.Context, kind string, actions ...map[string]any) error {
	device := map[string]any{"type": kind, "id": kind, "actions": actions}
	return b.do(ctx, "input.performActions", map[string]any{"actions": []any{device}}, nil)
}

func (b *bidi) Move(ctx context.Context, x, y int) error { return b.act(ctx, "pointer", moveTo(x, y)) }

func (b *bidi) Click(ctx context.Context, x, y int) error {
	return b.act(ctx, "pointer", moveTo(x, y), button("pointerDown"), button("pointerUp"))
}

func (b *bidi) Type(ctx context.Context, text string) error {
	return b.act(ctx, "key", keys(text)...)
}

func (b *bidi) Paste(ctx context.Context) error { return b.act(ctx, "key", paste()...) }

func (b *bidi) Back(ctx context.Context) error {
	return b.do(ctx, "browsingContext.traverseHistory", map[string]any{"delta": -1}, nil)
}

func (b *bidi) Screenshot(ctx context.Context) ([]byte, error) {
	var got struct{ Data []byte }
	err := b.do(ctx, "browsingContext.captureScreenshot", nil, &got)
	return got.Data, err
}

func (b *bidi) Print(ctx context.Context, margin float64) ([]byte, error) {
	var got struct{ Data []byte }
	err := b.do(ctx, "browsingContext.print", map[string]any{
		"background": true, "shrinkToFit": false,
		"page":   map[string]float64{"width": 21.0, "height": 29.7},
		"margin": map[string]float64{"top": margin, "bottom": margin, "left": margin, "right": margin},
	}, &got)
	if err != nil {
		return nil, fmt.Errorf("print: %w", err)
	}
	return got.Data, nil
}

func (b *bidi) Close() { b.stop() }

// moveTo, button, keys and paste return actions in the format of WebDriver and BiDi.
func moveTo(x, y int) map[string]any {
	return map[string]any{"type": "pointerMove", "x": x, "y": y}
}

func button(kind string) map[string]any { return map[string]any{"type": kind, "button": 0} }

func paste() []map[string]any {
	const control = "\ue009"
	return []map[string]any{
		{"type": "keyDown", "value": control}, {"type": "keyDown", "value": "v"}, {"type": "keyUp", "value": "v"}, {"type": "keyUp", "value": control},
	}
}

func keys(text string) []map[string]any {
	var all []map[string]any
	for _, key := range text {
		for _, kind := range []string{"keyDown", "keyUp"} {
			all = append(all, map[string]any{"type": kind, "value": string(key)})
		}
	}
	return all
}
