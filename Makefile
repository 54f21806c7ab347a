# Everything a developer does here, in one word each. `make` alone lists it.
.DEFAULT_GOAL := help
.PHONY: help run build test test-go test-js lint setup demo pictures ass-picture bench bench-overlay fuzz \
	release release-twice release-check notice clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

run: ## start the server (flags: make run ARGS="--listen :8080")
	go run . $(ARGS)

build: ## build ./danmaku
	go build -trimpath -o danmaku .

test: ## set up, then check everything
	scripts/setup.sh
	scripts/test.sh

test-go: ## Go tests with the race detector
	scripts/test.sh go

test-js:
	scripts/test.sh js

lint: ## format, vet, staticcheck, types
	scripts/test.sh format vet staticcheck types

setup: ## install what the tests need (Debian)
	scripts/setup.sh

demo: ## server, a replay of real comments and the overlay in Chromium; ends with a picture
	go run ./tools/demo

pictures: ## make the pictures of the README and of docs/ anew
	go run ./tools/demo -file testdata/replay/stage.xml -speed 1.7 -picture docs/pictures/overlay.png
	go run ./tools/demo -file testdata/replay/stage.xml -speed 1.1 -animation docs/pictures/flight.webp
	PICTURES=$(CURDIR)/docs/pictures go test -count=1 -run 'TestOverlayPictures/(overlay-(720p|1080p|4k|pin)\.png|theme)|TestPhonePictures|TestPicturesOfThe|Test(TheBuilder|TheWelcome)FitsEverywhere' ./e2e
	@if command -v obs >/dev/null; then tools/obstrial/trial.sh docs/pictures; else echo 'pictures of OBS: skipped, there is no OBS here'; fi

# draw the golden ASS file with ffmpeg's libass into ass.png
ass-picture:
	ffmpeg -loglevel error -y -f lavfi -i color=c=0x335577:s=1920x1080:d=20:r=2 -vf ass=export/testdata/sample.ass -ss 16.5 -frames:v 1 -update 1 ass.png

bench: ## measure each step of a comment's way, then the fan-out beside a bare loop (14 minutes)
	go test -run '^$$' -bench . -benchmem ./live ./server ./store ./moderation ./ratelimit .
	go test -run '^$$' -bench . ./e2e
	go run ./tools/flood bench

bench-overlay: ## measure the overlay against other libraries (fetches them by npm)
	go run ./tools/benchoverlay

fuzz: ## run every fuzz target for FUZZTIME (default 20s)
	scripts/fuzz.sh

release: ## build for Linux, Windows and macOS into dist/, with licences and checksums
	go run ./tools/release build

# the same, and again in another folder with an empty cache: the same bytes
release-twice:
	go run ./tools/release twice

release-check: ## start what was built, also under qemu and wine, and send a comment through each
	go run ./tools/release check

# write what the builds contain of others
notice:
	go run ./tools/release notice > NOTICE.new && mv NOTICE.new NOTICE

clean: ## remove what was built
	rm -rf danmaku dist node_modules
