package live

import (
	"crypto/rand"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"danmaku/comment"
	"danmaku/room"
)

// editWebhook applies an edit to a webhook, and returns the wire names of the changed
// fields.
func (svc *Service) editWebhook(w *room.Webhook, e WebhookEdit) (changed []string, err error) {
	was := *w
	if e.Label != nil {
		w.Label = strings.TrimSpace(comment.OneLine(*e.Label))
	}
	if e.URL != nil {
		w.URL = strings.TrimSpace(*e.URL)
	}
	for _, k := range e.Events {
		if !slices.Contains(room.PublicKinds, k) && !slices.Contains(room.StaffKinds, k) {
			return nil, room.Explain(room.ErrInvalid, "events: unknown event %.20q; use %v", k, slices.Concat(room.PublicKinds, room.StaffKinds))
		}
	}
	if e.Events != nil {
		w.Events = room.WebhookKinds(e.Events)
	}
	if e.Local != nil {
		w.Local = *e.Local
	}
	if e.Off != nil {
		w.Off = *e.Off
	}
	switch {
	case len([]rune(w.Label)) > room.MaxWebhookLabel:
		return nil, room.Explain(room.ErrInvalid, "label: at most %d characters", room.MaxWebhookLabel)
	case len(w.Events) == 0:
		return nil, room.Explain(room.ErrInvalid, "events: choose at least one of %v", slices.Concat(room.PublicKinds, room.StaffKinds))
	}
	if w.URL != was.URL || w.Local != was.Local {
		if err := checkWebhookURL(w.URL, w.Local); err != nil {
			return nil, err
		}
	}
	if e.NewKey {
		if len(w.Key) > 0 {
			w.Old, w.OldUntil = w.Key, svc.now().Add(oldKeyFor)
		}
		w.Key = make([]byte, 32)
		rand.Read(w.Key) // never fails, see crypto/rand
	}
	for name, differs := range map[string]bool{
		"label": w.Label != was.Label, "url": w.URL != was.URL, "events": !slices.Equal(w.Events, was.Events), "local": w.Local != was.Local,
		"off": w.Off != was.Off, "key": e.NewKey,
	} {
		if differs {
			changed = append(changed, name)
		}
	}
	slices.Sort(changed)
	return changed, nil
}

// checkWebhookURL checks the text of a URL. Its host name is resolved each time a request
// is sent.
func checkWebhookURL(text string, local bool) error {
	u, err := url.Parse(text)
	switch {
	case len(text) > room.MaxWebhookURL:
		return room.Explain(room.ErrInvalid, "url: at most %d bytes", room.MaxWebhookURL)
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return room.Explain(room.ErrInvalid, "url: send a complete URL, such as https://example.com/danmaku")
	case u.User != nil:
		return room.Explain(room.ErrInvalid, "url: remove user and password; the signature identifies the sender")
	case u.Fragment != "":
		return room.Explain(room.ErrInvalid, "url: remove the part after #, which is never sent")
	}
	host := strings.ToLower(u.Hostname())
	ip, err := netip.ParseAddr(host)
	near := err == nil && (ip.IsLoopback() || ip.IsPrivate() || ip.IsUnspecified() || ip.IsLinkLocalUnicast())
	if !local && (near || host == "localhost" || strings.HasSuffix(host, ".localhost") || strings.HasSuffix(host, ".local")) {
		return room.Explain(room.ErrInvalid, "url: %s is this machine or one in its network; allow that for this webhook (local) if you mean it", u.Hostname())
	}
	return nil
}

// webhookName is a webhook's name in the audit: its label, otherwise its host. The rest of
// its URL may contain a key.
func webhookName(w room.Webhook) string {
	if w.Label != "" {
		return w.Label
	}
	if u, err := url.Parse(w.URL); err == nil {
		return u.Host
	}
	return ""
}
