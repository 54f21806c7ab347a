package server

import (
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"

	"github.com/labstack/echo/v4"
	"rsc.io/qr"

	"danmaku/room"
)

// wireWiFi is the Wi-Fi network of a venue; without a name there is none.
type wireWiFi struct {
	Name     string `json:"name"`
	Password string `json:"password,omitempty"` // empty for an open network
}

// getWiFi handles GET /api/rooms/{room}/wifi.
func (s *Server) getWiFi(c echo.Context) error {
	w, err := s.live.WiFi(c.Request().Context(), c.Param("room"))
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, wireWiFi(w))
}

// putWiFi handles PUT /api/rooms/{room}/wifi.
func (s *Server) putWiFi(c echo.Context) error {
	var body wireWiFi
	if err := readJSON(c, &body); err != nil {
		return err
	}
	if err := s.live.SetWiFi(c.Request().Context(), c.Param("room"), actorOf(c), room.WiFi(body)); err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, body)
}

// wifiCard is a Wi-Fi network in the form that the second screen and the poster show.
type wifiCard struct {
	Name, Password string
	Code           template.URL // a picture in the page itself, so that no URL contains the password
	Modules        int          // side length of the code, see [modules]
}

// wifiCard returns the card of the room's network, nil for none, and keeps the page out of
// caches.
func (s *Server) wifiCard(c echo.Context, roomID string) (*wifiCard, error) {
	w, err := s.live.WiFi(c.Request().Context(), roomID)
	if err != nil || w.Name == "" {
		return nil, err
	}
	code, err := qr.Encode(w.Code(), qr.M)
	if err != nil {
		return nil, fmt.Errorf("encode the Wi-Fi of room %s: %w", roomID, err)
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	svg := base64.StdEncoding.EncodeToString(drawSVG(code))
	return &wifiCard{Name: w.Name, Password: w.Password, Code: template.URL("data:image/svg+xml;base64," + svg), Modules: code.Size}, nil
}

// modules returns the side length of a text's code, without the white border.
func modules(text string) (int, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return 0, fmt.Errorf("encode the audience link: %w", err)
	}
	return code.Size, nil
}
