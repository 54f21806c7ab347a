package server

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"danmaku/live"
	"danmaku/room"
	"danmaku/server/wire"
	"danmaku/signature"
)

// webhookFields is a change of a webhook. A missing field stays as it is.
type webhookFields struct {
	Label  *string     `json:"label"`
	URL    *string     `json:"url"`
	Events []room.Kind `json:"events"`
	Local  *bool       `json:"local"`
	Off    *bool       `json:"off"`
	NewKey bool        `json:"new_key"`
}

// readWebhook reads a change of a webhook.
func readWebhook(c echo.Context) (live.WebhookEdit, error) {
	var f webhookFields
	err := readJSON(c, &f)
	return live.WebhookEdit{Label: f.Label, URL: f.URL, Events: f.Events, Local: f.Local, Off: f.Off, NewKey: f.NewKey}, err
}

// listWebhooks handles GET /api/rooms/{room}/webhooks.
func (s *Server) listWebhooks(c echo.Context) error {
	list, err := s.live.WebhookList(c.Request().Context(), c.Param("room"), actorOf(c))
	if err != nil {
		return err
	}
	out := wire.Webhooks{Webhooks: make([]wire.Webhook, len(list)), Public: room.PublicKinds, Staff: room.StaffKinds}
	for i, v := range list {
		out.Webhooks[i] = wire.WebhookOf(v, "")
	}
	return c.JSON(http.StatusOK, out)
}

// newWebhook handles POST /api/rooms/{room}/webhooks.
func (s *Server) newWebhook(c echo.Context) error {
	edit, err := readWebhook(c)
	if err != nil {
		return err
	}
	v, key, err := s.live.AddWebhook(c.Request().Context(), c.Param("room"), actorOf(c), edit)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, wire.WebhookOf(v, signature.Key(key).String()))
}

// patchWebhook handles PATCH /api/rooms/{room}/webhooks/{id}.
func (s *Server) patchWebhook(c echo.Context) error {
	edit, err := readWebhook(c)
	if err != nil {
		return err
	}
	v, key, err := s.live.SetWebhook(c.Request().Context(), c.Param("room"), actorOf(c), c.Param("id"), edit)
	if err != nil {
		return err
	}
	text := ""
	if key != nil {
		text = signature.Key(key).String()
	}
	return c.JSON(http.StatusOK, wire.WebhookOf(v, text))
}

// deleteWebhook handles DELETE /api/rooms/{room}/webhooks/{id}.
func (s *Server) deleteWebhook(c echo.Context) error {
	if err := s.live.DeleteWebhook(c.Request().Context(), c.Param("room"), actorOf(c), c.Param("id")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// testWebhook handles POST /api/rooms/{room}/webhooks/{id}/test.
func (s *Server) testWebhook(c echo.Context) error {
	d, err := s.live.TestWebhook(c.Request().Context(), c.Param("room"), actorOf(c), c.Param("id"))
	if err != nil {
		retryAfter(c, err)
		return err
	}
	return c.JSON(http.StatusOK, wire.DeliveryOf(d))
}
