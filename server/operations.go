package server

import (
	"net/http"

	"danmaku/comment"
	"danmaku/report"
	"danmaku/room"
	"danmaku/server/wire"
	"danmaku/show"
)

// Answers and bodies that several operations have.
var (
	itemList     = object{"items": []wire.Item{}, "kinds": []show.Kind{}}
	emoteList    = object{"emotes": []wire.OwnEmote{}}
	decisionList = object{"results": []wire.Decision{}}
	countedList  = object{"results": []wire.Decision{}, "count": 0}
	upTo         = object{"up_to?": int64(0)}
	pageQuery    = []string{"before # a seq: only those before it", "limit # 1 to 200 (50)"}
	qrQuery      = []string{"at one of the server's own addresses", "key of an overlay, in a secret room"}
)

// Further refusals of a comment and of a show.
var (
	writing = []string{"empty", "too_long", "bad_style", "room_closed", "room_paused", "muted", "banned", "slow_down", "duplicate", "refused", "not_allowed", "busy"}
	bounds  = []string{"expired", "changed", "taken"}
)

// inRoom is the prefix of paths in a room.
const inRoom = " /api/rooms/:room"

// operations describes every route of the API, by method and path. A test checks that it is
// complete.
var operations = map[string]operation{
	"GET /api/openapi.json": {says: "This document", out: object{"openapi": ""}},
	"GET /api/local":        {says: "Whether the server takes commands of this machine", errors: []string{"not_allowed"}},

	"GET /api/links":              {says: "All links", query: []string{"revoked 1: those taken back, too"}, out: object{"links": []wire.Link{}, "roles": []wire.LinkRole{}}},
	"POST /api/links":             {says: "Make a link", in: object{"room": "", "role": room.Role(""), "label?": ""}, needed: true, out: wire.Link{}, status: http.StatusCreated, body: `{"room":"live","role":"sender","label":"score bot"}`},
	"DELETE /api/links/:id":       {says: "Take a link back", errors: bounds},
	"POST /api/links/:id/restore": {says: "Give a link back", errors: bounds},
	"GET /api/links/:id/qr.svg":   {says: "The code of a link", media: "image/svg+xml"},

	"GET /api/keep": {says: "How long comments are kept", out: wire.Keep{}},
	"PUT /api/keep": {says: "Choose how long comments are kept", in: object{"days": 0}, needed: true, out: wire.Keep{}, errors: []string{"taken"}, body: `{"days":30}`},

	"GET /api/rooms":            {says: "The rooms that the key is for", query: []string{"archived 1: those archived, too"}, out: object{"rooms": []wire.Room{}}, errors: []string{"not_allowed"}},
	"POST /api/rooms":           {says: "Make a room", in: wire.Room{}, needed: true, out: wire.Room{}, status: http.StatusCreated, errors: []string{"taken"}, body: `{"id":"second-stage","title":"Second stage"}`},
	"GET" + inRoom:              {says: "The settings of a room", out: wire.Room{}},
	"PATCH" + inRoom:            {says: "Change settings; what is left out stays", in: wire.Room{}, needed: true, out: wire.Room{}, errors: []string{"changed"}, body: `{"state":"open","slow_ms":5000}`},
	"DELETE" + inRoom:           {says: "Archive a room"},
	"PUT" + inRoom + "/picture": {says: "Set the picture of the phone page", raw: "image/*", out: wire.Room{}, errors: []string{"too_long"}},

	"GET" + inRoom + "/wifi": {says: "The Wi-Fi that the second screen and the poster show", out: wireWiFi{}},
	"PUT" + inRoom + "/wifi": {says: "Set the Wi-Fi that the second screen and the poster show", in: object{"name": "", "password?": ""}, needed: true, out: wireWiFi{}, body: `{"name":"Hall","password":"come and join"}`},

	"GET" + inRoom + "/emotes":          {says: "The room's own emotes", out: emoteList, errors: []string{"not_allowed"}},
	"PUT" + inRoom + "/emotes/:name":    {says: "Add an emote, or give one another picture", raw: "image/*", out: emoteList, errors: []string{"too_long", "expired"}},
	"PATCH" + inRoom + "/emotes/:name":  {says: "Rename an emote", in: object{"name": ""}, needed: true, out: emoteList, body: `{"name":"wave"}`},
	"DELETE" + inRoom + "/emotes/:name": {says: "Delete an emote", out: emoteList},

	"POST" + inRoom + "/lockdown":   {says: "Lock the room down", out: wire.Room{}},
	"DELETE" + inRoom + "/lockdown": {says: "End the lock-down", out: wire.Room{}},
	"POST" + inRoom + "/clear":      {says: "Empty every screen"},
	"POST" + inRoom + "/obs":        {says: "Put the overlay into OBS", in: object{"password?": "", "options?": map[string]string{}, "css?": ""}, needed: true, out: obsReport{}},
	"GET" + inRoom + "/addresses":   {says: "Addresses of overlay and audience", out: wireAddresses{}},
	"GET" + inRoom + "/socket": {
		says: "The WebSocket of a page, subprotocol danmaku.v1", query: []string{"role overlay, audience or console", "key of a link", "since where the client was, EPOCH:SEQ"}, status: http.StatusSwitchingProtocols,
		errors: []string{"busy", "not_allowed"},
	},
	"GET" + inRoom + "/events": {says: "Events as they happen, as Server-Sent Events", query: []string{"since the last id that was read, as Last-Event-ID"}, media: "text/event-stream", errors: []string{"busy", "room_closed"}},
	"GET" + inRoom + "/stats":  {says: "Numbers of a room", out: wire.Stats{}},
	"GET" + inRoom + "/export": {
		says: "Download a room's comments", query: []string{"format bilibili-xml, ass, niconico-xml, srt, vtt, jsonl or csv", "from RFC 3339 or ms", "to RFC 3339 or ms", "zero recording, first or a time", "early drop or clamp", "status by commas", "all 1", "bom 1"},
		media: "application/octet-stream",
	},
	"GET" + inRoom + "/report": {
		says: "Sum up a show", query: []string{"session a moment of the show, RFC 3339 or ms; left out: the last one", "from RFC 3339 or ms", "to RFC 3339 or ms", "zero recording, first or a time", "format json, csv, md or chapters", "lang of md and chapters: en, zh-CN or ja", "bom 1"}, out: report.Report{},
	},
	"GET" + inRoom + "/sessions": {says: "When the room was busy", out: object{"sessions": []wireSession{}}},

	"GET" + inRoom + "/replay":      {says: "How the replay is doing", out: wire.Replay{}},
	"POST" + inRoom + "/replay":     {says: "Replay the room's past", in: object{"from": int64(0), "to?": int64(0), "speed?": 1.0}, needed: true, out: wire.Replay{}, status: http.StatusCreated, errors: []string{"taken", "room_closed"}},
	"PUT" + inRoom + "/replay/file": {says: "Replay a file of comments", query: []string{"name of the file", "speed 0.25 to 10", "strict 1: nothing of a damaged file"}, raw: "application/octet-stream", out: wire.Replay{}, status: http.StatusCreated, errors: []string{"taken", "room_closed"}},
	"PATCH" + inRoom + "/replay":    {says: "Steer the replay", in: object{"state?": "", "speed?": 1.0, "at_ms?": int64(0)}, needed: true, out: wire.Replay{}},
	"DELETE" + inRoom + "/replay":   {says: "Stop the replay"},

	"GET" + inRoom + "/qr.svg": {says: "The code of the audience's address", query: qrQuery, media: "image/svg+xml", errors: []string{"not_allowed"}},
	"GET" + inRoom + "/qr.png": {says: "The code of the audience's address", query: qrQuery, media: "image/png", errors: []string{"not_allowed"}},

	"GET" + inRoom + "/comments": {says: "The history, newest first", query: append([]string{"status shown, held, refused or removed", "user a pseudonym", "source of the comment", "q part of the text or the name"}, pageQuery...), out: object{"comments": []wire.Row{}, "next?": int64(0)}},
	"POST" + inRoom + "/comments": {
		says: "Send a comment: 201 shown, 202 held, 200 counted as a vote", in: postFields{}, needed: true, out: wire.Ack{}, status: http.StatusCreated, also: []int{http.StatusAccepted, http.StatusOK}, errors: writing,
		body: `{"text":"GOAL! 2:1","name":"Score","author":"scorebot","mode":"top","color":"#ffc24a","ref":"goal-3"}`,
	},
	"POST" + inRoom + "/comments/batch":        {says: "Send up to 200 comments", in: object{"comments": []postFields{}}, needed: true, out: object{"results": []wireBatchAnswer{}}},
	"DELETE" + inRoom + "/comments":            {says: "Withdraw a comment by its ref", query: []string{"ref as it was sent", "author as it was sent"}, errors: append([]string{"not_allowed"}, bounds...)},
	"DELETE" + inRoom + "/comments/:id":        {says: "Withdraw a comment", query: []string{"author as it was sent"}, errors: append([]string{"not_allowed"}, bounds...)},
	"POST" + inRoom + "/comments/bulk":         {says: "Decide about up to 200 comments", in: object{"ids": []string{}, "act": room.Action(""), "from?": comment.Status("")}, needed: true, out: decisionList},
	"POST" + inRoom + "/comments/:id/approve":  {says: "Show a held or refused comment", in: object{"from?": comment.Status("")}, out: wire.Decision{}, errors: bounds},
	"POST" + inRoom + "/comments/:id/refuse":   {says: "Refuse a held comment", in: object{"from?": comment.Status("")}, out: wire.Decision{}, errors: bounds},
	"POST" + inRoom + "/comments/:id/remove":   {says: "Take a comment down"},
	"POST" + inRoom + "/comments/:id/pin":      {says: "Pin a comment", errors: bounds},
	"DELETE" + inRoom + "/comments/:id/pin":    {says: "Unpin it"},
	"GET" + inRoom + "/comments/:id/address":   {says: "How many a ban of its address would hit", out: object{"people": 0}},
	"POST" + inRoom + "/comments/:id/feature":  {says: "Make a card of a comment", in: object{"seconds?": 0, "start?": false}, out: wire.Item{}, status: http.StatusCreated, errors: append([]string{"not_live"}, bounds...), body: `{"seconds":12,"start":true}`},
	"PUT" + inRoom + "/looking":                {says: "Tell the other consoles which comment this one has open", in: object{"console": "", "id?": ""}, needed: true, errors: []string{"slow_down"}, body: `{"console":"tab-1","id":"0we5z8000000e"}`},
	"GET" + inRoom + "/review":                 {says: "What waits for a moderator, oldest first", query: []string{"group only this", "after # a seq", "limit # 1 to 200 (50)"}, out: wire.Review{}},
	"POST" + inRoom + "/review/:group/approve": {says: "Show all that are alike", in: upTo, out: countedList, errors: bounds},
	"POST" + inRoom + "/review/:group/refuse":  {says: "Refuse all that are alike", in: upTo, out: countedList, errors: bounds},

	"GET" + inRoom + "/items": {says: "What is shown besides comments", out: itemList},
	"POST" + inRoom + "/items": {
		says: "Make a poll, a card, an announcement, a countdown, a ticker, questions, a draw or a photo wall", in: object{"kind": show.Kind(""), "spec": map[string]any{}, "rank?": 0, "start?": false}, needed: true, out: wire.Item{}, status: http.StatusCreated,
		errors: []string{"not_live", "changed"}, body: `{"kind":"poll","spec":{"question":"Encore?","options":["yes","no"],"by_message":true},"start":true}`,
	},
	"POST" + inRoom + "/items/order":                    {says: "Put the items of the queue in order", in: object{"ids": []string{}}, needed: true, out: itemList, errors: []string{"changed"}},
	"GET" + inRoom + "/items/export":                    {says: "Download items with their results", query: []string{"format csv or jsonl", "kind only these", "bom 1"}, media: "application/octet-stream"},
	"GET" + inRoom + "/reactions/export":                {says: "Download reactions", query: []string{"format csv or jsonl", "bom 1"}, media: "application/octet-stream"},
	"GET" + inRoom + "/items/:id":                       {says: "One item, as whoever asks may see it", query: []string{"key of an overlay"}, out: wire.Item{}, errors: []string{"not_allowed"}},
	"PATCH" + inRoom + "/items/:id":                     {says: "Change an item", in: object{"spec?": map[string]any{}, "rank?": 0}, needed: true, out: wire.Item{}, errors: []string{"not_live", "changed"}},
	"DELETE" + inRoom + "/items/:id":                    {says: "Delete an item", errors: []string{"changed"}},
	"POST" + inRoom + "/items/:id/queue":                {says: "Put an item into the queue", out: wire.Item{}, errors: []string{"not_live", "changed"}},
	"POST" + inRoom + "/items/:id/start":                {says: "Start an item", out: wire.Item{}, errors: []string{"not_live", "changed"}},
	"POST" + inRoom + "/items/:id/stop":                 {says: "End an item", out: wire.Item{}, errors: []string{"not_live", "changed"}},
	"POST" + inRoom + "/items/:id/redraw":               {says: "Draw another winner of a draw in place of one who is absent", in: object{"person": ""}, needed: true, out: wire.Item{}, errors: []string{"not_live", "changed"}, body: `{"person":"u1a2b3c4d5e6f7g8"}`},
	"POST" + inRoom + "/items/:id/take_part":            {says: "Vote, with the cookie of the audience", in: object{"choice?": "", "withdraw?": false}, out: wire.PartAck{}, errors: []string{"not_allowed", "not_live", "voted", "slow_down", "muted", "banned", "room_closed"}, body: `{"choice":"0"}`},
	"GET" + inRoom + "/items/:id/questions":             {says: "The questions of an item", query: []string{"sort votes, new or old", "key of an overlay"}, out: object{"questions": []wire.Question{}, "total": 0}, errors: []string{"not_allowed"}},
	"PATCH" + inRoom + "/items/:id/questions/:question": {says: "Answer, hide or merge a question", in: object{"answered?": false, "hidden?": false, "into?": ""}, needed: true, out: wire.Question{}, errors: bounds},
	"GET" + inRoom + "/items/:id/photos":                {says: "The photos of a wall: for those who run the room what waits and what is shown, for the audience its own", query: []string{"own 1: those of the audience's cookie"}, out: object{"photos": []wire.WallPhoto{}}, errors: []string{"not_allowed"}},
	"POST" + inRoom + "/items/:id/photos": {
		says: "Send a photo to a wall, with the cookie of the audience; it waits for a moderator", query: []string{"text what its author says of it", "name of the author", "ref as for comments"}, raw: "image/jpeg", out: wire.Ack{}, status: http.StatusAccepted,
		errors: append([]string{"not_live"}, writing...),
	},

	"GET" + inRoom + "/users/:user":              {says: "A person", out: wire.Person{}},
	"DELETE" + inRoom + "/users/:user":           {says: "Erase all that is kept of a person", out: object{"erased": 0}},
	"GET" + inRoom + "/users/:user/data":         {says: "Download all that is kept of a person", out: wire.PersonalData{}},
	"GET" + inRoom + "/me":                       {says: "Download all that is kept of you, with the cookie of the audience", out: wire.PersonalData{}, errors: []string{"not_allowed"}},
	"DELETE" + inRoom + "/me":                    {says: "Erase all that is kept of you", out: object{"erased": 0}, errors: []string{"not_allowed", "slow_down"}},
	"POST" + inRoom + "/users/:user/notes":       {says: "Write a note on a person, or warn the person", in: noteFields{}, needed: true, out: wire.PersonNote{}, status: http.StatusCreated, body: `{"text":"no spoilers, please","warn":true}`},
	"DELETE" + inRoom + "/users/:user/notes/:id": {says: "Delete a note on a person", errors: bounds},
	"POST" + inRoom + "/users/:user/remove":      {says: "Take down all of a person's comments", out: object{"removed": 0}},
	"GET" + inRoom + "/bans":                     {says: "The bans in force", out: object{"bans": []wire.Ban{}}},
	"POST" + inRoom + "/bans":                    {says: "Mute or ban somebody", in: banFields{}, needed: true, out: wireNewBan{}, status: http.StatusCreated, body: `{"user":"s3ybvn2d5657br5g","kind":"mute","seconds":600,"reason":"shouting"}`},
	"DELETE" + inRoom + "/bans/:id":              {says: "Lift a ban", errors: bounds},

	"GET" + inRoom + "/rules":          {says: "The lists of rules", query: []string{"all 1"}, out: object{"lists": []wire.RuleList{}}},
	"PUT" + inRoom + "/rules":          {says: "Save a list", in: object{"name": "", "text": "", "on?": true, "all?": false, "base?": "", "dry?": false}, needed: true, out: object{"list": wire.RuleList{}, "faults": []wire.RuleFault{}, "faults_total": 0}, errors: []string{"changed"}},
	"DELETE" + inRoom + "/rules/:name": {says: "Delete a list", query: []string{"all 1: that of all rooms", "base only while this version stands"}, errors: []string{"changed"}},
	"POST" + inRoom + "/rules/check":   {says: "Try a text without sending it", in: object{"text": ""}, needed: true, out: wire.Verdict{}, errors: []string{"too_long"}, body: `{"text":"see https://spam.example/win"}`},

	"GET" + inRoom + "/styles":          {says: "Looks of the overlay", out: object{"styles": []wireStyle{}}},
	"PUT" + inRoom + "/styles":          {says: "Keep a look", in: wireStyle{}, needed: true, out: wireStyle{}},
	"DELETE" + inRoom + "/styles/:name": {says: "Forget a look"},

	"GET" + inRoom + "/chats":            {says: "Connected chats", out: object{"chats": []wire.Chat{}}},
	"POST" + inRoom + "/chats":           {says: "Connect a chat", in: chatFields{}, needed: true, out: wire.Chat{}, status: http.StatusCreated, errors: []string{"taken"}, body: `{"link":"https://twitch.tv/mika"}`},
	"POST" + inRoom + "/chats/recognize": {says: "What a link stands for", in: object{"link": ""}, needed: true, out: wire.ChatLink{}},
	"PATCH" + inRoom + "/chats/:id":      {says: "Change a chat", in: chatFields{}, needed: true, out: wire.Chat{}, errors: []string{"taken"}},
	"DELETE" + inRoom + "/chats/:id":     {says: "Disconnect a chat"},
	"POST" + inRoom + "/chats/:id/test":  {says: "Have a chat say a line", in: object{"text?": ""}, status: http.StatusAccepted, errors: bounds},
	"POST" + inRoom + "/ingest":          {says: "Take messages of Social Stream Ninja", query: []string{"key of a sender"}, raw: "application/json", out: object{"taken": 0}, status: http.StatusAccepted, errors: []string{"not_allowed"}},
	"OPTIONS" + inRoom + "/ingest":       {says: "Whether a page may post there", errors: []string{"not_allowed"}},

	"GET" + inRoom + "/buttons":     {says: "Buttons", out: wire.Buttons{}},
	"POST" + inRoom + "/buttons":    {says: "Make a button", in: object{"act": room.Press(""), "label?": ""}, needed: true, out: wire.Button{}, status: http.StatusCreated, body: `{"act":"pause","label":"desk"}`},
	"GET" + inRoom + "/press/:act":  {says: "Press a button, for programs that know no POST", out: wire.Pressed{}, errors: pressRefusals},
	"POST" + inRoom + "/press/:act": {says: "Press a button", out: wire.Pressed{}, errors: pressRefusals},

	"GET" + inRoom + "/webhooks":           {says: "Webhooks and how they are doing", out: wire.Webhooks{}},
	"POST" + inRoom + "/webhooks":          {says: "Make a webhook; the key is shown this once", in: webhookFields{}, needed: true, out: wire.Webhook{}, status: http.StatusCreated, body: `{"url":"https://example.com/danmaku","events":["comment"]}`},
	"PATCH" + inRoom + "/webhooks/:id":     {says: "Change a webhook", in: webhookFields{}, needed: true, out: wire.Webhook{}},
	"DELETE" + inRoom + "/webhooks/:id":    {says: "Delete a webhook"},
	"POST" + inRoom + "/webhooks/:id/test": {says: "Send a test", out: wire.Delivery{}, errors: []string{"slow_down"}},

	"GET" + inRoom + "/audit":           {says: "What was done, newest first", query: append([]string{"act of this kind", "by a label", "q part of what it is about", "format json, csv or jsonl"}, pageQuery...), out: object{"acts": []wire.AuditEntry{}, "next?": int64(0)}},
	"POST" + inRoom + "/audit/:id/undo": {says: "Undo an act", errors: append([]string{"not_live"}, bounds...)},
}

// pressRefusals are the refusals of a button.
var pressRefusals = []string{"slow_down", "not_live", "room_closed"}
