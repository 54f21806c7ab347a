package server

import (
	"context"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"danmaku/live"
	"danmaku/room"
)

// OBS is the OBS that the server may control, usually on its own machine.
type OBS interface {
	// AddOverlay creates or refreshes the browser source with the overlay's URL. A problem
	// that a person can fix is in the report's outcome, and not an error.
	AddOverlay(ctx context.Context, o OBSRequest) (OBSReport, error)
}

// OBSRequest is what OBS should show.
type OBSRequest struct {
	URL      string // of the overlay
	Password string // of OBS
	// Look is true when the URL has all options of the source and CSS is for its custom CSS
	// field; otherwise OBS keeps its own.
	Look bool
	CSS  string
}

// OBSReport is the result of a request.
type OBSReport struct {
	Outcome       OBSOutcome
	At            string  // OBS's address, as host:port
	Version       string  // of OBS
	Width, Height int     // of its canvas
	FPS           float64 // of its canvas
}

// OBSOutcome is the result that OBS reported.
type OBSOutcome string

// The outcomes, as on the wire.
const (
	OBSAdded       OBSOutcome = "added"
	OBSRefreshed   OBSOutcome = "refreshed"
	OBSUnreachable OBSOutcome = "unreachable" // not running, or its WebSocket server is off
	OBSPassword    OBSOutcome = "password"    // it needs one, or another one
	OBSNoBrowser   OBSOutcome = "no_browser"  // built without browser sources
	OBSRefused     OBSOutcome = "refused"     // the name of the source is taken
)

type obsReport struct {
	Outcome OBSOutcome `json:"outcome"`
	At      string     `json:"at"`
	Version string     `json:"version,omitempty"`
	Width   int        `json:"width,omitempty"`
	Height  int        `json:"height,omitempty"`
	FPS     float64    `json:"fps,omitempty"`
}

// welcomePage handles GET /welcome/{room}: the four steps of the first start.
func (s *Server) welcomePage(c echo.Context) error { return s.hostPage(c, "welcome/index.html") }

// addToOBS handles POST /api/rooms/{room}/obs: the owner lets the server put the overlay into
// OBS.
func (s *Server) addToOBS(c echo.Context) error {
	var body struct {
		Password string            `json:"password"`
		Options  map[string]string `json:"options"` // nil keeps the existing ones
		CSS      string            `json:"css"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	if err := live.SoundLook(body.Options, body.CSS); err != nil {
		return err
	}
	if s.opt.OBS == nil {
		return room.ErrNotFound
	}
	roomID := c.Param("room")
	key, err := s.live.ScreenKey(roomID, room.Overlay)
	if err != nil {
		return err
	}
	query := url.Values{}
	for name, value := range body.Options {
		query.Set(name, value)
	}
	query.Set("key", key)
	o := OBSRequest{URL: s.overlayURL(c, roomID, query), Password: body.Password, Look: body.Options != nil, CSS: body.CSS}
	if s.opt.OBSBase != "" {
		o.URL = s.opt.OBSBase + airPath(roomID, query)
	}
	r, err := s.opt.OBS.AddOverlay(c.Request().Context(), o)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, obsReport(r))
}
