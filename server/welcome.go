package server

import (
	"context"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"danmaku/comment"
	"danmaku/live"
)

// Studio is the OBS that the server may ask, as a rule on its own machine.
type Studio interface {
	// AddOverlay makes or refreshes the browser source with the overlay's address.
	// What a person can mend is told in the report's outcome, not as an error.
	AddOverlay(ctx context.Context, o StudioOrder) (StudioReport, error)
}

// StudioOrder is what OBS shall show.
type StudioOrder struct {
	URL      string // of the overlay
	Password string // of OBS
	// Look is true when the URL has all options that the source shall have and
	// CSS is what its box shall have; otherwise it keeps those it has.
	Look bool
	CSS  string
}

// StudioReport says what became of it.
type StudioReport struct {
	Outcome       StudioOutcome
	At            string  // where it was asked, as host:port
	Version       string  // of OBS
	Width, Height int     // of its canvas
	FPS           float64 // of its canvas
}

// StudioOutcome is what OBS said.
type StudioOutcome string

// The outcomes, as on the wire.
const (
	StudioAdded       StudioOutcome = "added"
	StudioRefreshed   StudioOutcome = "refreshed"
	StudioUnreachable StudioOutcome = "unreachable" // not running, or its WebSocket server is off
	StudioPassword    StudioOutcome = "password"    // it wants one, or another
	StudioNoBrowser   StudioOutcome = "no_browser"  // built without browser sources
	StudioRefused     StudioOutcome = "refused"     // the name of the source is taken
)

type wireStudio struct {
	Outcome StudioOutcome `json:"outcome"`
	At      string        `json:"at"`
	Version string        `json:"version,omitempty"`
	Width   int           `json:"width,omitempty"`
	Height  int           `json:"height,omitempty"`
	FPS     float64       `json:"fps,omitempty"`
}

// welcomePage is GET /welcome/{room}: the three steps of the first start.
func (s *Server) welcomePage(c echo.Context) error { return s.hostPage(c, "welcome/index.html") }

// addToStudio is POST /api/rooms/{room}/obs: the owner lets the server put the
// overlay into OBS.
func (s *Server) addToStudio(c echo.Context) error {
	if _, err := s.owner(c); err != nil {
		return err
	}
	var body struct {
		Password string            `json:"password"`
		Options  map[string]string `json:"options"` // nil: those it has
		CSS      string            `json:"css"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	if err := live.SoundLook(body.Options, body.CSS); err != nil {
		return err
	}
	if s.opt.Studio == nil {
		return comment.ErrNotFound
	}
	room := c.Param("room")
	key, err := s.hall.ScreenKey(room, comment.Overlay)
	if err != nil {
		return err
	}
	query := url.Values{}
	for name, value := range body.Options {
		query.Set(name, value)
	}
	query.Set("key", key)
	o := StudioOrder{URL: s.overlayURL(c, room, query), Password: body.Password, Look: body.Options != nil, CSS: body.CSS}
	if s.opt.StudioBase != "" {
		o.URL = s.opt.StudioBase + "/overlay/" + room + "?" + query.Encode()
	}
	r, err := s.opt.Studio.AddOverlay(c.Request().Context(), o)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wireStudio(r))
}
