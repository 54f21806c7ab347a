package cli

import (
	"context"

	"danmaku/live"
	"danmaku/room"
	"danmaku/webhook"
)

// webhookSource is the source of webhooks' events. The service is set before the first of them
// begins.
type webhookSource struct{ service *live.Service }

var (
	_ webhook.Source     = (*webhookSource)(nil)
	_ live.WebhookRunner = (*webhook.Runner)(nil)
)

// WebhookEvents implements webhook.Source.
func (s *webhookSource) WebhookEvents(ctx context.Context, w room.Webhook, after, upTo, early int64) (room.WebhookBatch, error) {
	return s.service.WebhookEvents(ctx, w, after, upTo, early)
}

// WebhookPassed implements webhook.Source.
func (s *webhookSource) WebhookPassed(ctx context.Context, id string, seq int64) error {
	return s.service.WebhookPassed(ctx, id, seq)
}
