package server

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"danmaku/comment"
)

// routes has every route on one page.
func (s *Server) routes() *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = s.ipExtractor()
	e.HTTPErrorHandler = s.answerError
	e.Use(s.recover, s.headers, unstuck(answerWithin), hurry(bodyWithin), limitBodies(), s.crossOrigin)

	e.GET("/", s.front)
	e.GET("/r/:room", s.audiencePage)
	e.POST("/r/:room", s.plainForm)
	e.GET("/r/:room/app.webmanifest", s.manifest)
	e.GET("/r/:room/picture/:file", s.picture)
	e.GET("/overlay/:room", s.overlayPage)
	e.GET("/console", s.consolePage)
	e.GET("/console/:room", s.consolePage)
	e.GET("/dock/:room", s.consolePage)
	e.GET("/welcome/:room", s.welcomePage)
	e.GET("/builder/:room", s.builderPage)
	e.GET("/poster/:room", s.posterPage)
	e.GET("/screen/:room", s.screenPage)
	e.GET("/overlay-loader/:room", s.loader)
	e.GET("/a/:hash/*", s.asset)
	e.GET("/favicon.ico", s.favicon)
	e.GET("/healthz", s.healthz)
	e.GET("/readyz", s.readyz)

	api := e.Group("/api", noStore)
	api.GET("/links", s.listLinks)
	api.POST("/links", s.newLink)
	api.DELETE("/links/:id", s.revokeLink)
	api.POST("/links/:id/restore", s.restoreLink)
	api.GET("/links/:id/qr.svg", s.linkQR)
	api.GET("/rooms", s.listRooms)
	api.POST("/rooms", s.newRoom)
	room := api.Group("/rooms/:room")
	room.GET("", s.getRoom)
	room.PATCH("", s.patchRoom)
	room.DELETE("", s.archiveRoom)
	room.PUT("/picture", s.putPicture)
	room.POST("/lockdown", s.lockDown)
	room.DELETE("/lockdown", s.unlock)
	room.POST("/clear", s.clearRoom)
	room.POST("/obs", s.addToStudio)
	room.GET("/addresses", s.addresses)
	room.GET("/socket", s.socket)
	room.GET("/stats", s.stats)
	room.GET("/export", s.exportRoom)
	room.GET("/sessions", s.listSessions)
	room.GET("/replay", s.getReplay)
	room.POST("/replay", s.replayPast)
	room.PUT("/replay/file", s.replayFile)
	room.PATCH("/replay", s.steerReplay)
	room.DELETE("/replay", s.stopReplay)
	room.GET("/qr.svg", s.qrSVG)
	room.GET("/qr.png", s.qrPNG)
	room.GET("/comments", s.listComments)
	room.POST("/comments", s.postComment)
	room.DELETE("/comments/:id", s.withdrawComment)
	room.POST("/comments/bulk", s.bulk)
	room.POST("/comments/:id/approve", s.decide(comment.ActApprove))
	room.POST("/comments/:id/refuse", s.decide(comment.ActRefuse))
	room.POST("/comments/:id/remove", s.removeComment)
	room.POST("/comments/:id/pin", s.pin)
	room.DELETE("/comments/:id/pin", s.unpin)
	room.GET("/comments/:id/address", s.behindAddress)
	room.GET("/users/:user", s.person)
	room.POST("/users/:user/remove", s.removeUser)
	room.GET("/bans", s.listBans)
	room.POST("/bans", s.newBan)
	room.DELETE("/bans/:id", s.liftBan)
	room.GET("/rules", s.listRules)
	room.PUT("/rules", s.putRules)
	room.DELETE("/rules/:name", s.deleteRules)
	room.POST("/rules/check", s.checkRules)
	room.GET("/styles", s.listStyles)
	room.PUT("/styles", s.putStyle)
	room.DELETE("/styles/:name", s.deleteStyle)
	room.GET("/audit", s.listActs)
	room.POST("/audit/:id/undo", s.undo)
	return e
}

// ipExtractor believes nobody about a client's address but the proxies that
// the config names.
func (s *Server) ipExtractor() echo.IPExtractor {
	direct := echo.ExtractIPDirect()
	if len(s.opt.TrustedProxies) == 0 {
		return direct
	}
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range s.opt.TrustedProxies {
		trust = append(trust, echo.TrustIPRange(&net.IPNet{
			IP: p.Masked().Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen()),
		}))
	}
	return echo.ExtractIPFromXFFHeader(trust...)
}

// recover turns a panic into an `internal` answer and a line in the log.
func (s *Server) recover(next echo.HandlerFunc) echo.HandlerFunc {
	return middleware.RecoverWithConfig(middleware.RecoverConfig{
		LogErrorFunc: func(c echo.Context, err error, stack []byte) error {
			s.log.Error("a handler failed", "path", c.Path(), "err", err, "stack", string(stack))
			return err
		},
	})(next)
}

// headers sets what every answer carries, and warns once of forwarded headers
// that nobody vouches for.
func (s *Server) headers(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		r := c.Request()
		if r.Header.Get("X-Forwarded-For") != "" && !s.fromProxy(r) {
			s.forged.Do(func() {
				s.log.Warn("a request carries X-Forwarded-For from an address that is not a trusted proxy; it is ignored. "+
					"If it is your proxy, start with --trusted-proxy.", "peer", r.RemoteAddr)
			})
		}
		return next(c)
	}
}

// crossOrigin refuses what other sites' pages send in a visitor's name.
func (s *Server) crossOrigin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := s.guard.Check(c.Request()); err != nil {
			return comment.ErrNotAllowed
		}
		return next(c)
	}
}

// rulesPath, picturePath and replayFilePath are the routes that take more than a
// form's worth.
const rulesPath = "/api/rooms/:room/rules"

// limitBodies bounds what a request may carry: 64 KiB, for a list of rules what
// it takes as JSON with every character escaped, which is enough for a picture,
// too, and for a file to be replayed a file's worth.
func limitBodies() echo.MiddlewareFunc {
	limit := func(c echo.Context) string {
		switch {
		case c.Request().Method != http.MethodPut:
		case c.Path() == rulesPath, c.Path() == picturePath:
			return "6M"
		case c.Path() == replayFilePath:
			return replayFileLimit
		}
		return "64K"
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		for _, size := range []string{"64K", "6M", replayFileLimit} {
			next = middleware.BodyLimitWithConfig(middleware.BodyLimitConfig{
				Limit: size, Skipper: func(c echo.Context) bool { return limit(c) != size },
			})(next)
		}
		return next
	}
}

func noStore(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set("Cache-Control", "no-store")
		return next(c)
	}
}

// originOf cuts a URL down to its origin.
func originOf(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return s
	}
	return u.Scheme + "://" + u.Host
}

// sameOrigin tells whether a browser's request comes from one of our own pages
// or an origin that the config names. Programs send no Origin and are let in.
func (s *Server) sameOrigin(r *http.Request) bool {
	values, sent := r.Header["Origin"]
	if !sent {
		return true
	}
	if len(values) != 1 {
		return false
	}
	origin := values[0]
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || origin != u.Scheme+"://"+u.Host {
		return false // "null" among them
	}
	if strings.EqualFold(u.Host, r.Host) {
		return true
	}
	return slices.ContainsFunc(append([]string{s.opt.PublicURL}, s.opt.Origins...), func(o string) bool {
		return o != "" && strings.EqualFold(originOf(o), origin)
	})
}

// answerError tells a client why, once, in the form it asked for.
func (s *Server) answerError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	f := faultOf(err)
	var he *echo.HTTPError
	if errors.As(err, &he) {
		f = httpFault(he.Code)
	} else if f.Code == internal.Code {
		s.log.Error("a request failed", "method", c.Request().Method, "path", c.Path(), "err", err)
	}
	if strings.HasPrefix(c.Request().URL.Path, "/api/") {
		w := wireError{Code: f.Code, Message: f.Message, WaitMS: comment.Wait(err).Milliseconds()}
		if f.Why != nil {
			why := toWireReason(*f.Why)
			w.Fault = &why
		}
		if changed := (*comment.ChangedError)(nil); errors.As(err, &changed) {
			w.Message, w.By = changed.Error(), changed.By
		}
		err = c.JSON(f.Status, w)
	} else {
		err = s.notice(c, f.Status, f.Code)
	}
	if err != nil {
		s.log.Debug("an answer could not be sent", "err", err)
	}
}

// httpFault is the answer for what echo itself refuses.
func httpFault(status int) fault {
	switch {
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed:
		f := faultOf(comment.ErrNotFound)
		f.Status = status
		return f
	case status == http.StatusRequestEntityTooLarge:
		f := faultOf(comment.ErrTooLong)
		f.Status = status
		return f
	case status >= 500:
		return internal
	}
	f := faultOf(comment.ErrBadFrame)
	f.Status = status
	return f
}
