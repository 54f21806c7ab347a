package server

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"danmaku/comment"
	"danmaku/live"
	"danmaku/room"
	"danmaku/server/wire"
)

// listBans handles GET /api/rooms/{room}/bans.
func (s *Server) listBans(c echo.Context) error {
	bans, err := s.live.Bans(c.Param("room"), actorOf(c))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{"bans": wire.BansOf(bans)})
}

// banFields is the body of a request for a ban.
type banFields struct {
	User      string       `json:"user"`
	AddressOf string       `json:"address_of"`
	Kind      room.BanKind `json:"kind"`
	Seconds   int64        `json:"seconds"`
	Until     string       `json:"until"`
	Reason    string       `json:"reason"`
	Remove    bool         `json:"remove"`
}

func (f banFields) request() (live.BanRequest, error) {
	q := live.BanRequest{
		User: f.User, Kind: f.Kind, For: time.Duration(f.Seconds) * time.Second, ShowEnd: f.Until == "show_end",
		Reason: comment.OneLine(f.Reason), Remove: f.Remove,
	}
	if f.Seconds < 0 || f.Seconds > 1<<32 { // checked before making a Duration, which would overflow
		return q, room.Explain(room.ErrInvalid, "seconds: 0 (forever) or a number of seconds")
	}
	if f.Until != "" && !q.ShowEnd {
		return q, room.Explain(room.ErrInvalid, "until %q: only show_end; for a time say seconds", f.Until)
	}
	if f.AddressOf != "" {
		id, err := comment.ParseID(f.AddressOf)
		if err != nil {
			return q, err
		}
		q.AddressOf = id
	}
	return q, nil
}

// newBan handles POST /api/rooms/{room}/bans.
func (s *Server) newBan(c echo.Context) error {
	actor := actorOf(c)
	var f banFields
	if err := readJSON(c, &f); err != nil {
		return err
	}
	q, err := f.request()
	if err != nil {
		return err
	}
	ban, removed, err := s.live.Ban(c.Request().Context(), c.Param("room"), actor, q)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, wireNewBan{wire.BanOf(ban), removed})
}

// wireNewBan is the answer for a new ban.
type wireNewBan struct {
	wire.Ban
	Removed int `json:"removed"` // comments taken down with it
}

// liftBan handles DELETE /api/rooms/{room}/bans/{id}.
func (s *Server) liftBan(c echo.Context) error {
	actor := actorOf(c)
	id, err := numbered(c)
	if err != nil {
		return err
	}
	if err := s.live.Unban(c.Request().Context(), c.Param("room"), actor, id); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// behindAddress handles GET /api/rooms/{room}/comments/{id}/address.
func (s *Server) behindAddress(c echo.Context) error {
	actor, id, err := commentOf(c)
	if err != nil {
		return err
	}
	n, err := s.live.Behind(c.Request().Context(), c.Param("room"), actor, id)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]int{"people": n})
}

// person handles GET /api/rooms/{room}/users/{user}.
func (s *Server) person(c echo.Context) error {
	p, err := s.live.Person(c.Request().Context(), c.Param("room"), actorOf(c), c.Param("user"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wire.PersonOf(p))
}
