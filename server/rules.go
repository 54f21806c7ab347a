package server

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"danmaku/comment"
	"danmaku/live"
	"danmaku/room"
	"danmaku/server/wire"
)

// listRules handles GET /api/rooms/{room}/rules.
func (s *Server) listRules(c echo.Context) error {
	lists, shipped, err := s.live.RuleLists(c.Request().Context(), c.Param("room"), actorOf(c))
	if err != nil {
		return err
	}
	out := make([]wire.RuleList, len(lists))
	for i, l := range lists {
		out[i] = wire.RuleListOf(l)
		out[i].Shipped = shipped && i == 0
	}
	return c.JSON(http.StatusOK, map[string]any{"lists": out})
}

// putRules handles PUT /api/rooms/{room}/rules.
func (s *Server) putRules(c echo.Context) error {
	actor := actorOf(c)
	var body struct {
		wire.RuleList
		Base *string `json:"base"`
		Dry  bool    `json:"dry"`
	}
	body.On = true
	if err := readJSON(c, &body); err != nil {
		return err
	}
	l := room.RuleList{Room: c.Param("room"), Name: body.Name, Text: body.Text, On: body.On, Changed: s.now()}
	if body.All {
		l.Room = ""
	}
	saved, faults, err := s.live.PutRules(c.Request().Context(), c.Param("room"), actor, live.RulesEdit{List: l, Base: body.Base, Dry: body.Dry})
	if err != nil {
		return err
	}
	out := struct {
		List   wire.RuleList    `json:"list"`
		Faults []wire.RuleFault `json:"faults"`
		Total  int              `json:"faults_total"`
	}{wire.RuleListOf(saved), make([]wire.RuleFault, len(faults.Listed)), faults.Total}
	for i, f := range faults.Listed {
		out.Faults[i] = wire.RuleFault(f)
	}
	return c.JSON(http.StatusOK, out)
}

// deleteRules handles DELETE /api/rooms/{room}/rules/{name}, with ?all=1 for a list for all
// rooms and ?base= as in putRules.
func (s *Server) deleteRules(c echo.Context) error {
	actor := actorOf(c)
	listRoom := c.Param("room")
	if c.QueryParam("all") == "1" {
		listRoom = ""
	}
	var base *string
	if q := c.QueryParams(); q.Has("base") {
		version := q.Get("base")
		base = &version
	}
	if err := s.live.DeleteRules(c.Request().Context(), c.Param("room"), actor, listRoom, nameOf(c), base); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// checkRules handles POST /api/rooms/{room}/rules/check.
func (s *Server) checkRules(c echo.Context) error {
	actor := actorOf(c)
	var body struct {
		Text string `json:"text"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	if len(body.Text) > 4*comment.MaxTextBytes {
		return room.ErrTooLong
	}
	v, err := s.live.CheckText(c.Param("room"), actor, body.Text)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wire.VerdictOf(v, body.Text))
}
