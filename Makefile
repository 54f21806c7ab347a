# What developers do here. `make` alone lists the usual targets; the others have
# a comment above them.
.DEFAULT_GOAL := help
.PHONY: help run build test test-go test-js test-pages test-details test-engines test-kills test-cluster test-long test-browsers lint setup demo demo-chats pictures ass-picture bench bench-overlay fuzz soak soak-show cluster-trial \
	release release-twice release-check notice clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

run: ## start the server (flags: make run ARGS="--listen :8080")
	go run . $(ARGS)

build: ## build the program ./danmaku
	go build -trimpath -o danmaku .

test: ## install what the tests need, then run all checks and the tests
	scripts/setup.sh
	scripts/test.sh

test-long: ## the tests that take too long for `make test`: the next five
	scripts/setup.sh
	scripts/test.sh pages details engines kills cluster

# every page in each size, theme and language, with axe and pictures
test-pages:
	scripts/test.sh pages

# what each page does beside the first things
test-details:
	scripts/test.sh details

# the pages in old and other browsers, as far as each tells something (all: test-browsers)
test-engines:
	scripts/test.sh engines

# processes that are killed again and again, floods and full disks
test-kills:
	scripts/test.sh kills

# several machines as one: started, killed, taken out, alone, and a build without a cluster
test-cluster:
	scripts/test.sh cluster nocluster
	$(MAKE) cluster-trial ARGS="-phones 60 -rate 60 -for 20s"

# only the Go tests, with the race detector
test-go:
	scripts/test.sh go

# only the JavaScript tests
test-js:
	scripts/test.sh js floor

test-browsers: ## test every page in old and new Chromium, Firefox and WebKit
	scripts/setup.sh browsers
	scripts/test.sh browsers

lint: ## check formatting, vet, staticcheck and types
	scripts/test.sh format vet staticcheck types

setup: ## install what the tests need (on Debian)
	scripts/setup.sh

demo: ## play recorded comments onto the overlay in Chromium, and save a picture of it
	go run ./tools/demo

demo-chats: ## the same with simulated Twitch, YouTube and Bilibili chats
	go run ./tools/demo -chats

pictures: ## draw all pictures into pictures/, and update those that the documentation shows
	mkdir -p pictures
	go run ./tools/demo -file testdata/replay/stage.xml -speed 1.7 -picture pictures/overlay.png
	@if command -v ffmpeg >/dev/null; then set -x; go run ./tools/demo -file testdata/replay/stage.xml -speed 1.1 -animation pictures/flight.webp; else echo 'pictures/flight.webp: skipped, there is no ffmpeg here'; fi
	PICTURES=$(CURDIR)/pictures go test -count=1 -timeout 30m -run 'TestOverlayPictures/(overlay-(720p|1080p|4k|pin)\.png|theme)|TestPhonePictures|TestPicturesOf|Test(TheBuilder|TheWelcome)FitsEverywhere' ./e2e
	@if command -v obs >/dev/null; then tools/obstrial/trial.sh pictures; else echo 'pictures of OBS: skipped, there is no OBS here'; fi
	@for p in docs/pictures/*; do [ ! -f "pictures/$${p##*/}" ] || pngquant --force --quality 70-95 --output "$$p" "pictures/$${p##*/}" 2>/dev/null || cp "pictures/$${p##*/}" "$$p"; done

# draw the golden ASS file with ffmpeg's libass into ass.png
ass-picture:
	ffmpeg -loglevel error -y -f lavfi -i color=c=0x335577:s=1920x1080:d=20:r=2 -vf ass=export/testdata/sample.ass -ss 16.5 -frames:v 1 -update 1 ass.png

bench: ## measure each step of a comment's way and the fan-out (30 minutes)
	go test -run '^$$' -bench . -benchmem ./live ./server ./store ./moderation ./ratelimit ./tests
	go test -run '^$$' -bench . -benchtime 1x ./server/socket
	go test -run '^$$' -bench . ./e2e
	go run ./tools/flood bench

# measure the overlay against other libraries (fetches them by npm)
bench-overlay:
	go run ./tools/benchoverlay

# ten minutes of kills, a full disk, hostile clients, chats and a replay: what was lost?
# (flags: make soak ARGS="-for 2m -phones 100")
soak:
	go run ./tools/flood promises $(ARGS)

# three machines and two edges, killed, frozen and restarted in turn: what was lost? (Linux;
# flags: make cluster-trial ARGS="-phones 60 -rate 60 -for 20s", what it costs: ARGS=-bench)
cluster-trial:
	go run ./tools/flood cluster $(ARGS)

# twenty minutes of overlay, chat box and second screen with everything on: frame times,
# memory, overlap, votes (flags: make soak-show ARGS="-show 1m -votes 300")
soak-show:
	go run ./tools/benchoverlay -show 20m $(ARGS)

fuzz: ## run each fuzz target for FUZZTIME (10m), and keep what it finds
	scripts/fuzz.sh $(ARGS)

release: ## build for Linux, Windows and macOS into dist/, with licences and checksums
	go run ./tools/release build

# build the release twice, in two folders with empty caches, and compare the bytes
release-twice:
	go run ./tools/release twice

release-check: ## start each built program (with qemu and wine where needed) and send a comment
	go run ./tools/release check

# write NOTICE: the licences of what the builds contain
notice:
	go run ./tools/release notice > NOTICE.new && mv NOTICE.new NOTICE

clean: ## remove the program, dist/ and node_modules/
	rm -rf danmaku dist node_modules
