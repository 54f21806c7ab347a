package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"danmaku/live"
	"danmaku/room"
	"danmaku/server/wire"
	"danmaku/show"
)

// route is one row of [table].
type route struct {
	method, path string
	handle       func(*Server, echo.Context) error
	needs        room.Permission // in the room of the path, or for all rooms; empty: the handler establishes who asks
	keyed        bool            // the key may stand in the address, for clients that send no header of their own
	body         int64           // the most bytes of a request's body; 0: formBody
}

// The most bytes that a request may carry. Each leaves room for everything that
// is within the bounds of what it is for, written as JSON with every character
// escaped, which makes six bytes of one.
const (
	formBody       = 64 << 10
	settingsBody   = 256 << 10
	rulesBody      = 6*live.MaxRules + formBody
	styleBody      = 6*(live.MaxStyleCSS+live.MaxStyleOptions) + formBody
	pictureBody    = 6 << 20
	emoteBody      = 1 << 20
	replayFileBody = 65 << 20
	ingestBody     = 1 << 20
)

// table has every route on one page, in the order of docs/dev/protocol.md.
var table = []route{
	{method: http.MethodGet, path: "/", handle: (*Server).front},
	{method: http.MethodGet, path: "/r/:room", handle: (*Server).audiencePage},
	{method: http.MethodPost, path: "/r/:room", handle: (*Server).plainForm},
	{method: http.MethodGet, path: "/r/:room/privacy", handle: (*Server).privacyPage},
	{method: http.MethodPost, path: "/r/:room/privacy", handle: (*Server).privacyForm},
	{method: http.MethodGet, path: "/r/:room/app.webmanifest", handle: (*Server).manifest},
	{method: http.MethodGet, path: "/r/:room/picture/:file", handle: (*Server).picture},
	{method: http.MethodGet, path: "/overlay/:room", handle: (*Server).overlayPage},
	{method: http.MethodGet, path: "/chat/:room", handle: (*Server).chatPage},
	{method: http.MethodGet, path: "/console", handle: (*Server).consolePage},
	{method: http.MethodGet, path: "/console/:room", handle: (*Server).consolePage},
	{method: http.MethodGet, path: "/dock/:room", handle: (*Server).consolePage},
	{method: http.MethodGet, path: "/welcome/:room", handle: (*Server).welcomePage},
	{method: http.MethodGet, path: "/builder/:room", handle: (*Server).builderPage},
	{method: http.MethodGet, path: "/poster/:room", handle: (*Server).posterPage},
	{method: http.MethodGet, path: "/screen/:room", handle: (*Server).screenPage},
	{method: http.MethodGet, path: "/secure/:room", handle: (*Server).securePage},
	{method: http.MethodGet, path: "/overlay-loader/:room", handle: (*Server).loader},
	{method: http.MethodGet, path: "/a/:hash/*", handle: (*Server).asset},
	{method: http.MethodGet, path: "/emotes/:name", handle: (*Server).emote},
	{method: http.MethodGet, path: "/favicon.ico", handle: (*Server).favicon},
	{method: http.MethodGet, path: "/healthz", handle: (*Server).healthz},
	{method: http.MethodGet, path: "/readyz", handle: (*Server).readyz},
	{method: http.MethodGet, path: "/api/openapi.json", handle: (*Server).openapi},
	{method: http.MethodGet, path: "/api/local", handle: (*Server).local},
	{method: http.MethodGet, path: "/api/links", handle: (*Server).listLinks, needs: room.ManageLinks},
	{method: http.MethodPost, path: "/api/links", handle: (*Server).newLink, needs: room.ManageLinks},
	{method: http.MethodDelete, path: "/api/links/:id", handle: (*Server).revokeLink, needs: room.ManageLinks},
	{method: http.MethodPost, path: "/api/links/:id/restore", handle: (*Server).restoreLink, needs: room.ManageLinks},
	{method: http.MethodGet, path: "/api/links/:id/qr.svg", handle: (*Server).linkQR, needs: room.ManageLinks},
	{method: http.MethodGet, path: "/api/keep", handle: (*Server).getKeep, needs: room.ManageRooms},
	{method: http.MethodPut, path: "/api/keep", handle: (*Server).putKeep, needs: room.ManageRooms},
	{method: http.MethodGet, path: "/api/rooms", handle: (*Server).listRooms},
	{method: http.MethodPost, path: "/api/rooms", handle: (*Server).newRoom, needs: room.ManageRooms, body: settingsBody},
	{method: http.MethodGet, path: "/api/rooms/:room", handle: (*Server).getRoom, needs: room.ReadRoom},
	{method: http.MethodPatch, path: "/api/rooms/:room", handle: (*Server).patchRoom, needs: room.ChangeSettings, body: settingsBody},
	{method: http.MethodDelete, path: "/api/rooms/:room", handle: (*Server).archiveRoom, needs: room.ManageRooms},
	{method: http.MethodPut, path: "/api/rooms/:room/picture", handle: (*Server).putPicture, needs: room.SetPicture, body: pictureBody},
	{method: http.MethodGet, path: "/api/rooms/:room/wifi", handle: (*Server).getWiFi, needs: room.ChangeSettings},
	{method: http.MethodPut, path: "/api/rooms/:room/wifi", handle: (*Server).putWiFi, needs: room.ChangeSettings},
	{method: http.MethodGet, path: "/api/rooms/:room/emotes", handle: (*Server).listEmotes},
	{method: http.MethodPut, path: "/api/rooms/:room/emotes/:name", handle: (*Server).putEmote, needs: room.ChangeSettings, body: emoteBody},
	{method: http.MethodPatch, path: "/api/rooms/:room/emotes/:name", handle: (*Server).patchEmote, needs: room.ChangeSettings},
	{method: http.MethodDelete, path: "/api/rooms/:room/emotes/:name", handle: (*Server).deleteEmote, needs: room.ChangeSettings},
	{method: http.MethodPost, path: "/api/rooms/:room/lockdown", handle: (*Server).lockDown, needs: room.LockDown},
	{method: http.MethodDelete, path: "/api/rooms/:room/lockdown", handle: (*Server).unlock, needs: room.LockDown},
	{method: http.MethodPost, path: "/api/rooms/:room/clear", handle: (*Server).clearRoom, needs: room.TakeDown},
	{method: http.MethodPost, path: "/api/rooms/:room/obs", handle: (*Server).addToOBS, needs: room.ControlOBS, body: styleBody},
	{method: http.MethodGet, path: "/api/rooms/:room/addresses", handle: (*Server).addresses, needs: room.ReadRoom},
	{method: http.MethodGet, path: "/api/rooms/:room/socket", handle: (*Server).socket},
	{method: http.MethodGet, path: "/api/rooms/:room/events", handle: (*Server).events, needs: room.WatchEvents, keyed: true},
	{method: http.MethodGet, path: "/api/rooms/:room/stats", handle: (*Server).stats, needs: room.ReadRoom},
	{method: http.MethodGet, path: "/api/rooms/:room/export", handle: (*Server).exportRoom, needs: room.Export},
	{method: http.MethodGet, path: "/api/rooms/:room/report", handle: (*Server).report, needs: room.Export},
	{method: http.MethodGet, path: "/api/rooms/:room/sessions", handle: (*Server).listSessions, needs: room.ControlReplay},
	{method: http.MethodGet, path: "/api/rooms/:room/replay", handle: (*Server).getReplay, needs: room.ControlReplay},
	{method: http.MethodPost, path: "/api/rooms/:room/replay", handle: (*Server).replayPast, needs: room.StartReplay},
	{method: http.MethodPut, path: "/api/rooms/:room/replay/file", handle: (*Server).replayFile, needs: room.StartReplay, body: replayFileBody},
	{method: http.MethodPatch, path: "/api/rooms/:room/replay", handle: (*Server).controlReplay, needs: room.ControlReplay},
	{method: http.MethodDelete, path: "/api/rooms/:room/replay", handle: (*Server).stopReplay, needs: room.ControlReplay},
	{method: http.MethodGet, path: "/api/rooms/:room/qr.svg", handle: (*Server).qrSVG},
	{method: http.MethodGet, path: "/api/rooms/:room/qr.png", handle: (*Server).qrPNG},
	{method: http.MethodGet, path: "/api/rooms/:room/comments", handle: (*Server).listComments, needs: room.ReadRoom},
	{method: http.MethodPost, path: "/api/rooms/:room/comments", handle: (*Server).postComment},
	{method: http.MethodPost, path: "/api/rooms/:room/comments/batch", handle: (*Server).postBatch, body: batchBody},
	{method: http.MethodDelete, path: "/api/rooms/:room/comments", handle: (*Server).withdrawRef},
	{method: http.MethodDelete, path: "/api/rooms/:room/comments/:id", handle: (*Server).withdrawComment},
	{method: http.MethodPost, path: "/api/rooms/:room/comments/bulk", handle: (*Server).bulk, needs: room.Decide},
	{method: http.MethodPost, path: "/api/rooms/:room/comments/:id/approve", handle: deciding(room.ActionApprove), needs: room.Decide},
	{method: http.MethodPost, path: "/api/rooms/:room/comments/:id/refuse", handle: deciding(room.ActionRefuse), needs: room.Decide},
	{method: http.MethodPost, path: "/api/rooms/:room/comments/:id/remove", handle: (*Server).removeComment, needs: room.TakeDown},
	{method: http.MethodPost, path: "/api/rooms/:room/comments/:id/pin", handle: (*Server).pin, needs: room.PinComment},
	{method: http.MethodDelete, path: "/api/rooms/:room/comments/:id/pin", handle: (*Server).unpin, needs: room.PinComment},
	{method: http.MethodGet, path: "/api/rooms/:room/comments/:id/address", handle: (*Server).behindAddress, needs: room.BanAuthor},
	{method: http.MethodGet, path: "/api/rooms/:room/review", handle: (*Server).listReview, needs: room.ReadRoom},
	{method: http.MethodPost, path: "/api/rooms/:room/review/:group/approve", handle: decidingGroup(room.ActionApprove), needs: room.Decide},
	{method: http.MethodPost, path: "/api/rooms/:room/review/:group/refuse", handle: decidingGroup(room.ActionRefuse), needs: room.Decide},
	{method: http.MethodPost, path: "/api/rooms/:room/comments/:id/feature", handle: (*Server).feature, needs: room.RunShow},
	{method: http.MethodGet, path: "/api/rooms/:room/items", handle: (*Server).listItems, needs: room.ReadRoom},
	{method: http.MethodPost, path: "/api/rooms/:room/items", handle: (*Server).newItem, needs: room.RunShow},
	{method: http.MethodGet, path: "/api/rooms/:room/items/export", handle: (*Server).exportItems, needs: room.Export},
	{method: http.MethodGet, path: "/api/rooms/:room/reactions/export", handle: (*Server).exportReactions, needs: room.Export},
	{method: http.MethodPost, path: "/api/rooms/:room/items/order", handle: (*Server).orderItems, needs: room.RunShow},
	{method: http.MethodGet, path: "/api/rooms/:room/items/:id", handle: (*Server).getItem},
	{method: http.MethodGet, path: "/api/rooms/:room/items/:id/questions", handle: (*Server).listQuestions},
	{method: http.MethodPatch, path: "/api/rooms/:room/items/:id/questions/:question", handle: (*Server).markQuestion, needs: room.RunShow},
	{method: http.MethodPatch, path: "/api/rooms/:room/items/:id", handle: (*Server).patchItem, needs: room.RunShow},
	{method: http.MethodDelete, path: "/api/rooms/:room/items/:id", handle: (*Server).deleteItem, needs: room.RunShow},
	{method: http.MethodPost, path: "/api/rooms/:room/items/:id/queue", handle: changingItem(show.Queue), needs: room.RunShow},
	{method: http.MethodPost, path: "/api/rooms/:room/items/:id/start", handle: changingItem(show.Start), needs: room.RunShow},
	{method: http.MethodPost, path: "/api/rooms/:room/items/:id/stop", handle: changingItem(show.Stop), needs: room.RunShow},
	{method: http.MethodPost, path: "/api/rooms/:room/items/:id/redraw", handle: (*Server).redraw, needs: room.RunShow},
	{method: http.MethodPost, path: "/api/rooms/:room/items/:id/take_part", handle: (*Server).takePart},
	{method: http.MethodGet, path: "/api/rooms/:room/users/:user", handle: (*Server).person, needs: room.ReadRoom},
	{method: http.MethodDelete, path: "/api/rooms/:room/users/:user", handle: (*Server).erasePerson, needs: room.Erase},
	{method: http.MethodGet, path: "/api/rooms/:room/users/:user/data", handle: (*Server).personData, needs: room.Export},
	{method: http.MethodPost, path: "/api/rooms/:room/users/:user/remove", handle: (*Server).removeUser, needs: room.TakeDown},
	{method: http.MethodGet, path: "/api/rooms/:room/me", handle: (*Server).ownData},
	{method: http.MethodDelete, path: "/api/rooms/:room/me", handle: (*Server).eraseOwn},
	{method: http.MethodGet, path: "/api/rooms/:room/bans", handle: (*Server).listBans, needs: room.ReadRoom},
	{method: http.MethodPost, path: "/api/rooms/:room/bans", handle: (*Server).newBan, needs: room.BanAuthor},
	{method: http.MethodDelete, path: "/api/rooms/:room/bans/:id", handle: (*Server).liftBan, needs: room.BanAuthor},
	{method: http.MethodGet, path: "/api/rooms/:room/rules", handle: (*Server).listRules, needs: room.ReadRoom},
	{method: http.MethodPut, path: "/api/rooms/:room/rules", handle: (*Server).putRules, needs: room.EditRules, body: rulesBody},
	{method: http.MethodDelete, path: "/api/rooms/:room/rules/:name", handle: (*Server).deleteRules, needs: room.EditRules},
	{method: http.MethodPost, path: "/api/rooms/:room/rules/check", handle: (*Server).checkRules, needs: room.ReadRoom},
	{method: http.MethodGet, path: "/api/rooms/:room/styles", handle: (*Server).listStyles, needs: room.ReadRoom},
	{method: http.MethodPut, path: "/api/rooms/:room/styles", handle: (*Server).putStyle, needs: room.EditStyles, body: styleBody},
	{method: http.MethodDelete, path: "/api/rooms/:room/styles/:name", handle: (*Server).deleteStyle, needs: room.EditStyles},
	{method: http.MethodGet, path: "/api/rooms/:room/chats", handle: (*Server).listChats, needs: room.ReadRoom},
	{method: http.MethodPost, path: "/api/rooms/:room/chats", handle: (*Server).newChat, needs: room.ManageChats},
	{method: http.MethodPost, path: "/api/rooms/:room/chats/recognize", handle: (*Server).recognizeChat, needs: room.ManageChats},
	{method: http.MethodPatch, path: "/api/rooms/:room/chats/:id", handle: (*Server).patchChat, needs: room.ManageChats},
	{method: http.MethodDelete, path: "/api/rooms/:room/chats/:id", handle: (*Server).deleteChat, needs: room.ManageChats},
	{method: http.MethodPost, path: "/api/rooms/:room/chats/:id/test", handle: (*Server).testChat, needs: room.ManageChats},
	{method: http.MethodGet, path: "/api/rooms/:room/buttons", handle: (*Server).listButtons, needs: room.ManageLinks},
	{method: http.MethodPost, path: "/api/rooms/:room/buttons", handle: (*Server).newButton, needs: room.ManageLinks},
	{method: http.MethodGet, path: "/api/rooms/:room/press/:act", handle: (*Server).press, needs: room.PressButton, keyed: true},
	{method: http.MethodPost, path: "/api/rooms/:room/press/:act", handle: (*Server).press, needs: room.PressButton, keyed: true},
	{method: http.MethodGet, path: "/api/rooms/:room/webhooks", handle: (*Server).listWebhooks, needs: room.ManageWebhooks},
	{method: http.MethodPost, path: "/api/rooms/:room/webhooks", handle: (*Server).newWebhook, needs: room.ManageWebhooks},
	{method: http.MethodPatch, path: "/api/rooms/:room/webhooks/:id", handle: (*Server).patchWebhook, needs: room.ManageWebhooks},
	{method: http.MethodDelete, path: "/api/rooms/:room/webhooks/:id", handle: (*Server).deleteWebhook, needs: room.ManageWebhooks},
	{method: http.MethodPost, path: "/api/rooms/:room/webhooks/:id/test", handle: (*Server).testWebhook, needs: room.ManageWebhooks},
	{method: http.MethodPost, path: "/api/rooms/:room/ingest", handle: (*Server).ingest, body: ingestBody},
	{method: http.MethodOptions, path: "/api/rooms/:room/ingest", handle: (*Server).ingestPreflight},
	{method: http.MethodGet, path: "/api/rooms/:room/audit", handle: (*Server).listActs, needs: room.ReadAudit},
	{method: http.MethodPost, path: "/api/rooms/:room/audit/:id/undo", handle: (*Server).undo, needs: room.ReadAudit},
}

// Route is a method and a path of the server, with echo's names for what varies
// in it: "/r/:room".
type Route struct{ Method, Path string }

// Routes lists every route, without HEAD, which every route of GET has too.
func Routes() []Route {
	out := make([]Route, len(table))
	for i, r := range table {
		out[i] = Route{r.method, r.path}
	}
	return out
}

// routes builds the router from the table.
func (s *Server) routes() *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = func(r *http.Request) string { return s.clientIP(r).String() }
	e.HTTPErrorHandler = s.answerError
	e.Use(s.logged, s.recover, s.headers, boundAnswers(answerTimeout), boundBodies(bodyTimeout), s.crossOrigin)
	for _, r := range table {
		handle := func(c echo.Context) error {
			if r.keyed {
				keyFromAddress(c)
			}
			if r.needs != "" {
				if err := s.authorize(c, r.needs); err != nil {
					return err
				}
			}
			return r.handle(s, c)
		}
		e.Add(r.method, r.path, handle, limitBody(r.body))
		if r.method == http.MethodGet {
			e.Add(http.MethodHead, r.path, handle, limitBody(r.body))
		}
	}
	return e
}

// recover turns a panic into an `internal` answer and a line in the log.
func (s *Server) recover(next echo.HandlerFunc) echo.HandlerFunc {
	return middleware.RecoverWithConfig(middleware.RecoverConfig{
		LogErrorFunc: func(c echo.Context, err error, stack []byte) error {
			s.log.Error("a handler failed", "request", requestID(c), "path", c.Path(), "err", err, "stack", string(stack))
			return err
		},
	})(next)
}

// headers sets what every answer carries, and looks at what the request says of
// its way here.
func (s *Server) headers(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		r := c.Request()
		if s.isHTTPS(r) || isLoopback(r.Host) {
			h.Set("Cross-Origin-Opener-Policy", "same-origin") // elsewhere browsers report that they ignore it
		}
		if strings.HasPrefix(r.URL.Path, "/api/") {
			h.Set("Cache-Control", "no-store")
		}
		s.warnUntrusted(r)
		s.hosts.note(r.Host)
		return next(c)
	}
}

// isLoopback reports whether a Host header names this machine, whose pages
// browsers trust without https.
func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// crossOrigin refuses what other sites' pages send in a visitor's name.
func (s *Server) crossOrigin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := s.guard.Check(c.Request()); err != nil {
			return room.ErrNotAllowed
		}
		return next(c)
	}
}

// limitBody bounds what a request may carry. Zero is formBody.
func limitBody(most int64) echo.MiddlewareFunc {
	if most == 0 {
		most = formBody
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			if r.ContentLength > most {
				return &http.MaxBytesError{Limit: most}
			}
			if r.ContentLength != 0 {
				r.Body = http.MaxBytesReader(c.Response().Writer, r.Body, most)
			}
			return next(c)
		}
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

// sameOrigin reports whether a browser's request comes from one of our own pages
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

// errLooking is for a request that only looks, see [looking], at what would act.
var errLooking = errors.New("nothing is done for who only looks")

// answerError tells a client why, once, in the form it asked for. An error that
// comes after the head can be told by a torn connection alone: without one, half
// an answer would look like a whole one.
func (s *Server) answerError(err error, c echo.Context) {
	if c.Response().Committed {
		s.log.Debug("an answer was broken off", "method", c.Request().Method, "path", c.Path(), "err", err)
		panic(http.ErrAbortHandler)
	}
	if errors.Is(err, errLooking) {
		c.Response().Header().Set("Cache-Control", "no-store")
		err = c.NoContent(http.StatusNoContent)
	} else {
		f := s.explain(err, c)
		switch {
		case errors.As(err, new(*bodyError)): // the client does not wait for a page
			c.Response().Header().Set("Connection", "close")
			err = c.JSON(f.Status, wire.Error{Code: f.Code, Message: f.Message})
		case strings.HasPrefix(c.Request().URL.Path, "/api/"):
			err = c.JSON(f.Status, toWireError(f, err))
		default:
			err = s.notice(c, f.Status, f.Code)
		}
	}
	if err != nil {
		s.log.Debug("an answer could not be sent", "err", err)
	}
}

// explain finds how to tell an error, and logs what only the log may tell.
func (s *Server) explain(err error, c echo.Context) wire.Fault {
	var he *echo.HTTPError
	var large *http.MaxBytesError
	var cut *bodyError
	switch f := wire.FaultOf(err); {
	case errors.As(err, &he):
		return httpFault(he.Code)
	case errors.As(err, &large):
		f := httpFault(http.StatusRequestEntityTooLarge)
		f.Message = fmt.Sprintf("The request is too long: at most %d KiB.", large.Limit>>10)
		return f
	case errors.As(err, &cut):
		f := httpFault(cut.status())
		f.Message = cut.Error()
		return f
	default:
		if f.Code == wire.Internal.Code && hasLeft(err, c) {
			s.log.Debug("a client left before its answer", "method", c.Request().Method, "path", c.Path(), "err", err)
		} else if f.Code == wire.Internal.Code {
			s.log.Error("a request failed", "request", requestID(c), "method", c.Request().Method, "path", c.Path(), "err", err)
		}
		return f
	}
}

// hasLeft reports whether an error says no more than that the connection is
// gone: the client closed it or read no more, or the connection limiter closed it to
// make room.
func hasLeft(err error, c echo.Context) bool {
	// Systems have their own numbers for it; the other end is always the client.
	if op := (*net.OpError)(nil); errors.As(err, &op) && op.Addr != nil && op.Addr.String() == c.Request().RemoteAddr {
		return true
	}
	return c.Request().Context().Err() != nil && errors.Is(err, context.Canceled) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)
}

// toWireError is what a program is told of an error.
func toWireError(f wire.Fault, err error) wire.Error {
	w := wire.Error{Code: f.Code, Message: f.Message, WaitMS: room.Wait(err).Milliseconds()}
	if f.Why != nil {
		why := wire.ReasonOf(*f.Why)
		w.Fault = &why
	}
	w.Defects, w.Notes = wire.ReasonsOf(f.Defects), wire.ReasonsOf(f.Notes)
	if changed := (*room.ChangedError)(nil); errors.As(err, &changed) {
		w.Message, w.By = changed.Error(), changed.By
	}
	return w
}

// httpFault is the answer for what echo itself refuses.
func httpFault(status int) wire.Fault {
	switch {
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed:
		f := wire.FaultOf(room.ErrNotFound)
		f.Status = status
		return f
	case status == http.StatusRequestEntityTooLarge:
		f := wire.FaultOf(room.ErrTooLong)
		f.Status = status
		return f
	case status >= 500:
		return wire.Internal
	}
	f := wire.FaultOf(room.ErrBadFrame)
	f.Status = status
	return f
}
