package server

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/server/wire"
)

// deciding handles POST /api/rooms/{room}/comments/{id}/approve and /refuse.
func deciding(kind room.Action) func(*Server, echo.Context) error {
	return func(s *Server, c echo.Context) error {
		actor, id, err := commentOf(c)
		if err != nil {
			return err
		}
		var body struct {
			From comment.Status `json:"from"`
		}
		if err := readOptionalJSON(c, &body); err != nil {
			return err
		}
		if err := checkFrom(body.From); err != nil {
			return err
		}
		d, err := s.live.Decide(c.Request().Context(), c.Param("room"), actor, id, kind, body.From)
		if err != nil {
			return err
		}
		return c.JSON(http.StatusOK, wire.DecisionOf(d))
	}
}

// checkFrom refuses a status in which a moderator cannot have seen a comment to decide
// about.
func checkFrom(from comment.Status) error {
	if from != "" && from != comment.Held && from != comment.Refused {
		return room.Explain(room.ErrInvalid, "from %q: held or refused", from)
	}
	return nil
}

// removeComment handles POST /api/rooms/{room}/comments/{id}/remove.
func (s *Server) removeComment(c echo.Context) error {
	actor, id, err := commentOf(c)
	if err != nil {
		return err
	}
	if err := s.live.Remove(c.Request().Context(), c.Param("room"), actor, id); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// bulk handles POST /api/rooms/{room}/comments/bulk.
func (s *Server) bulk(c echo.Context) error {
	actor := actorOf(c)
	var body struct {
		IDs  []string       `json:"ids"`
		Act  room.Action    `json:"act"`
		From comment.Status `json:"from"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	if err := checkFrom(body.From); err != nil {
		return err
	}
	ids := make([]comment.ID, len(body.IDs))
	for i, text := range body.IDs {
		// An invalid ID is answered like an unknown one.
		ids[i], _ = comment.ParseID(text)
	}
	decisions, err := s.live.Bulk(c.Request().Context(), c.Param("room"), actor, ids, body.Act, body.From)
	if err != nil {
		return err
	}
	out := struct {
		Results []wire.Decision `json:"results"`
	}{make([]wire.Decision, len(decisions))}
	for i, d := range decisions {
		out.Results[i] = wire.DecisionOf(d)
		out.Results[i].ID = body.IDs[i]
	}
	return c.JSON(http.StatusOK, out)
}

// listReview handles GET /api/rooms/{room}/review.
func (s *Server) listReview(c echo.Context) error {
	after, err := number(c, "after", "the next of the page before")
	if err != nil {
		return err
	}
	_, limit, err := pageOf(c)
	if err != nil {
		return err
	}
	page, err := s.live.Review(c.Param("room"), actorOf(c), c.QueryParam("group"), after, limit)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wire.ReviewOf(page))
}

// decidingGroup handles POST /api/rooms/{room}/review/{group}/approve and /refuse.
func decidingGroup(kind room.Action) func(*Server, echo.Context) error {
	return func(s *Server, c echo.Context) error {
		var body struct {
			UpTo int64 `json:"up_to"`
		}
		if err := readOptionalJSON(c, &body); err != nil {
			return err
		}
		if body.UpTo < 0 {
			return room.Explain(room.ErrInvalid, "up_to %d: the seq of the newest comment that counts, or leave it out", body.UpTo)
		}
		decisions, err := s.live.DecideGroup(c.Request().Context(), c.Param("room"), actorOf(c), c.Param("group"), kind, body.UpTo)
		if err != nil {
			return err
		}
		out := struct {
			Results []wire.Decision `json:"results"`
			Count   int             `json:"count"`
		}{Results: make([]wire.Decision, len(decisions))}
		for i, d := range decisions {
			out.Results[i] = wire.DecisionOf(d)
			if d.Err == nil && !d.Again {
				out.Count++
			}
		}
		return c.JSON(http.StatusOK, out)
	}
}

// removeUser handles POST /api/rooms/{room}/users/{user}/remove.
func (s *Server) removeUser(c echo.Context) error {
	actor := actorOf(c)
	n, err := s.live.RemoveUser(c.Request().Context(), c.Param("room"), actor, c.Param("user"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]int{"removed": n})
}

// clearRoom handles POST /api/rooms/{room}/clear.
func (s *Server) clearRoom(c echo.Context) error {
	actor := actorOf(c)
	if err := s.live.Clear(c.Request().Context(), c.Param("room"), actor); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// pin handles POST /api/rooms/{room}/comments/{id}/pin.
func (s *Server) pin(c echo.Context) error {
	actor, id, err := commentOf(c)
	if err != nil {
		return err
	}
	if err := s.live.Pin(c.Request().Context(), c.Param("room"), actor, id); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// unpin handles DELETE /api/rooms/{room}/comments/{id}/pin.
func (s *Server) unpin(c echo.Context) error {
	actor, id, err := commentOf(c)
	if err != nil {
		return err
	}
	if err := s.live.Unpin(c.Request().Context(), c.Param("room"), actor, id); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
