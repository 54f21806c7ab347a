package server

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	_ "image/gif" // formats that an owner may send
	"image/jpeg"
	_ "image/png"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/image/draw"

	"danmaku/room"
	"danmaku/server/photo"
	"danmaku/server/wire"
)

// Limits of a room's picture.
const (
	mostPicture   = 2 << 20    // bytes sent
	mostPixels    = 16_000_000 // a phone's camera; more is a bomb
	pictureWidth  = 1280       // stored width in pixels: twice the page's width
	pictureHeight = 640
	pictureWithin = time.Minute // time for the upload, over an owner's mobile connection
)

// putPicture handles PUT /api/rooms/{room}/picture. The server redraws the picture, so that
// only pixels of the upload reach a phone.
func (s *Server) putPicture(c echo.Context) error {
	actor := actorOf(c)
	if err := allowLargeBody(c.Response(), pictureWithin); err != nil {
		return err
	}
	b, err := readBody(c)
	if err != nil {
		return err
	}
	if len(b) > mostPicture {
		return room.Explain(room.ErrInvalid, "The picture has %d KB. Send at most %d.", len(b)>>10, mostPicture>>10)
	}
	picture, err := redraw(b)
	if err != nil {
		return err
	}
	r, err := s.live.SetPicture(c.Request().Context(), c.Param("room"), actor, picture)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wire.RoomOf(r))
}

// picture handles GET /r/{room}/picture/{hash}.jpg. Anyone who knows the hash has seen the
// room, so a secret room's picture needs no further check.
func (s *Server) picture(c echo.Context) error {
	hash, ok := strings.CutSuffix(c.Param("file"), ".jpg")
	if !ok {
		return room.ErrNotFound
	}
	b, err := s.live.Picture(c.Request().Context(), c.Param("room"), hash)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	return c.Blob(http.StatusOK, "image/jpeg", b)
}

// redraw decodes a picture and encodes it as JPEG, small enough for a phone.
func redraw(b []byte) ([]byte, error) {
	size, kind, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return nil, room.Explain(room.ErrInvalid, "This is not a picture. Send a PNG, a JPEG or a GIF.")
	}
	if size.Width*size.Height > mostPixels || size.Width < 16 || size.Height < 16 {
		return nil, room.Explain(room.ErrInvalid, "%d by %d pixels: send 16 by 16 up to 16 million pixels, best %d by %d.",
			size.Width, size.Height, pictureWidth, pictureWidth/4)
	}
	var img image.Image
	endless := kind == "jpeg" && photo.Endless(b)
	if !endless {
		img, _, err = image.Decode(bytes.NewReader(b))
	}
	if err != nil || endless {
		return nil, room.Explain(room.ErrInvalid, "This %s is damaged. Save it again and send the new file.", strings.ToUpper(kind))
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, shrink(img), &jpeg.Options{Quality: 82}); err != nil {
		return nil, fmt.Errorf("encode a picture: %w", err)
	}
	return out.Bytes(), nil
}

// ground is the page's background, behind transparent parts.
var ground = color.Gray{0x13}

// shrink fits a picture into the largest stored size, on the page's dark background. It
// first halves it as often as possible: halving averages four pixels, and needs no more
// memory than its result.
func shrink(img image.Image) image.Image {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if w > pictureWidth {
		w, h = pictureWidth, max(1, h*pictureWidth/w)
	}
	if h > pictureHeight {
		w, h = max(1, w*pictureHeight/h), pictureHeight
	}
	for b.Dx() >= 2*w && b.Dy() >= 2*h {
		half := image.NewRGBA(image.Rect(0, 0, b.Dx()/2, b.Dy()/2))
		draw.ApproxBiLinear.Scale(half, half.Bounds(), img, b, draw.Src, nil)
		img, b = half, half.Bounds()
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Bounds(), image.NewUniform(ground), image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(out, out.Bounds(), img, b, draw.Over, nil)
	return out
}

// manifest handles GET /r/{room}/app.webmanifest: what a phone needs to put the page on its
// home screen.
func (s *Server) manifest(c echo.Context) error {
	r, err := s.live.Room(c.Param("room"))
	if err != nil {
		return err
	}
	if _, err := s.guest(c, r.ID); err != nil {
		return err
	}
	type icon struct {
		Src     string `json:"src"`
		Sizes   string `json:"sizes"`
		Type    string `json:"type"`
		Purpose string `json:"purpose,omitempty"`
	}
	start := "/r/" + r.ID
	if key := c.QueryParam("key"); key != "" { // where no cookie stores it
		start += "?key=" + url.QueryEscape(key)
	}
	at := s.opt.Pages.assets.base + "/shared/"
	c.Response().Header().Set("Cache-Control", "private, no-cache")
	c.Response().Header().Set(echo.HeaderContentType, types[".webmanifest"])
	c.Response().WriteHeader(http.StatusOK)
	_, err = c.Response().Write(wire.Marshal(map[string]any{
		"id": "/r/" + r.ID, "name": r.Title, "short_name": r.Title, "start_url": start, "scope": "/r/" + r.ID,
		"display": "standalone", "background_color": "#0D1113", "theme_color": "#13191C",
		"icons": []icon{
			{at + "mark.svg", "any", "image/svg+xml", "any"},
			{at + "icon-512.png", "512x512", "image/png", "any"},
			{at + "icon-512.png", "512x512", "image/png", "maskable"},
		},
	}))
	return err
}
