package server

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"danmaku/comment"
	"danmaku/live"
)

// listRules is GET /api/rooms/{room}/rules.
func (s *Server) listRules(c echo.Context) error {
	if _, err := s.moderator(c); err != nil {
		return err
	}
	lists, shipped, err := s.hall.RuleLists(c.Request().Context(), c.Param("room"))
	if err != nil {
		return err
	}
	out := make([]wireList, len(lists))
	for i, l := range lists {
		out[i] = toWireList(l)
		out[i].Shipped = shipped && i == 0
	}
	return c.JSON(http.StatusOK, map[string]any{"lists": out})
}

// putRules is PUT /api/rooms/{room}/rules.
func (s *Server) putRules(c echo.Context) error {
	actor, err := s.moderator(c)
	if err != nil {
		return err
	}
	var body struct {
		wireList
		Base *string `json:"base"`
		Dry  bool    `json:"dry"`
	}
	body.On = true
	if err := readJSON(c, &body); err != nil {
		return err
	}
	l := live.RuleList{Room: c.Param("room"), Name: body.Name, Text: body.Text, On: body.On, Changed: s.now()}
	if body.All {
		l.Room = ""
	}
	saved, faults, err := s.hall.PutRules(c.Request().Context(), c.Param("room"), actor, live.RulesEdit{List: l, Base: body.Base, Dry: body.Dry})
	if err != nil {
		return err
	}
	out := struct {
		List   wireList    `json:"list"`
		Faults []wireFault `json:"faults"`
	}{toWireList(saved), make([]wireFault, len(faults))}
	for i, f := range faults {
		out.Faults[i] = wireFault(f)
	}
	return c.JSON(http.StatusOK, out)
}

// deleteRules is DELETE /api/rooms/{room}/rules/{name}, with ?all=1 of a list
// for all rooms and ?base= as in putRules.
func (s *Server) deleteRules(c echo.Context) error {
	actor, err := s.moderator(c)
	if err != nil {
		return err
	}
	listRoom := c.Param("room")
	if c.QueryParam("all") == "1" {
		listRoom = ""
	}
	var base *string
	if q := c.QueryParams(); q.Has("base") {
		version := q.Get("base")
		base = &version
	}
	if err := s.hall.DeleteRules(c.Request().Context(), c.Param("room"), actor, listRoom, nameOf(c), base); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// checkRules is POST /api/rooms/{room}/rules/check.
func (s *Server) checkRules(c echo.Context) error {
	actor, err := s.moderator(c)
	if err != nil {
		return err
	}
	var body struct {
		Text string `json:"text"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	if len(body.Text) > 4*comment.MaxTextBytes {
		return comment.ErrTooLong
	}
	v, err := s.hall.CheckText(c.Param("room"), actor, body.Text)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, toWireVerdict(v))
}
