package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"danmaku/e2e/browser"
	"danmaku/e2e/smalldisk"
)

// The effect of a full disk: the phone keeps the comment and retries, the
// console reports the fault, and the overlay goes on as before. Once there is
// room again, everything recovers by itself.
func TestFullDiskOnEveryPage(t *testing.T) {
	disk := smalldisk.New(t, 8)
	p, _ := launch(t, append([]string{"--listen", "127.0.0.1:0", "--data", filepath.Join(disk.Dir, "data")}, free...)...)
	overlay := browser.Open(t, p.overlay+"&duration=30")
	console := openConsole(t, p.console)
	phone := openConnectedPhone(t, p.audience)
	sendComment(phone, "before it was full")
	overlay.Wait(containsJS(".dm-text", "before it was full"))
	console.Wait(containsJS("#feed", "before it was full"))

	empty := disk.Fill()
	sendComment(phone, "not saved at first")
	phone.Wait(containsJS(".feed .own", "Trying again"))
	console.Wait(containsJS("#banner", "Comments cannot be saved right now"))
	console.Wait(containsJS("#saved", "Not now"))
	if dir := os.Getenv("PICTURES"); dir != "" {
		for name, page := range map[string]*browser.Page{"disk-console.png": console, "disk-phone.png": phone} {
			if err := os.WriteFile(filepath.Join(dir, name), page.Screenshot(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	const where = `[...document.querySelectorAll(".dm-text")].find((e) => e.textContent === "before it was full").getBoundingClientRect().left`
	overlay.Eval(`window.before = ` + where)
	overlay.Wait(where + ` < window.before`)

	empty()
	phone.Wait(containsJS(".feed .own", "not saved at first"))
	overlay.Wait(containsJS(".dm-text", "not saved at first"))
	console.Wait(containsJS("#feed", "not saved at first"))
	console.Wait(`!` + containsJS("#banner", "Comments cannot be saved right now"))
	console.Wait(`!` + containsJS("#saved", "Not now"))
	if !browser.Value[bool](overlay, containsJS(".dm-text", "before it was full")) {
		t.Error("comments that flew before are gone")
	}
}
