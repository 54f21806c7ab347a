package obs

import (
	"fmt"
	"net/url"
	"strings"
)

// browserKind is what OBS calls its browser source.
const browserKind = "browser_source"

// Source is the browser source that [Client.Place] makes or mends.
type Source struct {
	Name  string // by which the user finds it
	URL   string // the overlay with its key
	Scene string // where it goes; empty is the one on air
	Look  *Look  // nil: as it is, as far as the source shows the same overlay
}

// Look is how a source looks: all options are in its URL.
type Look struct {
	// CSS goes into its box. Without any, CSS that an earlier look put there goes,
	// and what the user wrote stays.
	CSS string
}

// cssMark begins the CSS that came from here.
const cssMark = "/* danmaku builder */\n"

// Placed is what [Client.Place] did.
type Placed struct {
	Scene         string
	Width, Height int     // of the canvas, and now of the source
	FPS           float64 // of the canvas
	Made          bool    // it was not there before
	Version       string
}

// settings are the fields of a browser source that are ours. What else the user
// set is left as it is, and so is the custom CSS unless a look brings some.
type settings struct {
	URL       string  `json:"url"`
	LocalFile bool    `json:"is_local_file"`
	Width     int     `json:"width"`
	Height    int     `json:"height"`
	CSS       *string `json:"css,omitempty"`
}

// dressed returns the settings for a source that has these URL and CSS.
func (s settings) dressed(look *Look, oldURL, oldCSS string) settings {
	switch {
	case look == nil:
		s.URL = withOptions(s.URL, oldURL)
	case look.CSS != "":
		css := cssMark + look.CSS
		s.CSS = &css
	case strings.HasPrefix(oldCSS, cssMark):
		s.CSS = new(string)
	}
	return s
}

// The pages that can be on air: comments that fly, and a list.
const (
	overlayPath = "/overlay/"
	chatPath    = "/chat/"
)

// sameRoom reports whether two paths are of pages on air of one room.
func sameRoom(a, b string) bool {
	return strings.Replace(a, chatPath, overlayPath, 1) == strings.Replace(b, chatPath, overlayPath, 1)
}

// withOptions returns fresh with the options of an older address of the same room's
// overlay. A list stays one.
func withOptions(fresh, old string) string {
	to, err := url.Parse(fresh)
	if err != nil {
		return fresh
	}
	from, err := url.Parse(old)
	if err != nil || !sameRoom(from.Path, to.Path) || from.RawQuery == "" {
		return fresh
	}
	if strings.Contains(from.Path, chatPath) {
		to.Path = from.Path
	}
	query, options := to.Query(), from.Query()
	for name := range query {
		delete(options, name) // the key above all
	}
	if len(options) == 0 {
		return to.String()
	}
	to.RawQuery += "&" + options.Encode()
	return to.String()
}

// Place creates the browser source, or updates an existing one of this name and reloads it.
// The source gets the address, with the options that it had, and the size of the canvas. In
// the scene it is at the top left, unscaled: a new source in front of everything, an existing
// one at its place in the order. An input of this name of another kind is an error and stays
// unchanged. [ErrNoBrowser] means that OBS was built without browser sources.
func (c *Client) Place(s Source) (Placed, error) {
	var p Placed
	var about struct {
		Version string `json:"obsVersion"`
	}
	var video struct {
		Width  int     `json:"baseWidth"`
		Height int     `json:"baseHeight"`
		Frames float64 `json:"fpsNumerator"`
		Per    float64 `json:"fpsDenominator"` // seconds
	}
	if err := c.call("GetVersion", nil, &about); err != nil {
		return p, err
	}
	if err := c.call("GetVideoSettings", nil, &video); err != nil {
		return p, err
	}
	if s.Scene == "" {
		var scene struct {
			Name string `json:"currentProgramSceneName"`
		}
		if err := c.call("GetCurrentProgramScene", nil, &scene); err != nil {
			return p, err
		}
		s.Scene = scene.Name
	}
	p = Placed{Scene: s.Scene, Width: video.Width, Height: video.Height, Version: about.Version}
	if video.Per > 0 {
		p.FPS = video.Frames / video.Per
	}
	var err error
	if p.Made, err = c.ensureInput(s, settings{URL: s.URL, Width: p.Width, Height: p.Height}); err != nil {
		return p, err
	}
	return p, c.fill(s)
}

// ensureInput makes the input or mends the one that is there.
func (c *Client) ensureInput(s Source, want settings) (made bool, err error) {
	err = c.call("CreateInput", map[string]any{
		"sceneName": s.Scene, "inputName": s.Name, "inputKind": browserKind,
		"inputSettings": want.dressed(s.Look, "", ""), "sceneItemEnabled": true,
	}, nil)
	switch {
	case err == nil:
		return true, nil
	case refused(err, codeInvalidKind):
		return false, ErrNoBrowser
	case refused(err, codeNotFound):
		return false, fmt.Errorf("OBS has no scene %q", s.Scene)
	case !refused(err, codeAlreadyExists):
		return false, err
	}
	var there struct {
		Kind     string `json:"inputKind"`
		Settings struct {
			URL string `json:"url"`
			CSS string `json:"css"`
		} `json:"inputSettings"`
	}
	named := map[string]any{"inputName": s.Name}
	err = c.call("GetInputSettings", named, &there)
	if err != nil && !refused(err, codeInvalidType) { // a scene has that name
		return false, err
	}
	if there.Kind != browserKind {
		return false, fmt.Errorf("%q: %w; choose another name", s.Name, ErrNameTaken)
	}
	if err := c.call("SetInputSettings", map[string]any{
		"inputName": s.Name, "inputSettings": want.dressed(s.Look, there.Settings.URL, there.Settings.CSS), "overlay": true,
	}, nil); err != nil {
		return false, err
	}
	// The page may be the same and yet blank, because it was opened before the
	// server was there; nothing but this button loads it again.
	return false, c.call("PressInputPropertiesButton", map[string]any{
		"inputName": s.Name, "propertyName": "refreshnocache",
	}, nil)
}

// fill puts the source into the scene, if it is only in others, and over the
// whole canvas.
func (c *Client) fill(s Source) error {
	var item struct {
		ID int `json:"sceneItemId"`
	}
	where := map[string]any{"sceneName": s.Scene, "sourceName": s.Name}
	err := c.call("GetSceneItemId", where, &item)
	if refused(err, codeNotFound) {
		err = c.call("CreateSceneItem", where, &item)
	}
	if refused(err, codeNotFound) {
		return fmt.Errorf("OBS has no scene %q", s.Scene)
	}
	if err != nil {
		return err
	}
	return c.call("SetSceneItemTransform", map[string]any{
		"sceneName": s.Scene, "sceneItemId": item.ID,
		"sceneItemTransform": map[string]any{
			"positionX": 0, "positionY": 0, "rotation": 0, "scaleX": 1, "scaleY": 1,
			"alignment":  5, // left and top, OBS_ALIGN_LEFT | OBS_ALIGN_TOP
			"boundsType": "OBS_BOUNDS_NONE",
			"cropLeft":   0, "cropTop": 0, "cropRight": 0, "cropBottom": 0,
		},
	}, nil)
}
