#!/usr/bin/env bash
# Install the Debian packages that the tests use and this machine lacks; without root, name them.
# Tests that miss one are skipped with the reason, or fail where SAYSO_REQUIRE_ALL is set.
# Arguments, if there are any, are the packages wanted instead.
set -euo pipefail

wanted=(
  age caddy chromium firefox-esr fonts-dejavu-core nginx-light postgresql systemd
  webkit2gtk-driver xvfb
)
[ "$#" -eq 0 ] || wanted=("$@")
missing=()

if ! command -v dpkg-query >/dev/null; then
  echo "packages: this is no Debian; what is used is whichever of ${wanted[*]} is found."
  exit 0
fi
for package in "${wanted[@]}"; do
  status=$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ "${#missing[@]}" -gt 0 ] || exit 0
if [ "$(id -u)" -ne 0 ]; then
  echo "packages: what needs them is skipped; as root: apt-get install ${missing[*]}"
  exit 0
fi

echo "packages: installing ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# Servers that a package brings must not start by themselves: tests start their own.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  trap 'rm -f "$log" "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get update && apt-get install --yes -o DPkg::Lock::Timeout=300 --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log"
  echo "packages: the installation failed; the lines above say why."
  exit 1
fi
