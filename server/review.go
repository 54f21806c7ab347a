package server

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"danmaku/comment"
)

// decide is POST /api/rooms/{room}/comments/{id}/approve and /refuse.
func (s *Server) decide(kind comment.ActKind) echo.HandlerFunc {
	return func(c echo.Context) error {
		actor, id, err := s.moderatorOf(c)
		if err != nil {
			return err
		}
		var body struct {
			From comment.Status `json:"from"`
		}
		if err := readOptionalJSON(c, &body); err != nil {
			return err
		}
		if body.From != "" && body.From != comment.Held && body.From != comment.Refused {
			return comment.Explain(comment.ErrInvalid, "from %q: held or refused", body.From)
		}
		d, err := s.hall.Decide(c.Request().Context(), c.Param("room"), actor, id, kind, body.From)
		if err != nil {
			return err
		}
		return c.JSON(http.StatusOK, toWireDecision(d))
	}
}

// removeComment is POST /api/rooms/{room}/comments/{id}/remove.
func (s *Server) removeComment(c echo.Context) error {
	actor, id, err := s.moderatorOf(c)
	if err != nil {
		return err
	}
	if err := s.hall.Remove(c.Request().Context(), c.Param("room"), actor, id); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// bulk is POST /api/rooms/{room}/comments/bulk.
func (s *Server) bulk(c echo.Context) error {
	actor, err := s.moderator(c)
	if err != nil {
		return err
	}
	var body struct {
		IDs []string        `json:"ids"`
		Act comment.ActKind `json:"act"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	ids := make([]comment.ID, len(body.IDs))
	for i, text := range body.IDs {
		// What is no comment's ID is answered as one that is not there.
		ids[i], _ = comment.ParseID(text)
	}
	decisions, err := s.hall.Bulk(c.Request().Context(), c.Param("room"), actor, ids, body.Act)
	if err != nil {
		return err
	}
	out := struct {
		Results []wireDecision `json:"results"`
	}{make([]wireDecision, len(decisions))}
	for i, d := range decisions {
		out.Results[i] = toWireDecision(d)
		out.Results[i].ID = body.IDs[i]
	}
	return c.JSON(http.StatusOK, out)
}

// removeUser is POST /api/rooms/{room}/users/{user}/remove.
func (s *Server) removeUser(c echo.Context) error {
	actor, err := s.moderator(c)
	if err != nil {
		return err
	}
	n, err := s.hall.RemoveUser(c.Request().Context(), c.Param("room"), actor, c.Param("user"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]int{"removed": n})
}

// clearRoom is POST /api/rooms/{room}/clear.
func (s *Server) clearRoom(c echo.Context) error {
	actor, err := s.moderator(c)
	if err != nil {
		return err
	}
	if err := s.hall.Clear(c.Request().Context(), c.Param("room"), actor); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// pin is POST /api/rooms/{room}/comments/{id}/pin.
func (s *Server) pin(c echo.Context) error {
	actor, id, err := s.moderatorOf(c)
	if err != nil {
		return err
	}
	if err := s.hall.Pin(c.Request().Context(), c.Param("room"), actor, id); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// unpin is DELETE /api/rooms/{room}/comments/{id}/pin.
func (s *Server) unpin(c echo.Context) error {
	actor, id, err := s.moderatorOf(c)
	if err != nil {
		return err
	}
	if err := s.hall.Unpin(c.Request().Context(), c.Param("room"), actor, id); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
