package server

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"danmaku/live"
	"danmaku/room"
	"danmaku/server/emote"
	"danmaku/server/wire"
)

// Emotes has the pictures of platforms' emotes.
type Emotes interface {
	// Picture returns a picture and its media type. ok is false for an unknown one.
	Picture(name string) (picture []byte, mediaType string, ok bool)
}

// emote handles GET /emotes/{name}: a platform's emote or a room's own. Anyone who knows the
// name has seen a comment with it, or the room's list.
func (s *Server) emote(c echo.Context) error {
	name := c.Param("name")
	var b []byte
	var kind string
	ok := false
	if s.opt.Emotes != nil {
		b, kind, ok = s.opt.Emotes.Picture(name)
	}
	if !ok {
		var err error
		b, kind, err = s.live.EmotePicture(c.Request().Context(), name)
		if errors.Is(err, room.ErrNotFound) && s.cluster != nil { // the home fetches the emotes of chats
			if b, kind, ok = s.cluster.Emote(c.Request().Context(), name); ok {
				err = nil
			}
		}
		if err != nil {
			return err
		}
	}
	c.Response().Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	return c.Blob(http.StatusOK, kind, b)
}

// listEmotes handles GET /api/rooms/{room}/emotes, for those who run the room and for phones.
func (s *Server) listEmotes(c echo.Context) error {
	if _, err := s.itemView(c); err != nil {
		return err
	}
	list, err := s.live.Emotes(c.Param("room"))
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "private, no-cache")
	return c.JSON(http.StatusOK, wire.OwnEmotesOf(list))
}

// putEmote handles PUT /api/rooms/{room}/emotes/{name}. The server redraws the picture, so
// that only pixels of the upload reach a screen.
func (s *Server) putEmote(c echo.Context) error {
	actor := actorOf(c)
	if err := allowLargeBody(c.Response(), pictureWithin); err != nil {
		return err
	}
	b, err := readBody(c)
	if err != nil {
		return err
	}
	name, err := room.EmoteName(nameOf(c)) // checked before the picture is drawn
	if err != nil {
		return err
	}
	drawn, err := emote.Draw(b)
	if err != nil {
		return err
	}
	r, err := s.live.SetEmote(c.Request().Context(), c.Param("room"), actor, name, live.DrawnEmote{Picture: drawn.Bytes, MediaType: drawn.MediaType, Animated: drawn.Animated})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wire.OwnEmotesOf(r.Emotes))
}

// patchEmote handles PATCH /api/rooms/{room}/emotes/{name}: it renames an emote.
func (s *Server) patchEmote(c echo.Context) error {
	actor := actorOf(c)
	var body struct {
		Name string `json:"name"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	r, err := s.live.RenameEmote(c.Request().Context(), c.Param("room"), actor, nameOf(c), body.Name)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wire.OwnEmotesOf(r.Emotes))
}

// deleteEmote handles DELETE /api/rooms/{room}/emotes/{name}.
func (s *Server) deleteEmote(c echo.Context) error {
	r, err := s.live.DeleteEmote(c.Request().Context(), c.Param("room"), actorOf(c), nameOf(c))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wire.OwnEmotesOf(r.Emotes))
}
