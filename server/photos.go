package server

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"danmaku/comment"
	"danmaku/live"
	"danmaku/room"
	"danmaku/server/photo"
	"danmaku/server/wire"
)

// photo handles GET /photos/{key}. Anyone who knows the key has been shown the photo. Browsers
// and proxies must not store a copy, so that a photo that is taken down is gone on the next
// request.
func (s *Server) photo(c echo.Context) error {
	b, err := s.live.PhotoPicture(c.Request().Context(), room.PhotoPath(c.Param("key")))
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.Blob(http.StatusOK, "image/jpeg", b)
}

// sendPhoto handles POST /api/rooms/{room}/items/{id}/photos, with the audience's cookie. The
// body is the picture; its author's text is in the query. The server redraws the picture,
// which then waits for a moderator.
func (s *Server) sendPhoto(c echo.Context) error {
	author, d, err := s.photographer(c, false)
	if author.User == "" {
		return err
	}
	var drawn photo.Picture
	if err == nil {
		drawn, err = readPhoto(c)
	}
	var o live.Outcome
	if err == nil {
		o, err = s.live.SendPhoto(c.Request().Context(), c.Param("room"), author, d, live.DrawnPhoto{Picture: drawn.Bytes, Width: drawn.Width, Height: drawn.Height})
	}
	return answerPhoto(c, d.Ref, o, err)
}

// photographer returns the sender of a photo and its comment, and checks whether it may be
// sent now, before anything large is read or drawn. Without an author the error does not
// concern the photo itself.
func (s *Server) photographer(c echo.Context, early bool) (live.Author, comment.Draft, error) {
	roomID, query := c.Param("room"), c.QueryParams()
	if _, err := s.guest(c, roomID); err != nil {
		return live.Author{}, comment.Draft{}, err
	}
	who, ok := s.audience(c)
	if !ok {
		return live.Author{}, comment.Draft{}, wire.ErrNoKey
	}
	author := s.audienceAuthor(c, roomID, who)
	d := comment.Draft{Item: c.Param("id"), Text: query.Get("text"), Name: query.Get("name"), Ref: query.Get("ref"), Source: comment.FromAudience}
	return author, d, s.live.MaySendPhoto(roomID, author, d.Item, d.Ref, early)
}

// mayPhoto is the early check of [Server.sendPhoto].
func (s *Server) mayPhoto(c echo.Context) (answered bool, err error) {
	author, d, err := s.photographer(c, true)
	if err == nil || author.User == "" {
		return false, err
	}
	return true, answerPhoto(c, d.Ref, live.Outcome{}, err)
}

// answerPhoto answers with the outcome of a photo.
func answerPhoto(c echo.Context, ref string, o live.Outcome, err error) error {
	if err != nil && wire.FaultOf(err).Code == wire.Internal.Code {
		return err
	}
	retryAfter(c, err)
	ack := wire.AckOf(ref, o, err)
	switch {
	case err != nil:
		answerAtOnce(c)
		return c.JSON(wire.FaultOf(err).Status, ack)
	case ack.Outcome == comment.Refused:
		return c.JSON(http.StatusUnprocessableEntity, ack)
	}
	return c.JSON(http.StatusAccepted, ack)
}

// readPhoto reads the picture of a request and redraws it.
func readPhoto(c echo.Context) (photo.Picture, error) {
	if err := allowLargeBody(c.Response(), pictureWithin); err != nil {
		return photo.Picture{}, err
	}
	b, err := readBody(c)
	if err != nil {
		return photo.Picture{}, err
	}
	return photo.Draw(c.Request().Context(), b)
}

// listPhotos handles GET /api/rooms/{room}/items/{id}/photos: waiting and shown photos for
// those who run the room, and their own for everybody else.
func (s *Server) listPhotos(c echo.Context) error {
	roomID := c.Param("room")
	view, err := s.itemView(c)
	if err != nil {
		return err
	}
	own := ""
	if c.QueryParam("own") != "" || view != room.ViewConsole { // a browser may have both
		view = room.ViewAudience
		who, ok := s.audience(c)
		if !ok {
			return wire.ErrNoKey
		}
		own = s.audienceAuthor(c, roomID, who).User
	}
	rows, err := s.live.PhotosOf(c.Request().Context(), roomID, c.Param("id"), view, own)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{"photos": wire.WallPhotosOf(rows)})
}
