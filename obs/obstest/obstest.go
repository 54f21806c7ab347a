// Package obstest is a fake OBS Studio for tests: the server's side of
// obs-websocket 5 with authentication, over a small collection of scenes. What
// it answers follows the protocol's description and OBS 29's own behaviour.
package obstest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

const salt, challenge = "lM1GncleQOaCu9lT1yeUZhFYnqhsLLP1G5lAGo3ixaI=", "+IxH4CnCiqpX1rM9scsNynZzbOe4KhDeYcTNS3PDaeY="

// Item is a source standing in a scene.
type Item struct {
	ID        int
	Source    string
	Transform map[string]any
}

// Input is a source.
type Input struct {
	Kind     string
	Settings map[string]any
	Pressed  []string // property buttons, in order
}

// OBS is a fake OBS and its state. Set the fields before a client connects; read
// them with [OBS.Look].
type OBS struct {
	Password      string   // empty wants none
	Kinds         []string // of inputs that can be made
	Program       string   // the scene on air
	Width, Height int      // of the canvas
	Scenes        map[string][]*Item
	Inputs        map[string]*Input

	mu   sync.Mutex
	next int
}

// New returns an OBS that knows browser sources, with two empty scenes.
func New() *OBS {
	return &OBS{
		Kinds: []string{"browser_source", "color_source_v3"}, Program: "Game", Width: 2560, Height: 1440,
		Scenes: map[string][]*Item{"Game": {}, "Break": {}}, Inputs: map[string]*Input{},
	}
}

// Start lets the OBS listen until the test ends and returns its address.
func (o *OBS) Start(t testing.TB) string {
	var open sync.WaitGroup
	upgrader := websocket.Upgrader{Subprotocols: []string{"obswebsocket.json"}}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return // the upgrader has answered
		}
		open.Add(1)
		defer open.Done()
		defer conn.Close()
		if conn.Subprotocol() == "" {
			t.Error("the client does not ask for obswebsocket.json")
		}
		o.serve(conn)
	}))
	t.Cleanup(func() {
		srv.CloseClientConnections()
		srv.Close()
		open.Wait()
	})
	return "ws" + strings.TrimPrefix(srv.URL, "http")
}

// Look reads the state while no request is under way.
func (o *OBS) Look(see func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	see()
}

type message struct {
	Op int            `json:"op"`
	D  map[string]any `json:"d"`
}

func (o *OBS) serve(conn *websocket.Conn) {
	hello := map[string]any{"obsWebSocketVersion": "5.1.0", "rpcVersion": 1}
	if o.Password != "" {
		hello["authentication"] = map[string]string{"challenge": challenge, "salt": salt}
	}
	if conn.WriteJSON(message{0, hello}) != nil {
		return
	}
	identified := false
	for {
		_, text, err := conn.ReadMessage()
		if err != nil {
			return
		}
		var m message
		if json.Unmarshal(text, &m) != nil {
			end(conn, 4002, "You sent invalid JSON.")
			return
		}
		switch {
		case m.Op == 1 && m.D["rpcVersion"] != 1.0:
			end(conn, 4010, "Your requested RPC version is not supported.")
			return
		case m.Op == 1 && o.Password != "" && m.D["authentication"] != proof(o.Password):
			end(conn, 4009, "Authentication failed.")
			return
		case m.Op == 1:
			identified = true
			_ = conn.WriteJSON(message{2, map[string]any{"negotiatedRpcVersion": 1}})
		case !identified:
			end(conn, 4007, "You attempted to send a non-Identify message while not identified.")
			return
		case m.Op == 6:
			_ = conn.WriteJSON(message{7, o.answer(m.D)})
		default:
			end(conn, 4006, "Unknown OpCode.")
			return
		}
	}
}

func end(conn *websocket.Conn, code int, why string) {
	_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, why), time.Now().Add(time.Second))
}

// proof does not use the client's code, so that a fault of the client does not pass
// unnoticed.
func proof(password string) string {
	secret := sha256.Sum256([]byte(password + salt))
	sum := sha256.Sum256([]byte(base64.StdEncoding.EncodeToString(secret[:]) + challenge))
	return base64.StdEncoding.EncodeToString(sum[:])
}

type refusal struct {
	code    int
	comment string
}

var notFound = &refusal{600, "No source was found."}

func (o *OBS) answer(d map[string]any) map[string]any {
	o.mu.Lock()
	defer o.mu.Unlock()
	data, _ := d["requestData"].(map[string]any)
	name, _ := d["requestType"].(string)
	out, no := o.act(name, data)
	status := map[string]any{"result": true, "code": 100}
	if no != nil {
		status = map[string]any{"result": false, "code": no.code, "comment": no.comment}
	}
	r := map[string]any{"requestType": name, "requestId": d["requestId"], "requestStatus": status}
	if out != nil {
		r["responseData"] = out
	}
	return r
}

func (o *OBS) act(name string, d map[string]any) (map[string]any, *refusal) {
	text := func(key string) string { v, _ := d[key].(string); return v }
	switch name {
	case "GetVersion":
		return map[string]any{"obsVersion": "29.0.2", "obsWebSocketVersion": "5.1.0", "rpcVersion": 1}, nil
	case "GetVideoSettings":
		return map[string]any{"baseWidth": o.Width, "baseHeight": o.Height, "outputWidth": 1280, "outputHeight": 720,
			"fpsNumerator": 60000, "fpsDenominator": 1001}, nil
	case "GetCurrentProgramScene":
		return map[string]any{"currentProgramSceneName": o.Program}, nil
	case "CreateInput":
		return o.createInput(text("sceneName"), text("inputName"), text("inputKind"), d)
	case "CreateSceneItem", "GetSceneItemId", "SetSceneItemTransform":
		return o.sceneItem(name, text("sceneName"), text("sourceName"), d)
	case "GetInputSettings", "SetInputSettings", "PressInputPropertiesButton":
		in := o.Inputs[text("inputName")]
		if _, scene := o.Scenes[text("inputName")]; scene {
			return nil, &refusal{602, "The specified source is not an input."}
		}
		if in == nil {
			return nil, notFound
		}
		switch name {
		case "GetInputSettings":
			return map[string]any{"inputKind": in.Kind, "inputSettings": in.Settings}, nil
		case "PressInputPropertiesButton":
			in.Pressed = append(in.Pressed, text("propertyName"))
			return nil, nil
		}
		if over, given := d["overlay"].(bool); given && !over {
			in.Settings = map[string]any{}
		}
		maps.Copy(in.Settings, d["inputSettings"].(map[string]any))
		return nil, nil
	}
	return nil, &refusal{204, "Your request type is not valid."}
}

func (o *OBS) createInput(scene, name, kind string, d map[string]any) (map[string]any, *refusal) {
	if _, ok := o.Scenes[scene]; !ok {
		return nil, notFound
	}
	_, sceneNamed := o.Scenes[name]
	if o.Inputs[name] != nil || sceneNamed {
		return nil, &refusal{601, "A source already exists by that input name."}
	}
	if !slices.Contains(o.Kinds, kind) {
		return nil, &refusal{605, "Your specified input kind is not supported by OBS. Check that your specified kind is properly versioned and that any necessary plugins are loaded."}
	}
	settings, _ := d["inputSettings"].(map[string]any)
	o.Inputs[name] = &Input{Kind: kind, Settings: settings}
	return map[string]any{"sceneItemId": o.stand(scene, name)}, nil
}

func (o *OBS) stand(scene, source string) int {
	o.next++
	o.Scenes[scene] = append(o.Scenes[scene], &Item{ID: o.next, Source: source})
	return o.next
}

func (o *OBS) sceneItem(name, scene, source string, d map[string]any) (map[string]any, *refusal) {
	items, ok := o.Scenes[scene]
	if !ok {
		return nil, notFound
	}
	switch name {
	case "CreateSceneItem":
		if o.Inputs[source] == nil {
			return nil, notFound
		}
		return map[string]any{"sceneItemId": o.stand(scene, source)}, nil
	case "GetSceneItemId":
		for _, i := range items {
			if i.Source == source {
				return map[string]any{"sceneItemId": i.ID}, nil
			}
		}
		return nil, &refusal{600, "No scene items were found in the specified scene by that name or offset."}
	}
	for _, i := range items {
		if float64(i.ID) == d["sceneItemId"] {
			i.Transform, _ = d["sceneItemTransform"].(map[string]any)
			return nil, nil
		}
	}
	return nil, &refusal{600, "No scene items were found in the specified scene by that ID."}
}
