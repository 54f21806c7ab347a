package e2e

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"danmaku/e2e/browser"
	"danmaku/freeport"
)

// startCluster runs a cluster of a machine and an edge, at two hosts: a browser sends no cookie
// of one to the other. kill ends the edge's process.
func startCluster(t *testing.T) (machine, edge product, kill func()) {
	t.Helper()
	binary, err := builtOnce()
	if err != nil {
		t.Fatal(err)
	}
	// do runs a command and returns what it prints.
	do := func(args ...string) string {
		out, err := exec.Command(binary, args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", args, err, out)
		}
		return string(out)
	}
	place := func() string {
		address, err := freeport.Next(2)
		if err != nil {
			t.Fatal(err)
		}
		return address
	}
	root := t.TempDir()
	one, two := filepath.Join(root, "one"), filepath.Join(root, "two")
	invitation := regexp.MustCompile(`dm1-\S+`).FindString(do("cluster", "init", "--data", one, "--listen", place(), "--name", "one"))
	_, port, err := net.SplitHostPort(freePort(t))
	if err != nil {
		t.Fatal(err)
	}
	at, gone := "127.0.0.2:"+port, freePort(t)
	machine, _ = launch(t, "--listen", at, "--data", one, "--machine-url", "http://"+at, "--user-rate", "0")
	do("cluster", "join", "--edge", invitation, "--data", two, "--listen", place(), "--name", "two")
	edge, kill = launchToKill(t, "--listen", gone, "--data", two, "--machine-url", "http://"+gone, "--user-rate", "0")
	// Pages may talk to the machines that were on the list when they were loaded.
	for ctx, end := t.Context(), time.Now().Add(3*time.Minute); ; {
		r, err := http.NewRequestWithContext(ctx, "GET", edge.audience, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if strings.Contains(resp.Header.Get("Content-Security-Policy"), "http://"+at) {
			return machine, edge, kill
		}
		if time.Now().After(end) {
			t.Fatalf("the edge does not know the address of the machine: %s", resp.Header.Get("Content-Security-Policy"))
		}
	}
}

// An edge is killed while an overlay and a phone have its pages open. Both continue at the machine:
// flying comments fly on, a comment sent meanwhile is kept and sent once, as the
// same person, and everything later works as before, including pictures and modules
// loaded on use.
func TestPagesMoveToAnotherMachine(t *testing.T) {
	machine, edge, kill := startCluster(t)
	o := machine.owner(t)
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewNRGBA(image.Rect(0, 0, 64, 64))); err != nil {
		t.Fatal(err)
	}
	o.call("PUT", room+"/emotes/wave", picture.Bytes())
	overlay := browser.Open(t, edge.overlay+"&duration=60")
	phone := browser.NewPhone(t)
	phone.Before(`Math.random = () => 0`) // preloading is spread over 20 s
	kept := phone.Loaded()
	phone.Goto(edge.audience)
	phone.Wait(greeted)
	kept()
	host := browser.Value[string](phone, `location.host`)
	phone.Wait(`performance.getEntriesByType("resource").some((e) => e.name.endsWith("/audience/poll-view.js")) && performance.getEntriesByType("resource").some((e) => /locales\/show\.\w+\.json$/.test(e.name))`)
	overlay.Wait(`performance.getEntriesByType("resource").some((e) => e.name.endsWith("/overlay/show-poll.js"))`)
	sendTo(phone, "before")
	phone.Wait(containsJS(".feed .own.shown", "before"))
	overlay.Wait(containsJS(".dm-text", "before"))
	overlay.Eval(`window.flying = [...document.querySelectorAll(".dm-text")].find((e) => e.textContent.includes("before"))`)

	for _, page := range []*browser.Page{phone, overlay} {
		page.IgnoreAway()
	}
	kill()
	sendTo(phone, "in the gap")
	phone.Wait(containsJS(".feed .own.shown", "in the gap"))
	overlay.Wait(containsJS(".dm-text", "in the gap"))
	if !browser.Value[bool](overlay, `window.flying.isConnected && window.flying.textContent.includes("before") && [...document.querySelectorAll(".dm-text")].filter((e) => e.textContent.includes("before")).length === 1`) {
		t.Error("a flying comment has vanished, or flies twice")
	}
	before, after := o.historyRows("before"), o.historyRows("in the gap")
	if len(before) != 1 || len(after) != 1 || before[0]["user"] != after[0]["user"] {
		t.Errorf("the phone's comments are %v and %v", before, after)
	}
	if now := browser.Value[string](phone, `location.host`); now != host {
		t.Errorf("the page went from %s to %s", host, now)
	}

	there := strings.TrimSuffix(machine.audience[:strings.Index(machine.audience, "/r/")], "/")
	from := strconv.Quote(there + "/")
	tap(phone, "#emotes-key")
	phone.Wait(`[...document.querySelectorAll(".emotes img")].some((i) => i.src.startsWith(` + from + `) && i.naturalWidth > 0)`)
	o.say("look :wave:")
	overlay.Wait(`[...document.querySelectorAll(".dm-emote")].some((i) => i.src.startsWith(` + from + `) && i.naturalWidth > 0)`)
	o.startItem("poll", map[string]any{"question": "Which map?", "options": []string{"Ice", "Fire"}})
	phone.Wait(containsJS("#show", "Which map?"))
	overlay.Wait(containsJS(".dm-poll-question", "Which map?"))
	sendTo(phone, "a slip")
	overlay.Wait(containsJS(".dm-text", "a slip"))
	phone.Wait(`[...document.querySelectorAll(".feed .own.shown")].some((e) => e.textContent.includes("a slip") && e.querySelector(".offer"))`)
	phone.Eval(`[...document.querySelectorAll(".feed .own.shown")].find((e) => e.textContent.includes("a slip")).querySelector(".offer").click()`)
	phone.Wait(containsJS("#strip.good", "Taken back"))
	overlay.Wait("!" + containsJS(".dm-text", "a slip"))
}

// launchToKill is launch for a program that a test kills.
func launchToKill(t *testing.T, args ...string) (p product, kill func()) {
	t.Helper()
	binary, err := builtOnce()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, binary, args...)
	p = startCommand(t, cmd)
	kill = func() {
		cancel()
		_ = cmd.Wait() // killed
	}
	t.Cleanup(kill)
	return p, kill
}
