package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/labstack/echo/v4"

	"danmaku/live"
	"danmaku/room"
	"danmaku/server/wire"
	"danmaku/show"
)

// route is one row of [table].
type route struct {
	method, path string
	handle       func(*Server, echo.Context) error
	needs        room.Permission // in the room of the path, or for all rooms; empty: the handler checks the sender
	keyed        bool            // the key may be in the URL, for clients that send no header
	body         int64           // the most bytes of a request's body; 0: formBody
	// early runs on a machine that lets the home answer, before it reads a large body: may
	// this be sent at all? It reports whether it has answered. Nil where needs decides.
	early func(*Server, echo.Context) (answered bool, err error)
	slow  time.Duration // how long a large body may take to arrive; 0: the default
	home  bool          // the home of a cluster answers this GET; requests other than GET go there anyway
	twice bool          // harmless when the home does it twice
}

// The most bytes of a request's body. Each has room for everything within the bounds of its
// purpose, written as JSON with every character escaped, which makes six bytes of one.
const (
	formBody       = 64 << 10
	settingsBody   = 256 << 10
	rulesBody      = 6*live.MaxRules + formBody
	styleBody      = 6*(live.MaxStyleCSS+live.MaxStyleOptions) + formBody
	pictureBody    = 6 << 20
	emoteBody      = 1 << 20
	photoBody      = 6 << 20
	replayFileBody = 65 << 20
	ingestBody     = 1 << 20
)

// table has every route on one page, in the order of docs/dev/protocol.md.
var table = []route{
	{method: http.MethodGet, path: "/", handle: (*Server).front},
	{method: http.MethodGet, path: "/r/:room", handle: (*Server).audiencePage},
	{method: http.MethodPost, path: "/r/:room", handle: (*Server).plainForm, twice: true},
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
	{method: http.MethodGet, path: "/photos/:key", handle: (*Server).photo},
	{method: http.MethodGet, path: "/favicon.ico", handle: (*Server).favicon},
	{method: http.MethodGet, path: "/healthz", handle: (*Server).healthz},
	{method: http.MethodGet, path: "/readyz", handle: (*Server).readyz},
	{method: http.MethodGet, path: "/api/openapi.json", handle: (*Server).openapi},
	{method: http.MethodGet, path: "/api/local", handle: (*Server).local},
	{method: http.MethodGet, path: "/api/links", handle: (*Server).listLinks, needs: room.ManageLinks},
	{method: http.MethodPost, path: "/api/links", handle: (*Server).newLink, needs: room.ManageLinks},
	{method: http.MethodDelete, path: "/api/links/:id", handle: (*Server).revokeLink, needs: room.ManageLinks, twice: true},
	{method: http.MethodPost, path: "/api/links/:id/restore", handle: (*Server).restoreLink, needs: room.ManageLinks},
	{method: http.MethodGet, path: "/api/links/:id/qr.svg", handle: (*Server).linkQR, needs: room.ManageLinks},
	{method: http.MethodGet, path: "/api/keep", handle: (*Server).getKeep, needs: room.ManageRooms},
	{method: http.MethodPut, path: "/api/keep", handle: (*Server).putKeep, needs: room.ManageRooms},
	{method: http.MethodGet, path: "/api/rooms", handle: (*Server).listRooms},
	{method: http.MethodPost, path: "/api/rooms", handle: (*Server).newRoom, needs: room.ManageRooms, body: settingsBody},
	{method: http.MethodGet, path: "/api/rooms/:room", handle: (*Server).getRoom, needs: room.ReadRoom},
	{method: http.MethodPatch, path: "/api/rooms/:room", handle: (*Server).patchRoom, needs: room.ChangeSettings, body: settingsBody, twice: true},
	{method: http.MethodDelete, path: "/api/rooms/:room", handle: (*Server).archiveRoom, needs: room.ManageRooms, twice: true},
	{method: http.MethodPut, path: "/api/rooms/:room/picture", handle: (*Server).putPicture, needs: room.SetPicture, body: pictureBody, slow: pictureWithin},
	{method: http.MethodGet, path: "/api/rooms/:room/wifi", handle: (*Server).getWiFi, needs: room.ChangeSettings},
	{method: http.MethodPut, path: "/api/rooms/:room/wifi", handle: (*Server).putWiFi, needs: room.ChangeSettings, twice: true},
	{method: http.MethodGet, path: "/api/rooms/:room/emotes", handle: (*Server).listEmotes},
	{method: http.MethodPut, path: "/api/rooms/:room/emotes/:name", handle: (*Server).putEmote, needs: room.ChangeSettings, body: emoteBody, slow: pictureWithin},
	{method: http.MethodPatch, path: "/api/rooms/:room/emotes/:name", handle: (*Server).patchEmote, needs: room.ChangeSettings},
	{method: http.MethodDelete, path: "/api/rooms/:room/emotes/:name", handle: (*Server).deleteEmote, needs: room.ChangeSettings},
	{method: http.MethodPost, path: "/api/rooms/:room/lockdown", handle: (*Server).lockDown, needs: room.LockDown, twice: true},
	{method: http.MethodDelete, path: "/api/rooms/:room/lockdown", handle: (*Server).unlock, needs: room.LockDown, twice: true},
	{method: http.MethodPost, path: "/api/rooms/:room/clear", handle: (*Server).clearRoom, needs: room.TakeDown, twice: true},
	{method: http.MethodPost, path: "/api/rooms/:room/obs", handle: (*Server).addToOBS, needs: room.ControlOBS, body: styleBody},
	{method: http.MethodGet, path: "/api/rooms/:room/addresses", handle: (*Server).addresses, needs: room.ReadRoom},
	{method: http.MethodGet, path: "/api/rooms/:room/socket", handle: (*Server).socket},
	{method: http.MethodGet, path: "/api/rooms/:room/events", handle: (*Server).events, needs: room.WatchEvents, keyed: true},
	{method: http.MethodGet, path: "/api/rooms/:room/stats", handle: (*Server).stats, needs: room.ReadRoom, home: true, twice: true},
	{method: http.MethodGet, path: "/api/rooms/:room/export", handle: (*Server).exportRoom, needs: room.Export},
	{method: http.MethodGet, path: "/api/rooms/:room/report", handle: (*Server).report, needs: room.Export},
	{method: http.MethodGet, path: "/api/rooms/:room/sessions", handle: (*Server).listSessions, needs: room.ControlReplay},
	{method: http.MethodGet, path: "/api/rooms/:room/replay", handle: (*Server).getReplay, needs: room.ControlReplay, home: true, twice: true},
	{method: http.MethodPost, path: "/api/rooms/:room/replay", handle: (*Server).replayPast, needs: room.StartReplay},
	{method: http.MethodPut, path: "/api/rooms/:room/replay/file", handle: (*Server).replayFile, needs: room.StartReplay, body: replayFileBody, slow: replayFileWithin},
	{method: http.MethodPatch, path: "/api/rooms/:room/replay", handle: (*Server).controlReplay, needs: room.ControlReplay},
	{method: http.MethodDelete, path: "/api/rooms/:room/replay", handle: (*Server).stopReplay, needs: room.ControlReplay},
	{method: http.MethodGet, path: "/api/rooms/:room/qr.svg", handle: (*Server).qrSVG},
	{method: http.MethodGet, path: "/api/rooms/:room/qr.png", handle: (*Server).qrPNG},
	{method: http.MethodGet, path: "/api/rooms/:room/comments", handle: (*Server).listComments, needs: room.ReadRoom},
	{method: http.MethodPost, path: "/api/rooms/:room/comments", handle: (*Server).postComment, twice: true},
	{method: http.MethodPost, path: "/api/rooms/:room/comments/batch", handle: (*Server).postBatch, body: batchBody, early: (*Server).mayPostBatch, twice: true},
	{method: http.MethodDelete, path: "/api/rooms/:room/comments", handle: (*Server).withdrawRef, twice: true},
	{method: http.MethodDelete, path: "/api/rooms/:room/comments/:id", handle: (*Server).withdrawComment, twice: true},
	{method: http.MethodPost, path: "/api/rooms/:room/comments/bulk", handle: (*Server).bulk, needs: room.Decide, twice: true},
	{method: http.MethodPost, path: "/api/rooms/:room/comments/:id/approve", handle: deciding(room.ActionApprove), needs: room.Decide, twice: true},
	{method: http.MethodPost, path: "/api/rooms/:room/comments/:id/refuse", handle: deciding(room.ActionRefuse), needs: room.Decide, twice: true},
	{method: http.MethodPost, path: "/api/rooms/:room/comments/:id/remove", handle: (*Server).removeComment, needs: room.TakeDown, twice: true},
	{method: http.MethodPost, path: "/api/rooms/:room/comments/:id/pin", handle: (*Server).pin, needs: room.PinComment, twice: true},
	{method: http.MethodDelete, path: "/api/rooms/:room/comments/:id/pin", handle: (*Server).unpin, needs: room.PinComment, twice: true},
	{method: http.MethodGet, path: "/api/rooms/:room/comments/:id/address", handle: (*Server).behindAddress, needs: room.BanAuthor},
	{method: http.MethodPut, path: "/api/rooms/:room/looking", handle: (*Server).look, needs: room.Decide, twice: true},
	{method: http.MethodGet, path: "/api/rooms/:room/review", handle: (*Server).listReview, needs: room.ReadRoom},
	{method: http.MethodPost, path: "/api/rooms/:room/review/:group/approve", handle: decidingGroup(room.ActionApprove), needs: room.Decide, twice: true},
	{method: http.MethodPost, path: "/api/rooms/:room/review/:group/refuse", handle: decidingGroup(room.ActionRefuse), needs: room.Decide, twice: true},
	{method: http.MethodPost, path: "/api/rooms/:room/comments/:id/feature", handle: (*Server).feature, needs: room.RunShow},
	{method: http.MethodGet, path: "/api/rooms/:room/items", handle: (*Server).listItems, needs: room.ReadRoom},
	{method: http.MethodPost, path: "/api/rooms/:room/items", handle: (*Server).newItem, needs: room.RunShow},
	{method: http.MethodGet, path: "/api/rooms/:room/items/export", handle: (*Server).exportItems, needs: room.Export},
	{method: http.MethodGet, path: "/api/rooms/:room/reactions/export", handle: (*Server).exportReactions, needs: room.Export},
	{method: http.MethodPost, path: "/api/rooms/:room/items/order", handle: (*Server).orderItems, needs: room.RunShow},
	{method: http.MethodGet, path: "/api/rooms/:room/items/:id", handle: (*Server).getItem},
	{method: http.MethodGet, path: "/api/rooms/:room/items/:id/questions", handle: (*Server).listQuestions},
	{method: http.MethodPatch, path: "/api/rooms/:room/items/:id/questions/:question", handle: (*Server).markQuestion, needs: room.RunShow},
	{method: http.MethodGet, path: "/api/rooms/:room/items/:id/photos", handle: (*Server).listPhotos},
	{method: http.MethodPost, path: "/api/rooms/:room/items/:id/photos", handle: (*Server).sendPhoto, body: photoBody, early: (*Server).mayPhoto, slow: pictureWithin},
	{method: http.MethodPatch, path: "/api/rooms/:room/items/:id", handle: (*Server).patchItem, needs: room.RunShow},
	{method: http.MethodDelete, path: "/api/rooms/:room/items/:id", handle: (*Server).deleteItem, needs: room.RunShow},
	{method: http.MethodPost, path: "/api/rooms/:room/items/:id/queue", handle: changingItem(show.Queue), needs: room.RunShow},
	{method: http.MethodPost, path: "/api/rooms/:room/items/:id/start", handle: changingItem(show.Start), needs: room.RunShow},
	{method: http.MethodPost, path: "/api/rooms/:room/items/:id/stop", handle: changingItem(show.Stop), needs: room.RunShow},
	{method: http.MethodPost, path: "/api/rooms/:room/items/:id/redraw", handle: (*Server).redraw, needs: room.RunShow},
	{method: http.MethodPost, path: "/api/rooms/:room/items/:id/take_part", handle: (*Server).takePart, twice: true},
	{method: http.MethodGet, path: "/api/rooms/:room/users/:user", handle: (*Server).person, needs: room.ReadRoom, home: true, twice: true},
	{method: http.MethodDelete, path: "/api/rooms/:room/users/:user", handle: (*Server).erasePerson, needs: room.Erase},
	{method: http.MethodGet, path: "/api/rooms/:room/users/:user/data", handle: (*Server).personData, needs: room.Export},
	{method: http.MethodPost, path: "/api/rooms/:room/users/:user/notes", handle: (*Server).newNote, needs: room.NotePerson},
	{method: http.MethodDelete, path: "/api/rooms/:room/users/:user/notes/:id", handle: (*Server).deleteNote, needs: room.NotePerson, twice: true},
	{method: http.MethodPost, path: "/api/rooms/:room/users/:user/remove", handle: (*Server).removeUser, needs: room.TakeDown, twice: true},
	{method: http.MethodGet, path: "/api/rooms/:room/me", handle: (*Server).ownData},
	{method: http.MethodDelete, path: "/api/rooms/:room/me", handle: (*Server).eraseOwn},
	{method: http.MethodGet, path: "/api/rooms/:room/bans", handle: (*Server).listBans, needs: room.ReadRoom},
	{method: http.MethodPost, path: "/api/rooms/:room/bans", handle: (*Server).newBan, needs: room.BanAuthor, twice: true},
	{method: http.MethodDelete, path: "/api/rooms/:room/bans/:id", handle: (*Server).liftBan, needs: room.BanAuthor, twice: true},
	{method: http.MethodGet, path: "/api/rooms/:room/rules", handle: (*Server).listRules, needs: room.ReadRoom},
	{method: http.MethodPut, path: "/api/rooms/:room/rules", handle: (*Server).putRules, needs: room.EditRules, body: rulesBody},
	{method: http.MethodDelete, path: "/api/rooms/:room/rules/:name", handle: (*Server).deleteRules, needs: room.EditRules},
	{method: http.MethodPost, path: "/api/rooms/:room/rules/check", handle: (*Server).checkRules, needs: room.ReadRoom, twice: true},
	{method: http.MethodGet, path: "/api/rooms/:room/styles", handle: (*Server).listStyles, needs: room.ReadRoom},
	{method: http.MethodPut, path: "/api/rooms/:room/styles", handle: (*Server).putStyle, needs: room.EditStyles, body: styleBody},
	{method: http.MethodDelete, path: "/api/rooms/:room/styles/:name", handle: (*Server).deleteStyle, needs: room.EditStyles},
	{method: http.MethodGet, path: "/api/rooms/:room/chats", handle: (*Server).listChats, needs: room.ReadRoom, home: true, twice: true},
	{method: http.MethodPost, path: "/api/rooms/:room/chats", handle: (*Server).newChat, needs: room.ManageChats},
	{method: http.MethodPost, path: "/api/rooms/:room/chats/recognize", handle: (*Server).recognizeChat, needs: room.ManageChats},
	{method: http.MethodPatch, path: "/api/rooms/:room/chats/:id", handle: (*Server).patchChat, needs: room.ManageChats},
	{method: http.MethodDelete, path: "/api/rooms/:room/chats/:id", handle: (*Server).deleteChat, needs: room.ManageChats},
	{method: http.MethodPost, path: "/api/rooms/:room/chats/:id/test", handle: (*Server).testChat, needs: room.ManageChats},
	{method: http.MethodGet, path: "/api/rooms/:room/buttons", handle: (*Server).listButtons, needs: room.ManageLinks},
	{method: http.MethodPost, path: "/api/rooms/:room/buttons", handle: (*Server).newButton, needs: room.ManageLinks},
	{method: http.MethodGet, path: "/api/rooms/:room/press/:act", handle: (*Server).press, needs: room.PressButton, keyed: true, home: true},
	{method: http.MethodPost, path: "/api/rooms/:room/press/:act", handle: (*Server).press, needs: room.PressButton, keyed: true},
	{method: http.MethodGet, path: "/api/rooms/:room/webhooks", handle: (*Server).listWebhooks, needs: room.ManageWebhooks, home: true, twice: true},
	{method: http.MethodPost, path: "/api/rooms/:room/webhooks", handle: (*Server).newWebhook, needs: room.ManageWebhooks},
	{method: http.MethodPatch, path: "/api/rooms/:room/webhooks/:id", handle: (*Server).patchWebhook, needs: room.ManageWebhooks},
	{method: http.MethodDelete, path: "/api/rooms/:room/webhooks/:id", handle: (*Server).deleteWebhook, needs: room.ManageWebhooks},
	{method: http.MethodPost, path: "/api/rooms/:room/webhooks/:id/test", handle: (*Server).testWebhook, needs: room.ManageWebhooks},
	{method: http.MethodPost, path: "/api/rooms/:room/ingest", handle: (*Server).ingest, body: ingestBody, early: (*Server).mayIngest},
	{method: http.MethodOptions, path: "/api/rooms/:room/ingest", handle: (*Server).ingestPreflight},
	{method: http.MethodGet, path: "/api/rooms/:room/audit", handle: (*Server).listAudit, needs: room.ReadAudit},
	{method: http.MethodPost, path: "/api/rooms/:room/audit/:id/undo", handle: (*Server).undo, needs: room.ReadAudit},
}

// Route is a method and a path of the server, with echo's names for variable parts:
// "/r/:room".
type Route struct{ Method, Path string }

// Routes lists every route, without HEAD, which every route of GET has too.
func Routes() []Route {
	out := make([]Route, len(table))
	for i, r := range table {
		out[i] = Route{r.method, r.path}
	}
	return out
}

// routes builds the router from the table. With atHome it is for requests that another
// machine has already checked.
func (s *Server) routes(atHome bool) *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = func(r *http.Request) string { return s.clientIP(r).String() }
	e.HTTPErrorHandler = s.answerError
	if atHome {
		e.Use(s.recover, namedByCommand)
	} else {
		e.Use(s.logged, s.recover, s.headers, boundAnswers(answerTimeout), boundBodies(bodyTimeout), s.shared, s.crossOrigin)
	}
	for _, r := range table {
		handle := func(c echo.Context) error {
			if !atHome && s.cluster != nil && r.goesHome(c.Request()) {
				return s.askHome(c, r)
			}
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

// errLooking refuses a request that only looks, see [looking], where it would act.
var errLooking = errors.New("a HEAD or prefetch request has no effect here")

// answerError sends a client the error, once, in the form it asked for. After the head only
// an aborted connection can report an error: otherwise half an answer would look like a
// whole one.
func (s *Server) answerError(err error, c echo.Context) {
	if c.Response().Committed {
		s.log.Debug("an answer was cut off", "method", c.Request().Method, "path", c.Path(), "err", err)
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

// explain returns the answer for an error, and logs what only the log may contain.
func (s *Server) explain(err error, c echo.Context) wire.Fault {
	var he *echo.HTTPError
	var large *http.MaxBytesError
	var body *bodyError
	switch f := wire.FaultOf(err); {
	case errors.As(err, &he):
		return httpFault(he.Code)
	case errors.As(err, &large):
		f := httpFault(http.StatusRequestEntityTooLarge)
		f.Message = fmt.Sprintf("The request is too long: at most %d KiB.", large.Limit>>10)
		return f
	case errors.As(err, &body):
		f := httpFault(body.status())
		f.Message = body.Error()
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

// hasLeft reports whether an error only says that the connection is gone: the client closed
// it or stopped reading, or the connection limiter closed it to make room.
func hasLeft(err error, c echo.Context) bool {
	// Systems have their own error numbers; the other end is always the client.
	if op := (*net.OpError)(nil); errors.As(err, &op) && op.Addr != nil && op.Addr.String() == c.Request().RemoteAddr {
		return true
	}
	return c.Request().Context().Err() != nil && errors.Is(err, context.Canceled) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)
}

// toWireError returns the body of an error for a program.
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

// httpFault returns the answer for requests that echo itself refuses.
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
