package server

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"danmaku/room"
)

// pageErased is how many of a person's comments were just deleted.
type pageErased struct{ Comments int }

// privacyPage handles GET /r/{room}/privacy: which data of the audience is stored and for how
// long, and how to get and delete it. It needs no script, so it works in every browser.
func (s *Server) privacyPage(c echo.Context) error {
	r, err := s.live.Room(c.Param("room"))
	if err != nil {
		return err
	}
	if _, err := s.guest(c, r.ID); err != nil { // own data is accessible in a secret room, too
		r.Title = r.ID
	}
	d := pageData{Room: r, Token: c.QueryParam(tokenField)}
	if n, err := strconv.Atoi(c.QueryParam("erased")); err == nil && n >= 0 {
		d.Erased = &pageErased{n}
	}
	return s.render(c, http.StatusOK, "about/privacy.html", d)
}

// privacyForm handles POST /r/{room}/privacy: it deletes for good everything that the audience
// member wrote in the room.
func (s *Server) privacyForm(c echo.Context) error {
	if err := readForm(c); err != nil {
		return err
	}
	if c.FormValue("sure") != "yes" {
		return room.Explain(room.ErrInvalid, "sure: confirm that everything will be deleted")
	}
	a, err := s.me(c)
	if err != nil {
		return err
	}
	n, err := s.live.EraseOwn(c.Request().Context(), c.Param("room"), a)
	if err != nil {
		return err
	}
	query := url.Values{"erased": {strconv.Itoa(n)}}
	if token := c.FormValue(tokenField); token != "" {
		query.Set(tokenField, token)
	}
	return c.Redirect(http.StatusSeeOther, "/r/"+url.PathEscape(c.Param("room"))+"/privacy?"+query.Encode())
}
