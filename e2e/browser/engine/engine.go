// Package engine drives browsers other than the Chromium of the system: old
// Chromiums like those in OBS and in-app browsers by the DevTools protocol,
// Firefox by WebDriver BiDi, and WebKit by W3C WebDriver, all behind one small
// interface. Each tab is a separate browser process with an empty profile.
package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// The engines, and the browsers that each represents.
const (
	Chromium79  = "chromium-79"  // older than the pages require: it cannot parse their modules
	Chromium90  = "chromium-90"  // the oldest that the audience page supports
	Chromium103 = "chromium-103" // OBS 30
	Chromium109 = "chromium-109" // WeChat on Android, from
	Chromium113 = "chromium-113" // the last without text strokes and nesting
	Chromium127 = "chromium-127" // OBS 31
	Chromium    = "chromium"     // the system's
	Firefox     = "firefox"      // Firefox ESR
	WebKitGTK   = "webkitgtk"    // recent Safari
	WPE         = "wpe"          // Safari 16.0
)

// All are the engines that run every page if ENGINES is "all".
var All = []string{Chromium103, Chromium109, Chromium113, Chromium127, Chromium, Firefox, WebKitGTK, WPE}

// Tab is one page in one engine. A method fails if the engine reports a failure,
// or when ctx ends.
type Tab interface {
	// Goto loads an address and waits until it has loaded.
	Goto(ctx context.Context, url string) error
	// Eval evaluates an expression, waits for a promise, and returns its JSON.
	Eval(ctx context.Context, js string) (json.RawMessage, error)
	// Size sets the viewport in CSS pixels.
	Size(ctx context.Context, width, height int) error
	// Move moves the mouse to a place in CSS pixels of the viewport.
	Move(ctx context.Context, x, y int) error
	// Click moves the mouse there and presses and releases its left button.
	Click(ctx context.Context, x, y int) error
	// Type sends text to the element that has the focus, key by key.
	Type(ctx context.Context, text string) error
	// Paste pastes the clipboard into the element that has the focus, by the keyboard.
	Paste(ctx context.Context) error
	// Back goes back in the tab's history.
	Back(ctx context.Context) error
	// Screenshot returns the viewport as PNG.
	Screenshot(ctx context.Context) ([]byte, error)
	// Close ends the browser.
	Close()
}

// Printer is a Tab that can print.
type Printer interface {
	// Print returns the page as a PDF of A4 with margins in centimetres.
	Print(ctx context.Context, margin float64) ([]byte, error)
}

// ErrMissing is returned by [Open] for an engine that is not installed. The error text
// says how to install it.
var ErrMissing = errors.New("the engine is not installed")

// opening is the longest start of a browser.
const opening = 90 * time.Second

// Open starts an engine with one empty tab.
func Open(ctx context.Context, name string) (Tab, error) {
	path, err := find(name)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, opening)
	defer cancel()
	switch name {
	case Firefox:
		return openBiDi(ctx, path)
	case WebKitGTK, WPE:
		return openWebDriver(ctx, name, path)
	}
	return openCDP(ctx, path)
}

// webKits are the folders in which Debian has the browsers that WebKit's drivers start.
var webKits = map[string][2]string{
	WebKitGTK: {"WebKitWebDriver", "webkit2gtk-4.*/MiniBrowser"},
	WPE:       {"WPEWebDriver", "wpe-webkit-1.*/MiniBrowser"},
}

// find returns the program of an engine: the browser, or the driver of WebKit.
func find(name string) (string, error) {
	var looked []string
	switch {
	case name == Chromium:
		looked = []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome-stable", "google-chrome"}
	case name == Firefox:
		looked = []string{os.Getenv("FIREFOX"), "firefox-esr", "firefox"}
	case webKits[name] != [2]string{}:
		looked = []string{webKits[name][0]}
	case packed[name] != release{}:
		looked = []string{filepath.Join(Folder(), name, "chrome")}
	default:
		return "", fmt.Errorf("unknown engine %q, want one of %s", name, strings.Join(All, ", "))
	}
	for _, program := range looked {
		if path, err := exec.LookPath(program); program != "" && err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s: %w (scripts/setup.sh browsers gets it)", name, ErrMissing)
}

// miniBrowser is the browser that a driver of WebKit starts.
func miniBrowser(name string) (string, error) {
	for _, lib := range []string{"/usr/lib/*", "/usr/lib", "/usr/libexec"} {
		found, err := filepath.Glob(filepath.Join(lib, webKits[name][1]))
		if err != nil {
			return "", err
		}
		if len(found) > 0 {
			return slices.Max(found), nil
		}
	}
	return "", fmt.Errorf("%s: %w (scripts/setup.sh browsers gets it)", name, ErrMissing)
}
