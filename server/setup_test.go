package server

import "testing"

// Phones have to join the Wi-Fi if only its network reaches the server. A base that is not
// private, or a public name, can be reached from anywhere; a base of this machine alone has
// its own hint.
func TestWhichNetworkAPhoneNeeds(t *testing.T) {
	for base, want := range map[string]bool{
		"http://192.168.1.20:2333": true, "http://10.0.0.5:2333": true, "http://172.16.4.4": true, "http://172.31.255.1:2333": true,
		"http://169.254.7.7:2333": true, "http://[fd00::1]:2333": true, "http://[fe80::1]:2333": true,
		"http://studio:2333": true, "http://Studio.LOCAL.:2333": true, "http://pc.lan:2333": true, "http://pc.fritz.box": true, "http://server.home.arpa:2333": true, "https://show.internal": true,
		"http://192.0.2.2:2333": false, "http://172.32.0.1:2333": false, "http://100.64.0.1:2333": false, "http://8.8.8.8": false, "http://[2001:db8::1]:2333": false,
		"https://live.example.org": false, "https://local.example.org": false, "https://abc.trycloudflare.com": false, "https://landing.example": false,
		"http://localhost:2333": false, "http://127.0.0.1:2333": false, "http://[::1]:2333": false, "://": false, "": false,
	} {
		if got := sameNetwork(base); got != want {
			t.Errorf("%s: %v, want %v", base, got, want)
		}
	}
}
