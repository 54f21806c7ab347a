#!/bin/sh
# Debian says remove or upgrade, RPM the count of versions that stay.
set -e
case "${1:-}" in upgrade | 1) exit 0 ;; esac
[ -d /run/systemd/system ] || exit 0
systemctl disable --now danmaku.service || true
