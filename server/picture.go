package server

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	_ "image/gif" // what an owner may send
	"image/jpeg"
	_ "image/png"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"danmaku/comment"
)

// Limits of a room's picture.
const (
	picturePath   = "/api/rooms/:room/picture"
	mostPicture   = 2 << 20    // bytes sent
	mostPixels    = 16_000_000 // a phone's camera; more is a bomb
	pictureWidth  = 1280       // pixels kept: twice the page's width
	pictureHeight = 640
	pictureWithin = time.Minute // for it to come, over an owner's mobile line
)

// putPicture is PUT /api/rooms/{room}/picture. What is stored is drawn anew, so
// that nothing but pixels of what was sent reaches a phone.
func (s *Server) putPicture(c echo.Context) error {
	actor, err := s.owner(c)
	if err != nil {
		return err
	}
	if err := patiently(c.Response(), pictureWithin); err != nil {
		return err
	}
	b, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return err
	}
	if len(b) > mostPicture {
		return comment.Explain(comment.ErrInvalid, "The picture has %d KB. Send at most %d.", len(b)>>10, mostPicture>>10)
	}
	picture, err := redraw(b)
	if err != nil {
		return err
	}
	r, err := s.hall.SetPicture(c.Request().Context(), c.Param("room"), actor, picture)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, toWireRoom(r))
}

// picture is GET /r/{room}/picture/{hash}.jpg. Who knows the hash has seen the
// room, so a secret room's picture asks for nothing more.
func (s *Server) picture(c echo.Context) error {
	hash, ok := strings.CutSuffix(c.Param("file"), ".jpg")
	if !ok {
		return comment.ErrNotFound
	}
	b, err := s.hall.Picture(c.Request().Context(), c.Param("room"), hash)
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
		return nil, comment.Explain(comment.ErrInvalid, "This is no picture. Send a PNG, a JPEG or a GIF.")
	}
	if size.Width*size.Height > mostPixels || size.Width < 16 || size.Height < 16 {
		return nil, comment.Explain(comment.ErrInvalid, "%d by %d pixels: send 16 by 16 up to 16 million pixels, best %d by %d.",
			size.Width, size.Height, pictureWidth, pictureWidth/4)
	}
	img, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, comment.Explain(comment.ErrInvalid, "This %s is damaged. Save it anew and send it again.", strings.ToUpper(kind))
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, shrink(img), &jpeg.Options{Quality: 82}); err != nil {
		return nil, fmt.Errorf("encode a picture: %w", err)
	}
	return out.Bytes(), nil
}

// shrink fits a picture into the largest size that is kept, each pixel the mean
// of those that fall into it, on the page's dark ground.
func shrink(img image.Image) image.Image {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if w > pictureWidth {
		w, h = pictureWidth, max(1, h*pictureWidth/w)
	}
	if h > pictureHeight {
		w, h = max(1, w*pictureHeight/h), pictureHeight
	}
	const ground = 0x13
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		y0, y1 := b.Min.Y+y*b.Dy()/h, b.Min.Y+(y+1)*b.Dy()/h
		for x := range w {
			x0, x1 := b.Min.X+x*b.Dx()/w, b.Min.X+(x+1)*b.Dx()/w
			var sum [4]uint64
			for sy := y0; sy < y1; sy++ {
				for sx := x0; sx < x1; sx++ {
					r, g, bl, a := img.At(sx, sy).RGBA()
					sum[0], sum[1], sum[2], sum[3] = sum[0]+uint64(r), sum[1]+uint64(g), sum[2]+uint64(bl), sum[3]+uint64(a)
				}
			}
			n := uint64((y1 - y0) * (x1 - x0))
			behind := (0xffff - sum[3]/n) * ground / 0xff
			mean := func(s uint64) uint8 { return uint8((s/n + behind) >> 8) }
			out.SetRGBA(x, y, color.RGBA{mean(sum[0]), mean(sum[1]), mean(sum[2]), 0xff})
		}
	}
	return out
}

// manifest is GET /r/{room}/app.webmanifest: what a phone needs to keep the
// page on its home screen.
func (s *Server) manifest(c echo.Context) error {
	r, err := s.hall.Room(c.Param("room"))
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
	if key := c.QueryParam("key"); key != "" { // where no cookie keeps it
		start += "?key=" + url.QueryEscape(key)
	}
	at := s.opt.Pages.assets.base + "/shared/"
	c.Response().Header().Set("Cache-Control", "private, no-cache")
	c.Response().Header().Set(echo.HeaderContentType, types[".webmanifest"])
	c.Response().WriteHeader(http.StatusOK)
	_, err = c.Response().Write(mustMarshal(map[string]any{
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
