package wire

import (
	"danmaku/live"
	"danmaku/room"
)

// Webhook is a URL to which a room's events are sent, as owners see it.
type Webhook struct {
	ID     string       `json:"id"`
	Label  string       `json:"label"`
	URL    string       `json:"url"`
	Events []room.Kind  `json:"events"`
	Local  bool         `json:"local"` // the URL may be on this machine or in its network
	Off    bool         `json:"off"`
	Made   int64        `json:"made"`          // ms
	Key    string       `json:"key,omitempty"` // only when it is new
	State  WebhookState `json:"state"`
}

// Webhooks lists the webhooks of a room, and the kinds of events that they can get.
type Webhooks struct {
	Webhooks []Webhook   `json:"webhooks"`
	Public   []room.Kind `json:"public"` // kinds that everybody sees
	Staff    []room.Kind `json:"staff"`  // kinds that only moderators see
}

// WebhookState is the state of a webhook since the program started.
type WebhookState struct {
	Phase      string     `json:"phase"`
	Since      int64      `json:"since,omitempty"`    // ms: since when it has failed
	RetryAt    int64      `json:"retry_at,omitempty"` // ms
	Delivered  int        `json:"delivered"`          // events
	Failed     int        `json:"failed"`             // requests
	Deliveries []Delivery `json:"deliveries"`         // the newest, newest first
}

// Delivery is one request that was sent to a webhook.
type Delivery struct {
	At     int64  `json:"at"` // ms
	Events int    `json:"events"`
	Test   bool   `json:"test,omitempty"`
	TookMS int64  `json:"took_ms"`
	Status int    `json:"status,omitempty"` // of the answer; omitted when there was none
	Fault  string `json:"fault,omitempty"`  // a code; omitted when delivered
	Detail string `json:"detail,omitempty"`
}

// WebhookOf returns a webhook as owners see it; key is its key as text, or empty.
func WebhookOf(v live.WebhookView, key string) Webhook {
	st := v.State
	w := Webhook{
		ID: v.ID, Label: v.Label, URL: v.URL, Events: List(v.Events), Local: v.Local, Off: v.Off, Made: ms(v.Made), Key: key,
		State: WebhookState{
			Phase: st.Phase, Since: ms(st.Since), RetryAt: ms(st.RetryAt), Delivered: st.Delivered, Failed: st.Failed, Deliveries: []Delivery{},
		},
	}
	for _, d := range st.Deliveries {
		w.State.Deliveries = append(w.State.Deliveries, DeliveryOf(d))
	}
	return w
}

// DeliveryOf returns the result of a request.
func DeliveryOf(d room.Delivery) Delivery {
	return Delivery{At: ms(d.At), Events: d.Events, Test: d.Test, TookMS: d.Took.Milliseconds(), Status: d.Status, Fault: d.Fault, Detail: d.Detail}
}
